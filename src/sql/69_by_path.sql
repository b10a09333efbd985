-- Editing a value by its path: "2.set.due" is the field "set.due" of step 2,
-- "input.bump.default" that of an input, "timeout" the action's own.  What a field is, and
-- what a text means in it, is known to C (definition/edit_field.c); here are the rows.

CREATE FUNCTION custom_actions.require_editable(action_name text)
RETURNS custom_actions.action
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action := require_draft(action_name);
BEGIN
	PERFORM require_editor(action_name,
		coalesce(published_owner(action_name), draft.owner), draft.designer);
	RETURN draft;
END
$$;

COMMENT ON FUNCTION custom_actions.require_editable(text) IS
	'locks the draft of an action; an error if there is none, or the user may not edit it';

CREATE FUNCTION custom_actions.refuse_parameter(action_name text, direction text, name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	what text := CASE direction WHEN 'out' THEN 'output' ELSE 'input' END;
	known text[];
BEGIN
	SELECT array_agg(p.name ORDER BY p.position, p.name) INTO known
	FROM parameter AS p
	WHERE p.action = action_name AND p.direction = refuse_parameter.direction;
	RAISE EXCEPTION 'action "%" has no % "%"', action_name, what, name
		USING ERRCODE = 'undefined_object',
			HINT = concat_ws(' ', proposal(name, known),
				format('add_action_parameter adds %s.',
					CASE direction WHEN 'out' THEN 'an output' ELSE 'an input' END));
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_parameter(text, text, text) IS
	'raises that an action has no such input or output';

CREATE FUNCTION custom_actions.remove_parameter(
	action_name text, path text, direction text, name text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old_type text;
BEGIN
	DELETE FROM parameter AS p
	WHERE p.action = action_name AND p.direction = remove_parameter.direction
		AND p.name = remove_parameter.name
	RETURNING coalesce(p.type, 'a row of ' || p.references_table) INTO old_type;
	IF NOT FOUND THEN
		PERFORM refuse_parameter(action_name, direction, name);
	END IF;
	RETURN format('%s: removed, was %s', path, old_type);
END
$$;

COMMENT ON FUNCTION custom_actions.remove_parameter(text, text, text, text) IS
	'takes an input or output away; returns what to say';

CREATE FUNCTION custom_actions.refuse_whole(action_name text, part text, path text, is_null boolean)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION '% of action "%" is not a single value',
			CASE part WHEN 'step' THEN 'step ' || path ELSE path END, action_name
		USING ERRCODE = 'invalid_parameter_value',
			HINT = CASE WHEN part = 'step' AND is_null THEN 'Use remove_step to remove it.'
				WHEN part = 'step' THEN format('Say which value of it, such as %s.when, or use remove_step and add_step.', path)
				ELSE format('Say which value of it: %1$s.type, %1$s.default, %1$s.required, %1$s.description; NULL removes it.', path) END;
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_whole(text, text, text, boolean) IS
	'raises that a path stops before a value';

CREATE FUNCTION custom_actions.draft_row(action_name text, INOUT part text, path text, OUT key text, OUT row_text json, OUT filled json)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	wanted record;
BEGIN
	IF part = 'action' THEN
		SELECT to_json(a), a.name INTO row_text, key FROM action AS a WHERE a.name = action_name;
	ELSIF part = 'step' THEN
		SELECT to_json(s), s.id, CASE s.kind WHEN 'case' THEN 'case' ELSE 'step' END
		INTO row_text, key, part
		FROM step AS s
		WHERE s.id = step_at(action_name, path);
		SELECT json_agg(DISTINCT s.branch) INTO filled FROM step AS s WHERE s.parent = key::bigint;
	ELSE
		SELECT CASE part WHEN 'output' THEN 'out' ELSE 'in' END AS direction,
			substr(path, length(part) + 2) AS name
		INTO wanted;
		SELECT parameter_row(p), p.name INTO row_text, key
		FROM parameter AS p
		WHERE p.action = action_name AND p.direction = wanted.direction AND p.name = wanted.name;
		IF NOT FOUND THEN
			PERFORM refuse_parameter(action_name, wanted.direction, wanted.name);
		END IF;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.draft_row(text, text, text) IS
	'row of a draft that a path means, as JSON by column, what finds it in its table, and which lists of it have steps';

CREATE FUNCTION custom_actions.write_column(
	action_name text, part text, key text, column_name text, new_row json)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	target text := CASE part WHEN 'action' THEN 'action' WHEN 'step' THEN 'step'
		WHEN 'case' THEN 'step' ELSE 'parameter' END;
BEGIN
	EXECUTE format(
		'UPDATE custom_actions.%1$I AS t SET %2$I = r.%2$I%4$s
		FROM json_populate_record(NULL::custom_actions.%1$I, $1) AS r
		WHERE %3$s', target, column_name,
		CASE target WHEN 'step' THEN 't.id = $3::bigint' WHEN 'action' THEN 't.name = $3'
			ELSE 't.action = $2 AND t.name = $3' END,
		CASE WHEN column_name = 'arguments' THEN ', key_order = r.key_order' END)
	USING new_row, action_name, key;
END
$$;

COMMENT ON FUNCTION custom_actions.write_column(text, text, text, text, json) IS
	'writes one column of a row of a draft';

CREATE FUNCTION custom_actions.told_value(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN value = '' THEN '(empty)'
		WHEN length(value) > 300 THEN format('%s ... (%s characters)', left(value, 250), length(value))
		ELSE value END;
END;

COMMENT ON FUNCTION custom_actions.told_value(text) IS
	'a value for people: empty, they would not see it, very long, not the rest';

CREATE FUNCTION custom_actions.told_change(path text, old_value text, new_value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE
		WHEN old_value IS NULL THEN format('%s: added %s', path, custom_actions.told_value(new_value))
		WHEN new_value IS NULL THEN format('%s: removed %s', path, custom_actions.told_value(old_value))
		ELSE format('%s: %s -> %s', path,
			custom_actions.told_value(old_value), custom_actions.told_value(new_value)) END;
END;

COMMENT ON FUNCTION custom_actions.told_change(text, text, text) IS
	'what to say of a value that changed';

-- What is told is what changed; where nothing did, nothing is written.  3.0 is not 3:
-- compared as texts, as same_definition does.
CREATE FUNCTION custom_actions.put_value(
	action_name text, given text, value text, OUT settled text, OUT told text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	place record;
	target record;
	edit record;
BEGIN
	SELECT * INTO place FROM split_path(given);
	IF place.field IS NULL AND place.part = 'action' THEN
		RAISE EXCEPTION 'path of a value of action "%" must not be empty', action_name
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Say which value: 2.set.due of a step, input.bump.default of an input, timeout of the action itself.';
	ELSIF place.field IS NULL THEN
		IF place.part = 'step' OR value IS NOT NULL THEN
			PERFORM draft_row(action_name, place.part, place.path);
			PERFORM refuse_whole(action_name, place.part, place.path, value IS NULL);
		END IF;
		settled := place.path;
		told := remove_parameter(action_name, place.path,
			CASE place.part WHEN 'output' THEN 'out' ELSE 'in' END,
			substr(place.path, length(place.part) + 2));
		RETURN;
	END IF;
	SELECT * INTO target FROM draft_row(action_name, place.part, place.path);
	SELECT * INTO edit
	FROM edit_field(action_name, target.part, place.path, target.row_text, place.field, value,
		coalesce(target.filled, '[]'));
	settled := edit.settled;
	IF value IS NULL AND edit.old_value IS NULL THEN
		told := format('%s: nothing there to remove', settled);
		RETURN;
	ELSIF (edit.new_row::jsonb - 'key_order')::text = (target.row_text::jsonb - 'key_order')::text THEN
		told := format('%s: no change, it is %s', settled, coalesce(told_value(edit.old_value), 'not there'));
		RETURN;
	END IF;
	PERFORM write_column(action_name, target.part, target.key, edit.column_name, edit.new_row);
	told := told_change(settled, edit.old_value, edit.new_value);
END
$$;

COMMENT ON FUNCTION custom_actions.put_value(text, text, text) IS
	'gives a value of a draft another text, NULL: none; returns its path, and what to say';

-- Steps may have moved: their paths in a text do not count.
CREATE FUNCTION custom_actions.problem_words(message text, detail text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT regexp_replace(concat_ws(E'\n', message, detail), 'steps? \d+(\.\w+( \d+)?)*', 'step', 'gi');
END;

COMMENT ON FUNCTION custom_actions.problem_words(text, text) IS
	'what makes a problem the same one after an edit';

CREATE FUNCTION custom_actions.known_problems(action_name text, before json)
RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(array_agg(custom_actions.problem_words(c.message, c.detail)), '{}')
	FROM (
		SELECT d.message, d.detail
		FROM custom_actions.check_definition(
			action_name, before, custom_actions.action_owner(action_name)) AS d
		UNION ALL
		SELECT p.message, p.detail
		FROM custom_actions.check_publishing(action_name, before) AS p
		UNION ALL
		SELECT l.message, l.detail
		FROM custom_actions.lacking_callers(action_name, before) AS l) AS c;
END;

COMMENT ON FUNCTION custom_actions.known_problems(text, json) IS
	'the words of all problems that there were before an edit';

-- What was wrong before, too, is one line: what can be done about it was told then.
CREATE FUNCTION custom_actions.tell_problems(action_name text, before json, are_told boolean DEFAULT true)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	most CONSTANT integer := 20;
	errors integer := 0;
	warnings integer := 0;
	problem record;
	known text[];
	was_there boolean;
BEGIN
	-- that the user may not publish it himself is nothing that he has to mend
	FOR problem IN
		SELECT c.*, problem_words(c.message, c.detail) AS words
		FROM check_draft(action_name) AS c
		WHERE c.location <> 'action' OR c.message NOT LIKE 'permission denied%'
	LOOP
		known := coalesce(known, known_problems(action_name, before));
		was_there := problem.words = ANY (known);
		IF problem.severity = 'error' THEN
			errors := errors + 1;
			CONTINUE WHEN errors > most;
			was_there := was_there AND are_told;
		ELSE
			CONTINUE WHEN was_there OR warnings >= most;
			warnings := warnings + 1;
		END IF;
		PERFORM tell_problem(action_name, problem.location,
			problem.message || CASE WHEN was_there THEN ', as before' ELSE '' END,
			CASE WHEN NOT was_there THEN problem.detail END,
			CASE WHEN NOT was_there THEN problem.hint END);
	END LOOP;
	IF errors > most THEN
		PERFORM tell_problem(action_name, 'check', format('%s more problems', errors - most), NULL,
			format('SELECT * FROM check_action(%L) lists them all.', action_name));
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.tell_problems(text, json, boolean) IS
	'tells as warnings what keeps a draft from being activated, and what is to be looked at that was not before';

CREATE FUNCTION custom_actions.begin_edit(action_name text, given text, what text DEFAULT 'path')
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF action_name IS NULL OR given IS NULL THEN
		RAISE EXCEPTION 'action and % must not be null', what
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM mark_edit(action_name, 'begin', '');
END
$$;

COMMENT ON FUNCTION custom_actions.begin_edit(text, text, text) IS
	'begins an edit of a draft, which it locks; an error if there is none, or the user may not edit it';

CREATE FUNCTION custom_actions.finish_edit(action_name text, told text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	before json;
BEGIN
	SELECT e.before INTO before FROM edit AS e WHERE e.action = action_name AND e.open > 0;
	PERFORM mark_edit(action_name, 'end', told);
	IF told <> '' THEN
		RAISE NOTICE 'action "%": %', action_name, told;
	END IF;
	PERFORM tell_problems(action_name, before);
END
$$;

COMMENT ON FUNCTION custom_actions.finish_edit(text, text) IS
	'ends an edit of a draft, and tells what it did and what does not compile';

CREATE FUNCTION custom_actions.set_value(action_name text, path text, value text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	done record;
BEGIN
	PERFORM begin_edit(action_name, path);
	SELECT * INTO done FROM put_value(action_name, btrim(path), value);
	PERFORM finish_edit(action_name, done.told);
	RETURN done.settled;
END
$$;

COMMENT ON FUNCTION custom_actions.set_value(text, text, text) IS
	'does the work of set_action_value';

CREATE FUNCTION custom_actions.set_action_value(action text, path text, value text)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.set_value(
		custom_actions.canonical_name(set_action_value.action),
		set_action_value.path, set_action_value.value);
END;

COMMENT ON FUNCTION custom_actions.set_action_value(text, text, text) IS
	'body of set_action_value';

CREATE FUNCTION custom_actions.add_parameter(
	action_name text, name text, type text, direction text, required boolean,
	default_value jsonb, description text, title text, references_table text, options jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	told text := format('%s.%s: added %s',
		CASE direction WHEN 'out' THEN 'output' ELSE 'input' END, name,
		coalesce(type, 'a key of ' || references_table));
BEGIN
	PERFORM require_draft(action_name);
	IF EXISTS (
		SELECT FROM parameter AS p
		WHERE p.action = action_name AND p.name = add_parameter.name)
	THEN
		RAISE EXCEPTION 'action "%" already has an input or output "%"',
				action_name, add_parameter.name
			USING ERRCODE = 'duplicate_object';
	END IF;
	PERFORM mark_edit(action_name, 'begin', '');
	INSERT INTO parameter (action, direction, name, type, required, default_value,
		description, title, references_table, options)
	VALUES (action_name, coalesce(add_parameter.direction, 'in'), add_parameter.name,
		add_parameter.type, add_parameter.required, add_parameter.default_value,
		add_parameter.description, add_parameter.title, add_parameter.references_table,
		add_parameter.options);
	PERFORM finish_edit(action_name, told);
END
$$;

COMMENT ON FUNCTION custom_actions.add_parameter(text, text, text, text, boolean, jsonb, text, text, text, jsonb) IS
	'does the work of add_action_parameter';

CREATE FUNCTION custom_actions.add_action_parameter(
	action text, name text, type text DEFAULT NULL, direction text DEFAULT 'in',
	required boolean DEFAULT NULL, default_value jsonb DEFAULT NULL,
	description text DEFAULT NULL, title text DEFAULT NULL,
	references_table text DEFAULT NULL, options jsonb DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.add_parameter(
		custom_actions.canonical_name(add_action_parameter.action),
		add_action_parameter.name, add_action_parameter.type,
		add_action_parameter.direction, add_action_parameter.required,
		add_action_parameter.default_value, add_action_parameter.description,
		add_action_parameter.title, add_action_parameter.references_table,
		add_action_parameter.options);
END;

COMMENT ON FUNCTION custom_actions.add_action_parameter(text, text, text, text, boolean, jsonb, text, text, text, jsonb) IS
	'body of add_action_parameter';
