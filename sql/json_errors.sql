-- A definition that is no JSON: where, and what to do.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
SELECT create_action('desk.broken', $$
{ "input": [ {"name": "reason", "type": "text"} ],
  "steps": [ {"require": "input.reason <> ''"}, ] }
$$);
\echo :LAST_ERROR_SQLSTATE
CREATE FUNCTION mistake(document text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	PERFORM create_action('desk.broken', document);
	detail := 'accepted';
EXCEPTION WHEN invalid_text_representation THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	IF message <> 'definition of action "desk.broken" is no valid JSON' THEN
		detail := message;
	END IF;
END $$;
SELECT m.* FROM unnest(ARRAY[
	-- commas
	'{"steps": [],}', E'{\n  "table": "a",\n  "steps": [],\n\n}', '{"steps": [1, ]}', '{"steps": [],, "key": 1}', '{, "key": 1}', '[,1]', '{"steps": []},',
	'{"table": "a" "steps": []}', E'{"table": "a"\n "steps": []}', '{"steps": [{"a": 1} {"b": 2}]}', '{"a": 1 2}', '{"a": [true false]}',
	-- texts
	E'{"a": "one\ntwo"}', E'{"a": "one\r\ntwo"}', E'{"a": "one\ttwo"}', E'{"a": "one\x01two"}', E'{"a": "one,\n "b": 1}', '{"a": "one', '{"a": "say "hello""}', '{"a": "C:\dir"}', '{"a": "\u12"}', '{"a": "\u0000"}', '{"a": "\ud83d"}',
	-- quotes
	'{“table”: "a"}', '{"table": „a“}', '{"table": ‘a’}', '{"table": «a»}', '{"table”: "a"}', '{"table": "a”}', E'{"table": "a”,\n "b": 1}', '{''table'': "a"}', '{"table": ''a''}', '{table: "a"}', '{"table": a}', '{"a": `b`}',
	-- comments, words, numbers
	E'{"a": 1, // one\n "b": 2}', '{"a": 1 /* one */}', E'# one\n{}', E'{"a": 1, -- one\n "b": 2}', '{"a": True}', '{"a": None}', '{"a": 01}', '{"a": .5}', '{"a": +1}', '{"a" = 1}', '{"a" 1}', '{"a"}', '{1: 2}',
	-- the end
	'', '   ', '{', '{"a": [1, 2}', E'{"a": [\n  {"b": 1},\n  {"c": 2}\n', '{"a": 1', '{"a":', '{"a"', '{"a": 1}}', '{} {}', '}',
	-- blanks that are none
	E'\uFEFF{}', E'{"a":\u00A01}']) WITH ORDINALITY AS d(document, n), mistake(document) AS m ORDER BY n;
-- only a part of a long line, counted in characters
SELECT m.* FROM mistake('{"a": "' || repeat('ä', 100) || '", "b": 1,}') AS m;
SELECT m.* FROM mistake('{"a": x' || repeat('ä', 100) || '}') AS m;
-- typographic quotes in a text are a text
SELECT m.* FROM mistake('{"description": "say “hello”: now", "steps": [1,]}') AS m;
SELECT mistake('{"description": "say “hello”", "steps": []}');

-- which function it is
SELECT create_action('desk.a');
SELECT create_action('desk.a', definition => '{}', or_replace => true);
SELECT create_action(name => 'desk.a', or_replace => true);
SELECT create_action('desk.a', document => '{}', or_replace => true);
SELECT create_action('desk.a', '{"description": "x"}', or_replace => true);
SELECT create_action('desk.a', '{"description": "x"}', true);
SELECT create_action('desk.a', '{"description": "y"}'::json, true);
SELECT create_action('desk.a', format('{"description": %s}', to_json('z'::text)), true);
SELECT create_action('desk.a', '{"action": "desk.b"}', true);
SELECT create_action('desk.a', '{}');
SELECT create_action('desk.a', '[]', true);
SELECT create_action('desk.a', NULL);
SELECT create_action('desk.a', NULL::text);
SELECT create_action('desk.a', NULL::json);
SELECT create_action(NULL, '{,}');
PREPARE typed(text, json) AS SELECT create_action($1, $2, true);
EXECUTE typed('desk.a', '{"description": "typed"}');
PREPARE untyped AS SELECT create_action($1, $2, $3);
EXECUTE untyped('desk.a', '{"description": "untyped",}', true);
EXECUTE untyped('desk.a', '{"description": "untyped"}', true);
SELECT description FROM custom_actions.action WHERE name = 'desk.a';
-- not for everyone
CREATE ROLE regress_json_errors;
SET ROLE regress_json_errors;
SELECT create_action('desk.a', '{,}');
RESET ROLE;
SELECT grant_action_design('regress_json_errors');
GRANT CREATE, USAGE ON SCHEMA desk TO regress_json_errors;
SET ROLE regress_json_errors;
SELECT create_action('desk.own', '{,}');
SELECT create_action('desk.own', '{}');
RESET ROLE;
SELECT drop_action('desk.own', true);
DROP OWNED BY regress_json_errors;
DROP ROLE regress_json_errors;
