-- What a formula means is nothing the session of the caller decides.
BEGIN;
SET LOCAL client_min_messages = warning;
-- Since PostgreSQL 19 strings conform to the standard, whatever is set, and nobody is warned of others
SELECT current_setting('server_version_num')::integer < 190000 AS nonstandard \gset
SELECT plan(CASE WHEN :'nonstandard' THEN 40 ELSE 27 END);

CREATE SCHEMA desk;
SELECT is(create_action('desk.no_space', $$ {"run_as": "owner",
	"input": [ {"name": "code", "type": "text", "required": false},
		{"name": "empty", "type": "boolean", "default": "=null = null"},
		{"name": "tail", "type": "text", "default": "='a\\b'"} ],
	"output": [ {"name": "v", "type": "text"}, {"name": "same", "type": "boolean", "default": "=input.empty"},
		{"name": "end_", "type": "text", "default": "=input.tail"} ],
	"steps": [ {"require": "input.code is null or input.code !~ '[\\s;]'", "message": "no white space"},
		{"require": "(input.code = null) is null", "message": "null equals nothing"},
		{"output": {"v": "accepted: {{input.code || '\\'}}, {{E'it\\'s'}}"}} ]} $$), 'desk.no_space', 'an action that looks for white space');
SELECT is(activate_action('desk.no_space'), 1, 'is active');

CREATE TEMP TABLE expected (v) AS SELECT $${"v": "accepted: as\\, it's", "same": null, "end_": "a\\b"}$$::jsonb;

-- Every setting in a backend that has compiled it, and in one that has not
CREATE FUNCTION pg_temp.compile_anew() RETURNS void LANGUAGE sql AS 'ALTER FUNCTION desk.no_space COST 100';
CREATE FUNCTION pg_temp.holds(setting text, value text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	place text := format('%s = %s', setting, value);
BEGIN
	PERFORM set_config(setting, value, true), set_config('client_min_messages', 'error', true);
	PERFORM pg_temp.compile_anew();
	RETURN NEXT throws_ok($q$SELECT invoke_action('desk.no_space', '{"code": "a;b"}')$q$, 'UA002', 'no white space', place || ': a semicolon is refused');
	RETURN NEXT throws_ok($q$SELECT invoke_action('desk.no_space', '{"code": "a b"}')$q$, 'UA002', 'no white space', place || ': a blank is refused');
	RETURN NEXT is(invoke_action('desk.no_space', '{"code": "as"}'), (SELECT v FROM expected), place || ': a letter is not');
	RETURN NEXT is((SELECT to_jsonb(t) FROM desk.no_space(code => 'as') AS t), (SELECT v FROM expected), place || ': typed as well');
	RETURN NEXT is_empty('SELECT * FROM check_action(''desk.no_space'') WHERE severity = ''error''', place || ': nothing is wrong with it');
	PERFORM set_config(g.name, g.reset_val, true) FROM pg_settings AS g WHERE g.name = $1;
END
$$;
CREATE FUNCTION pg_temp.published_alike(setting text, value text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config(setting, value, true), set_config('client_min_messages', 'error', true);
	PERFORM create_action('desk.alike', (action_definition('desk.no_space')::jsonb || '{"action": "desk.alike"}')::json, true);
	PERFORM activate_action('desk.alike');
	PERFORM set_config(g.name, g.reset_val, true) FROM pg_settings AS g WHERE g.name = $1;
	RETURN NEXT is((SELECT to_jsonb(t) FROM desk.alike(code => 'as') AS t), (SELECT v FROM expected),
		format('%s = %s: published alike', setting, value));
	PERFORM drop_action('desk.alike');
END
$$;
SELECT x.line FROM (VALUES ('standard_conforming_strings', 'off'), ('transform_null_equals', 'on'), ('backslash_quote', 'off'),
	('backslash_quote', 'on'), ('escape_string_warning', 'on')) AS t (setting, value)
	CROSS JOIN LATERAL (SELECT pg_temp.holds(setting, value) UNION ALL SELECT pg_temp.published_alike(setting, value)) AS x (line)
WHERE :'nonstandard' OR t.setting NOT IN ('standard_conforming_strings', 'escape_string_warning');

-- The session keeps its own
\if :nonstandard
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
\endif
SET LOCAL transform_null_equals = on;
SELECT throws_ok('SELECT create_action(E''desk.broken'', E''{"steps": [{"let": {"x": "=1 +"}}]}''), activate_action(E''desk.broken'')', 'UA005', NULL,
	'a formula with a mistake');
\if :nonstandard
SELECT is(E'\\n'::text, '\\n', 'leaves standard_conforming_strings as it was');
\endif
SELECT throws_ok(E'SELECT invoke_action(''desk.no_space'', ''{"code": "a b"}'')', 'UA002', NULL, 'an action that fails');
SELECT is((SELECT count(*) FROM (VALUES (NULL::integer)) AS t (x) WHERE x = NULL), 1::bigint, 'leaves transform_null_equals');
RESET standard_conforming_strings;
RESET transform_null_equals;
SELECT throws_ok($$SELECT invoke_action('desk.no_space', '{"code": "a;b"}')$$, 'UA002', NULL, 'nothing stays behind in the backend');
SELECT is(invoke_action('desk.no_space', '{"code": "s"}') ->> 'v', E'accepted: s\\, it''s', 'for good input either');
SELECT is(current_setting('transform_null_equals'), 'off', 'transform_null_equals is what it was');
SELECT is(current_setting('backslash_quote'), 'safe_encoding', 'backslash_quote is what it was');

SELECT * FROM finish();
ROLLBACK;
