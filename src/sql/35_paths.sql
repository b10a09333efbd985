-- Where the steps of a draft stand: the paths that errors, check, outline, diff and the
-- log give, of the rows of the table, and the way back.

CREATE FUNCTION custom_actions.step_paths(action_name text)
RETURNS TABLE (id bigint, path text, parent bigint, branch text, place integer)
LANGUAGE sql STABLE ROWS 20
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE numbered AS (
		SELECT s.id, s.parent, s.branch,
			row_number() OVER (
				PARTITION BY s.parent, s.branch ORDER BY s.position, s.id)::integer AS place
		FROM custom_actions.step AS s
		WHERE s.action = action_name
	), found AS (
		SELECT n.id, n.place::text AS path, n.parent, n.branch, n.place
		FROM numbered AS n
		WHERE n.parent IS NULL
		UNION ALL
		SELECT n.id,
			format(CASE n.branch WHEN 'case' THEN '%s.%s %s' ELSE '%s.%s.%s' END,
				f.path, n.branch, n.place),
			n.parent, n.branch, n.place
		FROM found AS f
			JOIN numbered AS n ON n.parent = f.id
	)
	SELECT f.id, f.path, f.parent, f.branch, f.place
	FROM found AS f;
END;

COMMENT ON FUNCTION custom_actions.step_paths(text) IS
	'path of each step of a draft, with its place in its list, from 1';

CREATE FUNCTION custom_actions.row_paths(steps jsonb)
RETURNS TABLE (path text, item jsonb)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE listed AS (
		SELECT e.number, e.item, (e.item ->> 'parent')::bigint AS parent,
			e.item ->> 'branch' AS branch, e.item ->> 'position' AS place
		FROM jsonb_array_elements(custom_actions.step_list(steps))
			WITH ORDINALITY AS e (item, number)
	), found AS (
		SELECT l.number, l.place AS path, l.item
		FROM listed AS l
		WHERE l.parent IS NULL
		UNION ALL
		SELECT l.number,
			format(CASE l.branch WHEN 'case' THEN '%s.%s %s' ELSE '%s.%s.%s' END,
				f.path, l.branch, l.place),
			l.item
		FROM found AS f
			JOIN listed AS l ON l.parent = f.number
	)
	SELECT f.path, f.item
	FROM found AS f;
END;

COMMENT ON FUNCTION custom_actions.row_paths(jsonb) IS
	'steps in row form with their paths';

CREATE FUNCTION custom_actions.path_order(path text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT regexp_replace(regexp_replace(path, '(\d+)', '000000000\1', 'g'), '0*(\d{9})', '\1', 'g')
		COLLATE "C";
END;

COMMENT ON FUNCTION custom_actions.path_order(text) IS
	'text that sorts as the paths of steps do: 2 before 10';

CREATE FUNCTION custom_actions.step_path(action_name text, step_id bigint)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	step record;
	next_id bigint := step_id;
	path text;
BEGIN
	WHILE next_id IS NOT NULL LOOP
		SELECT s.parent, s.branch, (
			SELECT count(*)
			FROM custom_actions.step AS o
			WHERE o.action = action_name AND o.parent IS NOT DISTINCT FROM s.parent
				AND o.branch IS NOT DISTINCT FROM s.branch
				AND (o.position, o.id) <= (s.position, s.id)) AS place
		INTO step
		FROM custom_actions.step AS s
		WHERE s.id = next_id;
		path := CASE WHEN step.parent IS NULL THEN step.place::text
			WHEN step.branch = 'case' THEN format('.case %s', step.place)
			ELSE format('.%s.%s', step.branch, step.place) END || coalesce(path, '');
		next_id := step.parent;
	END LOOP;
	RETURN path;
END
$$;

COMMENT ON FUNCTION custom_actions.step_path(text, bigint) IS 'path of a step of a draft';

CREATE FUNCTION custom_actions.step_title(step_id bigint)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT concat_ws(' ', s.kind, s.subject) FROM custom_actions.step AS s WHERE s.id = step_id;
END;

COMMENT ON FUNCTION custom_actions.step_title(bigint) IS 'verb and subject of a step';

CREATE FUNCTION custom_actions.listed_steps(
	action_name text, parent_id bigint, branch_name text, most integer)
RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT array_agg(
		CASE WHEN n.place > most THEN format('and %s more', n.total - most)
			ELSE format('%s (%s)', n.place, concat_ws(' ', n.kind, n.subject)) END
		ORDER BY n.place)
	FROM (
		SELECT s.kind, s.subject, count(*) OVER () AS total,
			row_number() OVER (ORDER BY s.position, s.id) AS place
		FROM custom_actions.step AS s
		WHERE s.action = action_name AND s.parent IS NOT DISTINCT FROM parent_id
			AND s.branch IS NOT DISTINCT FROM branch_name) AS n
	WHERE n.place <= most + 1;
END;

COMMENT ON FUNCTION custom_actions.listed_steps(text, bigint, text, integer) IS
	'the first steps of a list, for people, and how many more there are; NULL: none';

CREATE FUNCTION custom_actions.refuse_step(
	action_name text, path text, parent_id bigint, branch_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	listed text[] := listed_steps(action_name, parent_id, branch_name, 20);
	list_path text := regexp_replace(path, '[. ]?\d+$', '');
BEGIN
	RAISE EXCEPTION 'action "%" has no step %', action_name, path
		USING ERRCODE = 'undefined_object',
			HINT = CASE
				WHEN branch_name = 'case' THEN format('Cases of step %s: %s.',
					regexp_replace(path, '[.]case \d+$', ''),
					coalesce(array_to_string(listed, ', '), 'none'))
				WHEN listed IS NULL AND branch_name IS NULL THEN 'It has no steps yet: use add_step.'
				WHEN listed IS NULL THEN format('There are no steps in %s: use add_step with inside => %L.',
					list_path, list_path)
				WHEN branch_name IS NULL THEN format('Its steps: %s.', array_to_string(listed, ', '))
				ELSE format('Steps in %s: %s.', list_path, array_to_string(listed, ', ')) END;
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_step(text, text, bigint, text) IS
	'raises that there is no step at a path, and tells which there are in its list';

-- Goes down the path, list by list, each by the index.
CREATE FUNCTION custom_actions.step_at(action_name text, path text)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	link record;
	found_id bigint;
	parent_id bigint;
BEGIN
	FOR link IN SELECT * FROM step_links(path) LOOP
		parent_id := found_id;
		IF parent_id IS NULL THEN
			SELECT s.id INTO found_id
			FROM step AS s
			WHERE s.action = action_name AND s.parent IS NULL
			ORDER BY s.position, s.id
			OFFSET greatest(link.number - 1, 0) LIMIT (link.number > 0)::integer;
		ELSE
			SELECT s.id INTO found_id
			FROM step AS s
			WHERE s.action = action_name AND s.parent = parent_id AND s.branch = link.list
			ORDER BY s.position, s.id
			OFFSET greatest(link.number - 1, 0) LIMIT (link.number > 0)::integer;
		END IF;
		IF found_id IS NULL THEN
			PERFORM refuse_step(action_name, link.upto, parent_id, link.list);
		END IF;
	END LOOP;
	RETURN found_id;
END
$$;

COMMENT ON FUNCTION custom_actions.step_at(text, text) IS
	'id of the step at a path of a draft; an error if there is none';
