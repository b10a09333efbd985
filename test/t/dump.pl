# Dump and restore, every way of it: the same definitions, grants, versions and
# behaviour, and after refresh_action_dependencies() the same dependencies.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql(
	'postgres', q{
	CREATE ROLE desk_owner;
	CREATE ROLE desk_agent;
	CREATE ROLE desk_designer;
	CREATE ROLE "Odd Role";
});

# A database with everything that a dump could get wrong.
create_database($node, 'original');
load_help_desk($node, 'original');
$node->safe_psql(
	'original', q{
	SET client_min_messages = warning;
	CREATE SCHEMA types;
	CREATE EXTENSION citext SCHEMA types;
	CREATE TYPE types.mood AS ENUM ('calm', 'angry');
	CREATE DOMAIN types.score AS integer CHECK (VALUE BETWEEN 1 AND 10);
	CREATE TYPE types.address AS (street text, city text);

	-- schemas that a dump writes before and after the tables' own
	CREATE SCHEMA aaa;
	CREATE SCHEMA zzz;
	CREATE SCHEMA "Odd Schema";
	GRANT USAGE ON SCHEMA aaa, zzz, support, types, "Odd Schema" TO PUBLIC;
	GRANT CREATE ON SCHEMA support, zzz TO desk_owner, desk_designer;
	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA support TO desk_owner, desk_agent;

	CREATE TABLE zzz.part (
		code types.citext, line integer, mood types.mood, score types.score, address types.address, quantity numeric(8, 2),
		total numeric GENERATED ALWAYS AS (quantity * 2) STORED, PRIMARY KEY (code, line));
	INSERT INTO zzz.part VALUES ('Bolt', 1, 'calm', 3, ROW('Main Street', 'Ghent'), 1.5);
	CREATE VIEW zzz.open_part AS SELECT code, line, quantity FROM zzz.part WHERE quantity > 0;
	CREATE TABLE "Odd Schema"."Odd Table" ("Odd Key" uuid PRIMARY KEY, "sELECT" text);
	INSERT INTO "Odd Schema"."Odd Table" VALUES ('00000000-0000-0000-0000-000000000001', 'x');
	CREATE FUNCTION zzz.double(value integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN value * 2;
	CREATE TABLE zzz.log (entry text);

	-- plug-ins that tell when they run
	CREATE TABLE zzz.ran (what text);
	CREATE FUNCTION zzz.trace(context jsonb) RETURNS void LANGUAGE plpgsql AS $f$
		BEGIN INSERT INTO zzz.ran VALUES (concat_ws(' ', context ->> 'action', context ->> 'stage', context -> 'configuration', context -> 'post_image')); END $f$;
	CREATE FUNCTION aaa.trace(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $f$
		BEGIN INSERT INTO zzz.ran VALUES ('early ' || (context ->> 'stage')); RETURN NULL; END $f$;
	CREATE FUNCTION "Odd Schema"."Odd (trace"(context jsonb) RETURNS jsonb LANGUAGE sql STABLE RETURN NULL::jsonb;

	SELECT grant_action_design('desk_designer');
	GRANT USAGE ON LANGUAGE custom_action TO desk_designer, desk_owner;
	ALTER DEFAULT PRIVILEGES IN SCHEMA zzz GRANT EXECUTE ON FUNCTIONS TO desk_agent;
	INSERT INTO custom_actions.table_setting VALUES ('support.case', 'owner_id', 'status'), ('zzz.part', NULL, 'mood');

	-- bound by a composite key, with types of every sort, in a schema before the tables
	SELECT create_action('aaa.change_part', '{
		"description": "It''s \"quoted\" \\\\ and über, with $$ and $function$",
		"table": "zzz.part",
		"input": [
			{"name": "mood", "type": "types.mood", "default": "angry"},
			{"name": "score", "type": "types.score", "required": false},
			{"name": "address", "type": "types.address", "required": false},
			{"name": "tags", "type": "types.citext[]", "default": ["a", "b"]},
			{"name": "quantity", "type": "numeric(8,2)", "default": "=zzz.double(3) + 0.5"},
			{"name": "at", "type": "timestamptz", "default": "=now()"}],
		"output": [{"name": "total", "type": "numeric"}, {"name": "mood_was", "type": "types.mood", "default": "=target.mood"}, {"name": "rows", "type": "bigint"}],
		"steps": [
			{"require": "target.quantity >= 0", "message": "{{target.code}} is gone"},
			{"group": "change", "do": [
				{"update": "target", "as": "changed", "set": {"mood": "=input.mood", "quantity": "=zzz.double(2) * quantity",
					"score": "=coalesce(input.score, score)", "address": "=coalesce(input.address, address)"}},
				{"create": "zzz.log", "set": {"entry": "{{changed.total}}, {{array_length(input.tags, 1)}}"}, "description": "remember"}]},
			{"update": "zzz.part", "as": "others", "where": "code <> target.code", "set": {"line": "=line"}},
			{"output": {"total": "=changed.total", "rows": "=others.count"}}]}');
	-- bound to a view, to a collection, to an oddly named table; global; in every state
	SELECT create_action('aaa.look_part', '{"table": "zzz.open_part", "key": ["code", "line"], "read_only": true,
		"output": [{"name": "quantity", "type": "numeric", "default": "=target.quantity"}]}');
	SELECT create_action('zzz.count_parts', '{"table": "zzz.part", "binding": "collection", "read_only": true,
		"output": [{"name": "count", "type": "bigint", "default": "=(SELECT count(*) FROM zzz.part)"}]}');
	SELECT create_action('"Odd Schema".odd', '{"table": "\"Odd Schema\".\"Odd Table\"",
		"steps": [{"update": "target", "set": {"sELECT": "changed"}}]}');
	SELECT create_action('support.assign_case', '{"table": "support.case", "run_as": "owner",
		"input": [{"name": "agent", "type": "integer"}],
		"settings": {"search_path": "support, pg_catalog, pg_temp", "DateStyle": "German", "statement_timeout": "1min"},
		"output": [{"name": "who", "type": "text"}],
		"steps": [
			{"assign": "target", "to": "=input.agent"},
			{"set_status": "target", "to": "waiting", "when": "target.status = ''open''"},
			{"get": "agent", "as": "agent", "id": "=input.agent"},
			{"output": {"who": "{{agent.name}} on {{date ''2026-11-21''}}"}}]}');
	SELECT create_action('support.draft_only', '{"steps": [{"create": "support.nothing", "set": {}}]}');
	SELECT create_action('support.inactive', '{"output": [{"name": "x", "type": "integer", "default": 1}]}');
	SELECT create_action('support.changed', '{"output": [{"name": "x", "type": "integer", "default": 1}]}');
	SELECT create_action('zzz.dropped', '{}');
	UPDATE custom_actions.action SET owner = 'desk_owner' WHERE name = 'support.assign_case';
	UPDATE custom_actions.action SET designer = 'desk_designer' WHERE name = 'support.changed';
	SELECT activate_action(name, 'first note') FROM custom_actions.action WHERE name <> 'support.draft_only' ORDER BY name;

	UPDATE custom_actions.step SET arguments = arguments || '{"message": "Part {{target.code}} is gone"}'
		WHERE action = 'aaa.change_part' AND kind = 'require';
	SELECT add_action_step('aaa.change_part', 'let', NULL, '{"x": 1}', at => 1.5);
	SELECT activate_action('aaa.change_part', 'second');
	-- registered: by hand and in documents, ties of rank, disabled, in every state of the action
	SELECT register_plugin('aaa.change_part', 'post_operation', 'zzz.trace', 5, '{"b": 1.50, "a": [null, "ü $$"]}', '{"pre": true, "post": ["code", "mood"]}',
		'It''s \"quoted\" \\ and über');
	SELECT register_plugin('aaa.change_part', 'post_operation', function, 5) FROM unnest('{zzz.trace,aaa.trace,zzz.trace}'::text[]) AS function;
	SELECT register_plugin('aaa.change_part', 'pre_validation', 'aaa.trace', -1);
	SELECT register_plugin('aaa.change_part', 'main_operation', 'zzz.trace');
	UPDATE custom_actions.plugin_step SET rank = 1 WHERE function = 'aaa.trace(jsonb)' AND stage = 'post_operation';
	SELECT register_plugin('zzz.count_parts', 'post_operation', '"Odd Schema"."Odd (trace"');
	SELECT register_plugin('support.inactive', stage, 'aaa.trace') FROM unnest('{pre_operation,main_operation}'::text[]) AS stage;
	SELECT register_plugin('zzz.dropped', 'main_operation', 'zzz.trace');
	UPDATE custom_actions.plugin_step SET enabled = false WHERE stage = 'main_operation';
	SELECT unregister_plugin(register_plugin('support.changed', 'main_operation', 'zzz.trace'));
	SELECT create_action('support.draft_only', '{"steps": [{"create": "support.nothing", "set": {}}],
		"plugins": [{"stage": "post_operation", "function": "zzz.trace", "rank": 3}, {"stage": "pre_operation", "function": "aaa.trace", "enabled": false}]}', true);
	SELECT deactivate_action('support.inactive');
	DROP FUNCTION zzz.dropped;
	UPDATE custom_actions.parameter SET default_value = '2' WHERE action = 'support.changed';

	-- what belongs to the function
	GRANT EXECUTE ON FUNCTION support.escalate_case TO desk_agent WITH GRANT OPTION;
	GRANT EXECUTE ON FUNCTION aaa.change_part TO "Odd Role", PUBLIC;
	GRANT EXECUTE ON FUNCTION support.inactive TO desk_agent;
	REVOKE ALL ON FUNCTION zzz.count_parts FROM desk_agent;
	ALTER FUNCTION support.escalate_case COST 42 SET work_mem = '1MB';
	ALTER FUNCTION aaa.look_part PARALLEL RESTRICTED;
	COMMENT ON FUNCTION support.changed IS 'a comment of the DBA''s';

	-- what is built on an action
	CREATE VIEW support.part_count AS SELECT * FROM zzz.count_parts();
	CREATE FUNCTION support.wrapper() RETURNS jsonb LANGUAGE plpgsql AS $f$
		BEGIN RETURN invoke_action('support.changed'); END $f$;
});

# All there is to compare, as text.
my $everything = q{
	SET search_path = pg_catalog;
	SELECT 'action', a FROM custom_actions.action AS a ORDER BY name;
	SELECT 'parameter', p FROM custom_actions.parameter AS p ORDER BY action, name;
	SELECT 'step', s FROM custom_actions.step AS s ORDER BY id;
	SELECT 'plug-in', p FROM custom_actions.plugin_step AS p ORDER BY id;
	SELECT 'published', a.name, p.version, p.active, p.definition, p.plugins
		FROM custom_actions.actions AS a, custom_actions.published(a.name) AS p ORDER BY a.name;
	SELECT 'ran', what FROM zzz.ran;
	SELECT 'version', v FROM custom_actions.version AS v ORDER BY action, version;
	SELECT 'setting', t FROM custom_actions.table_setting AS t ORDER BY table_name;
	SELECT 'next step', last_value, is_called FROM custom_actions.step_id_seq;
	SELECT 'next plug-in', last_value, is_called FROM custom_actions.plugin_step_id_seq;
	SELECT 'view', v FROM custom_actions.actions AS v ORDER BY v::text;
	SELECT 'definition', name, public.action_definition(name), public.action_hash(name) FROM custom_actions.action ORDER BY name;
	SELECT 'check', name, c FROM custom_actions.action, public.check_action(name) AS c ORDER BY name, c::text;
	SELECT 'function', p.oid::regprocedure, pg_get_functiondef(p.oid), p.proowner::regrole, obj_description(p.oid, 'pg_proc'), a.acl
		FROM pg_proc AS p
			LEFT JOIN LATERAL (SELECT string_agg(x::text, ' ' ORDER BY x::text) AS acl FROM unnest(p.proacl) AS x) AS a ON true
		WHERE p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'custom_action')
		ORDER BY p.oid::regprocedure::text;
	SELECT 'language', (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(lanacl) AS x) FROM pg_language WHERE lanname = 'custom_action';
	SELECT 'acl', d.classid::regclass, pg_describe_object(d.classid, d.objid, 0),
			(SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(coalesce(c.relacl, p.proacl)) AS x)
		FROM pg_depend AS d
			JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'custom_actions'
			LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
			LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
		WHERE d.deptype = 'e' ORDER BY 3;
};

my $dependencies = q{
	SELECT public.refresh_action_dependencies();
	SELECT p.oid::regprocedure, pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), d.deptype
	FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	WHERE p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'custom_action')
	ORDER BY p.oid::regprocedure::text, 2, 3;
};

