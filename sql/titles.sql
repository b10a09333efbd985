\i test/sql/prelude.sql
-- What people call actions and inputs, who is shown them, and what is deprecated.

SELECT create_action('desk.old', '{"title": "Old way", "visibility": "internal", "deprecated": "use desk.new",
	"input": [{"name": "n", "type": "integer", "title": "How many"}],
	"output": [{"name": "m", "type": "integer", "title": "That many", "default": "=input.n"}], "steps": []}');
SELECT activate_action('desk.old');
SELECT title, visibility, deprecated FROM custom_actions.actions WHERE name = 'desk.old';
SELECT describe_action('desk.old');
SELECT action_definition('desk.old');

-- told once in a session, also through others, and again when it says something else
SELECT desk.old(1);
SELECT desk.old(1), invoke_action('desk.old', '{"n": 2}');
SELECT define('desk.outside', '{"steps": [{"perform": "desk.old", "with": {"n": 1}}]}');
\c
SET client_min_messages = warning;
SELECT desk.outside();
RESET client_min_messages;
SELECT desk.outside();
SELECT desk.outside();
SELECT set_action_value('desk.old', 'deprecated', 'use desk.newer');
SELECT set_action_value('desk.old', 'visibility', 'agent');
SELECT path, change, before, after FROM diff_action('desk.old');
SELECT activate_action('desk.old');
SELECT desk.old(1);
SELECT set_action_value('desk.old', 'deprecated', NULL);
SELECT set_action_value('desk.old', 'visibility', NULL);
SELECT activate_action('desk.old');
SELECT desk.old(1);
SELECT title, visibility, deprecated FROM custom_actions.actions WHERE name = 'desk.old';

SELECT brief($$SELECT set_action_value('desk.old', 'visibility', 'secret')$$);
SELECT brief($$SELECT create_action('desk.wrong', '{"title": 3, "visibility": "all", "deprecated": true}')$$);

-- copied, exported and imported with the rest
SELECT copy_action('desk.old', 'desk.copied');
SELECT title FROM custom_actions.action WHERE name = 'desk.copied';
SET client_min_messages = warning;
DROP SCHEMA desk CASCADE;
