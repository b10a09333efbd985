-- Pictures of actions, and of what became of them in an invocation.

-- With the caller's own rights: of an invocation he sees what the views show him.
CREATE FUNCTION custom_actions.drawn_invocation(
	action_name text, wanted integer, invocation uuid)
RETURNS custom_actions.invocations
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	found custom_actions.invocations;
BEGIN
	SELECT i.* INTO found FROM invocations AS i WHERE i.id = drawn_invocation.invocation;
	IF found.id IS NULL THEN
		RAISE EXCEPTION 'invocation % is not recorded, or not for you to see', invocation
			USING ERRCODE = 'undefined_object',
				HINT = 'The view custom_actions.invocations lists those that you may see.';
	ELSIF found.action IS DISTINCT FROM action_name THEN
		RAISE EXCEPTION 'invocation % is one of action "%", not of "%"',
			invocation, found.action, action_name
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('Ask for the picture of "%s".', found.action);
	ELSIF found.version <> wanted THEN
		RAISE EXCEPTION 'invocation % ran version % of action "%", not %',
			invocation, found.version, action_name,
			CASE WHEN wanted = 0 THEN 'the draft' ELSE 'version ' || wanted END
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Leave the version out to see the one that ran.';
	ELSIF NOT EXISTS (
		SELECT FROM invocation_steps AS s WHERE s.invocation = drawn_invocation.invocation)
	THEN
		RAISE EXCEPTION 'nothing is known of the steps of invocation %', invocation
			USING ERRCODE = 'undefined_object',
				DETAIL = 'It was not recorded at level trace, or its steps are not for you to see.',
				HINT = 'At level trace the steps are recorded; the action''s owner and members of pg_monitor and pg_read_all_data see them.';
	END IF;
	RETURN found;
END
$$;

COMMENT ON FUNCTION custom_actions.drawn_invocation(text, integer, uuid) IS
	'an invocation of an action, and of that version unless it is null, whose steps are recorded; an error if there is none';

CREATE FUNCTION custom_actions.drawn_steps(invocation uuid)
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH outcomes AS (
		SELECT s.step, s.outcome, count(*) AS times,
			min(s.iteration) FILTER (WHERE s.outcome IN ('failed', 'handled')) AS turn,
			(array_agg(s.message ORDER BY s.number)
				FILTER (WHERE s.message IS NOT NULL))[1] AS message
		FROM custom_actions.invocation_steps AS s
		WHERE s.invocation = drawn_steps.invocation AND s.outcome IS NOT NULL
		GROUP BY s.step, s.outcome
	)
	SELECT json_object_agg(o.step, o.told)
	FROM (SELECT step, (json_object_agg(outcome, times)::jsonb || jsonb_build_object(
				'turn', min(turn),
				'message', min(message) FILTER (WHERE outcome IN ('failed', 'handled'))))::json AS told
		FROM outcomes
		GROUP BY step) AS o;
END;

COMMENT ON FUNCTION custom_actions.drawn_steps(uuid) IS
	'what became of each step of an invocation, as draw_definition takes it';

CREATE FUNCTION custom_actions.drawn_record(found custom_actions.invocations)
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'status', (found).status,
		'note', concat_ws('; ', concat_ws(': ', (found).status, (found).message),
			(SELECT 'counts are too low: ' || min(s.message)
			 FROM custom_actions.invocation_steps AS s
			 WHERE s.invocation = (found).id AND s.kind = 'left out')),
		'steps', custom_actions.drawn_steps((found).id));
END;

COMMENT ON FUNCTION custom_actions.drawn_record(custom_actions.invocations) IS
	'what became of an invocation, as draw_definition takes it';

CREATE FUNCTION custom_actions.draw_action(
	action_name text, wanted integer, format text, invocation uuid)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	found custom_actions.invocations;
BEGIN
	IF invocation IS NOT NULL THEN
		found := drawn_invocation(action_name, wanted, invocation);
	END IF;
	RETURN draw_definition(s.definition, format,
		CASE WHEN invocation IS NOT NULL THEN drawn_record(found) END)
	FROM shown_definition(action_name, coalesce(found.version, wanted), false) AS s;
END
$$;

COMMENT ON FUNCTION custom_actions.draw_action(text, integer, text, uuid) IS
	'does the work of action_diagram';

CREATE FUNCTION custom_actions.action_diagram(
	name text, version integer DEFAULT NULL, format text DEFAULT 'mermaid',
	invocation uuid DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT custom_actions.draw_action(
		custom_actions.canonical_name(action_diagram.name), action_diagram.version,
		action_diagram.format, action_diagram.invocation);
END;

COMMENT ON FUNCTION custom_actions.action_diagram(text, integer, text, uuid) IS
	'body of action_diagram';
