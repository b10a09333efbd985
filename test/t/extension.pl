# CREATE and DROP EXTENSION: what may stop it, what is left behind.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');

# What a database holds that initdb did not put there.
my $leftovers = q{
	SELECT pg_describe_object('pg_proc'::regclass, oid, 0) FROM pg_proc WHERE oid >= 16384
	UNION ALL SELECT pg_describe_object('pg_class'::regclass, oid, 0) FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relkind <> 'i'
	UNION ALL SELECT pg_describe_object('pg_type'::regclass, oid, 0) FROM pg_type WHERE oid >= 16384 AND typrelid = 0 AND typelem = 0
	UNION ALL SELECT pg_describe_object('pg_namespace'::regclass, oid, 0) FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_'
	UNION ALL SELECT pg_describe_object('pg_language'::regclass, oid, 0) FROM pg_language WHERE oid >= 16384
	UNION ALL SELECT pg_describe_object('pg_event_trigger'::regclass, oid, 0) FROM pg_event_trigger
	UNION ALL SELECT pg_describe_object('pg_extension'::regclass, oid, 0) FROM pg_extension WHERE oid >= 16384
	UNION ALL SELECT 'default privileges' FROM pg_default_acl
	UNION ALL SELECT 'initial privileges' FROM pg_init_privs WHERE objoid >= 16384
	UNION ALL SELECT 'comment of ' || objoid FROM pg_description WHERE objoid >= 16384
	UNION ALL SELECT 'dependency of ' || pg_describe_object(classid, objid, objsubid) FROM pg_depend
		WHERE objid >= 16384 AND pg_describe_object(refclassid, refobjid, refobjsubid) IS NULL
	ORDER BY 1;
};

$node->safe_psql('postgres', 'CREATE DATABASE main TEMPLATE template0');
my $before = $node->safe_psql('main', $leftovers);

# There and gone again
$node->safe_psql('main', 'CREATE EXTENSION custom_actions; DROP EXTENSION custom_actions');
is($node->safe_psql('main', $leftovers), $before, 'nothing is left of an extension without actions');

# A draft is data of the extension; it does not stop DROP EXTENSION
$node->safe_psql('main', q{
	CREATE EXTENSION custom_actions;
	SELECT create_action('public.hello', '{"output": [{"name": "word", "type": "text", "default": "hello"}]}');
	DROP EXTENSION custom_actions;
});
is($node->safe_psql('main', $leftovers), $before, 'nor of one with a draft');

create_database($node, 'help');
load_help_desk($node, 'help');
$before = $node->safe_psql('main', $leftovers);
$node->safe_psql('help', q{
	SELECT create_action('support.off', '{}');
	SELECT activate_action('support.off');
	SELECT deactivate_action('support.off');
	CREATE VIEW support.escalated AS SELECT * FROM support.escalate_case(42, 'VIP');
});
my ($status, $out, $err) = $node->psql('help', 'DROP EXTENSION custom_actions');
isnt($status, 0, 'DROP EXTENSION is refused while there are actions');
like($err, qr/cannot drop extension custom_actions because other objects depend on it/, 'because they depend on it');
like($err, qr/function support\.escalate_case\(bigint,text,integer,integer\) depends on language custom_action/, 'an active one');
like($err, qr/function support\.off\(\) depends on language custom_action/, 'and an inactive one');
is($node->safe_psql('help', q{SELECT support.escalate_case(42, 'VIP') > 0}), 't', 'and all goes on working');

foreach my $statement ('DROP LANGUAGE custom_action', 'DROP SCHEMA custom_actions CASCADE', 'DROP EVENT TRIGGER custom_actions_ddl_end')
{
	($status, $out, $err) = $node->psql('help', $statement);
	like($err, qr/because extension custom_actions requires it/, "$statement is refused");
}

# With CASCADE, also in a session that has used it and whose next one is another
$node->safe_psql('help', q{
	SELECT support.escalate_case(42, 'VIP');
	SET client_min_messages = warning;
	DROP EXTENSION custom_actions CASCADE;
	DROP SCHEMA support CASCADE;
	CREATE TABLE t (a integer);
	ALTER TABLE t ADD COLUMN b integer;
	DROP TABLE t;
});
is($node->safe_psql('help', $leftovers), $before, 'CASCADE takes all actions along and leaves nothing');

# In one session: use, drop, create, use
my $script = q{
	SET client_min_messages = warning;
	CREATE EXTENSION custom_actions;
	CREATE SCHEMA again;
	SELECT create_action('again.hello', '{"output": [{"name": "word", "type": "text", "default": "hello"}]}');
	SELECT activate_action('again.hello');
	SELECT invoke_action('again.hello'), again.hello();
	DROP EXTENSION custom_actions CASCADE;
	DROP SCHEMA again;
};
unlike($node->safe_psql('help', $script x 3), qr/ERROR/, 'the extension comes and goes in one session');

# In a schema of its own
$node->safe_psql('help', 'CREATE SCHEMA tools; CREATE EXTENSION custom_actions SCHEMA tools');
is( $node->safe_psql('help', q{
	SELECT tools.create_action('public.hello', '{"output": [{"name": "word", "type": "text", "default": "hello"}]}');
	SELECT tools.activate_action('public.hello');
	SELECT tools.invoke_action('public.hello')}),
	qq(public.hello\n1\n{"word": "hello"}), 'its functions go where CREATE EXTENSION says');
($status, $out, $err) = $node->psql('help', 'ALTER EXTENSION custom_actions SET SCHEMA public');
like($err, qr/does not support SET SCHEMA/, 'and stay there');

# Who drops the schema drops it all
is( $node->safe_psql('help', q{
	SET client_min_messages = error;
	DROP SCHEMA tools CASCADE;
	SELECT count(*) FROM pg_extension WHERE extname = 'custom_actions';
	SELECT to_regprocedure('public.hello()') IS NULL, to_regclass('custom_actions.version') IS NULL}),
	"0\nt|t", 'DROP SCHEMA of its functions takes extension, drafts, versions and published functions along');

log_is_clean($node, 'the log is clean');
done_testing();
