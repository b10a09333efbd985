-- What an error says of itself is still there when it is shown, whatever memory the invocation had.
\i test/sql/prelude.sql
\pset format unaligned
CREATE TYPE desk.mood AS ENUM ('good');
SELECT create_action('desk.big', '{
	"input": [{"name": "mood", "type": "desk.mood", "required": false}, {"name": "list", "type": "text[]", "required": false}],
	"output": [{"name": "result", "type": "text", "default": "x"}], "steps": [{"let": {"x": 1}}]}');
CREATE FUNCTION desk.give(context jsonb) RETURNS jsonb LANGUAGE sql AS
	$$SELECT '{"input": {"mood": "bad"}}'::jsonb WHERE context -> 'input' IS NOT NULL$$;
SELECT activate_action('desk.big');
SELECT register_plugin('desk.big', 'pre_operation', 'desk.give') AS id;
-- a session that has used little memory so far
\c -
\set VERBOSITY sqlstate
SELECT desk.big(list => (SELECT array_agg(i::text) FROM generate_series(1, 100000) AS i));
SELECT desk.big(list => (SELECT array_agg(i::text) FROM generate_series(1, 1000000) AS i));
SELECT 'alive' AS server;
