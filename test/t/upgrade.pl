# pg_upgrade, here to the same version: functions, dependencies and grants are
# carried over as they are, and the event triggers keep out of its way.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = new_server('old');
my $new = PostgreSQL::Test::Cluster->new('new');

init_server($new);
create_database($old, 'help');
load_help_desk($old, 'help');
$old->safe_psql('help', q{
	CREATE ROLE desk_agent;
	GRANT EXECUTE ON FUNCTION support.escalate_case TO desk_agent;
	SELECT create_action('support.off', '{"table": "support.case"}');
	SELECT activate_action('support.off');
	SELECT deactivate_action('support.off');
	ALTER TABLE support.case ADD COLUMN gone integer;
	ALTER TABLE support.case DROP COLUMN gone;
});

my $everything = q{
	SELECT * FROM custom_actions.actions ORDER BY name;
	SELECT * FROM custom_actions.step ORDER BY id;
	SELECT action, version, definition, draft_hash FROM custom_actions.version ORDER BY action;
	SELECT pg_get_functiondef(oid), proacl FROM pg_proc WHERE pronamespace = 'support'::regnamespace ORDER BY oid::regprocedure::text;
	SELECT p.oid::regprocedure, pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), d.deptype
		FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
		WHERE p.pronamespace = 'support'::regnamespace ORDER BY p.oid::regprocedure::text, 2;
};
my $refresh = 'SELECT refresh_action_dependencies();';
my $expected = $old->safe_psql('help', $refresh . $everything);

$old->stop;
my $bin = $new->config_data('--bindir');
chdir $new->basedir or die $!;
command_ok(
	[ 'pg_upgrade', '-b', $bin, '-B', $bin, '-d', $old->data_dir, '-D', $new->data_dir, '-p', $old->port, '-P', $new->port, '-s', $new->host ],
	'pg_upgrade succeeds');
$new->start;
is_text($new->safe_psql('help', $refresh . $everything), $expected, 'all is there after the upgrade');
is($new->safe_psql('help', q{SELECT support.escalate_case(42, 'VIP') > 0}), 't', 'actions run');
my ($status, $out, $err) = $new->psql('help', 'ALTER TABLE support.case DROP COLUMN priority');
like($err, qr/because action "support.escalate_case" needs it/, 'and are protected');
log_is_clean($new, 'the log is clean');
done_testing();
