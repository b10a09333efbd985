-- What edits of drafts changed takes on the names of now, as the drafts do: taking an
-- edit back must not bring back a name that is gone.  The rows that an edit changed mean
-- something only in the draft as it was before it, so that draft is what follows, and the
-- rows are written as they are in it then.

CREATE FUNCTION custom_actions.may_name(words text[], name text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(words && custom_actions.words_of_name(name), true);
END;

COMMENT ON FUNCTION custom_actions.may_name(text[], text) IS
	'whether a text with these words may have a name in it';

CREATE FUNCTION custom_actions.kept_rows(INOUT rows jsonb, old_rows json, new_keys json, key_name text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT kept_rows.rows
		- coalesce((SELECT array_agg(n.key) FROM json_array_elements_text(new_keys) AS n (key)), '{}')
		|| coalesce((SELECT jsonb_object_agg(o.item ->> key_name, o.item)
			FROM json_array_elements(old_rows) AS o (item)), '{}');
END;

COMMENT ON FUNCTION custom_actions.kept_rows(jsonb, json, json, text) IS
	'rows by key as they were before an edit';

CREATE FUNCTION custom_actions.kept_definition(header jsonb, parameters jsonb, steps jsonb)
RETURNS json
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.definition_text(jsonb_build_object(
		'action', header,
		'parameters', coalesce((
			SELECT jsonb_agg(custom_actions.without_nulls(p.item - '{action,default_value}'::text[])
				|| CASE WHEN p.item ? 'default_value'
					THEN jsonb_build_object('default_value', p.item -> 'default_value') ELSE '{}' END
				ORDER BY p.item ->> 'direction', (p.item ->> 'position')::numeric, p.name)
			FROM jsonb_each(parameters) AS p (name, item)), '[]'),
		'step_list', coalesce((
			SELECT jsonb_agg(s.item - '{action,position}'::text[]
				ORDER BY (s.item ->> 'position')::numeric, s.id::bigint)
			FROM jsonb_each(steps) AS s (id, item)), '[]')));
END;

COMMENT ON FUNCTION custom_actions.kept_definition(jsonb, jsonb, jsonb) IS
	'definition that rows of a draft by their keys make';

CREATE FUNCTION custom_actions.kept_paths(steps jsonb, old_rows json)
RETURNS json
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE numbered AS (
		SELECT s.id, s.item ->> 'parent' AS parent, s.item ->> 'branch' AS branch,
			row_number() OVER (
				PARTITION BY s.item ->> 'parent', s.item ->> 'branch'
				ORDER BY (s.item ->> 'position')::numeric, s.id::bigint) AS place
		FROM jsonb_each(steps) AS s (id, item)
	), found AS (
		SELECT n.id, n.place::text AS path
		FROM numbered AS n
		WHERE n.parent IS NULL
		UNION ALL
		SELECT n.id, format(CASE n.branch WHEN 'case' THEN '%s.%s %s' ELSE '%s.%s.%s' END,
			f.path, n.branch, n.place)
		FROM found AS f
			JOIN numbered AS n ON n.parent = f.id
	)
	SELECT coalesce(json_object_agg(f.path, f.id), '{}')
	FROM found AS f
		JOIN json_array_elements(old_rows) AS o (item) ON o.item ->> 'id' = f.id;
END;

COMMENT ON FUNCTION custom_actions.kept_paths(jsonb, json) IS
	'ids of steps that an edit changed, by their paths before it';

-- From the draft back, edit by edit; those that have the name in them are told.
CREATE FUNCTION custom_actions.kept_texts(action_name text, name text)
RETURNS json
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	edit custom_actions.edit;
	header jsonb;
	parameters jsonb;
	steps jsonb;
	was record;
	texts json[];
BEGIN
	FOR edit IN SELECT e.* FROM edit AS e WHERE e.action = action_name ORDER BY e.number DESC LOOP
		IF header IS NULL THEN
			SELECT to_jsonb(a) INTO header FROM action AS a WHERE a.name = action_name;
			SELECT coalesce(jsonb_object_agg(p.name, parameter_row(p)), '{}') INTO parameters
			FROM parameter AS p WHERE p.action = action_name;
			SELECT coalesce(jsonb_object_agg(s.id, to_jsonb(s)), '{}') INTO steps
			FROM step AS s WHERE s.action = action_name;
		END IF;
		IF edit.whole THEN
			parameters := '{}';
			steps := '{}';
		END IF;
		SELECT * INTO was FROM was_before(edit, 'action', 'name');
		header := coalesce(was.old_rows -> 0, header::json)::jsonb;
		SELECT * INTO was FROM was_before(edit, 'parameter', 'name');
		parameters := kept_rows(parameters, was.old_rows, was.new_keys, 'name');
		SELECT * INTO was FROM was_before(edit, 'step', 'id');
		steps := kept_rows(steps, was.old_rows, was.new_keys, 'id');
		IF EXISTS (
			SELECT FROM edit_change AS c
			WHERE c.action = action_name AND c.number = edit.number
				AND may_name(words(c.old_rows::text), kept_texts.name))
		THEN
			texts := texts || json_build_object('number', edit.number,
				'draft', kept_definition(header, parameters, steps),
				'ids', kept_paths(steps, was.old_rows));
		END IF;
	END LOOP;
	RETURN array_to_json(texts);
END
$$;

COMMENT ON FUNCTION custom_actions.kept_texts(text, text) IS
	'drafts as they were before edits that have a name in what they changed';

CREATE FUNCTION custom_actions.followed_row(item jsonb, part text, old_row jsonb, new_row jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT item
		|| coalesce(jsonb_object_agg(c.name, coalesce(new_row -> c.name, 'null'))
			FILTER (WHERE old_row -> c.name IS DISTINCT FROM new_row -> c.name), '{}')
		|| CASE WHEN part = 'action' AND item ->> 'captured_path' = item -> 'settings' ->> 'search_path'
			AND old_row -> 'settings' IS DISTINCT FROM new_row -> 'settings'
			THEN jsonb_build_object('captured_path', new_row -> 'settings' -> 'search_path') ELSE '{}' END
	FROM unnest(CASE part
		WHEN 'step' THEN '{subject,arguments,key_order}'::text[]
		WHEN 'parameter' THEN '{type,default_value,references_table,options}'
		ELSE '{bound_table,key_columns,summary,settings}' END) AS c (name);
END;

COMMENT ON FUNCTION custom_actions.followed_row(jsonb, text, jsonb, jsonb) IS
	'a row that an edit changed, with what of it has taken on another name';

CREATE FUNCTION custom_actions.follow_kept(
	action_name text, edit_number integer, old jsonb, new jsonb, ids jsonb)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH followed (part, key, old_row, new_row) AS (
		SELECT 'action', '', old -> 'action', new -> 'action'
		WHERE old -> 'action' <> new -> 'action'
		UNION ALL
		SELECT 'parameter', n.item ->> 'name', o.item, n.item
		FROM jsonb_array_elements(old -> 'parameters') WITH ORDINALITY AS o (item, number)
			JOIN jsonb_array_elements(new -> 'parameters') WITH ORDINALITY AS n (item, number) USING (number)
		WHERE o.item <> n.item
		UNION ALL
		SELECT 'step', ids ->> n.path, o.item, n.item
		FROM custom_actions.row_paths(old -> 'steps') AS o
			JOIN custom_actions.row_paths(new -> 'steps') AS n USING (path)
		WHERE ids ? n.path AND o.item - 'position' <> n.item - 'position'
	)
	UPDATE custom_actions.edit_change AS c
	SET old_rows = (
		SELECT json_agg(coalesce(
			custom_actions.followed_row(k.item, c.part, f.old_row, f.new_row), k.item) ORDER BY k.number)
		FROM jsonb_array_elements(c.old_rows::jsonb) WITH ORDINALITY AS k (item, number)
			LEFT JOIN followed AS f ON f.part = c.part
				AND f.key = CASE c.part WHEN 'step' THEN k.item ->> 'id'
					WHEN 'parameter' THEN k.item ->> 'name' ELSE '' END)
	WHERE c.action = action_name AND c.number = edit_number AND c.old_rows IS NOT NULL
		AND c.part IN (SELECT f.part FROM followed AS f);
END;

COMMENT ON FUNCTION custom_actions.follow_kept(text, integer, jsonb, jsonb, jsonb) IS
	'gives the rows that an edit changed the names of now, where these differ';

-- One that somebody is editing is left alone, as the draft is.
CREATE FUNCTION custom_actions.follow_edit(
	action_name text, number text, before text, after text, ids text, doubt text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- whoever renames a table need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	edit_number integer := number::integer;
	reason text := nullif(doubt, '');
BEGIN
	PERFORM FROM action AS a WHERE a.name = action_name FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	BEGIN
		PERFORM follow_kept(action_name, edit_number,
			definition_rows(before::json), definition_rows(after::json), ids::jsonb);
	EXCEPTION WHEN OTHERS THEN
		reason := format('It is no definition: %s.', SQLERRM);
	END;
	UPDATE edit AS e SET behind = coalesce(e.behind, reason)
	WHERE e.action = action_name AND e.number = edit_number AND reason IS NOT NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.follow_edit(text, text, text, text, text, text) IS
	'gives what an edit changed the names of now, or notes why not';