# Undone at the end. The identity columns would count on, so rows are shown without them.
my $behaviour = q{
	BEGIN;
	SELECT invoke_action('support.escalate_case', '{"target": 42, "reason": "VIP"}') - 'task_id';
	SELECT task_id IS NOT NULL FROM support.escalate_case(target => 42, reason => 'VIP', bump => 3);
	SELECT invoke_action('aaa.change_part', '{"target": {"code": "bOLT", "line": 1}, "at": "2026-11-21"}');
	SELECT * FROM aaa.change_part('bolt', 1, mood => 'calm', score => 9, address => ROW('a', 'b'));
	SELECT invoke_action('aaa.look_part', '{"target": {"code": "bOLT", "line": 1}}');
	SELECT aaa.look_part('bolt', 1), zzz.count_parts(), invoke_action('zzz.count_parts');
	SELECT "Odd Schema".odd('00000000-0000-0000-0000-000000000001');
	SET LOCAL ROLE desk_agent;
	SAVEPOINT a;
	SELECT support.assign_case(41, 2);
	ROLLBACK TO a;
	RESET ROLE;
	SELECT support.assign_case(41, 2);
	SELECT invoke_action('support.assign_case', '{"target": 40, "agent": 3}');
	SAVEPOINT b;
	SELECT support.inactive();
	ROLLBACK TO b;
	SELECT support.changed(), support.wrapper();
	SELECT * FROM support.part_count;
	SELECT id, status, priority, owner_id FROM support.case ORDER BY id;
	SELECT case_id, title FROM support.task ORDER BY 1, 2;
	SELECT code, line, mood, score, address, quantity, total FROM zzz.part;
	TABLE zzz.log;
	TABLE zzz.ran;
	TABLE "Odd Schema"."Odd Table";
	ROLLBACK;
};

