-- Which tables can be written by actions only. A protection is nothing but the table's
-- triggers: which columns, the statement trigger's UPDATE OF says; which actions, what
-- the row trigger's WHEN clause depends on.

CREATE VIEW custom_actions.protections
AS
SELECT custom_actions.table_words(c.oid) AS table_name,
	(
		SELECT array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_catalog.pg_trigger AS s
			JOIN pg_catalog.pg_attribute AS a ON a.attrelid = s.tgrelid AND a.attnum = ANY (s.tgattr)
		WHERE s.tgrelid = c.oid
			AND s.tgfoid = 'custom_actions.protect_statement()'::regprocedure) AS columns,
	(
		SELECT array_agg(custom_actions.qualified_name(pn.nspname, p.proname)
			ORDER BY pn.nspname, p.proname)
		FROM pg_catalog.pg_depend AS d
			JOIN pg_catalog.pg_proc AS p ON p.oid = d.refobjid
			JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
			JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
		WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid
			AND d.refclassid = 'pg_proc'::regclass
			AND l.lanname = 'custom_action') AS actions,
	NOT EXISTS (
		SELECT
		FROM pg_catalog.pg_trigger AS s
		WHERE s.tgrelid = c.oid AND s.tgenabled NOT IN ('O', 'A')
			AND s.tgfoid IN ('custom_actions.protect_row()'::regprocedure,
				'custom_actions.protect_statement()'::regprocedure)) AS enabled,
	pg_catalog.pg_get_userbyid(c.relowner)::text AS owner
FROM pg_catalog.pg_trigger AS t
	JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
WHERE t.tgfoid = 'custom_actions.protect_row()'::regprocedure AND t.tgparentid = 0;

COMMENT ON VIEW custom_actions.protections IS
	'tables that can be written by actions only; their partitions are not listed';
COMMENT ON COLUMN custom_actions.protections.table_name IS 'qualified name of the table';
COMMENT ON COLUMN custom_actions.protections.columns IS
	'columns that are protected, as in pg_attribute; NULL: whole rows, with INSERT and DELETE';
COMMENT ON COLUMN custom_actions.protections.actions IS
	'qualified names of the actions that may; NULL: all';
COMMENT ON COLUMN custom_actions.protections.enabled IS
	'whether it holds: no trigger of it is disabled';
COMMENT ON COLUMN custom_actions.protections.owner IS
	'owner of the table, who may lift the protection';

CREATE FUNCTION custom_actions.unlisted_writes(action_name text, definition json)
RETURNS TABLE (location text, message text, hint text)
LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT (array_agg(u.path ORDER BY u.number))[1],
		format('table "%s" can be written by %s only', p.table_name,
			string_agg(DISTINCT format('"%s"', listed.action), ', ')),
		format('SELECT protect_table(%L, ..., actions => ...) with this action among them; or let one of those perform it.',
			p.table_name)
	FROM custom_actions.protections AS p
		CROSS JOIN LATERAL unnest(p.actions) AS listed (action)
		JOIN custom_actions.definition_uses(
				action_name, definition, custom_actions.action_owner(action_name))
			WITH ORDINALITY AS u (path, schema, table_name, column_name, function, performs, reads, writes, number)
			ON custom_actions.table_words(custom_actions.table_named(u.table_name)) = p.table_name
	WHERE u.writes AND p.enabled
		AND (p.columns IS NULL OR u.column_name = ANY (p.columns))
		AND action_name <> ALL (p.actions)
	GROUP BY p.table_name
	ORDER BY min(u.number);
END;

COMMENT ON FUNCTION custom_actions.unlisted_writes(text, json) IS
	'a warning for each protected table that an action writes without being one of those that may';
