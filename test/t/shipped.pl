# An action that comes with another extension: created with it, dumped and restored with
# it, updated by it, and gone with it; what is local to a database stays local to it.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $share = `$ENV{PG_CONFIG} --sharedir`);
my $directory = "$ENV{private}$share/extension";
my $dir = PostgreSQL::Test::Utils::tempdir();

sub write_file
{
	my ($name, $content) = @_;

	open my $out, '>', $name or die "$name: $!";
	print $out $content;
	close $out or die "$name: $!";
	return;
}

# The extension, as its author writes it: an action by create_action, with a plug-in,
# and what export_actions_script made of two others.
my $tables = q{
	CREATE SCHEMA acme;
	CREATE TABLE acme.thing (id integer PRIMARY KEY, name text, state text DEFAULT 'new');
	CREATE FUNCTION acme.seen(context jsonb) RETURNS jsonb LANGUAGE sql STABLE RETURN NULL::jsonb;
};
my $finish = q{'{"table": "acme.thing", "description": "Finishes a thing", "steps": [
	{"update": "target", "set": {"state": "%s"}}, {"if": "true", "then": [{"let": {"a": 1}}]}]}'};

write_file("$directory/acme_verbs.control", "default_version = '1.0'\nrequires = 'custom_actions'\nrelocatable = false\nschema = public\n");

my $node = new_server('main');

create_database($node, 'author');
$node->safe_psql('author', $tables . q{
	SELECT create_action('acme.open', '{"table": "acme.thing", "steps": [{"perform": "acme.tell"}, {"update": "target", "set": {"state": "open"}}]}');
	SELECT create_action('acme.tell', '{"steps": [{"let": {"x": 1}}]}');
	SELECT activate_actions('{acme.open, acme.tell}');
});
my $script = $node->safe_psql('author', q{SELECT export_actions_script('acme.%')});

write_file("$directory/acme_verbs--1.0.sql", $tables . sprintf("SELECT create_action('acme.finish', $finish, or_replace => true);\n", 'finished') . q{
	SELECT activate_action('acme.finish');
	SELECT register_plugin('acme.finish', 'pre_operation', 'acme.seen');
	SELECT create_action('acme.sketch', '{"steps": [{"let": {"y": 1}}]}', or_replace => true);
} . $script);
write_file("$directory/acme_verbs--1.0--1.1.sql", sprintf("SELECT create_action('acme.finish', $finish, or_replace => true);\n", 'done') . q{
	SELECT activate_action('acme.finish', 'done is shorter');
});

my $own = q{
	CREATE ROLE acme_agent;
	GRANT EXECUTE ON FUNCTION acme.finish TO acme_agent;
	CREATE FUNCTION public.local(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $f$ BEGIN INSERT INTO acme.thing VALUES (100 + (SELECT count(*) FROM acme.thing), 'local'); RETURN NULL; END $f$;
	SELECT register_plugin('acme.finish', 'post_operation', 'public.local');
	SELECT create_action('public.mine', '{"steps": [{"perform": "acme.tell"}, {"if": "true", "then": [{"stop": "succeeded"}]}]}');
	SELECT activate_action('public.mine');
	SELECT register_plugin('public.mine', 'pre_operation', 'acme.seen');
};

create_database($node, 'help');
# rows of other actions come first, so that numbers could clash
$node->safe_psql('help', q{SELECT create_action('public.first', '{"steps": [{"let": {"a": 1}}, {"let": {"a": 2}}]}')});
$node->safe_psql('help', 'CREATE EXTENSION acme_verbs');
is( $node->safe_psql('help', q{SELECT name, state, version, plugins FROM custom_actions.actions WHERE name ~ '^acme' ORDER BY 1}),
	"acme.finish|active|1|1\nacme.open|active|1|0\nacme.sketch|draft||0\nacme.tell|active|1|0", 'the actions are there');
is( $node->safe_psql('help', q{
	SELECT p.proname, p.proacl IS NOT NULL AND NOT has_function_privilege('public', p.oid, 'EXECUTE') FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.objid
	WHERE d.classid = 'pg_proc'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'acme_verbs') ORDER BY 1}),
	"finish|t\nopen|t\nseen|f\ntell|t", 'their functions belong to the extension, and not to everybody');
