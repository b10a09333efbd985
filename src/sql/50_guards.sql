-- Row triggers that keep drafts sound however they are edited: who may edit,
-- names, and columns nobody may forge.  During a restore they return at once.
-- Here is what several of them use; a part for each table follows.

CREATE FUNCTION custom_actions.restoring()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT current_setting('check_function_bodies') = 'off'
		AND EXISTS (
			SELECT FROM pg_class AS c
			WHERE c.oid = 'custom_actions.action'::regclass
				AND pg_has_role(c.relowner, 'USAGE'));
END;

COMMENT ON FUNCTION custom_actions.restoring() IS
	'whether the owner of the catalog is restoring a dump; a designer who sets check_function_bodies himself is not';

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

CREATE FUNCTION custom_actions.canonical_path(what text, path text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	part text[];
BEGIN
	BEGIN
		part := parse_ident(path);
	EXCEPTION WHEN invalid_parameter_value THEN
		RAISE EXCEPTION '% name "%" is not valid', what, path
			USING ERRCODE = 'invalid_name';
	END;
	IF cardinality(part) <> 2 THEN
		RAISE EXCEPTION '% name "%" is not of the form "schema.name"', what, path
			USING ERRCODE = 'invalid_name';
	END IF;
	IF greatest(octet_length(part[1]), octet_length(part[2])) > 63 THEN
		RAISE EXCEPTION '% name "%" is too long', what, path
			USING ERRCODE = 'name_too_long',
				DETAIL = 'Each of its parts has at most 63 bytes.';
	END IF;
	RETURN quote_name(part[1]) || '.' || quote_name(part[2]);
END
$$;

COMMENT ON FUNCTION custom_actions.canonical_path(text, text) IS
	'a qualified name, folded and quoted the one way it is stored';

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

CREATE FUNCTION custom_actions.refuse_move(part text, action_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'a % of action "%" cannot move to another action', part, action_name
		USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Delete it here and insert it there.';
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_move(text, text) IS
	'raises that a part belongs to its action';
