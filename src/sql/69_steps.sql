-- Adding, moving and removing steps by their paths.  Positions are numeric: what comes
-- between two steps gets a position between theirs, and nothing else moves.

CREATE FUNCTION custom_actions.require_step_path(action_name text, path text)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	place record;
BEGIN
	SELECT * INTO place FROM split_path(btrim(path));
	IF place.part <> 'step' OR place.field IS NOT NULL THEN
		RAISE EXCEPTION '"%" is not the path of a step', path
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'A path is a number such as 3, or a list in a step and a number, such as 5.then.1 or 4.case 2.';
	END IF;
	RETURN step_at(action_name, place.path);
END
$$;

COMMENT ON FUNCTION custom_actions.require_step_path(text, text) IS
	'id of the step at a path; an error if it is no path, or there is no such step';

CREATE FUNCTION custom_actions.list_inside(
	action_name text, path text, wants_case boolean, OUT parent_id bigint, OUT branch text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	place record;
	parent_kind text;
	lists text[];
BEGIN
	SELECT * INTO place FROM split_path(btrim(path));
	IF place.part <> 'step' THEN
		PERFORM require_step_path(action_name, path);
	END IF;
	parent_id := step_at(action_name, place.path);
	SELECT s.kind INTO parent_kind FROM step AS s WHERE s.id = parent_id;
	lists := step_lists(parent_kind);
	branch := CASE WHEN place.field = 'cases' OR place.field IS NULL AND wants_case THEN 'case'
		ELSE place.field END;
	IF branch IS NULL AND cardinality(array_remove(lists, 'on_error')) = 1 THEN
		branch := lists[1];
	END IF;
	IF branch IS NULL OR branch <> ALL (lists) THEN
		RAISE EXCEPTION 'step % (%) of action "%" %', place.path, parent_kind, action_name,
				CASE WHEN branch IS NULL AND lists[1] = 'on_error' THEN 'holds no steps'
					WHEN branch IS NULL THEN 'has more than one list'
					WHEN branch = 'case' THEN 'has no cases'
					ELSE format('has no list "%s"', branch) END
			USING ERRCODE = 'invalid_parameter_value',
				HINT = CASE WHEN branch = 'case' THEN 'A case is {"when": ..., "do": [...]}, and goes inside a choose.'
					ELSE format('Say inside which list: %s.', (
						SELECT string_agg(format(CASE l.name WHEN 'case' THEN '%s.cases' ELSE '%s.%s' END,
							place.path, l.name), ', ')
						FROM unnest(lists) AS l (name))) END;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.list_inside(text, text, boolean) IS
	'list of steps that a path such as 5.then means, or the only one of a step';

-- before_id is the step that comes after the place; null: the place is the end.
CREATE FUNCTION custom_actions.find_place(
	action_name text, before text, after text, inside text, wants_case boolean,
	OUT parent_id bigint, OUT branch text, OUT before_id bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	sibling custom_actions.step;
BEGIN
	IF num_nonnulls(before, after, inside) > 1 THEN
		RAISE EXCEPTION 'only one of before, after and inside can be given'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF inside IS NOT NULL THEN
		SELECT l.parent_id, l.branch INTO parent_id, branch
		FROM list_inside(action_name, inside, wants_case) AS l;
	ELSIF num_nonnulls(before, after) = 1 THEN
		SELECT * INTO sibling FROM step AS s
		WHERE s.id = require_step_path(action_name, coalesce(before, after));
		parent_id := sibling.parent;
		branch := sibling.branch;
		before_id := sibling.id;
		IF after IS NOT NULL THEN
			SELECT s.id INTO before_id FROM step AS s
			WHERE s.action = action_name AND s.parent IS NOT DISTINCT FROM sibling.parent
				AND s.branch IS NOT DISTINCT FROM sibling.branch
				AND (s.position, s.id) > (sibling.position, sibling.id)
			ORDER BY s.position, s.id
			LIMIT 1;
			IF NOT FOUND THEN
				before_id := NULL;
			END IF;
		END IF;
	END IF;
	IF wants_case <> (branch IS NOT DISTINCT FROM 'case') THEN
		RAISE EXCEPTION '%', CASE WHEN wants_case THEN 'a case can only be among the cases of choose'
				ELSE 'only cases can be among the cases of choose' END
			USING ERRCODE = 'invalid_parameter_value',
				HINT = CASE WHEN wants_case THEN 'Say inside which step, or before or after which case.'
					ELSE 'A step goes inside a case, such as 4.case 1; a case is {"when": ..., "do": [...]}.' END;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.find_place(text, text, text, text, boolean) IS
	'list that steps go to, and the step they come before; the end without one';

-- Where positions are too close, the list is numbered anew first.
CREATE FUNCTION custom_actions.free_positions(
	action_name text, parent_id bigint, branch_name text, before_id bigint, how_many integer)
RETURNS numeric[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	next record;
	last numeric;
	unit numeric;
BEGIN
	IF before_id IS NULL THEN
		last := end_of_steps(action_name, parent_id, branch_name) - 1;
		RETURN array(SELECT last + i FROM generate_series(1, how_many) AS i);
	END IF;
	SELECT s.position, s.id INTO next FROM step AS s WHERE s.id = before_id;
	SELECT coalesce(max(s.position), floor(next.position) - 1) INTO last
	FROM step AS s
	WHERE s.action = action_name AND s.parent IS NOT DISTINCT FROM parent_id
		AND s.branch IS NOT DISTINCT FROM branch_name
		AND (s.position, s.id) < (next.position, next.id);
	unit := (next.position - last) / (how_many + 1);
	IF unit >= 0.0001 OR next.position - last >= 1 THEN
		IF how_many > 1 THEN
			unit := power(10::numeric, floor(log(unit)));
		END IF;
		RETURN array(SELECT trim_scale(last + i * trim_scale(unit)) FROM generate_series(1, how_many) AS i);
	END IF;
	UPDATE step AS s SET position = n.place
	FROM (
		SELECT o.id, row_number() OVER (ORDER BY o.position, o.id) AS place
		FROM step AS o
		WHERE o.action = action_name AND o.parent IS NOT DISTINCT FROM parent_id
			AND o.branch IS NOT DISTINCT FROM branch_name) AS n
	WHERE s.id = n.id AND s.position <> n.place;
	RETURN free_positions(action_name, parent_id, branch_name, before_id, how_many);
END
$$;

COMMENT ON FUNCTION custom_actions.free_positions(text, bigint, text, bigint, integer) IS
	'positions for so many steps in a list, before a step or at the end';

CREATE FUNCTION custom_actions.given_steps(action_name text, definition json, is_case boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	steps text := CASE json_typeof(definition) WHEN 'array' THEN definition::text
		ELSE format('[%s]', definition) END;
	state text;
	problem text;
	detail text;
	hint text;
BEGIN
	IF is_case THEN
		RETURN definition_rows(format('{"action": %s, "steps": [{"choose": null, "cases": %s}]}',
			to_json(action_name), steps)::json) #> '{steps,0,branches,0,steps}';
	END IF;
	RETURN definition_rows(format('{"action": %s, "steps": %s}', to_json(action_name), steps)::json)
		-> 'steps';
EXCEPTION WHEN OTHERS THEN
	-- a path is that of the step among those given
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, problem = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	detail := regexp_replace(detail, '^Step (.*) of action ".*"', 'Step \1 of those to be added');
	RAISE EXCEPTION '%', problem USING ERRCODE = state,
		DETAIL = coalesce(nullif(detail, ''), 'It is about the steps to be added.'),
		HINT = coalesce(nullif(hint, ''), 'A step is written as {"verb": ..., ...}.');
END
$$;

COMMENT ON FUNCTION custom_actions.given_steps(text, json, boolean) IS
	'row form of a step, a case, or an array of them';

CREATE FUNCTION custom_actions.is_case(definition json)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT json_typeof(d.first) = 'object' AND (d.first ->> 'do') IS NOT NULL
		AND NOT EXISTS (
			SELECT
			FROM json_object_keys(d.first) AS k (key)
			WHERE k.key NOT IN (
				SELECT c.key FROM custom_actions.definition_keys() AS c WHERE c.part = 'case'))
	FROM (
		SELECT CASE json_typeof(definition) WHEN 'array' THEN definition -> 0 ELSE definition END)
		AS d (first);
END;

COMMENT ON FUNCTION custom_actions.is_case(json) IS
	'whether a definition is of a case, or of several, rather than of a step';

CREATE FUNCTION custom_actions.put_steps(
	action_name text, definition json, before text, after text, inside text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	place record;
	rows jsonb;
	positions numeric[];
	count integer;
	first_id bigint;
	last_id bigint;
	path text;
BEGIN
	PERFORM begin_edit(action_name, definition::text, 'definition');
	SELECT * INTO place
	FROM find_place(action_name, before, after, inside, coalesce(is_case(definition), false));
	rows := given_steps(action_name, definition, place.branch IS NOT DISTINCT FROM 'case');
	count := coalesce(jsonb_array_length(rows), 0);
	IF count = 0 THEN
		RAISE EXCEPTION 'there is no step to add' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	positions := free_positions(action_name, place.parent_id, place.branch, place.before_id, count);
	FOR i IN 1 .. count LOOP
		last_id := insert_steps(action_name, jsonb_build_array(rows -> (i - 1)), place.parent_id,
			place.branch, positions[i]);
		first_id := coalesce(first_id, last_id);
	END LOOP;
	path := step_path(action_name, first_id);
	PERFORM finish_edit(action_name, CASE count
		WHEN 1 THEN format('step %s added: %s', path, step_title(first_id))
		ELSE format('steps %s to %s added', path, step_path(action_name, last_id)) END);
	RETURN path;
END
$$;

COMMENT ON FUNCTION custom_actions.put_steps(text, json, text, text, text) IS
	'does the work of add_step';

CREATE FUNCTION custom_actions.require_movable(moved custom_actions.step, path text, parent_id bigint)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	ancestor bigint := parent_id;
BEGIN
	WHILE ancestor IS NOT NULL LOOP
		IF ancestor = moved.id THEN
			RAISE EXCEPTION 'step % of action "%" cannot go inside itself', path, moved.action
				USING ERRCODE = 'invalid_parameter_value';
		END IF;
		SELECT s.parent INTO ancestor FROM step AS s WHERE s.id = ancestor;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.require_movable(custom_actions.step, text, bigint) IS
	'refuses to put a step inside itself';

CREATE FUNCTION custom_actions.comes_before(
	moved custom_actions.step, parent_id bigint, branch_name text, before_id bigint)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT (moved).parent IS NOT DISTINCT FROM parent_id
		AND (moved).branch IS NOT DISTINCT FROM branch_name
		AND (before_id IS NOT DISTINCT FROM (moved).id OR before_id IS NOT DISTINCT FROM (
			SELECT s.id
			FROM custom_actions.step AS s
			WHERE s.action = (moved).action AND s.parent IS NOT DISTINCT FROM parent_id
				AND s.branch IS NOT DISTINCT FROM branch_name
				AND (s.position, s.id) > ((moved).position, (moved).id)
			ORDER BY s.position, s.id
			LIMIT 1));
END;

COMMENT ON FUNCTION custom_actions.comes_before(custom_actions.step, bigint, text, bigint) IS
	'whether a step stands where it is to go: in this list, before this step, or at the end';

CREATE FUNCTION custom_actions.put_elsewhere(
	action_name text, path text, before text, after text, inside text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	place record;
	moved custom_actions.step;
	old_path text;
	new_path text;
BEGIN
	PERFORM begin_edit(action_name, path);
	IF num_nonnulls(before, after, inside) = 0 THEN
		RAISE EXCEPTION 'where to is missing'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Give before or after the path of a step, or inside that of a list, such as inside => ''5.then''.';
	END IF;
	SELECT * INTO moved FROM step AS s WHERE s.id = require_step_path(action_name, path);
	old_path := step_path(action_name, moved.id);
	SELECT * INTO place FROM find_place(action_name, before, after, inside, moved.kind = 'case');
	PERFORM require_movable(moved, old_path, place.parent_id);
	IF NOT comes_before(moved, place.parent_id, place.branch, place.before_id) THEN
		UPDATE step AS s
		SET parent = place.parent_id, branch = place.branch,
			position = (free_positions(action_name, place.parent_id, place.branch, place.before_id, 1))[1]
		WHERE s.id = moved.id;
	END IF;
	new_path := step_path(action_name, moved.id);
	PERFORM finish_edit(action_name, CASE new_path
		WHEN old_path THEN format('step %s stays where it is', old_path)
		ELSE format('step %s is now step %s: %s', old_path, new_path, step_title(moved.id)) END);
	RETURN new_path;
END
$$;

COMMENT ON FUNCTION custom_actions.put_elsewhere(text, text, text, text, text) IS
	'does the work of move_step';

CREATE FUNCTION custom_actions.take_step(action_name text, path text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	gone bigint;
	told text;
	below integer;
BEGIN
	PERFORM begin_edit(action_name, path);
	gone := require_step_path(action_name, path);
	WITH RECURSIVE inside (id) AS (
		SELECT s.id FROM step AS s WHERE s.parent = gone
		UNION ALL
		SELECT s.id FROM inside AS i JOIN step AS s ON s.parent = i.id)
	SELECT count(*) INTO below FROM inside;
	told := format('step %s removed: %s', step_path(action_name, gone), step_title(gone))
		|| CASE below WHEN 0 THEN '' WHEN 1 THEN ', with 1 step inside'
			ELSE format(', with %s steps inside', below) END;
	DELETE FROM step AS s WHERE s.id = gone;
	PERFORM finish_edit(action_name, told);
END
$$;

COMMENT ON FUNCTION custom_actions.take_step(text, text) IS 'does the work of remove_step';

CREATE FUNCTION custom_actions.switch_step(action_name text, path text, enabled boolean)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	switched bigint;
	was_enabled boolean;
	done record;
	settled text;
BEGIN
	PERFORM begin_edit(action_name, path);
	switched := require_step_path(action_name, path);
	settled := step_path(action_name, switched);
	SELECT coalesce(s.enabled, true) INTO was_enabled FROM step AS s WHERE s.id = switched;
	SELECT * INTO done
	FROM put_value(action_name, settled || '.enabled', CASE WHEN enabled THEN NULL ELSE 'false' END);
	PERFORM finish_edit(action_name, format('step %s is %s: %s', settled,
		CASE WHEN enabled THEN 'switched on' ELSE 'switched off' END
			|| CASE WHEN enabled = was_enabled THEN ' already' ELSE '' END, step_title(switched)));
	RETURN settled;
END
$$;

COMMENT ON FUNCTION custom_actions.switch_step(text, text, boolean) IS
	'does the work of enable_step and disable_step';

CREATE FUNCTION custom_actions.require_neighbours(
	action_name text, INOUT first_id bigint, INOUT last_id bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	one custom_actions.step;
	other custom_actions.step;
BEGIN
	SELECT * INTO one FROM step AS s WHERE s.id = first_id;
	SELECT * INTO other FROM step AS s WHERE s.id = last_id;
	IF one.parent IS DISTINCT FROM other.parent OR one.branch IS DISTINCT FROM other.branch THEN
		RAISE EXCEPTION 'steps % and % of action "%" are not in one list',
				step_path(action_name, first_id), step_path(action_name, last_id), action_name
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Name the first and the last of neighbours.';
	ELSIF one.kind = 'case' THEN
		RAISE EXCEPTION 'cases of action "%" cannot be put into a step', action_name
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Name steps, or put the whole choose into one.';
	ELSIF (one.position, one.id) > (other.position, other.id) THEN
		first_id := other.id;
		last_id := one.id;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_neighbours(text, bigint, bigint) IS
	'two steps of one list, the first first; an error if they are in two';

CREATE FUNCTION custom_actions.wrap(
	action_name text, from_path text, to_path text, condition text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	ends record;
	first custom_actions.step;
	last custom_actions.step;
	wrapper bigint;
	wrapper_path text;
	list_name text := CASE WHEN condition IS NULL THEN 'do' ELSE 'then' END;
	what text;
	count integer;
BEGIN
	PERFORM begin_edit(action_name, coalesce(from_path, to_path));
	IF btrim(condition) = '' THEN
		RAISE EXCEPTION 'condition must not be empty'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Leave it out to put the steps into a group.';
	END IF;
	SELECT * INTO ends
	FROM require_neighbours(action_name,
		require_step_path(action_name, coalesce(from_path, to_path)),
		require_step_path(action_name, coalesce(to_path, from_path)));
	SELECT * INTO first FROM step AS s WHERE s.id = ends.first_id;
	SELECT * INTO last FROM step AS s WHERE s.id = ends.last_id;
	what := CASE WHEN first.id = last.id THEN format('step %s is', step_path(action_name, first.id))
		ELSE format('steps %s to %s are', step_path(action_name, first.id), step_path(action_name, last.id)) END;
	wrapper := insert_steps(action_name,
		jsonb_build_array(CASE WHEN condition IS NULL THEN '{"kind": "group"}'::jsonb
			ELSE jsonb_build_object('kind', 'if', 'subject', condition) END),
		first.parent, first.branch, first.position);
	UPDATE step AS s SET parent = wrapper, branch = list_name
	WHERE s.action = action_name AND s.parent IS NOT DISTINCT FROM first.parent
		AND s.branch IS NOT DISTINCT FROM first.branch AND s.id <> wrapper
		AND (s.position, s.id) BETWEEN (first.position, first.id) AND (last.position, last.id);
	GET DIAGNOSTICS count = ROW_COUNT;
	wrapper_path := step_path(action_name, wrapper);
	PERFORM finish_edit(action_name, format('%s now inside step %s, %s: %s', what, wrapper_path,
		CASE WHEN condition IS NULL THEN 'a group' ELSE 'if ' || condition END,
		CASE count WHEN 1 THEN format('%s.%s.1', wrapper_path, list_name)
			ELSE format('%1$s.%2$s.1 to %1$s.%2$s.%3$s', wrapper_path, list_name, count) END));
	RETURN wrapper_path;
END
$$;

COMMENT ON FUNCTION custom_actions.wrap(text, text, text, text) IS 'does the work of wrap_steps';

CREATE FUNCTION custom_actions.add_step(
	action text, definition json, before text DEFAULT NULL, after text DEFAULT NULL,
	inside text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.put_steps(custom_actions.canonical_name(add_step.action),
		add_step.definition, add_step.before, add_step.after, add_step.inside);
END;

COMMENT ON FUNCTION custom_actions.add_step(text, json, text, text, text) IS 'body of add_step';

CREATE FUNCTION custom_actions.move_step(
	action text, path text, before text DEFAULT NULL, after text DEFAULT NULL,
	inside text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.put_elsewhere(custom_actions.canonical_name(move_step.action),
		move_step.path, move_step.before, move_step.after, move_step.inside);
END;

COMMENT ON FUNCTION custom_actions.move_step(text, text, text, text, text) IS 'body of move_step';

CREATE FUNCTION custom_actions.remove_step(action text, path text)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.take_step(custom_actions.canonical_name(remove_step.action),
		remove_step.path);
END;

COMMENT ON FUNCTION custom_actions.remove_step(text, text) IS 'body of remove_step';

CREATE FUNCTION custom_actions.enable_step(action text, path text)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.switch_step(custom_actions.canonical_name(enable_step.action),
		enable_step.path, true);
END;

COMMENT ON FUNCTION custom_actions.enable_step(text, text) IS 'body of enable_step';

CREATE FUNCTION custom_actions.disable_step(action text, path text)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.switch_step(custom_actions.canonical_name(disable_step.action),
		disable_step.path, false);
END;

COMMENT ON FUNCTION custom_actions.disable_step(text, text) IS 'body of disable_step';

CREATE FUNCTION custom_actions.wrap_steps(
	action text, from_path text, to_path text DEFAULT NULL, condition text DEFAULT NULL)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.wrap(custom_actions.canonical_name(wrap_steps.action),
		wrap_steps.from_path, wrap_steps.to_path, wrap_steps.condition);
END;

COMMENT ON FUNCTION custom_actions.wrap_steps(text, text, text, text) IS 'body of wrap_steps';
