-- From draft to function and back.

CREATE FUNCTION custom_actions.settle_new_function(
	action_name text, function regprocedure, owner_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	grantees text;
	plugins text := listed_plugins(action_name, '%s: %s', false);
BEGIN
	EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', function);
	IF owner_name <> CURRENT_USER THEN
		EXECUTE format('ALTER FUNCTION %s OWNER TO %I', function, owner_name);
	END IF;

	SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO grantees
	FROM pg_proc AS p
		CROSS JOIN LATERAL execute_grants(p.oid) AS g
		JOIN pg_roles AS r ON r.oid = g.grantee
	WHERE p.oid = function AND g.grantee <> p.proowner;
	IF grantees IS NOT NULL THEN
		RAISE NOTICE 'default privileges grant EXECUTE on action "%" to %',
				action_name, grantees
			USING HINT = 'Use REVOKE if they must not invoke it.';
	END IF;

	IF owner_name <> CURRENT_USER THEN
		RAISE NOTICE 'function of action "%" belongs to role "%"', action_name, owner_name
			USING DETAIL = coalesce(E'Plug-ins run with it:\n' || plugins, 'No plug-ins run with it.');
	ELSIF plugins IS NOT NULL THEN
		RAISE NOTICE 'plug-ins run with action "%"', action_name
			USING DETAIL = plugins;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.settle_new_function(text, regprocedure, text) IS
	'gives a new function its owner and takes it from PUBLIC; tells who else may execute it, whose it is and which plug-ins run with it';

-- One older than the draft belongs to an action that was dropped.
CREATE FUNCTION custom_actions.version_to_adopt(
	action_name text, definition json, published_version integer)
RETURNS integer
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT newest.version
	FROM (
		SELECT v.version, v.definition, v.activated_at, v.replicated
		FROM custom_actions.version AS v
		WHERE v.action = action_name
		ORDER BY v.version DESC
		LIMIT 1) AS newest
		JOIN custom_actions.action AS a ON a.name = action_name
	WHERE newest.replicated
		AND newest.version > coalesce(published_version, 0)
		AND newest.activated_at >= a.created_at
		AND custom_actions.same_definition(newest.definition, version_to_adopt.definition);
END;

COMMENT ON FUNCTION custom_actions.version_to_adopt(text, json, integer) IS
	'the newest version of a draft, if it has this definition and was published elsewhere';

CREATE FUNCTION custom_actions.tell_unkept_note(
	action_name text, version integer, note text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF note IS NOT NULL AND NOT EXISTS (
		SELECT
		FROM version AS v
		WHERE v.action = action_name AND v.version = tell_unkept_note.version
			AND v.note = tell_unkept_note.note)
	THEN
		RAISE NOTICE 'action "%" is unchanged since version %; the note is not kept',
			action_name, version;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.tell_unkept_note(text, integer, text) IS
	'tells that a note is lost because it comes with no new version';

CREATE FUNCTION custom_actions.latest_edits(action_name text, most integer)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT 'Edits since its last activation, the latest first:'
		|| string_agg(format(E'\n%s: %s', e.made_by, e.what), '' ORDER BY e.number DESC)
	FROM (
		SELECT l.made_by, l.what, l.number
		FROM custom_actions.edit AS l
		WHERE l.action = action_name
		ORDER BY l.number DESC
		LIMIT most) AS e;
END;

COMMENT ON FUNCTION custom_actions.latest_edits(text, integer) IS
	'the last edits of a draft and who made them, for people; NULL: there are none';

CREATE FUNCTION custom_actions.require_hash(
	draft custom_actions.action, hash text, expected_hash text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF hash <> expected_hash THEN
		RAISE EXCEPTION 'draft of action "%" is not the expected one', draft.name
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = concat_ws(E'\n', format('Its hash is %s. It was last changed by %s at %s.',
						hash, draft.modified_by, draft.modified_at),
					latest_edits(draft.name, 10)),
				HINT = 'See diff_action, then activate with the new action_hash.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_hash(custom_actions.action, text, text) IS
	'refuses a draft that was changed since somebody took its hash';

CREATE FUNCTION custom_actions.changes_between(old_definition json, new_definition json)
RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(custom_actions.told_changes(old_definition, new_definition),
		'Nothing but its layout changed.');
END;

COMMENT ON FUNCTION custom_actions.changes_between(json, json) IS
	'how a new version differs from the one before, a line for each part; NULL if there was none';

CREATE FUNCTION custom_actions.tell_changes(action_name text, version integer, changes text)
RETURNS void
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RAISE NOTICE 'action "%" is now at version %', action_name, version
		USING DETAIL = changes;
END
$$;

COMMENT ON FUNCTION custom_actions.tell_changes(text, integer, text) IS
	'tells how a new version differs from the one before, if there was one';

CREATE FUNCTION custom_actions.warn_of_extension(action_name text, extension text)
RETURNS void
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF extension_script() IS NULL THEN
		RAISE WARNING 'action "%" comes with extension "%"', action_name, extension
			USING ERRCODE = '01000',
				DETAIL = 'A dump does not hold this version: where it is restored, the action is what the extension makes it.',
				HINT = 'Use copy_action to make an action of your own of it.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.warn_of_extension(text, text) IS
	'warns who changes an action of an extension that the change is not dumped';

CREATE FUNCTION custom_actions.published_before(action_name text, before json)
RETURNS TABLE (
	function oid, version integer, active boolean, definition json, plugins json)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT p.function, p.version, p.active, p.definition, p.plugins
	FROM custom_actions.published(action_name) AS p
	WHERE before IS NULL
	UNION ALL
	SELECT b.function, b.version, b.active, b.definition, b.plugins
	FROM json_to_record(before) AS b (
		function oid, version integer, active boolean, definition json, plugins json)
	WHERE b.function IS NOT NULL;
END;

COMMENT ON FUNCTION custom_actions.published_before(text, json) IS
	'what is published of an action, or what somebody has noted of it';

-- What was published before is given, as an object, by who has put a stub in its place.
CREATE FUNCTION custom_actions.activate(
	action_name text, note text, expected_hash text, change_signature boolean,
	before json DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action := require_draft(action_name);
	definition json := draft_definition(action_name);
	plugins json := plugin_list(action_name);
	owner_id oid := action_owner(action_name);
	old record;
	new_version integer;
	adopted boolean;
	new_function regprocedure;
	changes text;
BEGIN
	PERFORM require_owner(action_name, pg_get_userbyid(owner_id)::text);
	PERFORM require_own_draft(action_name, draft.owner);
	PERFORM claim_name(action_name);
	PERFORM require_hash(draft, definition_hash(definition), expected_hash);
	PERFORM require_sound(action_name, with_plugins(definition, plugins), owner_id);
	definition := freeze_definition(action_name, definition, owner_id);

	SELECT p.* INTO old FROM published_before(action_name, before) AS p;
	IF same_definition(definition, old.definition) THEN
		IF NOT old.active OR NOT same_definition(plugins, old.plugins) OR before IS NOT NULL THEN
			PERFORM publish(action_name, old.definition, old.version, true, plugins);
		END IF;
		PERFORM tell_unkept_note(action_name, old.version, note);
		RETURN old.version;
	END IF;

	new_version := version_to_adopt(action_name, definition, old.version);
	adopted := new_version IS NOT NULL;
	IF NOT adopted THEN
		new_version := greatest(last_version(action_name), old.version, 0) + 1;
	END IF;
	new_function := publish(action_name, definition, new_version, true, plugins,
		coalesce(change_signature, false));
	IF old.function IS NULL THEN
		PERFORM settle_new_function(action_name, new_function, draft.owner);
		UPDATE action AS a SET drop_reason = NULL
		WHERE a.name = action_name AND a.drop_reason IS NOT NULL;
	END IF;
	changes := changes_between(old.definition, definition);
	IF adopted THEN
		PERFORM tell_unkept_note(action_name, new_version, note);
	ELSE
		INSERT INTO version (action, version, definition, note, changes)
		VALUES (action_name, new_version, definition, activate.note, changes);
	END IF;

	PERFORM tell_changes(action_name, new_version, changes);
	PERFORM warn_of_extension(action_name, draft.extension);
	RETURN new_version;
END
$$;

COMMENT ON FUNCTION custom_actions.activate(text, text, text, boolean, json) IS
	'does the work of activate_action';

CREATE FUNCTION custom_actions.activate_action(
	name text, note text DEFAULT NULL, expected_hash text DEFAULT NULL,
	change_signature boolean DEFAULT false)
RETURNS integer
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.activate(
		custom_actions.canonical_name(activate_action.name),
		activate_action.note, activate_action.expected_hash,
		activate_action.change_signature);
END;

COMMENT ON FUNCTION custom_actions.activate_action(text, text, text, boolean) IS
	'body of activate_action';

CREATE FUNCTION custom_actions.deactivate(action_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old record;
BEGIN
	-- Who registers a plug-in waits for us, but we do not wait: every designer can
	-- lock the rows of drafts. Who publishes has the name, too.
	BEGIN
		PERFORM FROM action AS a WHERE a.name = action_name FOR UPDATE NOWAIT;
	EXCEPTION WHEN lock_not_available THEN
		NULL;
	END;
	IF action_function(action_name) IS NOT NULL THEN
		PERFORM claim_name(action_name);
	END IF;
	SELECT * INTO old FROM published(action_name) AS p;
	IF NOT FOUND THEN
		-- raises: no such action, or not published
		PERFORM definition_of(action_name, NULL, 'published');
	ELSIF old.active THEN
		PERFORM publish(action_name, old.definition, old.version, false,
			registered_plugins(action_name));
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.deactivate(text) IS
	'does the work of deactivate_action';

CREATE FUNCTION custom_actions.deactivate_action(name text)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.deactivate(
		custom_actions.canonical_name(deactivate_action.name));
END;

COMMENT ON FUNCTION custom_actions.deactivate_action(text) IS
	'body of deactivate_action';

-- Dependencies between actions make no circle, so that dumps can order them: what
-- closes one is known from the definitions alone.
CREATE FUNCTION custom_actions.unrecorded_performers(function oid)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT string_agg(format('Action "%s" performs it.', f.name), E'\n' ORDER BY f.name)
	FROM (
		SELECT p.oid, custom_actions.qualified_name(n.nspname, p.proname) AS name
		FROM pg_proc AS p
			JOIN pg_language AS l ON l.oid = p.prolang
			JOIN pg_namespace AS n ON n.oid = p.pronamespace
		WHERE l.lanname = 'custom_action' AND p.oid <> unrecorded_performers.function) AS f
		CROSS JOIN LATERAL custom_actions.published(f.name) AS d
	WHERE d.active
		AND jsonb_path_exists(d.definition::jsonb, '$.**.perform ? (@ == $name)',
			(SELECT jsonb_build_object('name', custom_actions.qualified_name(n.nspname, p.proname))
			FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
			WHERE p.oid = unrecorded_performers.function))
		AND NOT EXISTS (
			SELECT
			FROM pg_depend AS e
			WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid
				AND e.refclassid = 'pg_proc'::regclass
				AND e.refobjid = unrecorded_performers.function);
END;

COMMENT ON FUNCTION custom_actions.unrecorded_performers(oid) IS
	'active actions that perform one without a dependency that says so, a line each; NULL if there are none';

CREATE FUNCTION custom_actions.performers(function regprocedure)
RETURNS TABLE (action text, owner text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT DISTINCT custom_actions.qualified_name(n.nspname, p.proname),
		pg_get_userbyid(p.proowner)::text
	FROM pg_depend AS d
		JOIN pg_proc AS p ON p.oid = d.objid
		JOIN pg_language AS l ON l.oid = p.prolang
		JOIN pg_namespace AS n ON n.oid = p.pronamespace
	WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_proc'::regclass
		AND d.refobjid = performers.function AND l.lanname = 'custom_action';
END;

COMMENT ON FUNCTION custom_actions.performers(regprocedure) IS
	'actions that depend on a function, and their owners';

CREATE FUNCTION custom_actions.drop_function(
	action_name text, function regprocedure, force boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	performed_by text;
	needed_by text;
BEGIN
	SELECT string_agg(format('Action "%s"%s performs it.', p.action,
			CASE WHEN p.owner <> CURRENT_USER THEN format(' of role "%s"', p.owner) END),
		E'\n' ORDER BY p.action)
	INTO performed_by
	FROM performers(function) AS p;
	IF force AND performed_by IS NOT NULL THEN
		PERFORM release_performers(function);
	END IF;
	BEGIN
		EXECUTE format('DROP FUNCTION %s', function);
	EXCEPTION WHEN dependent_objects_still_exist THEN
		GET STACKED DIAGNOSTICS needed_by = PG_EXCEPTION_DETAIL;
		needed_by := coalesce(nullif(needed_by, ''), SQLERRM || '.');	-- of an extension
		RAISE EXCEPTION 'cannot drop action "%" because other objects depend on it',
				action_name
			USING ERRCODE = 'dependent_objects_still_exist',
				DETAIL = concat_ws(E'\n', needed_by, performed_by),
				HINT = CASE WHEN needed_by LIKE '%custom_actions_protect_row%'
					THEN 'It is one of the actions that may write a protected table: let others by protect_table(..., actions => ...), or SELECT unprotect_table(...).'
					WHEN performed_by IS NULL OR force
					THEN 'Change, deactivate or drop them first.'
					ELSE format('Change, deactivate or drop them first, or use drop_action(%L, force => true): what performs it fails from then on.',
						action_name) END;
	END;
	IF performed_by IS NOT NULL THEN
		RAISE WARNING 'dropping action "%" breaks actions that perform it', action_name
			USING ERRCODE = 'UA005', DETAIL = performed_by;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.drop_function(text, regprocedure, boolean) IS
	'drops the function of an action; of actions that perform it, only if forced';

-- A draft that was made for a function that was there goes on with its versions.
CREATE FUNCTION custom_actions.own_versions_since(action_name text)
RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(max(a.created_at), '-infinity')
	FROM custom_actions.action AS a
	WHERE a.name = action_name AND NOT EXISTS (
		SELECT
		FROM custom_actions.published(action_name) AS p
			JOIN custom_actions.version AS v ON v.action = action_name AND v.version = p.version
		WHERE v.activated_at < a.created_at);
END;

COMMENT ON FUNCTION custom_actions.own_versions_since(text) IS
	'since when versions are of the action that there is now, rather than of one of that name that was dropped';

CREATE FUNCTION custom_actions.forget_versions(action_name text, since timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	kept record;
BEGIN
	DELETE FROM version AS v WHERE v.action = action_name AND v.activated_at >= since;
	SELECT min(v.version) AS first, max(v.version) AS last INTO kept
	FROM version AS v WHERE v.action = action_name;
	IF kept.first IS NOT NULL THEN
		RAISE NOTICE '% of action "%" % kept',
				CASE kept.first WHEN kept.last THEN 'version ' || kept.first
					ELSE format('versions %s to %s', kept.first, kept.last) END,
				action_name, CASE kept.first WHEN kept.last THEN 'is' ELSE 'are' END
			USING DETAIL = 'An action of that name had been dropped before this one was made.',
				HINT = format('SELECT drop_action(%L, purge => true) once more forgets that, too.', action_name);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.forget_versions(text, timestamptz) IS
	'deletes the versions of an action that was dropped, and tells which of an older one stay';

CREATE FUNCTION custom_actions.drop(action_name text, force boolean, purge boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function regprocedure;
	draft_owner text;
	since timestamptz;
BEGIN
	SELECT a.owner INTO draft_owner FROM action AS a WHERE a.name = action_name FOR UPDATE;
	since := own_versions_since(action_name);
	IF force IS NOT TRUE
		AND (is_member(draft_owner) OR NOT may_remove(action_name, draft_owner))
	THEN
		PERFORM refuse_registered(action_name);
	END IF;
	function := action_function(action_name);
	IF function IS NOT NULL THEN
		PERFORM drop_function(action_name, function, force);
	ELSIF NOT has_draft(action_name)
		AND (purge IS NOT TRUE OR last_version(action_name) IS NULL)
	THEN
		PERFORM refuse_missing(action_name);
	END IF;
	DELETE FROM action AS a WHERE a.name = action_name;
	IF purge THEN
		PERFORM forget_versions(action_name, since);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.drop(text, boolean, boolean) IS 'does the work of drop_action';

CREATE FUNCTION custom_actions.drop_action(
	name text, force boolean DEFAULT false, purge boolean DEFAULT false)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.drop(
		custom_actions.canonical_name(drop_action.name), drop_action.force, drop_action.purge);
END;

COMMENT ON FUNCTION custom_actions.drop_action(text, boolean, boolean) IS
	'body of drop_action';
