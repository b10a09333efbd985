# Actions taken from one database to another that has the same tables: by document, by
# script and from files; then they do the same, and a second import does nothing. A
# broken document changes nothing and says where it is broken.
use strict;
use warnings FATAL => 'all';

use CustomActions;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('main');
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', 'CREATE ROLE move_owner; CREATE ROLE move_agent; CREATE ROLE move_designer');

# What both databases have
my $tables = slurp_file('test/demo/helpdesk.sql') . q{
	CREATE FUNCTION support.note(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $f$
	BEGIN
		INSERT INTO support.task (case_id, title) VALUES (42, concat_ws(' ', context ->> 'action', context ->> 'stage', context -> 'configuration'));
		RETURN NULL;
	END $f$;
	GRANT USAGE, CREATE ON SCHEMA support TO move_owner, move_designer;
	GRANT ALL ON ALL TABLES IN SCHEMA support TO move_owner, move_agent;
	SELECT grant_action_design('move_designer');
};
# What only the first one has at the beginning
my $actions = slurp_file('test/demo/actions.sql') . q{
	SET client_min_messages = warning;
	INSERT INTO custom_actions.table_setting VALUES ('support.case', 'owner_id', 'status'), ('support.agent', NULL, NULL);
	SELECT create_action('support.page', $j${
		"description": "Tells who is on call",
		"input": [{"name": "who", "type": "text", "default": "Ben", "sensitive": true, "description": "A name"}, {"name": "times", "type": "integer", "required": false}],
		"output": [{"name": "paged", "type": "text", "default": "=input.who"}, {"name": "n", "type": "bigint", "required": true, "default": 0}],
		"steps": [
			{"for_each": "=ARRAY[1, 2]", "as": "i", "when": "input.times > 0", "do": [{"let": {"x": "=i.value", "a": null}}]},
			{"output": {"n": "=coalesce(input.times, 0)"}},
			{"choose": "what to do", "cases": [
				{"when": "input.times > 2", "do": [{"output": {"paged": "nobody {{input.times}}"}}]},
				{"when": "input.times > 1", "do": []}],
			 "else": [{"stop": "succeeded"}]}]}$j$);
	SELECT create_action('support.hand_over', $j${
		"table": "support.case", "key": ["id"], "timeout": "1 min", "log": "full", "summary": "{{target.title}}", "not_found": "PT404", "plugin_policy": "all",
		"input": [{"name": "agent", "type": "integer"}],
		"steps": [
			{"assign": "target", "to": "=input.agent", "enabled": true},
			{"set_status": "target", "to": "waiting"},
			{"create": "support.task", "as": "t", "set": {"title": "Hand over {{target.title}}", "case_id": "=target.id"}, "description": "so that it is seen"},
			{"update": "support.task", "where": "case_id = target.id and id < t.id", "set": {"done": true}, "on_error": [{"stop": "failed"}]},
			{"perform": "support.page", "with": {"who": "=target.email", "times": 3}, "as": "p"},
			{"require": "p.paged is not null", "message": "no", "sqlstate": "UA002"}]}$j$);
	SELECT create_action('support.mine', '{"run_as": "owner", "read_only": true, "output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM support.agent)"}]}');
	SELECT activate_action(name) FROM unnest('{support.page,support.hand_over,support.mine}'::text[]) AS name;
	SELECT register_plugin('support.hand_over', 'post_operation', 'support.note', 3, '{"b": 1, "a": [null]}');
	ALTER FUNCTION support.mine OWNER TO move_owner;
	UPDATE custom_actions.action SET owner = 'move_owner', designer = 'move_designer' WHERE name = 'support.mine';
	GRANT EXECUTE ON FUNCTION support.hand_over, support.page TO move_agent WITH GRANT OPTION;
	GRANT EXECUTE ON FUNCTION support.mine TO PUBLIC;
	SELECT create_action('support.off', '{"steps": [{"let": {"x": 1}}]}');
	SELECT activate_action('support.off');
	SELECT deactivate_action('support.off');
	SELECT create_action('support.draft', '{"steps": [{"perform": "support.page"}]}');
};

sub make_database
{
	my ($name) = @_;

	create_database($node, $name);
	$node->safe_psql($name, $tables);
	return;
}

make_database('test');
$node->safe_psql('test', $actions);
make_database($_) foreach qw(imported scripted filed);

# An export that a file keeps
sub export
{
	my ($database, $function) = @_;

	return $node->safe_psql($database, "SELECT $function()");
}

# A document as a literal
sub literal
{
	my ($document) = @_;

	return '$document$' . $document . '$document$';
}

my $everything = q{
	SELECT name, state, differs, signature, bound_table, run_as, read_only, plugins, description, designer FROM custom_actions.actions ORDER BY name;
	SELECT action, stage, rank, function, configuration, enabled FROM custom_actions.plugin_step ORDER BY id;
	SELECT p.oid::regprocedure, g FROM pg_proc AS p, LATERAL custom_actions.granted_roles(p.oid) AS g WHERE p.pronamespace = 'support'::regnamespace ORDER BY p.oid::regprocedure::text, g.role;
	SELECT * FROM custom_actions.table_setting ORDER BY 1;
};
my $calls = q{
	SELECT support.escalate_case(42, 'VIP');
	SELECT * FROM support.page(times => 3);
	SELECT invoke_action('support.hand_over', '{"target": 41, "agent": 2}');
	SELECT try_invoke_action('support.hand_over', '{"target": 1, "agent": 2}') - 'invocation';
	SELECT try_invoke_action('support.off') - 'invocation';
	SELECT support.mine();
	SELECT id, status, priority, owner_id FROM support.case ORDER BY id;
	SELECT id, case_id, title, done FROM support.task ORDER BY id;
};
my $stamps = q{
	SELECT name, modified_at, xmin FROM custom_actions.action ORDER BY name;
	SELECT action, version, xmin FROM custom_actions.version ORDER BY 1, 2;
	SELECT action, xmin FROM custom_actions.import ORDER BY 1;
	SELECT oid, xmin FROM pg_proc WHERE pronamespace = 'support'::regnamespace ORDER BY 1;
	SELECT last_value FROM custom_actions.step_id_seq;
};

my $document = export('test', 'export_actions');
my $script = export('test', 'export_actions_script');

is(export('test', 'export_actions'), $document, 'an export is the same each time');
unlike($document, qr/"version":|"id":|\d{4}-\d\d-\d\d/, 'nothing in it tells of the database');

# By document, first as drafts
$node->safe_psql('imported', 'SELECT count(*) FROM import_actions(' . literal($document) . ')');
is($node->safe_psql('imported', q{SELECT string_agg(DISTINCT state, ' ') FROM custom_actions.actions}), 'draft', 'what is imported is a draft');
$node->safe_psql('imported', 'SELECT count(*) FROM import_actions(' . literal($document) . ', activate => true)');

# By script, of a superuser
$node->safe_psql('scripted', $script);

# From files
$node->safe_psql('filed', 'SELECT count(*) FROM import_actions(' . literal($node->safe_psql('test', 'SELECT json_agg(document) FROM exported_actions()')) . ', activate => true)');

$node->safe_psql($_, q{ALTER FUNCTION support.mine OWNER TO move_owner; UPDATE custom_actions.action SET owner = 'move_owner' WHERE name = 'support.mine'})
  foreach qw(imported scripted filed);
my $expected = $node->safe_psql('test', $everything);
my $answers = $node->safe_psql('test', $calls);

like($answers, qr/nobody 3/, 'the calls do what they are to do');
foreach my $database (qw(imported scripted filed))
{
	is_text(export($database, 'export_actions'), $document, "$database: the export is the same as where it came from");
	is_text($node->safe_psql($database, $everything), $expected, "$database: so is all that is told of the actions");
	is_text($node->safe_psql($database, $calls), $answers, "$database: and what they do");

	my $before = $node->safe_psql($database, $stamps);

	is($node->safe_psql($database, 'SELECT string_agg(DISTINCT what, $$ $$) FROM import_actions(' . literal($document) . ', activate => true)'),
		'same', "$database: a second import says that all is the same");
	$node->safe_psql($database, $script);
	is_text($node->safe_psql($database, $stamps), $before, "$database: and neither it nor the script writes anything");
	is($node->safe_psql($database, 'SELECT string_agg(DISTINCT what, $$ $$) FROM import_actions(' . literal($document) . ', activate => true, overwrite => true)'),
		'same', "$database: nor does overwriting");
	is_text($node->safe_psql($database, $stamps), $before, "$database: which writes nothing either");
}

# Where nothing is that the actions need: drafts with what is wrong with them
create_database($node, 'empty');
$node->safe_psql('empty', 'CREATE SCHEMA support');
is( $node->safe_psql('empty', 'SELECT what, count(*) FROM import_actions(' . literal($document) . q{, dry_run => true) WHERE what IN ('refused', 'left out') GROUP BY 1}),
	'left out|6', 'no table and no function is needed for a draft');