# Output and errors of a script, whatever becomes of its statements.
sub result_of
{
	my ($database, $sql) = @_;
	my ($status, $out, $err) = $node->psql($database, $sql, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=terse' ]);

	return "$out\n$err";
}

my $expected = result_of('original', $everything);
my $expected_behaviour = result_of('original', $behaviour);
my $expected_dependencies = result_of('original', $dependencies);

unlike($expected, qr/ERROR/, 'there is something to compare');
is(scalar(() = $expected =~ /^plug-in\|/mg), 12, 'registrations too');
unlike($expected, qr/^ran\|/m, 'and no plug-in has run');
cmp_ok(scalar(() = $expected =~ /^"facts":/mg), '>', 5, 'and what the compiler found');
like($expected_behaviour, qr/^early pre_validation\nearly post_operation\naaa\.change_part post_operation \{"a": \[null, "ü \$\$"\], "b": 1\.50\} \{.*\}\naaa\.change_part post_operation null\n/m,
	'they run in their order');
my @errors = $expected_behaviour =~ /ERROR: +(.*)/g;
is_deeply(
	[ sort @errors ],
	[ 'action "support.inactive" is not active', 'permission denied for function assign_case' ],
	'and it behaves');
unlike($expected_dependencies, qr/ERROR|WARNING/, 'and has dependencies');

# The same without what the compiler found: what did not compile while it was restored
# has that again once it is refreshed.
sub without_facts
{
	return $_[0] =~ s/,\n"facts":.*\}$/}/gmr;
}

