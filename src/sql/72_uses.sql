-- What actions use: tables, columns, functions, other actions.

-- An owner who is gone leaves nobody to look things up for.
CREATE FUNCTION custom_actions.uses_of(action_name text, wanted integer)
RETURNS TABLE (
	path text, schema text, table_name text, column_name text, function text,
	performs text, reads boolean, writes boolean)
LANGUAGE sql STABLE ROWS 20
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT u.path, u.schema, u.table_name, u.column_name, u.function, u.performs, u.reads, u.writes
	FROM custom_actions.document_in_use(action_name, wanted) AS d (document)
		LEFT JOIN pg_roles AS r ON r.rolname = custom_actions.owner_name(action_name)
		CROSS JOIN LATERAL custom_actions.definition_uses(action_name, d.document, r.oid) AS u;
END;

COMMENT ON FUNCTION custom_actions.uses_of(text, integer) IS
	'what a version of an action uses, 0: its draft, NULL: what is published, else the draft; with each path, in the order of the definition';

CREATE FUNCTION custom_actions.draft_is_news(action_name text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT NOT EXISTS (
		SELECT
		FROM custom_actions.published(action_name) AS p
		WHERE NOT custom_actions.draft_differs(action_name, p.version, p.definition));
END;

COMMENT ON FUNCTION custom_actions.draft_is_news(text) IS
	'whether a draft says something else than what is published, or nothing is';

-- One function for each action that is asked for: a condition on the action's name is
-- applied to the names, before anything is compiled.
CREATE VIEW custom_actions.uses
WITH (security_invoker = true)
AS
SELECT v.action, v.version, u.path, u.schema, u.table_name, u.column_name, u.function,
	u.performs, u.reads, u.writes
FROM (
	SELECT custom_actions.qualified_name(n.nspname, p.proname) AS action, NULL AS draft
	FROM pg_catalog.pg_proc AS p
		JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
		JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
	WHERE l.lanname = 'custom_action'
	UNION ALL
	SELECT a.name, a.name
	FROM custom_actions.action AS a) AS f
	CROSS JOIN LATERAL (
		SELECT f.action, p.version
		FROM custom_actions.published(f.action) AS p
		WHERE f.draft IS NULL
		UNION ALL
		SELECT f.action, 0
		WHERE f.draft IS NOT NULL
			AND custom_actions.draft_is_news(f.draft)) AS v
	CROSS JOIN LATERAL custom_actions.uses_of(v.action, v.version) AS u;

COMMENT ON VIEW custom_actions.uses IS
	'what touches a table, a column or a function, and where: all that published actions use, and drafts that differ from them';
COMMENT ON COLUMN custom_actions.uses.action IS 'qualified name of the action that uses it';
COMMENT ON COLUMN custom_actions.uses.version IS
	'version that is published; 0: the draft, where it says something else';
COMMENT ON COLUMN custom_actions.uses.path IS
	'where: path of the step and field below it, as in errors; for plug-ins, stage and function';
COMMENT ON COLUMN custom_actions.uses.schema IS
	'schema of the table, function or action that is used, as in pg_namespace';
COMMENT ON COLUMN custom_actions.uses.table_name IS
	'qualified name of the table, view or sequence; NULL for functions and actions';
COMMENT ON COLUMN custom_actions.uses.column_name IS
	'column, as in pg_attribute; *: the whole row; NULL: the table as such, to add rows or count them';
COMMENT ON COLUMN custom_actions.uses.function IS 'signature of a function that is called';
COMMENT ON COLUMN custom_actions.uses.performs IS 'qualified name of an action that is performed';
COMMENT ON COLUMN custom_actions.uses.reads IS
	'whether the table or column is read; NULL for functions and actions, which say for themselves';
COMMENT ON COLUMN custom_actions.uses.writes IS 'whether it is written';

CREATE FUNCTION custom_actions.effects(action_name text)
RETURNS TABLE (
	read_only boolean, destructive boolean, idempotent boolean, open_world boolean,
	tables text[])
LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	document json;
	owner oid;
BEGIN
	IF NOT EXISTS (SELECT FROM published(action_name)) THEN
		document := document_in_use(action_name, 0);
		SELECT r.oid INTO owner FROM pg_roles AS r WHERE r.rolname = owner_name(action_name);
	END IF;
	RETURN QUERY SELECT e.* FROM effects_of(action_name, document, owner) AS e;
END
$$;

COMMENT ON FUNCTION custom_actions.effects(text) IS 'does the work of action_effects';

CREATE FUNCTION custom_actions.action_effects(name text)
RETURNS TABLE (
	read_only boolean, destructive boolean, idempotent boolean, open_world boolean,
	tables text[])
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT e.read_only, e.destructive, e.idempotent, e.open_world, e.tables
	FROM custom_actions.effects(custom_actions.canonical_name(action_effects.name)) AS e;
END;

COMMENT ON FUNCTION custom_actions.action_effects(text) IS 'body of action_effects';
