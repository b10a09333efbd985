-- What is activated: actions of so many steps, whose first call is measured, too.
SET search_path = pg_catalog, public;

CREATE FUNCTION desk.steps(number integer) RETURNS json LANGUAGE sql AS $$
	SELECT json_build_object(
		'settings', '{"search_path": "desk, pg_temp"}'::json,
		'input', '[{"name": "a", "type": "integer"}]'::json,
		'output', '[{"name": "b", "type": "integer", "default": "=let.v"}]'::json,
		'steps', json_agg(CASE
			WHEN i % 10 = 3 THEN '{"update": "desk.case", "id": "=input.a", "set": {"priority": "=priority + 1"}}'::json
			WHEN i % 10 = 7 THEN json_build_object('get', 'desk.agent', 'as', 'agent' || i, 'id', 7)
			ELSE json_build_object('let', json_build_object('v', format('=input.a + %s', i))) END ORDER BY i))
	FROM generate_series(1, number) AS i
$$;
CREATE FUNCTION desk.steps_rival(number integer) RETURNS text LANGUAGE sql AS $$
	SELECT format('CREATE OR REPLACE FUNCTION rival.steps_%s(a integer, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS '
		'$body$ DECLARE v integer; agent text; BEGIN %s b := v; END $body$', number,
		string_agg(CASE
			WHEN i % 10 = 3 THEN 'UPDATE desk.case SET priority = priority + 1 WHERE id = a;'
			WHEN i % 10 = 7 THEN 'SELECT g.name INTO agent FROM desk.agent AS g WHERE g.id = 7;'
			ELSE format('v := a + %s;', i) END, ' ' ORDER BY i))
	FROM generate_series(1, number) AS i
$$;
SELECT create_action('ours.steps_' || i, desk.steps(i)) FROM unnest('{1, 10, 100}'::integer[]) AS i;
SELECT activate_action('ours.steps_' || i) FROM unnest('{1, 10, 100}'::integer[]) AS i;
SELECT desk.steps_rival(i) FROM unnest('{1, 10, 100}'::integer[]) AS i
\gexec

-- JSON in, and JSON out for a failure, too
CREATE FUNCTION rival.try_escalate_json(input jsonb) RETURNS jsonb LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
DECLARE
	message text;
	state text;
BEGIN
	RETURN jsonb_build_object('ok', true, 'output', rival.escalate_json(input));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE;
	RETURN jsonb_build_object('ok', false, 'error', jsonb_build_object('message', message, 'sqlstate', state));
END
$$;
CREATE FUNCTION rival.deep_json(input jsonb) RETURNS jsonb LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
DECLARE
	a bigint := (input ->> 'a')::bigint;
BEGIN
	IF a IS NULL THEN
		RAISE EXCEPTION 'a is required' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN jsonb_build_object('b', a + 1);
END
$$;
