-- What happened to a row.

CREATE FUNCTION custom_actions.key_text(key jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
	SELECT CASE count(*) WHEN 1 THEN min(coalesce(m.value, 'null'))
		ELSE '(' || string_agg(m.key || ': ' || coalesce(m.value, 'null'), ', ' ORDER BY m.key) || ')' END
	FROM jsonb_each_text(key) AS m
$$;

COMMENT ON FUNCTION custom_actions.key_text(jsonb) IS
	'a key for people: 42, or (day: 2026-01-02, room: 7)';

-- The first keys, and how many more there are; or nothing but how many.
CREATE FUNCTION custom_actions.rows_text(table_name text, keys jsonb, more bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
	SELECT CASE WHEN jsonb_typeof(rows_text.keys) = 'number'
		THEN format('%s of %s', rows_text.keys, table_name)
		ELSE format('%s %s%s', table_name, shown.list, ' and ' || nullif(counted.more, 0) || ' more') END
	FROM (SELECT CASE jsonb_typeof(rows_text.keys) WHEN 'array' THEN rows_text.keys ELSE '[]' END AS keys) AS listed
		CROSS JOIN LATERAL (SELECT string_agg(key_text(k.key), ', ' ORDER BY k.place) AS list
			FROM jsonb_array_elements(listed.keys) WITH ORDINALITY AS k (key, place)
			WHERE k.place <= 10) AS shown
		CROSS JOIN LATERAL (SELECT coalesce(rows_text.more, 0)
			+ greatest(jsonb_array_length(listed.keys) - 10, 0) AS more) AS counted
$$;

COMMENT ON FUNCTION custom_actions.rows_text(text, jsonb, bigint) IS
	'rows of a table for people: support.task 7, 8 and 150 more; 3 of support.task';

CREATE FUNCTION custom_actions.touched_text(touched jsonb, first_table text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
	SELECT string_agg(w.words || rows_text(t.name, t.ways -> w.way, (t.ways ->> ('more ' || w.way))::bigint), ', '
		ORDER BY t.name <> first_table, t.name, w.place)
	FROM jsonb_each(touched) AS t (name, ways)
		CROSS JOIN (VALUES
			(1, 'target', 'called for '), (2, 'created', 'created '),
			(3, 'updated', 'updated '), (4, 'deleted', 'deleted ')) AS w (place, way, words)
	WHERE t.ways ? w.way
$$;

COMMENT ON FUNCTION custom_actions.touched_text(jsonb, text) IS
	'what was touched, for people: updated support.case 42, created support.task 7';

CREATE FUNCTION custom_actions.is_bound_to(function oid, table_name text)
RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
	SELECT EXISTS (
		SELECT
		FROM pg_proc AS p
			JOIN pg_namespace AS n ON n.oid = p.pronamespace
			CROSS JOIN published(qualified_name(n.nspname, p.proname)) AS f
		WHERE p.oid = is_bound_to.function AND f.function = p.oid
			AND f.definition ->> 'table' = table_name)
$$;

COMMENT ON FUNCTION custom_actions.is_bound_to(oid, text) IS
	'whether a function is an action on rows of this table';

-- SECURITY DEFINER, because the log is closed and a view with a barrier could not use
-- the index on touched_rows.  action_history() calls it and says who looks; nobody else may.
--
-- Who may see all of an invocation (view invocations) does here; the owner of the table
-- sees what was done in it, as his triggers would; who called an action sees what he
-- called it for.
CREATE FUNCTION custom_actions.row_history(table_name text, relation oid, key jsonb, viewer oid)
RETURNS TABLE (
	"time" timestamptz, actor text, action text, summary text,
	touched text, status text, invocation uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	sees_all CONSTANT boolean := pg_has_role(viewer, 'pg_read_all_data', 'USAGE')
		OR pg_has_role(viewer, 'pg_monitor', 'USAGE');
	owns_table CONSTANT boolean := coalesce((
		SELECT pg_has_role(viewer, c.relowner, 'USAGE')
		FROM pg_class AS c
		WHERE c.oid = relation), false);
	keys CONSTANT jsonb := jsonb_build_array(key);
BEGIN
	RETURN QUERY
	SELECT l.started_at, coalesce(l.actor, l.invoker, l.caller), l.action,
		CASE WHEN sees.it THEN l.summary END,
		CASE WHEN sees.it THEN touched_text(l.touched, table_name)
			WHEN owns_table THEN touched_text(jsonb_build_object(table_name, l.touched -> table_name), table_name) END,
		l.status, l.id
	FROM log AS l
		CROSS JOIN LATERAL (SELECT sees_all OR EXISTS (
			SELECT FROM pg_proc AS p
			WHERE p.oid = l.function_id AND pg_has_role(viewer, p.proowner, 'USAGE')
				AND p.prolang = (SELECT g.oid FROM pg_language AS g
					WHERE g.lanname = 'custom_action')) AS it) AS sees
	WHERE l.touched_rows @> ARRAY[row_hash(table_name, key)]
		AND (l.touched @> jsonb_build_object(table_name, jsonb_build_object('updated', keys))
			OR l.touched @> jsonb_build_object(table_name, jsonb_build_object('created', keys))
			OR l.touched @> jsonb_build_object(table_name, jsonb_build_object('deleted', keys))
			OR l.touched @> jsonb_build_object(table_name, jsonb_build_object('target', keys)))
		AND (sees.it OR owns_table
			OR (l.target = key AND pg_has_role(viewer, l.invoker_id, 'USAGE')
				AND is_bound_to(l.function_id, table_name)))
	ORDER BY l.started_at DESC, l.id DESC;
END
$$;

COMMENT ON FUNCTION custom_actions.row_history(text, oid, jsonb, oid) IS
	'what happened to a row, as far as a role may see it';
