-- Row triggers that keep drafts sound however they are edited: who may edit,
-- names, and columns nobody may forge.  Here is what several of them use; a part
-- for each table follows.
--
-- Who fires when.  Triggers of one time fire in the order of their names.  Those
-- with a star do not fire while a dump is restored (restoring()): its rows were
-- sound, and arrive in any order.
--
--   action         BEFORE row    guard *           who may, name, owner, dates
--                  AFTER row     carry_parts       rename or delete: parts, plug-ins and
--                                                  versions follow, as the extension's owner
--                  AFTER row     settle_plugins *  new or renamed: publishes plug-ins, which
--                                                  carry_parts has brought under the new name
--   parameter      BEFORE row    guard *           who may, name, position
--   step           BEFORE row    guard *           who may, name, parent, position
--                  AFTER statement  delete_children  all levels below, in one command
--   version        BEFORE row    guard *           only what is published
--                  BEFORE row    receive           alone, where rows come by replication:
--                                                  no other trigger fires there
--   plugin_step    BEFORE row    guard *           who may register what
--                  AFTER statement  publish_... *  each action once, when its rows are all there
--   table_setting  BEFORE row    guard *           the owner of the table
--
-- Who sets off whom, and what tells a guard that it was not the user himself:
--
--   guard of a part or plug-in -> touch_action() -> guard of action, which asks whether
--       the user may edit; once for each transaction and user (is_marked())
--   carry_parts -> guards of parts and plug-ins, which let pass what carrying_parts()
--       says; a deleted action is gone by then, so there is nothing to touch
--   settle_plugins -> write_plugins() -> guard of plugin_step, under importing(): what a
--       document says needs neither an active action nor plugin_policy -> publish_...
--   ALTER FUNCTION or SCHEMA ... RENAME -> follow_rename() -> guard of action, under
--       renaming_user(): who may rename the function need not own the draft ->
--       carry_parts; settle_plugins has nothing to do, the function has its plug-ins

-- The triggers of other commands run as the user who gave them.
CREATE FUNCTION custom_actions.carrying_parts()
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT pg_trigger_depth() > 1 AND EXISTS (
		SELECT
		FROM pg_class AS c
		WHERE c.oid = 'custom_actions.action'::regclass
			AND pg_get_userbyid(c.relowner) = CURRENT_USER);
END;

COMMENT ON FUNCTION custom_actions.carrying_parts() IS
	'whether a row trigger was fired by a command of the trigger carry_parts';

-- What came first is told by times: drafts, edits, versions.  Some may be of another
-- machine, whose clock was ahead: a dump brings them along.
CREATE FUNCTION custom_actions.time_after(moment timestamptz)
RETURNS timestamptz
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT greatest(clock_timestamp(), moment + interval '1 microsecond');
END;

COMMENT ON FUNCTION custom_actions.time_after(timestamptz) IS
	'now, or if the clock is behind, just after a moment that was before';

CREATE FUNCTION custom_actions.is_marked(
	action_name text, modified_at timestamptz, modified_by text, row_xmin xid)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.is_own_change(row_xmin) AND modified_by = CURRENT_USER
		AND coalesce(
			(SELECT v.activated_at < modified_at
			FROM custom_actions.version AS v
			WHERE v.action = action_name
			ORDER BY v.version DESC
			LIMIT 1),
			true);
END;

COMMENT ON FUNCTION custom_actions.is_marked(text, timestamptz, text, xid) IS
	'whether a draft is marked as modified by the current user in this transaction, after its last activation';

-- Once in a transaction is enough, and a row updated for each of thousands of
-- steps would leave as many dead versions for the next to wade through.
CREATE FUNCTION custom_actions.touch_action(action_name text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft record;
	owner_name text;
BEGIN
	SELECT a.owner, a.designer, a.modified_at, a.modified_by, a.xmin AS row_xmin
	INTO draft
	FROM action AS a
	WHERE a.name = action_name
	FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF is_marked(action_name, draft.modified_at, draft.modified_by, draft.row_xmin) THEN
		owner_name := coalesce(published_owner(action_name), draft.owner);
		PERFORM require_editor(action_name, owner_name, draft.designer);
	ELSE
		UPDATE action SET modified_at = clock_timestamp() WHERE name = action_name;
	END IF;
	RETURN true;
END
$$;

COMMENT ON FUNCTION custom_actions.touch_action(text) IS
	'locks a draft and marks it as modified by the current user, who must be allowed to; false if it does not exist';

CREATE FUNCTION custom_actions.require_given_id(table_name text, id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	BEGIN
		IF id = currval(format('custom_actions.%s_id_seq', table_name)) THEN
			RETURN;
		END IF;
	EXCEPTION WHEN object_not_in_prerequisite_state THEN
		NULL;					-- this session has taken none yet
	END;
	RAISE EXCEPTION 'id % of % is not the next of its sequence', id, table_name
		USING ERRCODE = 'generated_always',
			HINT = 'Leave the column "id" out.';
END
$$;

COMMENT ON FUNCTION custom_actions.require_given_id(text, bigint) IS
	'refuses an id that the sequence has not just given; chosen ones would be in the way of others';

CREATE FUNCTION custom_actions.settled_id(table_name text, id bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	PERFORM require_given_id(table_name, id);
	RETURN CASE WHEN extension_script() IS NULL THEN id
		ELSE nextval('custom_actions.shipped_id_seq') END;
END
$$;

COMMENT ON FUNCTION custom_actions.settled_id(text, bigint) IS
	'id of a new row: the one that the sequence gave, or of what an extension brings one from a sequence of its own';

CREATE FUNCTION custom_actions.moved_along(part text, old_action text, new_action text)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF new_action IS NOT DISTINCT FROM old_action THEN
		RETURN false;
	ELSIF carrying_parts() THEN
		RETURN true;
	END IF;
	RAISE EXCEPTION 'a % of action "%" cannot move to another action', part, old_action
		USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Delete it here and insert it there.';
END
$$;

COMMENT ON FUNCTION custom_actions.moved_along(text, text, text) IS
	'whether a part changes because its action was renamed; refuses to move it to another action';

CREATE FUNCTION custom_actions.touch_for_part(
	part text, operation text, old_action text, new_action text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF operation = 'DELETE' THEN
		PERFORM touch_action(old_action);
		RETURN false;
	ELSIF operation = 'UPDATE' AND moved_along(part, old_action, new_action) THEN
		RETURN false;
	ELSIF NOT touch_action(new_action) THEN
		RAISE EXCEPTION 'action "%" does not exist', new_action
			USING ERRCODE = 'undefined_function',
				HINT = unknown_action_hint(new_action,
					'Use create_action first; the name is stored as "schema.name".');
	END IF;
	RETURN true;
END
$$;

COMMENT ON FUNCTION custom_actions.touch_for_part(text, text, text, text) IS
	'marks a draft as modified by a change of a part; whether the part must be looked at, which one that is deleted or renamed with its action need not';
