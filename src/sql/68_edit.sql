-- Editing drafts.

CREATE FUNCTION custom_actions.create_draft(
	action_name text, name_in_definition text, definition json,
	caller_search_path text, or_replace boolean)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	is_new boolean := NOT has_draft(action_name);
BEGIN
	IF action_name IS NULL OR definition IS NULL THEN
		RAISE EXCEPTION 'name and definition must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF name_in_definition <> action_name THEN
		RAISE EXCEPTION 'definition is of action "%", not of "%"',
				name_in_definition, action_name
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Change or remove its key "action".';
	END IF;
	IF or_replace IS NOT TRUE AND NOT is_new THEN
		RAISE EXCEPTION 'action "%" already exists', action_name
			USING ERRCODE = 'duplicate_object',
				HINT = 'Use or_replace => true to replace its draft.';
	END IF;

	PERFORM settle_owner(action_name);
	IF NOT is_new THEN
		PERFORM mark_edit(action_name, 'whole', '');
	END IF;
	PERFORM write_draft(action_name, definition);
	UPDATE action AS a
	SET settings = coalesce(a.settings, '{}')
		|| jsonb_build_object('search_path', caller_search_path),
		captured_path = caller_search_path
	WHERE a.name = action_name
		AND a.settings ->> 'search_path' IS NULL;
	PERFORM mark_edit(action_name, CASE WHEN is_new THEN 'forget' ELSE 'end' END, '');
	RETURN action_name;
END
$$;

COMMENT ON FUNCTION custom_actions.create_draft(text, text, json, text, boolean) IS
	'does the work of create_action';

CREATE FUNCTION custom_actions.create_action(
	name text, definition json DEFAULT '{}', or_replace boolean DEFAULT false)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.create_draft(
		custom_actions.canonical_name(create_action.name),
		CASE WHEN create_action.definition ->> 'action' IS NOT NULL
			THEN custom_actions.canonical_name(create_action.definition ->> 'action') END,
		create_action.definition,
		custom_actions.capture_search_path(),
		create_action.or_replace);
END;

COMMENT ON FUNCTION custom_actions.create_action(text, json, boolean) IS
	'body of create_action';

CREATE FUNCTION custom_actions.create_action(
	name text, document text, or_replace boolean DEFAULT false)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.create_action(
		create_action.name,
		custom_actions.read_definition(create_action.name, create_action.document),
		create_action.or_replace);
END;

COMMENT ON FUNCTION custom_actions.create_action(text, text, boolean) IS
	'body of create_action';

CREATE FUNCTION custom_actions.single_step_row(
	kind text, subject text, arguments jsonb, name text)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	-- Through the document and back: that checks its shape, and steps nested
	-- in the arguments become rows.
	step jsonb := without_nulls(jsonb_build_object(
		'kind', kind, 'subject', subject, 'name', name, 'arguments', arguments));
	path text[] := '{steps,0}';
BEGIN
	IF kind = 'case' THEN		-- exists only within choose
		step := jsonb_build_object('kind', 'choose', 'branches', jsonb_build_array(
			jsonb_build_object('branch', 'case', 'steps', jsonb_build_array(step))));
		path := '{steps,0,branches,0,steps,0}';
	END IF;
	RETURN definition_rows(definition_text(jsonb_build_object(
		'action', '{}'::jsonb, 'steps', jsonb_build_array(step)))) #> path;
END
$$;

COMMENT ON FUNCTION custom_actions.single_step_row(text, text, jsonb, text) IS
	'row form of one step, with the steps nested in its arguments';

CREATE FUNCTION custom_actions.add_step(
	action_name text, kind text, subject text, arguments jsonb, name text,
	parent bigint, branch text, at numeric)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	parent_branch text := branch;
	step_row jsonb;
BEGIN
	PERFORM require_draft(action_name);
	IF kind IS NULL THEN
		RAISE EXCEPTION 'kind of step must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF jsonb_typeof(coalesce(arguments, '{}')) <> 'object' THEN
		RAISE EXCEPTION 'arguments of step "%" must be an object', kind
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF parent IS NOT NULL AND parent_branch IS NULL THEN
		parent_branch := CASE WHEN kind = 'case' THEN 'case' ELSE 'do' END;
	ELSIF parent IS NULL AND parent_branch IS NOT NULL THEN
		RAISE EXCEPTION 'a branch needs a parent'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Give the id of the parent step, or leave "branch" out.';
	END IF;

	step_row := single_step_row(kind, subject, coalesce(arguments, '{}'), name);
	RETURN insert_steps(action_name, jsonb_build_array(step_row), parent,
		parent_branch, at);
END
$$;

COMMENT ON FUNCTION custom_actions.add_step(text, text, text, jsonb, text, bigint, text, numeric) IS
	'does the work of add_action_step';

CREATE FUNCTION custom_actions.add_action_step(
	action text, kind text, subject text DEFAULT NULL,
	arguments jsonb DEFAULT '{}', name text DEFAULT NULL,
	parent bigint DEFAULT NULL, branch text DEFAULT NULL,
	at numeric DEFAULT NULL)
RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.add_step(
		custom_actions.canonical_name(add_action_step.action),
		add_action_step.kind, add_action_step.subject, add_action_step.arguments,
		add_action_step.name, add_action_step.parent, add_action_step.branch,
		add_action_step.at);
END;

COMMENT ON FUNCTION custom_actions.add_action_step(text, text, text, jsonb, text, bigint, text, numeric) IS
	'body of add_action_step';

CREATE FUNCTION custom_actions.tell_restored(action_name text, wanted integer, before json)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	published_version integer;
	version integer;
	differs text := CASE WHEN before IS NULL THEN 'There was no draft.'
		ELSE coalesce(told_changes(before, draft_definition(action_name)),
			'It was that already.') END;
BEGIN
	SELECT p.version INTO published_version FROM published(action_name) AS p;
	version := coalesce(wanted, published_version, last_version(action_name));
	IF version = published_version THEN
		RAISE NOTICE 'draft of action "%" is version % again, which is published',
				action_name, version
			USING DETAIL = differs;
	ELSE
		RAISE NOTICE 'draft of action "%" is version % again', action_name, version
			USING DETAIL = differs, HINT = 'Use activate_action to publish it.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.tell_restored(text, integer, json) IS
	'tells which version a draft has become, and what differs from the draft before, if there was one';

CREATE FUNCTION custom_actions.restore_draft(action_name text, version integer)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	before json := draft_definition(action_name);
BEGIN
	IF version = 0 THEN
		PERFORM require_draft(action_name);
		RAISE EXCEPTION 'the draft of action "%" cannot be restored to version 0, which is itself', action_name
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Use undo_action_edit to take back its last edit; restore_action takes the number of a version, or none for what is published.';
	END IF;
	IF EXISTS (
		SELECT FROM action AS a
		WHERE a.name = action_name AND a.owner <> published_owner(action_name))
	THEN
		PERFORM settle_owner(action_name);
	END IF;
	PERFORM write_draft(action_name,
		with_plugins(written_definition(action_name, restore_draft.version), '[]'));
	PERFORM tell_restored(action_name, version, before);
END
$$;

COMMENT ON FUNCTION custom_actions.restore_draft(text, integer) IS
	'does the work of restore_action';

CREATE FUNCTION custom_actions.restore_action(name text, version integer DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.restore_draft(
		custom_actions.canonical_name(restore_action.name), restore_action.version);
END;

COMMENT ON FUNCTION custom_actions.restore_action(text, integer) IS
	'body of restore_action';
