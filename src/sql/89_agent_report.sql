-- The report of what a role can change: the writes of 88_agent_links.sql, and what cannot be told.

CREATE FUNCTION custom_actions.code_row(action oid, function oid, runner oid, path text)
RETURNS TABLE (
	table_name text, column_name text, change text, way text, action_name text, shown_path text,
	proven boolean, remark text)
LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT NULL::text, NULL::text, 'anything', 'function', custom_actions.function_words(action), path, false,
		format('Anything that function %s does with the rights of %s.',
			coalesce(p.oid::regprocedure::text, '(which cannot be told)'),
			coalesce('role ' || CASE WHEN p.prosecdef THEN p.proowner ELSE runner END::regrole::text, 'the role itself'))
		|| CASE p.provolatile WHEN 's' THEN ' It is declared STABLE.' WHEN 'i' THEN ' It is declared IMMUTABLE.' ELSE '' END
	FROM (SELECT) AS one
		LEFT JOIN pg_proc AS p ON p.oid = function;
END;

COMMENT ON FUNCTION custom_actions.code_row(oid, oid, oid, text) IS
	'a row of the report for code that nobody has understood';

CREATE FUNCTION custom_actions.report_rows(role oid)
RETURNS TABLE (
	table_name text, column_name text, change text, way text, action_name text, path text,
	proven boolean, remark text)
LANGUAGE sql STABLE ROWS 1000
SET search_path = pg_catalog, custom_actions, pg_temp
SET jit = off					-- compiling takes longer than all the rest
BEGIN ATOMIC
	WITH write AS MATERIALIZED (
		SELECT w.action, w.runner, w.target, w.change, w.column_name, w.way, w.path, w.proven,
			c.relkind, c.relrowsecurity,
			bool_or(w.way <> 'default') OVER (PARTITION BY w.action, w.target, w.change, w.column_name) AS given
		FROM custom_actions.all_writes(role) AS w
			JOIN pg_class AS c ON c.oid = w.target
	), code AS (
		SELECT c.action, c.function, c.runner, c.path
		FROM custom_actions.code_in_actions(role) AS c
		UNION
		SELECT w.action, f.function, w.runner, f.path
		FROM write AS w
			JOIN custom_actions.write_functions() AS f ON f.source = w.target AND f.event = w.change
			JOIN pg_proc AS p ON p.oid = f.function
		WHERE w.action IS NOT NULL OR w.runner IS NOT NULL OR p.prosecdef
	)
	SELECT custom_actions.table_words(w.target), w.column_name, w.change, w.way,
		custom_actions.function_words(w.action), w.path, w.proven,
		nullif(concat_ws(' ',
			CASE WHEN w.change = 'trigger' THEN 'Code of its own would run as whoever writes the table.' END,
			CASE WHEN w.relrowsecurity THEN 'Row-level security decides which rows.' END,
			CASE WHEN w.relkind = 'f' THEN 'The rows are on another server.' END), '')
	FROM write AS w
	WHERE w.relkind <> 'v'
		AND (w.way <> 'default' OR w.column_name IS NULL OR NOT w.given)
	UNION
	SELECT r.table_name, r.column_name, r.change, r.way, r.action_name, r.shown_path, r.proven, r.remark
	FROM code AS c
		CROSS JOIN LATERAL custom_actions.code_row(c.action, c.function, c.runner, c.path) AS r
	UNION
	SELECT NULL, NULL, 'anything', o.way, NULL, o.path, false, o.remark
	FROM (
		SELECT p.way, p.path, p.remark FROM custom_actions.powers(role) AS p
		UNION ALL
		SELECT f.way, f.path, f.remark FROM custom_actions.code_of_others(role) AS f
		UNION ALL
		SELECT m.way, m.path, m.remark FROM custom_actions.makings(role) AS m
		UNION ALL
		SELECT 'function', 'owns ' || f.function::regprocedure, 'Actions and triggers run it with other rights; it can be replaced.'
		FROM (
			SELECT c.function FROM code AS c
			UNION
			-- whoever writes that table runs it
			SELECT h.function
			FROM custom_actions.write_functions() AS h
				JOIN pg_class AS t ON t.oid = h.source
			WHERE t.relowner NOT IN (SELECT i.who FROM custom_actions.roles_within(role) AS i)) AS f
			JOIN pg_proc AS p ON p.oid = f.function
			JOIN custom_actions.roles_within(role) AS i ON i.who = p.proowner) AS o
	UNION
	SELECT 'custom_actions.' || t.name, NULL, 'insert', 'record', NULL, 'calls of actions are recorded', true, NULL
	FROM unnest('{log,log_step,idempotency}'::text[]) AS t (name)
	WHERE EXISTS (SELECT FROM custom_actions.performed(role));
END;

COMMENT ON FUNCTION custom_actions.report_rows(oid) IS 'does the work of agent_report';

CREATE FUNCTION custom_actions.agent_report(role regrole)
RETURNS TABLE (
	table_name text, column_name text, change text, way text, action text, path text,
	proven boolean, remark text)
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
	SELECT r.table_name, r.column_name, r.change, r.way, r.action_name, r.path, r.proven, r.remark
	FROM custom_actions.report_rows(agent_report.role) AS r
	ORDER BY r.table_name COLLATE "C", r.column_name COLLATE "C" NULLS FIRST, r.change, r.action_name COLLATE "C" NULLS FIRST,
		r.way, r.path COLLATE "C", r.remark COLLATE "C";
END;

COMMENT ON FUNCTION custom_actions.agent_report(regrole) IS 'body of agent_report';
