-- Where the steps of a draft stand: the paths that errors, check, outline, diff and the
-- log give, of the rows of the table.

CREATE FUNCTION custom_actions.step_paths(action_name text)
RETURNS TABLE (id bigint, path text, parent bigint, branch text, place integer)
LANGUAGE sql STABLE
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