my $findings = $node->safe_psql('empty', 'SELECT action, part, detail FROM import_actions(' . literal($document) . q{) WHERE what = 'warning' ORDER BY 1, 2});
like($findings, qr/^support\.escalate_case\|check table\|table "support\.case" does not exist/m, 'what is missing is told');
is($node->safe_psql('empty', 'SELECT count(*) FROM custom_actions.action'), 6, 'the drafts are there');
is_text(
	$node->safe_psql('empty', q{SELECT export_actions()::jsonb #> '{actions,2,definition,steps}'}),
	$node->safe_psql('test', q{SELECT export_actions()::jsonb #> '{actions,2,definition,steps}'}),
	'as they were written');
my ($status, $out, $err) = $node->psql('empty', 'SELECT count(*) FROM import_actions(' . literal($document) . ', activate => true)');
like($err, qr/import is refused/, 'they cannot be activated');
is($node->safe_psql('empty', 'SELECT count(*) FROM pg_proc WHERE pronamespace = $$support$$::regnamespace'), 0, 'and none of them is');

# By somebody who owns nothing
create_database($node, 'other');
$node->safe_psql('other', $tables . q{
	GRANT USAGE ON LANGUAGE custom_action TO move_designer;
	REVOKE move_designer FROM CURRENT_USER;
	SELECT create_action('support.page', '{}');
});
$out = $node->safe_psql('other', 'SET ROLE move_designer; SELECT action, part, what, detail FROM import_actions(' . literal($document) . q{, dry_run => true, overwrite => true) WHERE what IN ('refused', 'left out') ORDER BY 1, 2});
like($out, qr/^support\.page\|definition\|refused\|permission denied for action "support\.page"/m, 'somebody else\'s action is not replaced');
like($out, qr/^\|setting of table support\.case\|left out\|must be owner of table/m, 'nor are settings of somebody else\'s table');
$out = $node->safe_psql('other', 'SET ROLE move_agent; SELECT 1');
($status, $out, $err) = $node->psql('other', 'SET ROLE move_agent; SELECT export_actions()');
like($err, qr/permission denied for function export_actions\n.*It is for designers/s, 'who may not read drafts exports none');
($status, $out, $err) = $node->psql('other', 'SET ROLE move_agent; SELECT import_actions(\'{"format": 1, "actions": []}\')');
like($err, qr/permission denied for function import_actions/, 'nor imports any');

# Every node of a document replaced, taken away and added to: it is imported or refused,
# with a place, and a refusal changes nothing.
$node->safe_psql('imported', q{
	CREATE TABLE outcome (path text, mutant jsonb, state text, message text, detail text);
	CREATE FUNCTION fingerprint() RETURNS text LANGUAGE sql BEGIN ATOMIC
		SELECT md5(concat(
			(SELECT string_agg(a::text, '' ORDER BY a.name) FROM custom_actions.action AS a),
			(SELECT string_agg(s::text, '' ORDER BY s.id) FROM custom_actions.step AS s),
			(SELECT string_agg(p::text, '' ORDER BY p::text) FROM custom_actions.parameter AS p),
			(SELECT string_agg(p::text, '' ORDER BY p.id) FROM custom_actions.plugin_step AS p),
			(SELECT string_agg(t::text, '' ORDER BY t::text) FROM custom_actions.table_setting AS t),
			(SELECT string_agg(p::text, '' ORDER BY p.oid) FROM pg_proc AS p WHERE p.pronamespace = 'support'::regnamespace)));
	END;
	CREATE FUNCTION try(path text, mutant text) RETURNS void LANGUAGE plpgsql AS $f$
	DECLARE
		state text;
		message text;
		detail text;
		document json := mutant;
	BEGIN
		BEGIN
			PERFORM FROM import_actions(document, overwrite => true);
			RAISE division_by_zero;
		EXCEPTION
			WHEN division_by_zero THEN
				state := 'imported';
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
		END;
		INSERT INTO outcome VALUES (path, mutant::jsonb, state, message, detail);
	END $f$;
});
$node->safe_psql('imported', 'SET client_min_messages = error; CREATE TABLE before AS SELECT fingerprint();' . q{
	DO $do$
	DECLARE
		-- the two that hold the most
		good jsonb := (SELECT jsonb_set(d, '{actions}', jsonb_path_query_array(d, '$.actions[*] ? (@.definition.action like_regex "page|hand")'))
			FROM (SELECT } . literal($document) . q{::jsonb) AS document (d));
		place record;
		other jsonb;
	BEGIN
		FOR place IN
			WITH RECURSIVE node AS (
				SELECT '{}'::text[] AS path, good AS value
				UNION ALL
				SELECT n.path || m.key, m.value
				FROM node AS n, LATERAL (
					SELECT e.key, e.value FROM jsonb_each(CASE jsonb_typeof(n.value) WHEN 'object' THEN n.value ELSE '{}' END) AS e
					UNION ALL
					SELECT (a.number - 1)::text, a.value
					FROM jsonb_array_elements(CASE jsonb_typeof(n.value) WHEN 'array' THEN n.value ELSE '[]' END) WITH ORDINALITY AS a (value, number)) AS m)
			SELECT path, value FROM node WHERE path <> '{}'
		LOOP
			FOR other IN SELECT v FROM unnest(ARRAY['null', 'true', '-7', '"x"', '[]', '{}', '["x", 1]', '{"x": {"y": []}}']::jsonb[]) AS v LOOP
				PERFORM try(array_to_string(place.path, '.'), jsonb_set(good, place.path, other)::text);
			END LOOP;
			PERFORM try(array_to_string(place.path, '.'), (good #- place.path)::text);
			IF jsonb_typeof(place.value) = 'object' THEN
				PERFORM try(array_to_string(place.path, '.'), jsonb_set(good, place.path, place.value || '{"strange": 1}')::text);
			END IF;
		END LOOP;
	END $do$});
cmp_ok($node->safe_psql('imported', 'SELECT count(*) FROM outcome'), '>', 900, 'documents were broken in many places');
cmp_ok($node->safe_psql('imported', q{SELECT count(*) FROM outcome WHERE state = 'imported'}), '>', 100, 'some are sound nevertheless');
is($node->safe_psql('imported', q{SELECT path, state, message FROM outcome WHERE state ~ '^(XX|58)'}), '', 'none meets an internal error');
is( $node->safe_psql('imported', q{
	SELECT path, mutant #> string_to_array(path, '.'), state, message, detail FROM outcome
	WHERE state <> 'imported' AND path LIKE 'actions.%' AND NOT (detail ~ 'actions\.\d+|table_settings\.\d+' OR detail ~ 'support\.')
	LIMIT 3}), '', 'each refusal names a place');
is( $node->safe_psql('imported', q{SELECT count(*) FROM outcome WHERE message = 'document has format -7, this version of the extension reads format 1'}),
	1, 'an unknown format is told first');
is($node->safe_psql('imported', 'SELECT fingerprint() = (SELECT fingerprint FROM before)'), 't', 'and nothing is changed');

# Cut off, or nested without end
is( $node->safe_psql('imported', q{
	DO $do$
	DECLARE
		good text := } . literal($document) . q{;
	BEGIN
		FOR length IN 0 .. length(good) - 1 BY 61 LOOP
			BEGIN
				PERFORM import_actions(left(good, length)::json);
				RAISE 'imported %', length USING ERRCODE = 'UA002';
			EXCEPTION WHEN invalid_text_representation THEN NULL;
			END;
		END LOOP;
	END $do$}), '', 'one that is cut off is no JSON');
foreach my $nested (
	q{repeat('[', 200000) || repeat(']', 200000)},
	q{format('{"format": 1, "actions": [{"state": "draft", "definition": %s}]}', repeat('{"action": ', 50000) || '1' || repeat('}', 50000))},
	q{format('{"format": 1, "actions": [{"state": "draft", "definition": {"action": "a.b", "steps": %s}}]}', repeat('[{"group": null, "do": ', 20000) || '[]' || repeat('}]', 20000))})
{
	($status, $out, $err) = $node->psql('imported', "SELECT count(*) FROM import_actions(($nested)::json)");
	like($err, qr/ERROR:  (?:stack depth limit exceeded|document of actions cannot be imported|import is refused|invalid input syntax)/, 'deep nesting is refused');
}
is($node->safe_psql('imported', 'SELECT fingerprint() = (SELECT fingerprint FROM before)'), 't', 'and changes nothing');

log_is_clean($node, 'the log is clean');
done_testing();
