-- Trying: what is run of an action that is not published so.

CREATE FUNCTION custom_actions.preview_source(action_name text, wanted integer)
RETURNS TABLE (version integer, definition json, plugins json, owner oid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF wanted <> 0 THEN
		definition := definition_of(action_name, wanted, 'published');
		IF EXISTS (SELECT FROM published(action_name) AS p WHERE p.version = wanted AND p.active) THEN
			RETURN;
		END IF;
		owner := action_owner(action_name);
	ELSE
		definition := definition_of(action_name, 0, 'draft');
		SELECT owner_role(action_name, a.owner) INTO owner FROM action AS a WHERE a.name = action_name;
	END IF;
	version := coalesce(wanted, 0);
	plugins := registered_plugins(action_name);
	RETURN NEXT;
END
$$;

COMMENT ON FUNCTION custom_actions.preview_source(text, integer) IS
	'what preview_action runs: a version or, for 0 and NULL, the draft; no row if it is what is published';
