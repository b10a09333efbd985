-- Copying and renaming actions.
\i test/sql/prelude.sql

CREATE SCHEMA "Other desk";
CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', n integer NOT NULL DEFAULT 0);
INSERT INTO desk.case VALUES (1);
CREATE FUNCTION desk.notice(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'plug-in of %', context ->> 'action'; END $$;

SELECT define('desk.work', $$
{ "table": "desk.case", "log": "basic",
  "steps": [
    {"update": "target", "set": {"n": "=n + 1"}},
    {"if": "target.n < 3", "then": [ {"perform": "desk.work", "with": {"target": "=target.id"}} ]} ] } $$);
SELECT register_plugin('desk.work', 'post_operation', 'desk.notice') > 0 AS registered;
GRANT EXECUTE ON FUNCTION desk.work TO PUBLIC;
SELECT invoke_action('desk.work', '{"target": 1}');

SELECT copy_action('desk.work', 'work_too');
SELECT action_definition('desk.work_too');
SELECT copy_action('desk.work', '"Other desk".work');
SELECT copy_action('desk.work', 'desk.work_too');
SELECT copy_action('desk.work', 'select');
SELECT copy_action('desk.work', NULL);
SELECT copy_action('desk.nothing', 'x');
SELECT activate_action('desk.work_too');
SELECT invoke_action('desk.work_too', '{"target": 1}');

SELECT set_action_value('desk.work', '1.set.n', '=n + 2');
SELECT rename_action('desk.work', 'do_work');
SELECT name, state, version, differs FROM custom_actions.actions ORDER BY name;
SELECT action_definition('desk.do_work');
SELECT action, version FROM custom_actions.version ORDER BY action, version;
SELECT action, status, count(*) FROM custom_actions.log GROUP BY 1, 2 ORDER BY 1;
SELECT has_function_privilege('public', 'desk.do_work(integer)', 'EXECUTE');
SELECT undo_action_edit('desk.do_work');
SELECT invoke_action('desk.do_work', '{"target": 1}');
SELECT rename_action('desk.do_work', '"Other desk".finish');
SELECT rename_action('"Other desk".finish', 'desk.finish');
SELECT rename_action('"Other desk".work', 'finish');
SELECT rename_action('"Other desk".finish', 'finish');
SELECT rename_action('desk.finish', 'desk.work_too');
SELECT rename_action('desk.finish', 'end');
SELECT rename_action('desk.nothing', 'x');
SELECT action, count(*) FROM custom_actions.log GROUP BY 1 ORDER BY 1;

-- A draft alone; what performs it follows.
SELECT create_action('desk.small', '{"steps": []}');
SELECT create_action('desk.big', '{"steps": [{"perform": "desk.small"}]}');
SELECT rename_action('desk.small', 'tiny');
SELECT subject FROM custom_actions.step WHERE action = 'desk.big';
