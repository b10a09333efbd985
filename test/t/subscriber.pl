# Logical replication of the catalog tables: rows arrive on a subscriber, no
# trigger publishes half a list, no plug-in runs, and refreshing publishes them.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = new_server('publisher', "wal_level = logical\nmax_wal_senders = 10\nmax_replication_slots = 10\n");
my $subscriber = new_server('subscriber');
my $dir = PostgreSQL::Test::Utils::tempdir();

create_database($publisher, 'desk');
load_help_desk($publisher, 'desk');
$publisher->safe_psql('desk', q{
	CREATE TABLE support.ran (what text);
	CREATE FUNCTION support.trace(context jsonb) RETURNS void LANGUAGE plpgsql AS $f$
		BEGIN INSERT INTO support.ran VALUES (concat_ws(' ', context ->> 'stage', context ->> 'configuration')); END $f$;
	SELECT register_plugin('support.escalate_case', 'pre_operation', 'support.trace', rank, to_jsonb(rank))
		FROM unnest('{3,1,2}'::integer[]) AS rank;
	SELECT create_action('support.other', '{"plugins": [{"stage": "main_operation", "function": "support.trace"}]}');
	CREATE PUBLICATION drafts FOR TABLE custom_actions.action, custom_actions.parameter, custom_actions.step,
		custom_actions.plugin_step, custom_actions.version, custom_actions.table_setting;
});

