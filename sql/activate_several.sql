-- activate_actions: several at once, each after those it performs, and those that
-- perform each other.
\i test/sql/prelude.sql

-- a chain, given in the wrong order
SELECT create_action('desk.a', '{"steps": [{"perform": "desk.b"}]}');
SELECT create_action('desk.b', '{"steps": [{"perform": "desk.c", "with": {"n": 1}}]}');
SELECT create_action('desk.c', '{"input": [{"name": "n", "type": "integer"}], "steps": []}');
SELECT activate_action('desk.a');
SELECT * FROM activate_actions('{desk.a, desk.b, desk.c}', 'all');
SELECT action, version, note FROM custom_actions.version ORDER BY 1;
SELECT * FROM activate_actions('{desk.b, desk.a}');

-- a circle, none of which is published
SELECT create_action('desk.even', '{
	"input": [{"name": "n", "type": "integer"}],
	"output": [{"name": "answer", "type": "boolean", "default": "=coalesce(o.answer, true)"}],
	"steps": [{"perform": "desk.odd", "as": "o", "when": "input.n > 0", "with": {"n": "=input.n - 1"}}]}');
SELECT create_action('desk.odd', '{
	"description": "Whether a number is odd",
	"input": [{"name": "n", "type": "integer"}],
	"output": [{"name": "answer", "type": "boolean", "default": "=coalesce(e.answer, false)"}],
	"steps": [{"perform": "desk.even", "as": "e", "when": "input.n > 0", "with": {"n": "=input.n - 1"}}]}');
SELECT * FROM activate_actions('{desk.even, desk.odd}');
SELECT desk.even(4), desk.even(5), desk.odd(3);
SELECT name, state, differs, version FROM custom_actions.actions ORDER BY name;
SELECT action, version FROM custom_actions.version ORDER BY 1, 2;
SELECT p.proname, p.proacl IS NULL AS to_all, obj_description(p.oid) FROM pg_proc AS p WHERE p.pronamespace = 'desk'::regnamespace ORDER BY 1;

-- each gets an optional input that the other uses
UPDATE custom_actions.step SET arguments = arguments || '{"with": {"n": "=input.n - 1", "depth": "=input.depth + 1"}}' WHERE action IN ('desk.even', 'desk.odd');
SELECT add_action_parameter('desk.even', 'depth', 'integer', default_value => '0');
SELECT add_action_parameter('desk.odd', 'depth', 'integer', default_value => '0');
SELECT severity, location, message FROM check_action('desk.odd');
SELECT * FROM activate_actions('{desk.odd, desk.even}');
SELECT desk.even(4), desk.even(5, 1), desk.odd(3);
SELECT * FROM activate_actions('{desk.odd, desk.even}');

-- one that is wrong: nothing is activated, nothing is left of the others
SELECT create_action('desk.x', '{"steps": [{"perform": "desk.y"}]}');
SELECT create_action('desk.y', '{"steps": [{"perform": "desk.x"}, {"let": {"a": "=nothing"}}]}');
SELECT * FROM activate_actions('{desk.x, desk.y}');
SELECT * FROM activate_actions('{desk.x, desk.z}');
SELECT * FROM activate_actions('{desk.x, NULL}');
SELECT * FROM activate_actions(NULL);
SELECT * FROM activate_actions('{}');
SELECT name, state FROM custom_actions.actions WHERE name ~ '[xyz]$' ORDER BY name;
