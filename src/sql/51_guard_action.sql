-- Guards drafts, and takes the parts of one along that is renamed or deleted.

CREATE FUNCTION custom_actions.settled_name(name text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text := canonical_path('action', name);
BEGIN
	PERFORM require_name('action', (parse_ident(action_name))[2]);
	IF published_owner(action_name) IS NULL THEN
		PERFORM require_create(action_name);
	END IF;
	RETURN action_name;
END
$$;

COMMENT ON FUNCTION custom_actions.settled_name(text) IS
	'name that a draft is given, as it is stored; refuses what is none, and a user who may not create the action';

CREATE FUNCTION custom_actions.require_removable(draft custom_actions.action)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function_owner text := published_owner(draft.name);
BEGIN
	IF NOT may_remove(draft.name, draft.owner) THEN
		PERFORM require_owner(draft.name, coalesce(function_owner, draft.owner));
	END IF;
	IF function_owner IS NOT NULL THEN
		RAISE EXCEPTION 'action "%" is published', draft.name
			USING ERRCODE = 'object_in_use',
				HINT = 'Use drop_action to drop the action with its function.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_removable(custom_actions.action) IS
	'refuses to delete a draft: to a user who may not, and while the action is published';

CREATE FUNCTION custom_actions.require_changer(
	before custom_actions.action, after custom_actions.action)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	owner_name text := coalesce(published_owner(before.name), before.owner);
BEGIN
	IF after.name = before.name AND after.owner <> before.owner
		AND may_remove(before.name, before.owner)
	THEN
		NULL;					-- the name is his rather than its owner's
	ELSIF (after.name, after.owner, after.designer)
		IS DISTINCT FROM (before.name, before.owner, before.designer)
	THEN
		PERFORM require_owner(before.name, owner_name);
	ELSE
		PERFORM require_editor(before.name, owner_name, before.designer);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_changer(custom_actions.action, custom_actions.action) IS
	'refuses a user who may not make this change of a draft';

CREATE FUNCTION custom_actions.new_name(
	before custom_actions.action, after custom_actions.action)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text;
	function_owner text;
BEGIN
	IF published_owner(before.name) IS NOT NULL THEN
		RAISE EXCEPTION 'action "%" cannot be renamed because it is published', before.name
			USING ERRCODE = 'object_in_use',
				HINT = format('Use ALTER FUNCTION %s RENAME TO ... or SET SCHEMA ..., which takes the draft along.',
					before.name);
	END IF;
	action_name := settled_name(after.name);
	function_owner := published_owner(action_name);
	IF function_owner IS NOT NULL AND renaming_user() IS NULL THEN
		PERFORM require_owner(action_name, function_owner);
		PERFORM require_own_draft(action_name, after.owner);
	END IF;
	RETURN action_name;
END
$$;

COMMENT ON FUNCTION custom_actions.new_name(custom_actions.action, custom_actions.action) IS
	'name that a draft gets, as it is stored; refuses to rename what is published, and to come before the function of somebody else';

CREATE FUNCTION custom_actions.require_new_owner(action_name text, owner_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF published_owner(action_name) <> owner_name THEN
		RAISE EXCEPTION 'owner of action "%" cannot be changed here because it is published',
				action_name
			USING ERRCODE = 'object_in_use',
				HINT = format('Use ALTER FUNCTION %s OWNER TO %I.', action_name, owner_name);
	END IF;
	PERFORM require_owner(action_name, owner_name);
END
$$;

COMMENT ON FUNCTION custom_actions.require_new_owner(text, text) IS
	'refuses to give a draft an owner that is not the one of its function, and to a user who is no member of it';

CREATE FUNCTION custom_actions.guard_action()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		PERFORM require_removable(OLD);
		RETURN OLD;
	END IF;
	-- Of a new draft, all columns of OLD are null.
	IF TG_OP = 'INSERT' THEN
		NEW.name := settled_name(NEW.name);
		NEW.owner := coalesce(published_owner(NEW.name), NEW.owner, CURRENT_USER);
	ELSE
		PERFORM require_changer(OLD, NEW);
		IF NEW.name IS DISTINCT FROM OLD.name THEN
			NEW.name := new_name(OLD, NEW);
		END IF;
	END IF;
	IF NEW.owner IS DISTINCT FROM OLD.owner THEN
		PERFORM require_new_owner(NEW.name, NEW.owner);
	END IF;
	IF NEW.designer IS DISTINCT FROM OLD.designer AND NEW.designer IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = NEW.designer)
	THEN
		RAISE EXCEPTION 'role "%" does not exist', NEW.designer
			USING ERRCODE = 'undefined_object';
	END IF;

	IF renaming_user() IS NULL THEN
		NEW.drop_reason := CASE WHEN published_owner(NEW.name) IS NULL THEN OLD.drop_reason END;
	ELSIF NEW.drop_reason IS DISTINCT FROM OLD.drop_reason THEN
		RETURN NEW;				-- what it says is as it was
	END IF;

	NEW.extension := coalesce(extension_script(), OLD.extension);
	NEW.modified_at := time_after(greatest(OLD.created_at, (
		SELECT max(v.activated_at) FROM version AS v WHERE v.action IN (OLD.name, NEW.name))));
	NEW.modified_by := coalesce(renaming_user(), CURRENT_USER);
	NEW.created_at := coalesce(OLD.created_at, NEW.modified_at);
	NEW.created_by := coalesce(OLD.created_by, CURRENT_USER);
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_action() IS
	'row trigger of action: who may edit, names, owner and the columns nobody may forge';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.action
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('guard_action');

COMMENT ON TRIGGER guard ON custom_actions.action IS
	'who may edit, names, owner and the columns nobody may forge';

CREATE FUNCTION custom_actions.carry_versions(old_name text, new_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	kept integer := coalesce(last_version(new_name), 0);
BEGIN
	IF kept > 0 AND action_function(new_name) IS NOT NULL
		AND last_version(old_name) IS NOT NULL
	THEN
		RAISE EXCEPTION 'versions of an action "%" that was dropped are still there', new_name
			USING ERRCODE = 'duplicate_object',
				DETAIL = format('Those of action "%s" keep their numbers because it is published.',
					old_name),
				HINT = format('Give it another name, or forget the others with drop_action(%L, purge => true).',
					new_name);
	END IF;
	UPDATE version AS v SET
		action = new_name,
		version = v.version + kept,
		definition = renamed_definition(v.definition, old_name, new_name),
		draft = renamed_definition(v.draft, old_name, new_name),
		draft_hash = coalesce(
			definition_hash(renamed_definition(v.draft, old_name, new_name)),
			v.draft_hash)
	WHERE canonical_spelling(v.action) = canonical_spelling(old_name);
END
$$;

COMMENT ON FUNCTION custom_actions.carry_versions(text, text) IS
	'gives the versions of an action its new name, and numbers after those that have it already';

-- Of what is published the event trigger takes care, in whatever performs it.
CREATE FUNCTION custom_actions.rename_in_edits(old_name text, new_name text)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH kept AS MATERIALIZED (
		SELECT c.action, c.number, c.change, c.old_rows
		FROM custom_actions.edit_change AS c
		WHERE c.part = 'step' AND (c.action = new_name
			OR (SELECT custom_actions.action_function(old_name) IS NULL
				AND custom_actions.action_function(new_name) IS NULL))
	), performing AS (
		SELECT c.action, c.number, c.change, k.item, k.place, k.item ->> 'kind' = 'perform'
			AND (k.item ->> 'subject' = (parse_ident(old_name))[2] AND c.action = new_name
				OR custom_actions.canonical_spelling(k.item ->> 'subject')
					= custom_actions.canonical_spelling(old_name)) AS is_it
		FROM kept AS c
			CROSS JOIN LATERAL json_array_elements(c.old_rows) WITH ORDINALITY AS k (item, place)
	), renamed AS (
		SELECT p.action, p.number, p.change, json_agg(CASE WHEN p.is_it
			THEN (p.item::jsonb || jsonb_build_object('subject', new_name))::json
			ELSE p.item END ORDER BY p.place) AS old_rows
		FROM performing AS p
		GROUP BY p.action, p.number, p.change
		HAVING bool_or(p.is_it)
	)
	UPDATE custom_actions.edit_change AS c SET old_rows = r.old_rows
	FROM renamed AS r
	WHERE c.action = r.action AND c.number = r.number AND c.change = r.change;
END;

COMMENT ON FUNCTION custom_actions.rename_in_edits(text, text) IS
	'gives an action that was renamed its new name where it is performed in what edits changed';

CREATE FUNCTION custom_actions.carry_parts()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER				-- nobody but the owner may change or delete versions
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		DELETE FROM parameter AS p WHERE p.action = OLD.name;
		DELETE FROM step AS s WHERE s.action = OLD.name;
		DELETE FROM plugin_step AS p WHERE p.action = OLD.name;
		DELETE FROM import AS i WHERE i.action = OLD.name;
		DELETE FROM edit_change AS c WHERE c.action = OLD.name;
		DELETE FROM edit AS e WHERE e.action = OLD.name;
	ELSIF NEW.name <> OLD.name THEN
		UPDATE parameter AS p SET action = NEW.name WHERE p.action = OLD.name;
		UPDATE step AS s SET action = NEW.name WHERE s.action = OLD.name;
		UPDATE plugin_step AS p SET action = NEW.name WHERE p.action = OLD.name;
		DELETE FROM import AS i WHERE i.action = OLD.name;
		UPDATE edit_change AS c SET action = NEW.name WHERE c.action = OLD.name;
		UPDATE edit AS e SET action = NEW.name WHERE e.action = OLD.name;
		PERFORM rename_in_edits(OLD.name, NEW.name);
		PERFORM carry_versions(OLD.name, NEW.name);
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.carry_parts() IS
	'row trigger of action: its parts are renamed and deleted with it; of one that is deleted the versions stay';

CREATE TRIGGER carry_parts
	AFTER DELETE OR UPDATE OF name ON custom_actions.action
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('carry_parts');

COMMENT ON TRIGGER carry_parts ON custom_actions.action IS
	'its parts are renamed and deleted with it';
