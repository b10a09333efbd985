-- What differs between two definitions, in words.

CREATE FUNCTION custom_actions.step_title(step jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT concat_ws(' ', step ->> 'kind', step ->> 'subject');
END;

COMMENT ON FUNCTION custom_actions.step_title(jsonb) IS
	'kind and subject of a step in row form';

CREATE FUNCTION custom_actions.title_follows(steps jsonb, first integer, title text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM jsonb_array_elements(steps) WITH ORDINALITY AS e (step, number)
		WHERE e.number > first AND custom_actions.step_title(e.step) = title);
END;

COMMENT ON FUNCTION custom_actions.title_follows(jsonb, integer, text) IS
	'whether a step of this title stands in a list, from a place counted from 0 on';

CREATE FUNCTION custom_actions.compare_steps(
	old_steps jsonb, new_steps jsonb, prefix text)
RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	i integer := 0;				-- place in the old list
	j integer := 0;				-- place in the new list
	old_step jsonb := old_steps -> 0;
	new_step jsonb := new_steps -> 0;
	before text;
	label text;
	part record;
BEGIN
	WHILE old_step IS NOT NULL OR new_step IS NOT NULL LOOP
		before := prefix || CASE
			WHEN coalesce(new_step, old_step) ->> 'kind' = 'case' THEN ' '
			WHEN prefix <> '' THEN '.'
			ELSE '' END;
		label := before || j + 1;

		IF old_step IS NULL
			OR step_title(old_step) <> step_title(new_step)
				AND title_follows(new_steps, j, step_title(old_step))
		THEN
			RETURN NEXT format('Added step %s (%s).', label, step_title(new_step));
			j := j + 1;
		ELSIF new_step IS NULL
			OR step_title(old_step) <> step_title(new_step)
				AND title_follows(old_steps, i, step_title(new_step))
		THEN
			RETURN NEXT format('Removed step %s (%s).',
				before || i + 1, step_title(old_step));
			i := i + 1;
		ELSE
			IF old_step - 'branches' <> new_step - 'branches' THEN
				RETURN NEXT format('Changed step %s (%s).', label, step_title(new_step));
			END IF;
			FOR part IN
				SELECT coalesce(o.branch ->> 'branch', n.branch ->> 'branch') AS name,
					o.branch -> 'steps' AS old_steps, n.branch -> 'steps' AS new_steps
				FROM jsonb_array_elements(old_step -> 'branches') AS o (branch)
					FULL JOIN jsonb_array_elements(new_step -> 'branches') AS n (branch)
						ON o.branch ->> 'branch' = n.branch ->> 'branch'
				WHERE o.branch IS DISTINCT FROM n.branch
				ORDER BY 1
			LOOP
				RETURN QUERY SELECT compare_steps(part.old_steps, part.new_steps,
					label || '.' || part.name);
			END LOOP;
			i := i + 1;
			j := j + 1;
		END IF;
		old_step := old_steps -> i;
		new_step := new_steps -> j;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.compare_steps(jsonb, jsonb, text) IS
	'one sentence for every step added, changed or removed, by its path';

CREATE FUNCTION custom_actions.compare_definitions(
	old_definition json, new_definition json)
RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old_rows jsonb := definition_rows(old_definition);
	new_rows jsonb := definition_rows(new_definition);
BEGIN
	RETURN QUERY
	SELECT format('Changed %s.', coalesce(o.key, n.key))
	FROM jsonb_each(old_rows -> 'action') AS o
		FULL JOIN jsonb_each(new_rows -> 'action') AS n USING (key)
	WHERE o.value IS DISTINCT FROM n.value
	ORDER BY 1;

	RETURN QUERY
	SELECT format('%s %s "%s".',
		CASE WHEN o.item IS NULL THEN 'Added'
			WHEN n.item IS NULL THEN 'Removed' ELSE 'Changed' END,
		CASE WHEN coalesce(n.item, o.item) ->> 'direction' = 'out'
			THEN 'output' ELSE 'input' END,
		coalesce(n.item, o.item) ->> 'name')
	FROM jsonb_array_elements(old_rows -> 'parameters') AS o (item)
		FULL JOIN jsonb_array_elements(new_rows -> 'parameters') AS n (item)
			ON o.item ->> 'name' = n.item ->> 'name'
	WHERE o.item IS DISTINCT FROM n.item
	ORDER BY coalesce(n.item, o.item) ->> 'direction',
		coalesce(n.item, o.item) ->> 'name';

	RETURN QUERY
	SELECT compare_steps(old_rows -> 'steps', new_rows -> 'steps', '');

	RETURN QUERY
	SELECT format(CASE WHEN o.item IS NULL THEN 'Uses %s now.'
		ELSE 'Uses %s no longer.' END, coalesce(n.item, o.item))
	FROM json_array_elements_text(old_definition -> 'frozen') AS o (item)
		FULL JOIN json_array_elements_text(new_definition -> 'frozen') AS n (item) USING (item)
	WHERE o.item IS NULL OR n.item IS NULL
	ORDER BY o.item IS NULL, 1;
END
$$;

COMMENT ON FUNCTION custom_actions.compare_definitions(json, json) IS
	'one sentence for everything that differs between two definitions';
