-- Outlines: what an action does, in words, as text and as rows.

CREATE FUNCTION custom_actions.shown_definition(
	action_name text, wanted integer,
	OUT definition json, OUT version integer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	published record;
BEGIN
	SELECT * INTO published FROM published(action_name) AS p;
	version := coalesce(wanted, published.version, 0);
	IF version = 0 THEN
		definition := definition_of(action_name, 0, 'draft');
	ELSE
		definition := definition_to_restore(action_name, wanted);
	END IF;
	-- Plug-ins are the action's, whatever version; old ones ran with others.
	IF version = 0 THEN
		definition := with_plugins(definition, registered_plugins(action_name));
	ELSIF version = published.version THEN
		definition := with_plugins(definition, published.plugins);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.shown_definition(text, integer) IS
	'what is shown of an action, as it was written, with its plug-ins, and of what version: the wanted one, else what is published, else the draft, which is 0';

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
		LEFT JOIN LATERAL (
			SELECT DISTINCT acl.grantee
			FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
			WHERE acl.privilege_type = 'EXECUTE') AS g ON true
	WHERE p.oid = custom_actions.action_function(action_name)
	GROUP BY p.proowner;
END;

COMMENT ON FUNCTION custom_actions.shown_callers(text) IS
	'who may call an action, in words; NULL if it is not published';

CREATE FUNCTION custom_actions.describe(action_name text, wanted integer)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.describe_definition(s.definition,
		custom_actions.shown_state(action_name, s.version),
		coalesce(custom_actions.shown_callers(action_name), ''), '')
	FROM custom_actions.shown_definition(action_name, wanted) AS s;
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
	SELECT * INTO shown FROM shown_definition(action_name, wanted) AS s;
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

-- The others can stay where they are: they are a longest rising part of the places.
CREATE FUNCTION custom_actions.out_of_order(places bigint[])
RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	size integer := cardinality(places);
	ends integer[] := '{}';		-- the member at which the best rising part of each length ends
	previous integer[] := array_fill(NULL::integer, ARRAY[size]);
	stays boolean[] := array_fill(false, ARRAY[size]);
	low integer;
	high integer;
	middle integer;
	member integer;
BEGIN
	FOR i IN 1 .. size LOOP
		low := 1;
		high := cardinality(ends) + 1;
		WHILE low < high LOOP
			middle := (low + high) / 2;
			IF places[ends[middle]] < places[i] THEN
				low := middle + 1;
			ELSE
				high := middle;
			END IF;
		END LOOP;
		previous[i] := ends[low - 1];
		ends[low] := i;
	END LOOP;
	member := ends[cardinality(ends)];
	WHILE member IS NOT NULL LOOP
		stays[member] := true;
		member := previous[member];
	END LOOP;
	RETURN ARRAY(
		SELECT s.number::integer
		FROM unnest(stays) WITH ORDINALITY AS s (stays, number)
		WHERE NOT s.stays
		ORDER BY s.number);
END
$$;

COMMENT ON FUNCTION custom_actions.out_of_order(bigint[]) IS
	'which members of a list, counted from 1, had to move to bring it into this order';

-- A line that stands in both outlines is the same, wherever it stands. A step was moved if
-- it went to another list, or past others of its own; not if the step around it was.
CREATE FUNCTION custom_actions.diff(action_name text, from_version integer, to_version integer)
RETURNS TABLE (path text, change text, before text, after text)
LANGUAGE sql STABLE ROWS 20
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH line AS (
		SELECT v.old, l.path, l.row_path, l.kind, l.text, l.number, coalesce(l.kind, '') || ' ' || l.text AS key,
			row_number() OVER (PARTITION BY v.old, l.kind, l.text ORDER BY l.number) AS turn
		FROM (VALUES (true, from_version), (false, coalesce(to_version, 0))) AS v (old, wanted)
			CROSS JOIN LATERAL custom_actions.shown_definition(action_name, v.wanted) AS s
			CROSS JOIN LATERAL custom_actions.definition_outline(s.definition) WITH ORDINALITY
				AS l (path, row_path, depth, kind, text, enabled, number)
	), pair AS (
		SELECT o.path AS old_path, o.row_path, n.path AS new_path, o.number AS old_number,
			n.number AS new_number, n.kind, o.text AS old_text, n.text AS new_text
		FROM (SELECT * FROM line WHERE line.old) AS o
			FULL JOIN (SELECT * FROM line WHERE NOT line.old) AS n
				ON n.key = o.key AND n.turn = o.turn
	), step AS (
		SELECT p.old_path, p.new_path, p.old_number, p.new_number,
			regexp_replace(p.new_path, '[0-9]+$', '') AS list,
			coalesce(around.new_path, a.path)
				|| substr(regexp_replace(p.old_path, '[0-9]+$', ''), length(a.path) + 1) AS was_in
		FROM pair AS p
			CROSS JOIN LATERAL regexp_replace(p.old_path, '[.]?[a-z_]*[. ]?[0-9]+$', '') AS a (path)
			LEFT JOIN pair AS around ON around.old_path = a.path AND around.kind IS NOT NULL
		WHERE p.kind IS NOT NULL AND p.old_path IS NOT NULL AND p.new_path IS NOT NULL
	), moved AS (
		SELECT s.new_path FROM step AS s WHERE s.was_in <> s.list
		UNION ALL
		SELECT l.paths[place]
		FROM (
			SELECT array_agg(s.new_path ORDER BY s.new_number) AS paths,
				array_agg(s.old_number ORDER BY s.new_number) AS places
			FROM step AS s
			WHERE s.was_in = s.list
			GROUP BY s.list) AS l
			CROSS JOIN LATERAL unnest(custom_actions.out_of_order(l.places)) AS place
	), difference AS (
		SELECT s.new_path AS path, 'moved' AS change, s.old_path AS before,
			s.new_path AS after, s.new_number AS number
		FROM step AS s JOIN moved AS m ON m.new_path = s.new_path
		UNION ALL
		SELECT coalesce(n.new_path, o.old_path),
			CASE WHEN o.old_path IS NULL THEN 'added' WHEN n.new_path IS NULL THEN 'removed'
				ELSE 'changed' END,
			o.old_text, n.new_text, coalesce(n.new_number, o.old_number)
		FROM (
			-- The fields of a step that stands elsewhere now are compared with what they are there.
			SELECT q.*, coalesce(step.new_path || substr(q.old_path, length(q.row_path) + 1),
				q.old_path) AS place
			FROM pair AS q
				LEFT JOIN pair AS step ON step.old_path = q.row_path AND step.kind IS NOT NULL
			WHERE q.new_path IS NULL) AS o
			FULL JOIN (SELECT * FROM pair AS q WHERE q.old_path IS NULL) AS n
				ON n.new_path = o.place
	)
	SELECT d.path, d.change, d.before, d.after FROM difference AS d ORDER BY d.number, d.path;
END;

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
