-- Definitions of actions, by version: n is that version, 0 the draft.  NULL is what is
-- published, else the draft; the other way round for document_of, which is what the next
-- edit meets, and for who asks definition_of for it.
--
-- definition_of: as published, with what activation looked up, or the draft.
-- written_definition: as it was written.
-- document_of: with the plug-ins that run with it now.
-- meant_definition: either, and which version, for
-- document_in_use: with the plug-ins that would run with it now, and
-- shown_definition: with those that it has, for who reads or sees it.

CREATE FUNCTION custom_actions.registered_plugins(action_name text)
RETURNS json
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN EXISTS (
			SELECT FROM custom_actions.action AS a
			WHERE a.name = action_name AND a.owner = custom_actions.owner_name(action_name))
		THEN custom_actions.plugin_list(action_name)
		ELSE coalesce((SELECT p.plugins FROM custom_actions.published(action_name) AS p), '[]')
		END;
END;

COMMENT ON FUNCTION custom_actions.registered_plugins(text) IS
	'plug-ins of an action: those registered, or without a draft of its owner those published';

CREATE FUNCTION custom_actions.definition_of(
	action_name text, wanted integer, otherwise text)
RETURNS json
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	result json;
BEGIN
	IF wanted = 0 OR wanted IS NULL AND otherwise = 'draft' THEN
		result := draft_definition(action_name);
	ELSIF wanted IS NOT NULL THEN
		SELECT v.definition INTO result
		FROM version AS v
		WHERE v.action = action_name AND v.version = wanted;
	END IF;
	IF result IS NULL THEN
		SELECT p.definition INTO result
		FROM published(action_name) AS p
		WHERE p.version = wanted OR wanted IS NULL;
	END IF;
	IF result IS NOT NULL THEN
		RETURN result;
	END IF;

	IF wanted = 0 THEN
		PERFORM refuse_no_draft(action_name);
	ELSIF NOT has_draft(action_name) AND action_function(action_name) IS NULL THEN
		PERFORM refuse_missing(action_name);
	ELSIF wanted IS NULL THEN
		RAISE EXCEPTION 'action "%" is not published', action_name
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Give a version, or use activate_action to publish the draft.';
	END IF;
	RAISE EXCEPTION 'action "%" has no version %', action_name, wanted
		USING ERRCODE = 'undefined_object',
			HINT = 'The table custom_actions.version lists them.';
END
$$;

COMMENT ON FUNCTION custom_actions.definition_of(text, integer, text) IS
	'definition of a version, 0: the draft; NULL: of the draft or of what is published; an error if there is none';

CREATE FUNCTION custom_actions.document_of(action_name text, wanted integer)
RETURNS json
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	definition json := definition_of(action_name, wanted, 'draft');
BEGIN
	IF wanted IS NOT NULL THEN
		RETURN definition;
	END IF;
	RETURN with_plugins(definition, registered_plugins(action_name));
END
$$;

COMMENT ON FUNCTION custom_actions.document_of(text, integer) IS
	'definition of a version, else of the draft or of what is published, with the registered plug-ins; an error if there is none';

CREATE FUNCTION custom_actions.written_definition(action_name text, wanted integer)
RETURNS json
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	published record;
	result json;
BEGIN
	SELECT * INTO published FROM published(action_name) AS p;
	IF wanted IS NULL AND published.version IS NULL AND NOT has_draft(action_name) THEN
		wanted := last_version(action_name);
	END IF;

	-- As it was written; not if somebody has replaced the function by hand.
	SELECT v.draft INTO result
	FROM version AS v
	WHERE v.action = action_name
		AND v.version = coalesce(wanted, published.version)
		AND (wanted IS NOT NULL OR same_definition(v.definition, published.definition));
	IF result IS NOT NULL THEN
		RETURN result;
	END IF;
	result := definition_of(action_name, wanted, 'published');
	RETURN CASE WHEN result -> 'frozen' IS NULL THEN result
		ELSE definition_text(definition_rows(result)) END;
END
$$;

COMMENT ON FUNCTION custom_actions.written_definition(text, integer) IS
	'what a version was made from as it was written, as far as that is known; else what is published, else the last version of an action that was dropped';

-- Plug-ins are the action's, whatever version; old ones ran with others.
CREATE FUNCTION custom_actions.meant_definition(
	action_name text, wanted integer, as_written boolean,
	OUT definition json, OUT version integer, OUT plugins json)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	published record;
BEGIN
	SELECT * INTO published FROM published(action_name) AS p;
	version := coalesce(wanted, published.version, 0);
	IF version = 0 THEN
		definition := definition_of(action_name, 0, 'draft');
		plugins := registered_plugins(action_name);
		RETURN;
	ELSIF version = published.version THEN
		plugins := published.plugins;
	END IF;
	definition := CASE WHEN as_written THEN written_definition(action_name, wanted)
		ELSE definition_of(action_name, wanted, 'published') END;
END
$$;

COMMENT ON FUNCTION custom_actions.meant_definition(text, integer, boolean) IS
	'definition of the wanted version, else of what is published, else of the draft, which is 0; as it was written or as published, and the plug-ins that run with it, null: it is an old one';

CREATE FUNCTION custom_actions.document_in_use(action_name text, wanted integer)
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.with_plugins(m.definition,
		coalesce(m.plugins, custom_actions.registered_plugins(action_name)))
	FROM custom_actions.meant_definition(action_name, wanted, false) AS m;
END;

COMMENT ON FUNCTION custom_actions.document_in_use(text, integer) IS
	'definition of a version as published with the plug-ins that would run with it now';

CREATE FUNCTION custom_actions.shown_definition(
	action_name text, wanted integer, as_written boolean,
	OUT definition json, OUT version integer)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN m.plugins IS NULL THEN m.definition
		ELSE custom_actions.with_plugins(m.definition, m.plugins) END, m.version
	FROM custom_actions.meant_definition(action_name, wanted, as_written) AS m;
END;

COMMENT ON FUNCTION custom_actions.shown_definition(text, integer, boolean) IS
	'what is shown of an action, with its plug-ins as far as they are known, and of what version';
