-- Taking edits back: rows become what they were, with the ids they had.

CREATE FUNCTION custom_actions.put_back_header(action_name text, old_row json)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	PERFORM write_header(action_name, old_row::jsonb);
	UPDATE action AS a SET captured_path = old_row ->> 'captured_path'
	WHERE a.name = action_name;
END
$$;

COMMENT ON FUNCTION custom_actions.put_back_header(text, json) IS
	'makes the header of a draft what it was';

-- First all go whose names may be in each other's way.
CREATE FUNCTION custom_actions.put_back_parameters(action_name text, old_rows json, new_keys json)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	DELETE FROM parameter AS p
	WHERE p.action = action_name AND (
		p.name IN (SELECT json_array_elements_text(new_keys))
		OR p.name IN (SELECT e.item ->> 'name' FROM json_array_elements(old_rows) AS e (item)));
	PERFORM insert_parameters(action_name, old_rows::jsonb);
END
$$;

COMMENT ON FUNCTION custom_actions.put_back_parameters(text, json, json) IS
	'makes inputs and outputs of a draft what they were';

-- Those that were there come back before those go that were not: a step takes what is
-- below it along.  Each comes after the one it is below.
CREATE FUNCTION custom_actions.put_back_steps(action_name text, old_rows json, new_keys json)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	columns text;
BEGIN
	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
	FROM pg_attribute AS a
	WHERE a.attrelid = 'custom_actions.step'::regclass AND a.attnum > 0
		AND NOT a.attisdropped AND a.attname NOT IN ('id', 'action');
	EXECUTE format(
		'WITH RECURSIVE was AS (
			SELECT s.*
			FROM json_populate_recordset(NULL::custom_actions.step, $2) AS s
		), ordered (id, depth) AS (
			SELECT w.id, 0
			FROM was AS w
			WHERE NOT EXISTS (SELECT FROM was AS p WHERE p.id = w.parent)
			UNION ALL
			SELECT w.id, o.depth + 1
			FROM ordered AS o
				JOIN was AS w ON w.parent = o.id)
		INSERT INTO custom_actions.step (id, action, %1$s) OVERRIDING SYSTEM VALUE
		SELECT w.id, $1, %2$s
		FROM was AS w
			JOIN ordered AS o ON o.id = w.id
		WHERE NOT EXISTS (SELECT FROM custom_actions.step AS s WHERE s.id = w.id)
		ORDER BY o.depth, w.id', columns, regexp_replace(columns, '("[^"]+"|\w+)', 'w.\1', 'g'))
	USING action_name, old_rows;
	EXECUTE format(
		'UPDATE custom_actions.step AS s SET (%1$s) = (SELECT %2$s)
		FROM json_populate_recordset(NULL::custom_actions.step, $2) AS w
		WHERE s.id = w.id AND s.action = $1', columns,
		regexp_replace(columns, '("[^"]+"|\w+)', 'w.\1', 'g'))
	USING action_name, old_rows;
	DELETE FROM step AS s
	WHERE s.action = action_name
		AND s.id IN (SELECT e.id::bigint FROM json_array_elements_text(new_keys) AS e (id))
		AND s.id NOT IN (
			SELECT (e.item ->> 'id')::bigint FROM json_array_elements(old_rows) AS e (item));
END
$$;

COMMENT ON FUNCTION custom_actions.put_back_steps(text, json, json) IS
	'makes steps of a draft what they were';