$node->safe_psql('help', $own);
$node->safe_psql('help', q{INSERT INTO acme.thing VALUES (1, 'one'), (2, 'two')});
is($node->safe_psql('help', q{SELECT acme.finish(1); SELECT string_agg(state, ' ' ORDER BY id) FROM acme.thing}), "\nfinished new new", 'they run');
my ($status, $out, $err) = $node->psql('help', q{SELECT drop_action('acme.open')});
like($err, qr/cannot drop action "acme\.open" because .*\nDETAIL:  cannot drop function acme\.open\(integer\) because extension acme_verbs requires it/, 'one alone cannot be dropped');
($status, $out, $err) = $node->psql('help', q{UPDATE custom_actions.action SET description = 'Local' WHERE name = 'acme.tell'; SELECT activate_action('acme.tell')});
like($err, qr/WARNING:  action "acme\.tell" comes with extension "acme_verbs"/, 'who changes one is warned');

# A dump holds what is the database's own. Restoring creates the extension first.
my $everything = q{
	SELECT name, state, version, plugins, description FROM custom_actions.actions WHERE name <> 'acme.tell' ORDER BY name;
	SELECT action, stage, function FROM custom_actions.plugin_step ORDER BY action, id;
	SELECT action, count(*) FROM custom_actions.step GROUP BY 1 ORDER BY 1;
	SELECT action, version FROM custom_actions.version WHERE action <> 'acme.tell' ORDER BY 1, 2;
	SELECT action FROM custom_actions.import ORDER BY 1;
	SELECT p.oid::regprocedure, g FROM pg_proc AS p, LATERAL custom_actions.granted_roles(p.oid) AS g WHERE p.pronamespace IN ('acme'::regnamespace, 'public'::regnamespace) AND p.proname IN ('finish', 'open', 'tell', 'mine') ORDER BY 1, 2;
};
my $expected = $node->safe_psql('help', $everything);

sub restore
{
	my ($database, $how, @options) = @_;

	run_client($node, "a dump ($how)", 'pg_dump', '-Fc', '-f', "$dir/$database.dump", 'help');
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	run_client($node, "a restore ($how)", 'pg_restore', @options, '-d', $database, "$dir/$database.dump");
	$node->safe_psql($database, 'SELECT refresh_action_dependencies()');
	return;
}
foreach my $case ([ 'one', 'one after the other', '--exit-on-error' ], [ 'jobs', 'side by side', '-j2' ])
{
	my ($database, $how, @options) = @$case;

	restore($database, $how, @options);
	is_text($node->safe_psql($database, $everything), $expected, "$how: all is there again");
	is($node->safe_psql($database, q{SELECT description IS NULL FROM custom_actions.action WHERE name = 'acme.tell'}), 't', "$how: what was changed of the extension's is not");
	is( $node->safe_psql($database, q{INSERT INTO acme.thing VALUES (7, 'seven'); SELECT acme.finish(7); SELECT public.mine(); SELECT count(*) FROM acme.thing WHERE state = 'finished' OR name = 'local'}),
		"\n\n2", "$how: the actions run, with the plug-in of this database");
	$node->safe_psql($database, q{SELECT create_action('public.later', '{"steps": [{"let": {"a": 1}}]}')});
}

# A new version keeps grants and what is registered here.
$node->safe_psql('help', q{ALTER EXTENSION acme_verbs UPDATE TO '1.1'});
is( $node->safe_psql('help', q{SELECT version, plugins FROM custom_actions.actions WHERE name = 'acme.finish'}), '2|2', 'an update makes a new version');
is( $node->safe_psql('help', q{SELECT acme.finish(2); SELECT state FROM acme.thing WHERE id = 2; SELECT count(*) FROM acme.thing WHERE name = 'local'; SELECT has_function_privilege('acme_agent', 'acme.finish(integer)', 'EXECUTE')}),
	"\ndone\n2\nt", 'which runs, with the plug-in and the grant of before');

# Gone, and there again
$node->safe_psql('help', q{SET client_min_messages = warning; SELECT deactivate_action('public.mine'); DROP EXTENSION acme_verbs CASCADE});
is($node->safe_psql('help', q{SELECT string_agg(name, ' ' ORDER BY name) FROM custom_actions.actions}), 'public.first public.mine', 'the extension takes its drafts along');
is($node->safe_psql('help', q{SELECT count(*) FROM custom_actions.plugin_step WHERE action ~ '^acme'}), '0', 'and what is registered on them');
$node->safe_psql('help', 'CREATE EXTENSION acme_verbs');
is($node->safe_psql('help', q{SELECT state, version FROM custom_actions.actions WHERE name = 'acme.finish'}), 'active|3', 'created again, its versions go on');
$node->safe_psql('help', 'SET client_min_messages = warning; DROP EXTENSION custom_actions CASCADE');
is($node->safe_psql('help', q{SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension}), 'plpgsql', 'nothing is in the way of dropping both');

log_is_clean($node, 'the log is clean');
done_testing();
