-- Plug-ins: a check in C and one in PL/pgSQL at each of the four stages, against
-- PL/pgSQL that calls the same checks itself at the same places; and what empty
-- plug-ins add to a call.
--
-- Both sides call the same PL/pgSQL function. The rival hands it what it and its
-- like would look at; the context that plug-ins get says more than that.
SET search_path = pg_catalog, public;

CREATE FUNCTION tools.check_reason(context jsonb)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
	IF coalesce(context -> 'input' ->> 'reason', '') = '' THEN
		RAISE EXCEPTION 'a reason is needed at %', context ->> 'stage' USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
CREATE FUNCTION tools.check_reason_c(internal) RETURNS void LANGUAGE c AS 'custom_actions_bench', 'plugin_check_reason';
CREATE FUNCTION floor.check_reason(reason text) RETURNS void LANGUAGE c AS 'custom_actions_bench', 'floor_check_reason';

CREATE FUNCTION tools.nothing(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION tools.nothing_c(internal) RETURNS void LANGUAGE c AS 'custom_actions_bench', 'plugin_nothing';

-- The work of ours.escalate, and an action without any work
SELECT create_action('ours.checked', (action_definition('ours.escalate')::jsonb - 'action')::json);
SELECT create_action('ours.checks', '
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "target_id", "type": "bigint"}, {"name": "reason", "type": "text"} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=input.target_id"} ] }');
SELECT activate_action(name) FROM unnest(ARRAY['ours.checked', 'ours.checks']) AS name;
SELECT register_plugin(name, stage, function)
FROM unnest(ARRAY['ours.checked', 'ours.checks']) AS name,
	unnest(ARRAY['pre_validation', 'pre_operation', 'main_operation', 'post_operation']) AS stage,
	unnest(ARRAY['tools.check_reason_c', 'tools.check_reason']) AS function;

CREATE FUNCTION rival.checked(target bigint, reason text, bump integer DEFAULT 1, owner integer DEFAULT NULL, OUT task_id bigint)
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	input jsonb := jsonb_build_object('reason', reason, 'bump', bump, 'owner', owner);
	found_status text;
	found_owner integer;
BEGIN
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'pre_validation', 'target', target, 'input', input));
	SELECT c.status, c.owner_id INTO found_status, found_owner FROM desk.case AS c WHERE c.id = target FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'pre_operation', 'target', target, 'input', input));
	IF found_status = 'closed' THEN
		RAISE EXCEPTION 'case % is closed', target;
	END IF;
	INSERT INTO desk.task (case_id, title, due) VALUES (target, 'Escalated: ' || reason, now() + interval '4 hours')
	RETURNING id INTO task_id;
	UPDATE desk.case SET status = 'escalated', priority = priority + bump WHERE id = target;
	UPDATE desk.case SET owner_id = coalesce(owner, found_owner) WHERE id = target;
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'main_operation', 'target', target, 'input', input));
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'post_operation', 'target', target, 'input', input,
		'output', jsonb_build_object('task_id', task_id)));
END
$$;

CREATE FUNCTION rival.checks(target_id bigint, reason text, OUT task_id bigint)
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	input jsonb := jsonb_build_object('target_id', target_id, 'reason', reason);
BEGIN
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'pre_validation', 'input', input));
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'pre_operation', 'input', input));
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'main_operation', 'input', input));
	task_id := target_id;
	PERFORM floor.check_reason(reason);
	PERFORM tools.check_reason(jsonb_build_object('stage', 'post_operation', 'input', input,
		'output', jsonb_build_object('task_id', task_id)));
END
$$;

-- The same small action three times: without plug-ins, with ten empty ones in C, and with ten in PL/pgSQL
SELECT create_action(name, '
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "a", "type": "bigint"} ],
  "output": [ {"name": "b", "type": "bigint", "default": "=input.a + 1"} ] }')
FROM unnest(ARRAY['ours.plain', 'ours.plain_c', 'ours.plain_plpgsql']) AS name;
SELECT activate_action(name) FROM unnest(ARRAY['ours.plain', 'ours.plain_c', 'ours.plain_plpgsql']) AS name;
SELECT register_plugin('ours.plain_c', 'pre_operation', 'tools.nothing_c'), register_plugin('ours.plain_plpgsql', 'pre_operation', 'tools.nothing')
FROM generate_series(1, 10);
