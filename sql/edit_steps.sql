-- Adding, moving, removing, switching and wrapping steps by their paths.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', priority integer NOT NULL DEFAULT 0);
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text);
CREATE FUNCTION public.shown(name text) RETURNS TABLE (path text, step text)
LANGUAGE sql AS $$
	SELECT p.path, concat_ws(' ', s.kind, s.subject, CASE WHEN NOT s.enabled THEN '(off)' END)
	FROM custom_actions.step_paths(name) AS p JOIN custom_actions.step AS s USING (id) ORDER BY 1
$$;

SELECT define('desk.work', $$
{ "table": "desk.case",
  "steps": [
    {"require": "target.status <> 'closed'"},
    {"update": "target", "set": {"status": "busy"}},
    {"create": "desk.task", "set": {"case_id": "=target.id"}} ] } $$);
CREATE TABLE ids AS SELECT id FROM custom_actions.step;

SELECT add_step('desk.work', '{"update": "target", "set": {"priority": "=priority + 1"}}');
SELECT add_step('desk.work', '{"require": "target.priority < 9", "message": "Enough"}', before => '2');
SELECT brief($x$SELECT add_step('desk.work', '[{"group": "first"}, {"group": "second"}]', after => '1')$x$);
SELECT add_step('desk.work', '[{"group": "first", "do": []}, {"group": "second", "do": [{"update": "target", "set": {"status": "a"}}]}]', after => '1');
SELECT add_step('desk.work', '{"update": "target", "set": {"status": "b"}}', inside => '2');
SELECT add_step('desk.work', '{"update": "target", "set": {"status": "c"}}', before => '3.do.1');
SELECT add_step('desk.work', '{"stop": "canceled"}', inside => '5.on_error');
SELECT add_step('desk.work', '{"choose": null, "cases": [{"when": "target.priority = 1", "do": []}]}');
SELECT add_step('desk.work', '{"when": "target.priority = 2", "do": [{"update": "target", "set": {"status": "d"}}]}', inside => '8');
SELECT add_step('desk.work', '{"when": "target.priority = 0", "do": []}', before => '8.case 1');
SELECT add_step('desk.work', '{"update": "target", "set": {"status": "e"}}', inside => '8.case 1');
SELECT add_step('desk.work', '{"update": "target", "set": {"status": "f"}}', inside => '8.else');
SELECT * FROM shown('desk.work');

SELECT move_step('desk.work', '8', before => '2');
SELECT move_step('desk.work', '2.case 3', before => '2.case 1');
SELECT move_step('desk.work', '3', after => '3');
SELECT move_step('desk.work', '3', inside => '4');
SELECT move_step('desk.work', '3.do.3', inside => '2.else');
SELECT move_step('desk.work', '3', after => '7');
SELECT * FROM shown('desk.work');

SELECT disable_step('desk.work', '3');
SELECT enable_step('desk.work', '3');
SELECT disable_step('desk.work', '4');
SELECT wrap_steps('desk.work', '3', '4', $$target.status = 'open'$$);
SELECT wrap_steps('desk.work', '4');
SELECT wrap_steps('desk.work', '2.else.2', '2.else.1', 'true');
SELECT remove_step('desk.work', '2.case 2');
SELECT remove_step('desk.work', '2');
SELECT * FROM shown('desk.work');
SELECT count(*) AS ids_that_stayed FROM ids JOIN custom_actions.step USING (id);

-- Between two steps there is always room.
DO $$
BEGIN
	SET LOCAL client_min_messages = warning;
	PERFORM create_action('desk.many', '{"table": "desk.case", "steps": [{"group": "first", "do": []}, {"group": "last", "do": []}]}');
	FOR i IN 1 .. 40 LOOP
		PERFORM add_step('desk.many', format('[{"group": "%s a", "do": []}, {"group": "%s b", "do": []}]', i, i)::json, before => '2');
	END LOOP;
END $$;
SELECT count(*), max(scale(position)) <= 8 AS short FROM custom_actions.step WHERE action = 'desk.many';
SELECT path, subject FROM custom_actions.step_paths('desk.many') JOIN custom_actions.step USING (id) WHERE place IN (1, 2, 3, 4, 81, 82) ORDER BY place;

-- What cannot be.
SELECT brief($x$SELECT add_step('desk.work', '{"updat": "target"}')$x$);
SELECT add_step('desk.work', '[]');
SELECT add_step('desk.work', NULL);
SELECT add_step('desk.work', '{"group": null, "do": []}', before => '9');
SELECT add_step('desk.work', '{"group": null, "do": []}', before => '2', after => '1');
SELECT add_step('desk.work', '{"group": null, "do": []}', before => '2.when');
SELECT add_step('desk.work', '{"group": null, "do": []}', inside => 'timeout');
SELECT add_step('desk.work', '{"group": null, "do": []}', inside => '1');
SELECT add_step('desk.work', '{"group": null, "do": []}', inside => '2.else');
SELECT add_step('desk.work', '{"group": null, "do": []}', inside => '3.then');
SELECT add_step('desk.work', '{"when": "true", "do": []}');
SELECT move_step('desk.work', '2');
SELECT move_step('desk.work', '2', inside => '2.then');
SELECT move_step('desk.work', '2', before => '2.then.1');
SELECT wrap_steps('desk.work', '1', '2.then.1');
SELECT wrap_steps('desk.work', NULL);
SELECT remove_step('desk.work', '77');
SELECT remove_step('desk.work', NULL);

-- A key that stands twice
SELECT add_step('desk.work', '{"update": "target", "set": {"status": "a", "status": "b"}}');
SELECT add_step('desk.work', '{"get": "target", "when": "true", "when": "false"}');
SELECT add_step('desk.work', '{"let": {"a": {"b": 1, "b": 2}}}');
SELECT add_step('desk.work', '{"when": "true", "when": "false", "do": []}', inside => '1');
SELECT add_step('desk.work', '{"choose": null, "cases": [{"when": "true", "when": "false", "do": []}]}');

-- Inside which list
SELECT add_step('desk.work', '{"choose": null, "cases": [{"when": "true", "do": []}]}', before => '1');
SELECT add_step('desk.work', '{"get": "target"}', inside => '1');
SELECT undo_action_edit('desk.work') IS NOT NULL AS undone;

-- Where nothing changes, nothing is kept to be taken back.
SELECT what FROM custom_actions.edit WHERE action = 'desk.work' ORDER BY number DESC LIMIT 1;
SELECT move_step('desk.work', '1', before => '1');
SELECT move_step('desk.work', '1', before => '2');
SELECT move_step('desk.work', '2', after => '1');
SELECT disable_step('desk.work', '1');
SELECT disable_step('desk.work', '1');
SELECT enable_step('desk.work', '1');
SELECT enable_step('desk.work', '1');
SELECT undo_action_edit('desk.work') FROM generate_series(1, 2);
SELECT what FROM custom_actions.edit WHERE action = 'desk.work' ORDER BY number DESC LIMIT 1;

-- Nothing given
SELECT add_step('desk.work', NULL);
SELECT add_step(NULL, '{}');
SELECT wrap_steps('desk.work', '1', '2', ' ');
SELECT undo_action_edit(NULL);
SELECT copy_action('desk.work', '');
SELECT rename_action('desk.work', 'a b');
