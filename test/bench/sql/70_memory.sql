-- Eleven actions of five steps whose memory is compared (require, get, create,
-- update, assign), and eleven functions with the same statements in PL/pgSQL.
SET search_path = pg_catalog, public;

SELECT create_action('ours.five_steps_' || i, '
{ "table": "desk.case",
  "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "reason", "type": "text"}, {"name": "owner", "type": "integer"} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id"} ],
  "steps": [
    {"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed"},
    {"get": "desk.agent", "as": "agent", "id": "=input.owner"},
    {"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "{{agent.name}}: {{input.reason}}"}},
    {"update": "target", "set": {"status": "escalated", "priority": "=priority + 1"}},
    {"assign": "target", "to": "=input.owner", "column": "owner_id"} ] }')
FROM generate_series(1, 11) AS i;
SELECT activate_action('ours.five_steps_' || i) FROM generate_series(1, 11) AS i;

SELECT format($create$
CREATE FUNCTION rival.five_steps_%s(target bigint, reason text, owner integer, OUT task_id bigint)
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $body$
DECLARE
	found_status text;
	agent_name text;
BEGIN
	SELECT c.status INTO found_status FROM desk.case AS c WHERE c.id = target FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case %% does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	IF found_status = 'closed' THEN
		RAISE EXCEPTION 'case %% is closed', target;
	END IF;
	SELECT a.name INTO agent_name FROM desk.agent AS a WHERE a.id = owner;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'agent %% does not exist', owner USING ERRCODE = 'no_data_found';
	END IF;
	INSERT INTO desk.task (case_id, title) VALUES (target, agent_name || ': ' || reason) RETURNING id INTO task_id;
	UPDATE desk.case SET status = 'escalated', priority = priority + 1 WHERE id = target;
	UPDATE desk.case SET owner_id = owner WHERE id = target;
END
$body$$create$, i)
FROM generate_series(1, 11) AS i
\gexec