# One database has nothing but the extension, the other what a dump of the schema brings.
create_database($subscriber, 'empty');
$subscriber->safe_psql('postgres', 'CREATE DATABASE desk TEMPLATE template0');
run_client($publisher, 'pg_dump -s', 'pg_dump', '-s', '--no-publications', '-f', "$dir/schema.sql", 'desk');
run_client($subscriber, 'psql', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/schema.sql", 'desk');

my @databases = qw(empty desk);
my $rows = q{SELECT p FROM custom_actions.plugin_step AS p ORDER BY id};
my $drafts = q{SELECT a FROM custom_actions.action AS a ORDER BY name};
my $listed = q{SELECT plugins FROM custom_actions.published('support.escalate_case')};

# Waits until all that the publisher has is on the subscriber.
sub catch_up
{
	$publisher->wait_for_catchup($_) foreach @databases;
	return;
}

# Compares the rows of both sides.
sub same_rows
{
	my ($what) = @_;

	foreach my $database (@databases)
	{
		is_text($subscriber->safe_psql($database, $_), $publisher->safe_psql('desk', $_), "$what: $database has the rows") foreach $rows, $drafts;
	}
	return;
}

my $at_first = $publisher->safe_psql('desk', $listed);
is($subscriber->safe_psql('desk', $listed), $at_first, 'a schema alone has the list in the function');

my $connection = $publisher->connstr('desk');
$subscriber->safe_psql($_, "CREATE SUBSCRIPTION $_ CONNECTION \$\$$connection\$\$ PUBLICATION drafts") foreach @databases;
$subscriber->poll_query_until($_, q{SELECT count(*) > 0 AND bool_and(srsubstate IN ('r', 's')) FROM pg_subscription_rel
	WHERE srsubid = (SELECT oid FROM pg_subscription WHERE subname = current_database())}) or die 'not synchronized' foreach @databases;
catch_up();
same_rows('first copy');
is($subscriber->safe_psql('desk', $listed), $at_first, 'and leaves the function alone');
is($subscriber->safe_psql('desk', q{SELECT refresh_action_dependencies()}), '1', 'refreshing finds nothing amiss');
is($subscriber->safe_psql('desk', $listed), $at_first, 'and changes nothing');

# Changes of every kind, in one transaction and in several
$publisher->safe_psql('desk', q{
	SELECT register_plugin('support.escalate_case', 'post_operation', 'support.trace', configuration => '"new"');
	UPDATE custom_actions.plugin_step SET enabled = false WHERE rank = 2;
	SELECT unregister_plugin(id) FROM custom_actions.plugin_step WHERE rank = 3;
	BEGIN;
	SELECT create_action('support.other', '{"plugins": []}', true);
	SELECT activate_action('support.other');
	SELECT register_plugin('support.other', 'pre_validation', 'support.trace');
	COMMIT;
	SELECT create_action('support.third', '{"plugins": [{"stage": "main_operation", "function": "support.trace"}]}');
	UPDATE custom_actions.action SET name = 'support.renamed' WHERE name = 'support.third';
	DELETE FROM custom_actions.action WHERE name = 'support.renamed';
});
catch_up();
same_rows('changes');
is($subscriber->safe_psql('desk', $listed), $at_first, 'the function of the subscriber is as it was');
is($subscriber->safe_psql('empty', q{SELECT name, state, plugins FROM custom_actions.actions ORDER BY name}),
	"support.escalate_case|dropped|3\nsupport.other|dropped|1", 'drafts without functions are drafts');
is($subscriber->safe_psql('empty', q{SELECT refresh_action_dependencies()}), '0', 'which refreshing leaves alone');

# What has arrived is published when somebody says so
is($subscriber->safe_psql('desk', q{SELECT refresh_action_dependencies()}), '1', 'refreshing');
is($subscriber->safe_psql('desk', $listed), $publisher->safe_psql('desk', $listed), 'publishes the rows that came');
is($_->safe_psql('desk', q{SELECT count(*) FROM support.ran}), '0', 'no plug-in has run on ' . $_->name) foreach $publisher, $subscriber;
is($subscriber->safe_psql('desk', q{
	INSERT INTO support.customer VALUES (1, 'a', 'b', 'gold');
	INSERT INTO support.case (id, customer_id, title) VALUES (1, 1, 'x');
	SELECT support.escalate_case(1, 'VIP') IS NOT NULL;
	SELECT what FROM support.ran;
}), "t\npre_operation 1\npost_operation new", 'and an invocation runs them');

# Both sides activate the same: the subscriber takes the number of the row that came,
# and a row that comes later does not stop the replication.
my $versions = q{SELECT action, version, note, definition::jsonb #>> '{output,0,default}' FROM custom_actions.version
	WHERE action LIKE 'support.shared%' ORDER BY action, version};
my $state = q{SELECT name, state, differs, version FROM custom_actions.actions WHERE name LIKE 'support.shared%' ORDER BY name};

sub both_activate
{
	my ($default, $first, $note) = @_;
	my $activate = qq{SELECT activate_action('support.shared', '$note')};
	my $edit = qq{SELECT create_action('support.shared', '{"output": [{"name": "n", "type": "integer", "default": $default}]}', true)};
	my @sides = $first eq 'publisher' ? ($publisher, $subscriber) : ($subscriber, $publisher);

	$publisher->safe_psql('desk', $edit);
	catch_up();
	foreach my $side (@sides)
	{
		$side->safe_psql('desk', $activate);
		catch_up();
	}
	return;
}

both_activate(1, 'publisher', 'one');
both_activate(2, 'subscriber', 'two');
both_activate(3, 'publisher', 'three');
is_text($subscriber->safe_psql('desk', $versions), $publisher->safe_psql('desk', $versions), 'what both have activated is the same version of both');
is($subscriber->safe_psql('desk', $state), 'support.shared|active|f|3', 'and active on the subscriber');
$publisher->safe_psql('desk', q{SELECT activate_action('support.other', 'goes on')});
$publisher->safe_psql('desk', q{UPDATE custom_actions.parameter SET default_value = '4' WHERE action = 'support.shared'; SELECT activate_action('support.shared', 'four')});
catch_up();
is($subscriber->safe_psql('desk', $state), 'support.shared|active|t|3', 'replication goes on; the draft that came differs');
is_text($subscriber->safe_psql($_, $versions), $publisher->safe_psql('desk', $versions), "all versions came to $_") foreach @databases;

unlike(slurp_file($subscriber->logfile), qr/ERROR:/, 'nothing failed on the subscriber');
log_is_clean($subscriber, 'its log is clean');
$subscriber->safe_psql($_, "DROP SUBSCRIPTION $_") foreach @databases;
done_testing();
