-- Outlines: what an action does, in words, as text and as rows.

CREATE FUNCTION custom_actions.shown_state(action_name text, shown integer)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	published record;
	state text;
	differs text;
BEGIN
	SELECT * INTO published FROM published(action_name) AS p;
	state := CASE WHEN published.active THEN 'active' ELSE 'not active' END;
	differs := CASE
		WHEN NOT has_draft(action_name) THEN 'without a draft'
		WHEN draft_differs(action_name, published.version, published.definition)
			THEN format(E'the draft differs:\nSELECT * FROM diff_action(%L);', action_name)
		ELSE 'the draft is the same' END;
	RETURN CASE
		WHEN shown = published.version
			THEN format('%s, version %s; %s', state, shown, differs)
		WHEN shown = 0 AND published.version IS NOT NULL
			THEN format('draft; version %s is %s; %s', published.version, state, differs)
		WHEN shown = 0 AND was_dropped(action_name)
			THEN 'draft, ' || coalesce(drop_reason(action_name), 'its function was dropped')
		WHEN shown = 0 THEN 'draft, never activated'
		WHEN published.version IS NULL THEN format('version %s; none is published', shown)
		ELSE format('version %s; version %s is %s', shown, published.version, state) END;
END
$$;

COMMENT ON FUNCTION custom_actions.shown_state(text, integer) IS
	'state of an action as the outline of one of its versions says it, and whether the draft differs from what is published, and how to see that';

CREATE FUNCTION custom_actions.shown_callers(action_name text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN bool_or(g.grantee = 0) THEN 'everybody'
		ELSE coalesce(nullif(concat_ws(' and ',
			string_agg(quote_ident(pg_get_userbyid(g.grantee)), ', '
				ORDER BY pg_get_userbyid(g.grantee)) FILTER (WHERE g.grantee <> p.proowner),
			'its owner, ' || quote_ident(min(pg_get_userbyid(g.grantee)) FILTER (
				WHERE g.grantee = p.proowner))), ''), 'nobody') END
	FROM pg_proc AS p
		LEFT JOIN LATERAL custom_actions.execute_grants(p.oid) AS g ON true
	WHERE p.oid = custom_actions.action_function(action_name)
	GROUP BY p.proowner;
END;

COMMENT ON FUNCTION custom_actions.shown_callers(text) IS
	'who may call an action, in words; NULL if it is not published';

CREATE FUNCTION custom_actions.shown_effects(action_name text, wanted integer)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT concat_ws('; ',
		'Changes ' || string_agg(u.name, ', ' ORDER BY u.first) FILTER (WHERE u.is_table),
		CASE WHEN bool_or(u.is_table) THEN 'performs ' ELSE 'Performs ' END
			|| string_agg(u.name, ', ' ORDER BY u.first) FILTER (WHERE NOT u.is_table))
	FROM (
		SELECT coalesce(o.performs, o.table_name) AS name, o.performs IS NULL AS is_table,
			min(o.number) AS first
		FROM custom_actions.uses_of(action_name, wanted) WITH ORDINALITY AS o (
			path, schema, table_name, column_name, function, performs, reads, writes, number)
		WHERE o.writes OR o.performs IS NOT NULL
		GROUP BY 1, 2) AS u;
END;

COMMENT ON FUNCTION custom_actions.shown_effects(text, integer) IS
	'the tables that an action changes and the actions that it performs, in words; empty if there are none';

CREATE FUNCTION custom_actions.describe(action_name text, wanted integer)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.describe_definition(s.definition,
		custom_actions.shown_state(action_name, s.version),
		coalesce(custom_actions.shown_callers(action_name), ''),
		custom_actions.shown_effects(action_name, s.version))
	FROM custom_actions.shown_definition(action_name, wanted, true) AS s;
END;

COMMENT ON FUNCTION custom_actions.describe(text, integer) IS 'does the work of describe_action';

CREATE FUNCTION custom_actions.describe_action(name text, version integer DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT custom_actions.describe(
		custom_actions.canonical_name(describe_action.name), describe_action.version);
END;

COMMENT ON FUNCTION custom_actions.describe_action(text, integer) IS
	'body of describe_action';

CREATE FUNCTION custom_actions.outline(action_name text, wanted integer)
RETURNS TABLE (path text, depth integer, step_id bigint, kind text, text text, enabled boolean)
LANGUAGE plpgsql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	shown record;
	of_draft boolean;
BEGIN
	SELECT * INTO shown FROM shown_definition(action_name, wanted, true) AS s;
	of_draft := shown.version = 0 OR EXISTS (
		SELECT
		FROM published(action_name) AS p
		WHERE p.version = shown.version
			AND NOT draft_differs(action_name, p.version, p.definition));
	RETURN QUERY
	SELECT l.path, l.depth, s.id, l.kind, l.text, l.enabled
	FROM definition_outline(shown.definition) WITH ORDINALITY AS l
			(path, row_path, depth, kind, text, enabled, number)
		LEFT JOIN step_paths(action_name) AS s
			ON of_draft AND s.path = l.row_path
	ORDER BY l.number;
END
$$;

COMMENT ON FUNCTION custom_actions.outline(text, integer) IS 'does the work of action_outline';

CREATE FUNCTION custom_actions.action_outline(name text, version integer DEFAULT NULL)
RETURNS TABLE (path text, depth integer, step_id bigint, kind text, text text, enabled boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT o.path, o.depth, o.step_id, o.kind, o.text, o.enabled
	FROM custom_actions.outline(
		custom_actions.canonical_name(action_outline.name), action_outline.version) AS o;
END;

COMMENT ON FUNCTION custom_actions.action_outline(text, integer) IS
	'body of action_outline';

CREATE FUNCTION custom_actions.diff(action_name text, from_version integer, to_version integer)
RETURNS TABLE (path text, change text, before text, after text)
LANGUAGE plpgsql STABLE ROWS 20
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF from_version IS NULL THEN
		PERFORM definition_of(action_name, NULL, 'published');	-- raises: nothing is
	END IF;
	RETURN QUERY
	SELECT c.path, c.change, c.before, c.after
	FROM shown_definition(action_name, from_version, true) AS old
		CROSS JOIN shown_definition(action_name, coalesce(to_version, 0), true) AS new
		CROSS JOIN LATERAL definition_changes(old.definition, new.definition) AS c;
END
$$;

COMMENT ON FUNCTION custom_actions.diff(text, integer, integer) IS 'does the work of diff_action';

CREATE FUNCTION custom_actions.diff_action(
	name text, from_version integer DEFAULT NULL, to_version integer DEFAULT NULL)
RETURNS TABLE (path text, change text, before text, after text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT d.path, d.change, d.before, d.after
	FROM custom_actions.diff(custom_actions.canonical_name(diff_action.name),
		diff_action.from_version, diff_action.to_version) AS d;
END;

COMMENT ON FUNCTION custom_actions.diff_action(text, integer, integer) IS
	'body of diff_action';