-- Of a row that an edit changed several times, what it was first counts.
CREATE FUNCTION custom_actions.was_before(
	edit custom_actions.edit, part_name text, key_name text, OUT old_rows json, OUT new_keys json)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH was AS (
		SELECT DISTINCT ON (o.item ->> key_name) o.item ->> key_name AS key, c.change, o.item
		FROM custom_actions.edit_change AS c
			CROSS JOIN LATERAL json_array_elements(c.old_rows) AS o (item)
		WHERE c.action = (edit).action AND c.number = (edit).number AND c.part = part_name
		ORDER BY o.item ->> key_name, c.change
	), became AS (
		SELECT n.key, min(c.change) AS change
		FROM custom_actions.edit_change AS c
			CROSS JOIN LATERAL json_array_elements_text(c.new_keys) AS n (key)
		WHERE c.action = (edit).action AND c.number = (edit).number AND c.part = part_name
		GROUP BY n.key)
	SELECT coalesce(json_agg(w.item) FILTER (WHERE w.change <= coalesce(b.change, w.change)), '[]'),
		coalesce(json_agg(key) FILTER (WHERE w.change <= coalesce(b.change, w.change) IS NOT TRUE), '[]')
	FROM was AS w
		FULL JOIN became AS b USING (key);
END;

COMMENT ON FUNCTION custom_actions.was_before(custom_actions.edit, text, text) IS
	'rows that an edit changed or deleted, as they were, and the keys of those that it made';

CREATE FUNCTION custom_actions.put_back(action_name text, edit custom_actions.edit)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	was record;
BEGIN
	IF edit.whole THEN
		DELETE FROM parameter AS p WHERE p.action = action_name;
		DELETE FROM step AS s WHERE s.action = action_name;
	END IF;
	SELECT * INTO was FROM was_before(edit, 'action', 'name');
	IF json_array_length(was.old_rows) > 0 THEN
		PERFORM put_back_header(action_name, was.old_rows -> 0);
	END IF;
	SELECT * INTO was FROM was_before(edit, 'parameter', 'name');
	PERFORM put_back_parameters(action_name, was.old_rows, was.new_keys);
	SELECT * INTO was FROM was_before(edit, 'step', 'id');
	PERFORM put_back_steps(action_name, was.old_rows, was.new_keys);
END
$$;

COMMENT ON FUNCTION custom_actions.put_back(text, custom_actions.edit) IS
	'makes the rows of a draft what they were before an edit';

CREATE FUNCTION custom_actions.undo_edit(action_name text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action;
	newest custom_actions.edit;
	before json;
	told text;
	detail text;
BEGIN
	IF action_name IS NULL THEN
		RAISE EXCEPTION 'action must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	draft := require_editable(action_name);
	newest := newest_edit(action_name);
	IF newest.number IS NULL THEN
		RAISE EXCEPTION 'there is no edit of action "%" to take back', draft.name
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Edits are kept until the draft is activated.',
				HINT = 'Use restore_action to make the draft what a version was made from.';
	END IF;
	before := document_of(action_name, NULL);
	PERFORM mark_edit(action_name, 'undo', '');
	PERFORM put_back(action_name, newest);
	PERFORM mark_edit(action_name, 'forget', '');

	told := coalesce(newest.what, 'an edit');
	detail := concat_ws(E'\n', CASE WHEN newest.made_by <> CURRENT_USER
			THEN format('Role "%s" made it.', newest.made_by) END,
		CASE WHEN newest.whole OR newest.what LIKE '% of custom_actions.%'
			THEN told_changes(before, document_of(action_name, NULL)) END,
		'What it brings back may have an old name of something that was renamed since: ' || newest.behind);
	IF detail <> '' THEN
		RAISE NOTICE 'action "%": taken back: %', action_name, told USING DETAIL = detail;
	ELSE
		RAISE NOTICE 'action "%": taken back: %', action_name, told;
	END IF;
	PERFORM tell_problems(action_name, before);
	RETURN told;
END
$$;

COMMENT ON FUNCTION custom_actions.undo_edit(text) IS 'does the work of undo_action_edit';

CREATE FUNCTION custom_actions.undo_action_edit(action text)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.undo_edit(custom_actions.canonical_name(undo_action_edit.action));
END;

COMMENT ON FUNCTION custom_actions.undo_action_edit(text) IS 'body of undo_action_edit';
