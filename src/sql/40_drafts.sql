-- Drafts: whether there is one, and whose it is.
--
-- The owner of a draft wrote it and will own the function; once there is a
-- function, its owner counts.  A draft that somebody else put under a function's
-- name, or into a schema that is not his, is never published onto the function,
-- and the owner of the schema can be rid of it.

CREATE FUNCTION custom_actions.is_superuser()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = CURRENT_USER;
END;

COMMENT ON FUNCTION custom_actions.is_superuser() IS 'whether the current user is a superuser';

CREATE FUNCTION custom_actions.published_owner(action_name text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT pg_get_userbyid(p.proowner)::text
	FROM pg_proc AS p
	WHERE p.oid = action_function(action_name);
END;

COMMENT ON FUNCTION custom_actions.published_owner(text) IS
	'owner of the published function of an action; NULL if there is none';

CREATE FUNCTION custom_actions.owner_name(action_name text)
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(
		custom_actions.published_owner(action_name),
		(SELECT a.owner FROM custom_actions.action AS a WHERE a.name = action_name));
END;

COMMENT ON FUNCTION custom_actions.owner_name(text) IS
	'owner of the function of an action, else of its draft; NULL if there is neither';

CREATE FUNCTION custom_actions.action_owner(action_name text)
RETURNS oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.owner_role(action_name, custom_actions.owner_name(action_name));
END;

COMMENT ON FUNCTION custom_actions.action_owner(text) IS
	'owner of the function of an action, else of its draft';

CREATE FUNCTION custom_actions.require_editor(
	action_name text, owner_name text, designer text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF NOT is_member(owner_name) AND is_member(designer) IS NOT TRUE THEN
		RAISE EXCEPTION 'permission denied for action "%"', action_name
			USING ERRCODE = 'insufficient_privilege',
				DETAIL = format('"%s" is a member neither of its owner nor of its designer.',
					CURRENT_USER),
				HINT = 'The owner can name a role in the column "designer".';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_editor(text, text, text) IS
	'refuses a user who may not edit the draft of an action';

CREATE FUNCTION custom_actions.refuse_missing(
	action_name text,
	otherwise text DEFAULT 'The view custom_actions.actions lists all actions.')
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	last_version integer := last_version(action_name);
BEGIN
	IF last_version IS NOT NULL THEN
		RAISE EXCEPTION 'action "%" does not exist', action_name
			USING ERRCODE = 'undefined_function',
				DETAIL = format('It was dropped; its versions are kept, the last one is %s.',
					last_version),
				HINT = 'Use restore_action to bring one back as its draft.';
	END IF;
	RAISE EXCEPTION 'action "%" does not exist', action_name
		USING ERRCODE = 'undefined_function',
			HINT = unknown_action_hint(action_name, otherwise);
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_missing(text, text) IS
	'raises that an action does not exist, and whether it did';

CREATE FUNCTION custom_actions.refuse_no_draft(
	action_name text,
	otherwise text DEFAULT 'The view custom_actions.actions lists all actions.')
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF action_function(action_name) IS NULL THEN
		PERFORM refuse_missing(action_name, otherwise);
	END IF;
	RAISE EXCEPTION 'action "%" has no draft', action_name
		USING ERRCODE = 'undefined_function',
			HINT = 'Use restore_action to make one of what is published.';
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_no_draft(text, text) IS
	'raises that an action has no draft, or does not exist';

CREATE FUNCTION custom_actions.require_draft(action_name text)
RETURNS custom_actions.action
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action;
BEGIN
	SELECT * INTO draft FROM action AS a WHERE a.name = action_name FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM refuse_no_draft(action_name, 'Use create_action to create it.');
	END IF;
	RETURN draft;
END
$$;

COMMENT ON FUNCTION custom_actions.require_draft(text) IS
	'locks the draft of an action; an error if there is none';

CREATE FUNCTION custom_actions.may_remove(action_name text, draft_owner text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.published_owner(action_name) IS NULL AND EXISTS (
		SELECT
		FROM pg_namespace AS n
			LEFT JOIN pg_roles AS r ON r.rolname = draft_owner
		WHERE n.nspname = (parse_ident(action_name))[1]
			AND (pg_has_role(n.nspowner, 'USAGE')
				OR has_schema_privilege(n.oid, 'CREATE')
					AND has_schema_privilege(r.oid, n.oid, 'CREATE') IS NOT TRUE));
END;

COMMENT ON FUNCTION custom_actions.may_remove(text, text) IS
	'whether the current user may remove an unpublished draft of somebody else: he owns its schema, or may create there while the draft''s owner may not';

CREATE FUNCTION custom_actions.require_own_draft(action_name text, draft_owner text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function_owner text := published_owner(action_name);
BEGIN
	IF function_owner <> draft_owner THEN
		RAISE EXCEPTION 'draft of action "%" belongs to role "%", its function to role "%"',
				action_name, draft_owner, function_owner
			USING ERRCODE = 'insufficient_privilege',
				DETAIL = 'Nothing of a draft is published onto a function of somebody else.',
				HINT = format('A member of "%s" can take the draft over as it is with UPDATE custom_actions.action SET owner = %L WHERE name = %L, or have it replaced by what is published with restore_action(%L).',
					function_owner, function_owner, action_name, action_name);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_own_draft(text, text) IS
	'refuses to publish the draft of one role onto the function of another';

CREATE FUNCTION custom_actions.take_over(action_name text, new_owner text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old_owner text;
	dropped text := listed_plugins(action_name, '%s: %s', true);
BEGIN
	SELECT a.owner INTO old_owner FROM action AS a WHERE a.name = action_name;
	UPDATE action AS a SET owner = new_owner, designer = NULL WHERE a.name = action_name;
	IF published_owner(action_name) IS NULL THEN
		DELETE FROM plugin_step AS s WHERE s.action = action_name;
	ELSE
		PERFORM write_plugins(action_name, p.plugins::jsonb) FROM published(action_name) AS p;
	END IF;
	RAISE NOTICE 'draft of action "%" is taken over from role "%"', action_name, old_owner
		USING DETAIL = 'Nothing of it is kept' || coalesce(E', and none of its plug-ins:\n' || dropped, '.');
END
$$;

COMMENT ON FUNCTION custom_actions.take_over(text, text) IS
	'gives a draft, which is about to be replaced, another owner, and drops its designer and its plug-ins; says so';

CREATE FUNCTION custom_actions.settle_owner(action_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action;
	function_owner text := published_owner(action_name);
BEGIN
	SELECT * INTO draft FROM action AS a WHERE a.name = action_name FOR UPDATE;
	IF NOT FOUND OR coalesce(function_owner, draft.owner) = draft.owner
		AND belongs_to(draft.owner)
	THEN
		RETURN;
	END IF;
	IF function_owner <> draft.owner AND belongs_to(function_owner) THEN
		PERFORM take_over(action_name, function_owner);
	ELSIF may_remove(action_name, draft.owner)
		AND (belongs_to(draft.designer) IS NOT TRUE OR is_superuser())
	THEN
		PERFORM take_over(action_name, CURRENT_USER::text);
	ELSIF is_superuser() THEN
		RAISE EXCEPTION 'action "%" belongs to role "%", of which "%" is not a member',
				action_name, coalesce(function_owner, draft.owner), CURRENT_USER
			USING ERRCODE = 'insufficient_privilege',
				HINT = format('Use SET ROLE %I, whose action it stays, or drop_action first.',
					coalesce(function_owner, draft.owner));
	END IF;
	-- of others who are not its owner, the trigger guard lets a designer edit it
END
$$;

COMMENT ON FUNCTION custom_actions.settle_owner(text) IS
	'before a draft is replaced: takes over one that its owner should not have there; refuses a superuser what is somebody else''s';
