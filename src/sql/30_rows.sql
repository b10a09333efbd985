-- Between the tables and the definition document: reading drafts and plug-ins from
-- their rows, and writing them.

CREATE FUNCTION custom_actions.has_draft(action_name text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM custom_actions.action AS a WHERE a.name = action_name);
END;

COMMENT ON FUNCTION custom_actions.has_draft(text) IS 'whether there is a draft of an action';

CREATE FUNCTION custom_actions.last_version(action_name text)
RETURNS integer
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT max(v.version) FROM custom_actions.version AS v WHERE v.action = action_name;
END;

COMMENT ON FUNCTION custom_actions.last_version(text) IS
	'highest number of the versions of an action, dropped or not; NULL if there is none';

CREATE FUNCTION custom_actions.without_nulls(object jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}')
	FROM jsonb_each(object) AS e
	WHERE e.value <> 'null'::jsonb;
END;

COMMENT ON FUNCTION custom_actions.without_nulls(jsonb) IS
	'an object without its keys that are null';

CREATE FUNCTION custom_actions.implied_columns(part_name text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(jsonb_object_agg(k.column_name,
			CASE k.shape WHEN 'choice' THEN to_jsonb(k.implied) ELSE k.implied::jsonb END), '{}')
	FROM custom_actions.definition_keys() AS k
	WHERE k.part = part_name AND k.column_name IS NOT NULL AND k.implied IS NOT NULL;
END;

COMMENT ON FUNCTION custom_actions.implied_columns(text) IS
	'row form of a part of a definition that leaves everything out: what that means';

CREATE FUNCTION custom_actions.parameter_row(parameter custom_actions.parameter)
RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN (parameter).default_value IS NULL
		THEN (to_jsonb(parameter) - 'default_value')::json
		ELSE to_json(parameter) END;
END;

COMMENT ON FUNCTION custom_actions.parameter_row(custom_actions.parameter) IS
	'an input or output as JSON by column, in which a default that is null is one';

CREATE FUNCTION custom_actions.draft_definition(action_name text)
RETURNS json
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	header jsonb;
	parameters jsonb;
	steps jsonb;
BEGIN
	SELECT to_jsonb(a) INTO header
	FROM action AS a
	WHERE a.name = action_name;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;

	SELECT jsonb_agg(
		without_nulls(to_jsonb(p) - '{action,default_value}'::text[])
			|| CASE WHEN p.default_value IS NULL THEN '{}'
				ELSE jsonb_build_object('default_value', p.default_value) END
		ORDER BY p.direction, p.position, p.name)
	INTO parameters
	FROM parameter AS p
	WHERE p.action = action_name;

	SELECT jsonb_agg(to_jsonb(s) - '{action,position}'::text[] ORDER BY s.position, s.id)
	INTO steps
	FROM step AS s
	WHERE s.action = action_name;

	RETURN definition_text(jsonb_build_object(
		'action', header,
		'parameters', coalesce(parameters, '[]'),
		'step_list', coalesce(steps, '[]')));
END
$$;

COMMENT ON FUNCTION custom_actions.draft_definition(text) IS
	'definition that the draft of an action makes; NULL without a draft';

CREATE FUNCTION custom_actions.plugin_list(action_name text)
RETURNS json
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.plugins_of_rows(coalesce(
		jsonb_agg(to_jsonb(p) ORDER BY custom_actions.stage_number(p.stage), p.rank, p.id), '[]'))
	FROM custom_actions.plugin_step AS p
	WHERE p.action = action_name;
END;

COMMENT ON FUNCTION custom_actions.plugin_list(text) IS
	'plug-ins of an action in the order they run, as the published function lists them';

CREATE FUNCTION custom_actions.listed_plugins(
	action_name text, pattern text, disabled boolean)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT string_agg(format(pattern, s.stage, s.function, s.id), E'\n'
		ORDER BY custom_actions.stage_number(s.stage), s.rank, s.id)
	FROM custom_actions.plugin_step AS s
	WHERE s.action = action_name AND (s.enabled OR disabled);
END;

COMMENT ON FUNCTION custom_actions.listed_plugins(text, text, boolean) IS
	'plug-ins of an action for people, a line each in the order they run, the disabled ones too or not; NULL if there are none';

CREATE FUNCTION custom_actions.definition_hash(definition json)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- the same in all databases; where nobody says what the bytes mean, they count
	SELECT encode(sha256(convert_to(definition::text,
		CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END)), 'hex');
END;

COMMENT ON FUNCTION custom_actions.definition_hash(json) IS
	'SHA-256 of the text of a definition';

CREATE FUNCTION custom_actions.same_definition(one json, other json)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT one::jsonb::text IS NOT DISTINCT FROM other::jsonb::text;
END;

COMMENT ON FUNCTION custom_actions.same_definition(json, json) IS
	'whether two definitions say the same, however they are laid out';

-- The columns are those of the row form, whichever there are.
CREATE FUNCTION custom_actions.insert_steps(
	action_name text, steps jsonb, parent_id bigint, branch_name text,
	first_position numeric)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	item jsonb;
	step custom_actions.step;
	ids bigint[] := '{}';
BEGIN
	FOR item IN SELECT e.item FROM jsonb_array_elements(step_list(steps)) AS e (item) LOOP
		step := jsonb_populate_record(NULL::custom_actions.step, item);
		step.action := action_name;
		step.arguments := coalesce(step.arguments, '{}');
		IF step.parent IS NULL THEN
			step.parent := parent_id;
			step.branch := branch_name;
			step.position := step.position + first_position - 1;
		ELSE
			step.parent := ids[step.parent];
		END IF;
		-- the id comes from the sequence
		INSERT INTO custom_actions.step OVERRIDING USER VALUE SELECT step.*
		RETURNING id INTO step.id;
		ids := ids || step.id;
	END LOOP;
	RETURN ids[1];
END
$$;

COMMENT ON FUNCTION custom_actions.insert_steps(text, jsonb, bigint, text, numeric) IS
	'writes steps in row form with the steps below them; returns the id of the first';

CREATE FUNCTION custom_actions.insert_parameters(action_name text, parameters jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	item jsonb;
	parameter custom_actions.parameter;
BEGIN
	FOR item IN SELECT e.item FROM jsonb_array_elements(parameters) AS e (item) LOOP
		parameter := jsonb_populate_record(NULL::custom_actions.parameter, item);
		parameter.action := action_name;
		parameter.default_value := item -> 'default_value';	-- which may be null
		INSERT INTO custom_actions.parameter SELECT parameter.*;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.insert_parameters(text, jsonb) IS
	'writes inputs and outputs in row form';

CREATE FUNCTION custom_actions.registered_function(action_name text, function text)
RETURNS text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF EXISTS (
		SELECT FROM plugin_step AS s
		WHERE s.action = action_name AND s.function = registered_function.function)
		OR EXISTS (
			SELECT
			FROM published(action_name) AS p
				CROSS JOIN LATERAL json_array_elements(p.plugins) AS e (item)
			WHERE e.item ->> 'function' = registered_function.function)
	THEN
		RETURN function;
	END IF;
	RETURN plugin_function(function);
END
$$;

COMMENT ON FUNCTION custom_actions.registered_function(text, text) IS
	'signature of a function that a document names: as it stands if it is registered already, so that one that is gone is no obstacle';

CREATE FUNCTION custom_actions.replace_plugins(action_name text, plugins jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	implied jsonb := implied_columns('plugin');
	wanted jsonb;
BEGIN
	SELECT coalesce(jsonb_agg(
			jsonb_set(e.item, '{function}',
				to_jsonb(registered_function(action_name, e.item ->> 'function')))
			ORDER BY stage_number(e.item ->> 'stage'),
				((implied || e.item) ->> 'rank')::integer, e.number),
		'[]')
	INTO wanted
	FROM jsonb_array_elements(plugins) WITH ORDINALITY AS e (item, number);
	IF same_definition(with_plugins('{}', wanted::json),
		with_plugins('{}', plugin_list(action_name)))
	THEN
		RETURN;
	END IF;

	DELETE FROM plugin_step AS p WHERE p.action = action_name;
	INSERT INTO plugin_step OVERRIDING USER VALUE
	SELECT p.*
	FROM jsonb_array_elements(wanted) WITH ORDINALITY AS e (item, number)
		CROSS JOIN LATERAL jsonb_populate_record(NULL::custom_actions.plugin_step,
			implied || e.item || jsonb_build_object('action', action_name)) AS p
	ORDER BY e.number;
END
$$;

COMMENT ON FUNCTION custom_actions.replace_plugins(text, jsonb) IS
	'makes a list the plug-ins of an action, unless they are that already';

CREATE FUNCTION custom_actions.write_header(action_name text, header jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	columns text;
BEGIN
	SELECT string_agg(quote_ident(k.column_name), ', ') INTO columns
	FROM definition_keys() AS k
	WHERE k.part = 'action' AND k.column_name <> 'name';
	EXECUTE format(
		'UPDATE custom_actions.action AS a
		SET captured_path = NULL, (%1$s) = (
			SELECT %1$s FROM jsonb_populate_record(NULL::custom_actions.action, $2))
		WHERE a.name = $1', columns)
	USING action_name, header;
END
$$;

COMMENT ON FUNCTION custom_actions.write_header(text, jsonb) IS
	'makes a header in row form that of a draft, with NULL for what it leaves out';

CREATE FUNCTION custom_actions.write_draft(action_name text, definition json)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	rows jsonb := definition_rows(definition);
	is_new boolean := NOT has_draft(action_name);
BEGIN
	IF is_new THEN
		INSERT INTO action (name, settings, captured_path) VALUES (action_name, NULL, NULL);
	END IF;
	PERFORM mark_edit(action_name, 'whole', '');
	PERFORM write_header(action_name, rows -> 'action');
	DELETE FROM parameter AS p WHERE p.action = action_name;
	DELETE FROM step AS s WHERE s.action = action_name;
	PERFORM insert_parameters(action_name, nullif(rows -> 'parameters', 'null'));
	PERFORM insert_steps(action_name, nullif(rows -> 'steps', 'null'), NULL, NULL, 1);
	PERFORM write_plugins(action_name, rows -> 'plugins');
	PERFORM mark_edit(action_name, CASE WHEN is_new THEN 'forget' ELSE 'end' END,
		'the whole draft replaced');
END
$$;

COMMENT ON FUNCTION custom_actions.write_draft(text, json) IS
	'makes a definition the draft of an action, new or in place of the one there is; its plug-ins, if it speaks of them, the registered ones';
