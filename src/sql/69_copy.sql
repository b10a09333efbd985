-- Copying and renaming actions.

CREATE FUNCTION custom_actions.name_beside(action_name text, given text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	parts text[];
BEGIN
	BEGIN
		parts := parse_ident(given);
	EXCEPTION WHEN invalid_parameter_value THEN
		PERFORM canonical_name(given);	-- which says what a name looks like
		RAISE;
	END;
	PERFORM require_name('action', parts[cardinality(parts)]);
	IF cardinality(parts) > 1 THEN
		RETURN canonical_path('action', given);
	END IF;
	RETURN qualified_name((parse_ident(action_name))[1], parts[1]);
END
$$;

COMMENT ON FUNCTION custom_actions.name_beside(text, text) IS
	'new name of an action as it is stored; without a schema, in that of the action';

CREATE FUNCTION custom_actions.require_free_name(action_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF has_draft(action_name) OR action_function(action_name) IS NOT NULL THEN
		RAISE EXCEPTION 'action "%" already exists', action_name
			USING ERRCODE = 'duplicate_object',
				HINT = 'Choose another name, or use drop_action first.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_free_name(text) IS
	'refuses the name of an action that exists';

CREATE FUNCTION custom_actions.copy(action_name text, given text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	new_name text := name_beside(action_name, given);
	document json;
BEGIN
	IF new_name IS NULL THEN
		RAISE EXCEPTION 'name and new_name must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	document := document_of(action_name, NULL);
	IF NOT has_draft(action_name) THEN
		document := with_plugins(written_definition(action_name, NULL),
			registered_plugins(action_name));
	END IF;
	PERFORM require_free_name(new_name);
	document := renamed_definition(document, action_name, new_name);
	PERFORM write_draft(new_name, document);
	RAISE NOTICE 'action "%" is a copy of "%"', new_name, action_name
		USING DETAIL = 'It is a draft of your own.' || CASE WHEN listed_plugins(new_name, '%s', true) IS NULL
			THEN '' ELSE ' Its plug-ins are those of the other.' END,
			HINT = 'Change it, then use activate_action to publish it.';
	PERFORM tell_problems(new_name, document, false);
	RETURN new_name;
END
$$;

COMMENT ON FUNCTION custom_actions.copy(text, text) IS 'does the work of copy_action';

-- That steps perform it by its new name is no edit: undo would bring the old one back.
CREATE FUNCTION custom_actions.rename_draft(action_name text, new_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	own_name text := (parse_ident(action_name))[2];
	performing record;
BEGIN
	UPDATE action AS a SET name = new_name WHERE a.name = action_name;
	FOR performing IN
		SELECT s.action, array_agg(s.id) AS steps
		FROM step AS s
			JOIN action AS a ON a.name = s.action
		WHERE s.kind = 'perform'
			AND (canonical_spelling(s.subject) = canonical_spelling(action_name)
				OR s.action = new_name AND s.subject = own_name)
			AND (is_member(coalesce(published_owner(a.name), a.owner)) OR is_member(a.designer))
		GROUP BY s.action
		ORDER BY s.action
	LOOP
		PERFORM mark_edit(performing.action, 'begin', '');
		UPDATE step AS s SET subject = new_name WHERE s.id = ANY (performing.steps);
		PERFORM mark_edit(performing.action, 'forget', '');
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.rename_draft(text, text) IS
	'renames an action that is not published, with what performs it in drafts that the user may edit';

-- The event trigger takes along what is stored under the name of a function.
CREATE FUNCTION custom_actions.rename(action_name text, given text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	new_name text := name_beside(action_name, given);
	function regprocedure := action_function(action_name);
	old_parts text[] := parse_ident(action_name);
	new_parts text[];
BEGIN
	IF new_name IS NULL THEN
		RAISE EXCEPTION 'name and new_name must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF new_name = action_name THEN
		RETURN new_name;
	ELSIF function IS NULL THEN
		PERFORM require_draft(action_name);
		PERFORM require_free_name(new_name);
		PERFORM rename_draft(action_name, new_name);
	ELSE
		PERFORM require_owner(action_name, published_owner(action_name));
		PERFORM require_free_name(new_name);
		new_parts := parse_ident(new_name);
		IF new_parts[1] <> old_parts[1] THEN
			EXECUTE format('ALTER FUNCTION %s SET SCHEMA %I', function, new_parts[1]);
		END IF;
		IF new_parts[2] <> old_parts[2] THEN
			EXECUTE format('ALTER FUNCTION %s RENAME TO %I', function, new_parts[2]);
		END IF;
	END IF;
	RAISE NOTICE 'action "%" is now action "%"', action_name, new_name;
	RETURN new_name;
END
$$;

COMMENT ON FUNCTION custom_actions.rename(text, text) IS 'does the work of rename_action';

CREATE FUNCTION custom_actions.copy_action(name text, new_name text)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.copy(
		custom_actions.canonical_name(copy_action.name), copy_action.new_name);
END;

COMMENT ON FUNCTION custom_actions.copy_action(text, text) IS 'body of copy_action';

CREATE FUNCTION custom_actions.rename_action(name text, new_name text)
RETURNS text
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.rename(
		custom_actions.canonical_name(rename_action.name), rename_action.new_name);
END;

COMMENT ON FUNCTION custom_actions.rename_action(text, text) IS 'body of rename_action';
