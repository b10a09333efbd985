-- Escalating a case and recording it: the action as it is in 10_escalate.sql, with
-- a summary, and PL/pgSQL that writes the same row into a table like the log.
SET search_path = pg_catalog, public;

SELECT create_action('ours.escalate_told',
	(action_definition('ours.escalate')::jsonb - 'action'
	 || '{"summary": "Escalated case {{target.id}}: {{input.reason}}"}')::json);
SELECT activate_action('ours.escalate_told');

CREATE TABLE rival.log (LIKE custom_actions.log INCLUDING ALL);
ALTER TABLE rival.log DROP COLUMN touched_rows;
CREATE INDEX ON rival.log USING gin (touched jsonb_path_ops) WHERE touched IS NOT NULL;

CREATE FUNCTION rival.escalate_logged(target bigint, reason text, bump integer DEFAULT 1, owner integer DEFAULT NULL, OUT task_id bigint)
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	began timestamptz := clock_timestamp();
	call uuid := gen_random_uuid();
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
	INSERT INTO rival.log (id, correlation, action, version, status, started_at, duration, depth,
		caller, invoker, "session_user", actor, client, target, touched, summary, tag, rows_written)
	VALUES (call, call, 'rival.escalate', 1, 'succeeded', began, clock_timestamp() - began, 1,
		current_user, current_user, session_user, current_setting('custom_actions.actor', true),
		jsonb_build_object('application_name', current_setting('application_name'), 'address', inet_client_addr()),
		jsonb_build_object('id', target),
		jsonb_build_object('desk.case', jsonb_build_object('updated', jsonb_build_array(jsonb_build_object('id', target))),
			'desk.task', jsonb_build_object('created', jsonb_build_array(jsonb_build_object('id', task_id)))),
		format('Escalated case %s: %s', target, reason), current_setting('custom_actions.tag', true), 3);
END
$$;

SELECT format('CREATE FUNCTION rival.ten_creates_logged(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $body$
DECLARE
	began timestamptz := clock_timestamp();
	call uuid := gen_random_uuid();
	ids bigint[] := array_fill(NULL::bigint, ARRAY[10]);
BEGIN
	%s
	INSERT INTO rival.log (id, correlation, action, version, status, started_at, duration, depth,
		caller, invoker, "session_user", actor, client, touched, tag, rows_written)
	VALUES (call, call, %L, 1, %L, began, clock_timestamp() - began, 1,
		current_user, current_user, session_user, current_setting(%L, true),
		jsonb_build_object(%L, current_setting(%L), %L, inet_client_addr()),
		jsonb_build_object(%L, jsonb_build_object(%L, (SELECT jsonb_agg(jsonb_build_object(%L, id)) FROM unnest(ids) AS id))),
		current_setting(%L, true), 10);
END $body$',
	string_agg(format('INSERT INTO desk.line (case_id, title) VALUES (a, %L) RETURNING id INTO b; ids[%s] := b;', 'Line ' || i, i), ' ' ORDER BY i),
	'rival.ten_creates', 'succeeded', 'custom_actions.actor', 'application_name', 'application_name', 'address', 'desk.line', 'created', 'id', 'custom_actions.tag')
FROM generate_series(1, 10) AS i
\gexec
