-- Trying: what is run of an action that is not published so.

CREATE FUNCTION custom_actions.preview_source(action_name text, wanted integer)
RETURNS TABLE (version integer, definition json, plugins json, owner oid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft custom_actions.action;
BEGIN
	IF wanted <> 0 THEN
		definition := definition_of(action_name, wanted, 'published');
		IF EXISTS (SELECT FROM published(action_name) AS p WHERE p.version = wanted AND p.active) THEN
			RETURN;
		END IF;
		owner := action_owner(action_name);
	ELSE
		SELECT * INTO draft FROM action AS a WHERE a.name = action_name;
		IF NOT FOUND AND action_function(action_name) IS NOT NULL THEN
			RAISE EXCEPTION 'action "%" has no draft', action_name
				USING ERRCODE = 'undefined_function',
					HINT = 'Leave "version" out to try what is published, or use restore_action to make a draft of it.';
		ELSIF NOT FOUND THEN
			PERFORM refuse_missing(action_name);
		END IF;
		definition := draft_definition(action_name);
		owner := owner_role(action_name, draft.owner);
	END IF;
	version := coalesce(wanted, 0);
	plugins := registered_plugins(action_name);
	RETURN NEXT;
END
$$;

COMMENT ON FUNCTION custom_actions.preview_source(text, integer) IS
	'what preview_action runs: a version or, for 0 and NULL, the draft; no row if it is what is published';
