-- Escalating a case: each side locks and reads the case, refuses a closed or a
-- missing one, creates a task and returns its id, changes status and priority,
-- and assigns the case. Four statements as they are written; the action may run
-- the last two, which change one row, as one.
SET search_path = pg_catalog, public;

SELECT create_action('ours.escalate', '
{ "table": "desk.case",
  "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "reason", "type": "text"},
              {"name": "bump", "type": "integer", "default": 1},
              {"name": "owner", "type": "integer", "required": false} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id"} ],
  "steps": [
    {"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed"},
    {"create": "desk.task", "as": "task",
     "set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}", "due": "=now() + interval ''4 hours''"}},
    {"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}},
    {"assign": "target", "to": "=coalesce(input.owner, target.owner_id)", "column": "owner_id"} ] }');
SELECT activate_action('ours.escalate');

CREATE FUNCTION rival.escalate(target bigint, reason text, bump integer DEFAULT 1, owner integer DEFAULT NULL, OUT task_id bigint)
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	found_status text;
	found_owner integer;
BEGIN
	SELECT c.status, c.owner_id INTO found_status, found_owner FROM desk.case AS c WHERE c.id = target FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	IF found_status = 'closed' THEN
		RAISE EXCEPTION 'case % is closed', target;
	END IF;
	INSERT INTO desk.task (case_id, title, due) VALUES (target, 'Escalated: ' || reason, now() + interval '4 hours')
	RETURNING id INTO task_id;
	UPDATE desk.case SET status = 'escalated', priority = priority + bump WHERE id = target;
	UPDATE desk.case SET owner_id = coalesce(owner, found_owner) WHERE id = target;
END
$$;

-- The same by someone who sees that the two updates can be one.
CREATE FUNCTION rival.escalate_merged(target bigint, reason text, bump integer DEFAULT 1, owner integer DEFAULT NULL, OUT task_id bigint)
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	found_status text;
	found_owner integer;
BEGIN
	SELECT c.status, c.owner_id INTO found_status, found_owner FROM desk.case AS c WHERE c.id = target FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	IF found_status = 'closed' THEN
		RAISE EXCEPTION 'case % is closed', target;
	END IF;
	INSERT INTO desk.task (case_id, title, due) VALUES (target, 'Escalated: ' || reason, now() + interval '4 hours')
	RETURNING id INTO task_id;
	UPDATE desk.case SET status = 'escalated', priority = priority + bump, owner_id = coalesce(owner, found_owner) WHERE id = target;
END
$$;

-- JSON in, JSON out: reads the same keys with the same default, and refuses to go
-- without the required ones. (It lets unknown keys pass, which invoke_action does not.)
CREATE FUNCTION rival.escalate_json(input jsonb)
RETURNS jsonb
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	target bigint := (input ->> 'target')::bigint;
	reason text := input ->> 'reason';
	bump integer := coalesce((input ->> 'bump')::integer, 1);
	owner integer := (input ->> 'owner')::integer;
	found_status text;
	found_owner integer;
	task_id bigint;
BEGIN
	IF target IS NULL OR reason IS NULL THEN
		RAISE EXCEPTION 'target and reason are required' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT c.status, c.owner_id INTO found_status, found_owner FROM desk.case AS c WHERE c.id = target FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	IF found_status = 'closed' THEN
		RAISE EXCEPTION 'case % is closed', target;
	END IF;
	INSERT INTO desk.task (case_id, title, due) VALUES (target, 'Escalated: ' || reason, now() + interval '4 hours')
	RETURNING id INTO task_id;
	UPDATE desk.case SET status = 'escalated', priority = priority + bump WHERE id = target;
	UPDATE desk.case SET owner_id = coalesce(owner, found_owner) WHERE id = target;
	RETURN jsonb_build_object('task_id', task_id);
END
$$;

-- The statements alone, in C, without a SET clause and without the checks: four of
-- them, or three.
CREATE FUNCTION floor.escalate(target bigint, reason text, bump integer DEFAULT 1, owner integer DEFAULT NULL) RETURNS bigint
LANGUAGE c AS 'custom_actions_bench', 'floor_escalate';
CREATE FUNCTION floor.escalate_merged(target bigint, reason text, bump integer DEFAULT 1, owner integer DEFAULT NULL) RETURNS bigint
LANGUAGE c AS 'custom_actions_bench', 'floor_escalate_merged';