# Compares a restored database with the original.
sub compare
{
	my ($database, $what) = @_;

	is_text(without_facts(result_of($database, $everything)), without_facts($expected), "$what: everything is there");
	is_text(result_of($database, $behaviour), $expected_behaviour, "$what: behaves the same");
	is_text(result_of($database, $dependencies), $expected_dependencies, "$what: depends on the same");
	is_text(result_of($database, $everything), $expected, "$what: refreshing changes nothing else");
	return;
}

sub empty_database
{
	my ($database) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	return;
}

# Dumps, and restores with psql.
sub through_psql
{
	my ($database, $what, @options) = @_;

	run_client($node, "pg_dump $what", 'pg_dump', '-f', "$dir/$database.sql", @options, 'original');
	run_client($node, "psql $what", 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/$database.sql", $database);
	return;
}

empty_database('plain');
through_psql('plain', 'plain');
compare('plain', 'plain');

empty_database('inserts');
through_psql('inserts', '--inserts', '--inserts');
compare('inserts', 'inserts');

empty_database('columns');
through_psql('columns', '--column-inserts', '--column-inserts', '--rows-per-insert=3', '--quote-all-identifiers');
compare('columns', 'column inserts');

run_client($node, 'pg_dump -Fc', 'pg_dump', '-Fc', '-f', "$dir/custom", 'original');
empty_database('custom');
run_client($node, 'pg_restore', 'pg_restore', '-e', '-d', 'custom', "$dir/custom");
compare('custom', 'custom format');

empty_database('single');
run_client($node, 'pg_restore -1', 'pg_restore', '-1', '-d', 'single', "$dir/custom");
compare('single', 'in one transaction');

empty_database('parallel');
run_client($node, 'pg_restore -j', 'pg_restore', '-e', '-j', '4', '-d', 'parallel', "$dir/custom");
compare('parallel', 'parallel');

run_client($node, 'pg_dump -Fd -j', 'pg_dump', '-Fd', '-j', '4', '-f', "$dir/directory", 'original');
empty_database('directory');
run_client($node, 'pg_restore -Fd -j', 'pg_restore', '-e', '-j', '4', '-d', 'directory', "$dir/directory");
compare('directory', 'directory format');

empty_database('sections');
run_client($node, "pg_restore $_", 'pg_restore', '-e', "--section=$_", '-d', 'sections', "$dir/custom")
	foreach qw(pre-data data post-data);
compare('sections', 'section by section');

empty_database('halves');
run_client($node, 'pg_restore -s', 'pg_restore', '-e', '-s', '-d', 'halves', "$dir/custom");
is( $node->safe_psql('halves', q{SELECT count(*), count(DISTINCT state) FROM custom_actions.actions}),
	$node->safe_psql('original', q{SELECT count(*), count(DISTINCT state) FROM custom_actions.actions WHERE version IS NOT NULL AND state IN ('active', 'inactive')}),
	'a schema alone has the published actions');
# a dump of everything is not in the order of the foreign keys, and these are there already
run_client($node, 'pg_restore -a', 'pg_restore', '-e', '-a', '--disable-triggers', '-d', 'halves', "$dir/custom");
compare('halves', 'schema, then data');

empty_database('halves_psql');
through_psql('halves_psql', '--schema-only', '--schema-only');
through_psql('halves_psql', '--data-only', '--data-only', '--inserts');
compare('halves_psql', 'schema, then data, with psql');

# what is restored goes on
is( $node->safe_psql('plain', q{
	BEGIN;
	SELECT register_plugin('aaa.change_part', 'pre_validation', 'zzz.trace') - (SELECT max(id) FROM custom_actions.plugin_step WHERE rank <> 1) > 0;
	SELECT json_array_length(plugins) FROM custom_actions.published('aaa.change_part');
	ROLLBACK}),
	"t\n7", 'a restored action takes more plug-ins');

# over itself
through_psql('plain', '--clean', '--clean', '--if-exists');
compare('plain', 'over itself');

# under another owner, without grants
empty_database('bare');
through_psql('bare', '--no-owner --no-acl', '--no-owner', '--no-acl');
is( $node->safe_psql('bare', q{SELECT DISTINCT owner FROM custom_actions.actions WHERE state IN ('active', 'inactive')}),
	$node->safe_psql('bare', 'SELECT current_user'),
	'without owners all belongs to the one who restores');
is($node->safe_psql('bare', q{SELECT refresh_action_dependencies() > 0}), 't', 'and can be refreshed');

# drafts alone, into a database that has the tables but no actions: to be activated there
create_database($node, 'drafts');
$node->safe_psql('drafts', slurp_file('test/demo/helpdesk.sql'));
run_client($node, 'pg_dump of drafts', 'pg_dump', '--data-only', '--table=custom_actions.*', '-f', "$dir/drafts.sql", 'original');
run_client($node, 'psql of drafts', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/drafts.sql", 'drafts');
is($node->safe_psql('drafts', q{SELECT DISTINCT state FROM custom_actions.actions ORDER BY 1}), "draft\ndropped", 'drafts arrive as drafts');
is($node->safe_psql('drafts', q{SELECT activate_action('support.escalate_case')}), '2', 'and are activated as their next version');
is($node->safe_psql('drafts', q{SELECT support.escalate_case(42, 'VIP') IS NOT NULL}), 't', 'and run');

# dumped by the owner of a database who is no superuser
$node->safe_psql('postgres', 'CREATE ROLE desk_admin LOGIN; CREATE DATABASE administered OWNER desk_admin');
$node->safe_psql('administered', q{
	CREATE EXTENSION custom_actions;
	GRANT USAGE ON LANGUAGE custom_action TO desk_admin;
	SELECT grant_action_design('desk_admin');
	SET ROLE desk_admin;
	CREATE SCHEMA desk;
	SELECT create_action('desk.hello', '{"output": [{"name": "word", "type": "text", "default": "hello"}], "steps": [{"let": {"x": 1}}]}');
	SELECT activate_action('desk.hello');
	CREATE DOMAIN desk.word AS varchar;
	SELECT create_action('desk.shout', '{"settings": {"search_path": "desk, pg_temp"}, "output": [{"name": "word", "type": "text", "default": "=upper(''hello''::word)"}]}');
	SELECT activate_action('desk.shout');
});
run_client($node, 'pg_dump as owner', 'pg_dump', '-U', 'desk_admin', '-f', "$dir/administered.sql", 'administered');
empty_database('restored');
run_client($node, 'psql as superuser', 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/administered.sql", 'restored');
is(result_of('restored', $everything), result_of('administered', $everything), 'an owner who may design can dump his database');
is($node->safe_psql('restored', 'SET ROLE desk_admin; SELECT desk.hello()'), 'hello', 'and goes on with the restored one');

# what formulas mean came along by name
is($node->safe_psql('restored', 'SELECT desk.shout(); SELECT refresh_action_dependencies()'), "HELLO\n2", 'formulas mean what they meant');
$node->safe_psql('restored', q{
	SET client_min_messages = error;
	CREATE FUNCTION desk.upper(varchar) RETURNS text LANGUAGE sql IMMUTABLE RETURN 'planted'});
my ($status, $out, $err) = $node->psql('restored', 'SELECT desk.shout()');
like($err, qr/action "desk.shout" would use function desk.upper\(character varying\), which it did not use when it was activated/, 'and nothing else');

log_is_clean($node, 'the log is clean');
done_testing();
