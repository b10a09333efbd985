-- Row triggers that keep drafts sound however they are edited: who may edit,
-- names, and columns nobody may forge.  During a restore they return at once.

CREATE FUNCTION custom_actions.quietly()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_quiet_trigger';

COMMENT ON FUNCTION custom_actions.quietly() IS
	'trigger that calls the trigger function its argument names, and keeps it out of the context of errors';

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

CREATE FUNCTION custom_actions.is_member(role text)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT FROM pg_roles AS r
		WHERE (r.rolname = role AND pg_has_role(r.oid, 'USAGE'))
			OR (r.rolname = CURRENT_USER AND r.rolsuper));
END;

COMMENT ON FUNCTION custom_actions.is_member(text) IS
	'whether the current user has the privileges of a role';

CREATE FUNCTION custom_actions.is_superuser()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = CURRENT_USER;
END;

COMMENT ON FUNCTION custom_actions.is_superuser() IS 'whether the current user is a superuser';

CREATE FUNCTION custom_actions.action_function(action_name text)
RETURNS oid
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_function';

COMMENT ON FUNCTION custom_actions.action_function(text) IS
	'published function of an action by its qualified name; NULL if there is none';

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

CREATE FUNCTION custom_actions.require_name(what text, name text)
RETURNS void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_require_name';

COMMENT ON FUNCTION custom_actions.require_name(text, text) IS
	'refuses what cannot be the name of an action, input, output or step, and proposes one';

CREATE FUNCTION custom_actions.require_member(what text, role text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF is_member(role) THEN
		RETURN;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role) THEN
		RAISE EXCEPTION '%, role "%", does not exist', what, role
			USING ERRCODE = 'undefined_object',
				HINT = 'A superuser can set another owner.';
	END IF;
	RAISE EXCEPTION 'permission denied: "%" is not a member of %, role "%"',
			CURRENT_USER, what, role
		USING ERRCODE = 'insufficient_privilege';
END
$$;

COMMENT ON FUNCTION custom_actions.require_member(text, text) IS
	'refuses a user who does not have the privileges of a role';

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

CREATE FUNCTION custom_actions.require_create(action_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	schema_name text := (parse_ident(action_name))[1];
	schema_id oid;
BEGIN
	SELECT n.oid INTO schema_id FROM pg_namespace AS n WHERE n.nspname = schema_name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'schema "%" does not exist', schema_name
			USING ERRCODE = 'invalid_schema_name',
				DETAIL = format('Action "%s" takes CREATE on its schema.', action_name),
				HINT = 'Create the schema first.';
	ELSIF NOT has_schema_privilege(schema_id, 'CREATE') THEN
		RAISE EXCEPTION 'permission denied for schema %', quote_name(schema_name)
			USING ERRCODE = 'insufficient_privilege',
				DETAIL = format('Action "%s" takes CREATE on its schema.', action_name),
				HINT = format('GRANT CREATE ON SCHEMA %I TO %I', schema_name, CURRENT_USER);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_create(text) IS
	'refuses a user who may not create an action of this name';

-- Whoever owns the draft then, it is no obstacle: it goes along as it is.
CREATE FUNCTION custom_actions.renaming_user()
RETURNS text
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_renaming_user';

COMMENT ON FUNCTION custom_actions.renaming_user() IS
	'who renames the function that a draft follows; NULL if none is being renamed';

CREATE FUNCTION custom_actions.guard_action()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function_owner text;
	old_owner text;
BEGIN
	IF restoring() THEN
		RETURN coalesce(NEW, OLD);
	END IF;

	IF TG_OP <> 'INSERT' THEN
		function_owner := published_owner(OLD.name);
		old_owner := coalesce(function_owner, OLD.owner);
		IF (TG_OP = 'DELETE' OR NEW.name = OLD.name AND NEW.owner <> OLD.owner)
			AND may_remove(OLD.name, OLD.owner)
		THEN
			NULL;				-- the name is his rather than its owner's
		ELSIF TG_OP = 'DELETE'
			OR NEW.name IS DISTINCT FROM OLD.name
			OR NEW.owner IS DISTINCT FROM OLD.owner
			OR NEW.designer IS DISTINCT FROM OLD.designer
		THEN
			PERFORM require_member(format('the owner of action "%s"', OLD.name), old_owner);
		ELSE
			PERFORM require_editor(OLD.name, old_owner, OLD.designer);
		END IF;
	END IF;

	IF TG_OP = 'DELETE' THEN
		IF function_owner IS NOT NULL THEN
			RAISE EXCEPTION 'action "%" is published', OLD.name
				USING ERRCODE = 'object_in_use',
					HINT = 'Use drop_action to drop the action with its function.';
		END IF;
		RETURN OLD;
	END IF;

	IF TG_OP = 'INSERT' OR NEW.name IS DISTINCT FROM OLD.name THEN
		IF function_owner IS NOT NULL THEN
			RAISE EXCEPTION 'action "%" cannot be renamed because it is published', OLD.name
				USING ERRCODE = 'object_in_use',
					HINT = format('Use ALTER FUNCTION %s RENAME TO ... or SET SCHEMA ..., which takes the draft along.',
						OLD.name);
		END IF;
		NEW.name := canonical_path('action', NEW.name);
		PERFORM require_name('action', (parse_ident(NEW.name))[2]);
		function_owner := published_owner(NEW.name);
		IF function_owner IS NULL THEN
			PERFORM require_create(NEW.name);
		END IF;
		IF TG_OP = 'INSERT' THEN
			NEW.owner := coalesce(function_owner, NEW.owner, CURRENT_USER);
		ELSIF function_owner IS NOT NULL AND renaming_user() IS NULL THEN
			PERFORM require_member(format('the owner of action "%s"', NEW.name),
				function_owner);
			PERFORM require_own_draft(NEW.name, NEW.owner);
		END IF;
	END IF;

	IF TG_OP = 'INSERT' OR NEW.owner IS DISTINCT FROM OLD.owner THEN
		IF function_owner <> NEW.owner THEN
			RAISE EXCEPTION 'owner of action "%" cannot be changed here because it is published',
					NEW.name
				USING ERRCODE = 'object_in_use',
					HINT = format('Use ALTER FUNCTION %s OWNER TO %I.', NEW.name, NEW.owner);
		END IF;
		PERFORM require_member(format('the owner of action "%s"', NEW.name), NEW.owner);
	END IF;
	IF NEW.designer IS NOT NULL
		AND (TG_OP = 'INSERT' OR NEW.designer IS DISTINCT FROM OLD.designer)
		AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = NEW.designer)
	THEN
		RAISE EXCEPTION 'role "%" does not exist', NEW.designer
			USING ERRCODE = 'undefined_object';
	END IF;

	NEW.modified_at := clock_timestamp();
	NEW.modified_by := coalesce(renaming_user(), CURRENT_USER);
	IF TG_OP = 'INSERT' THEN
		NEW.created_at := NEW.modified_at;
		NEW.created_by := CURRENT_USER;
	ELSE
		NEW.created_at := OLD.created_at;
		NEW.created_by := OLD.created_by;
	END IF;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_action() IS
	'row trigger of action: who may edit, names, owner and the columns nobody may forge';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.action
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('guard_action');

COMMENT ON TRIGGER guard ON custom_actions.action IS
	'who may edit, names, owner and the columns nobody may forge';

CREATE FUNCTION custom_actions.is_own_change(row_xmin xid)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_is_own_change';

COMMENT ON FUNCTION custom_actions.is_own_change(xid) IS
	'whether the current transaction wrote the row that has this xmin';

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

-- Volatile, so that they see the rows of the command that is under way.
CREATE FUNCTION custom_actions.end_of_steps(
	action_name text, parent_id bigint, branch_name text)
RETURNS numeric
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	last numeric;
BEGIN
	-- The order of the index, read from its end.
	IF parent_id IS NULL THEN
		SELECT s.position INTO last
		FROM step AS s
		WHERE s.action = action_name AND s.parent IS NULL
		ORDER BY s.parent DESC, s.branch DESC, s.position DESC
		LIMIT 1;
	ELSE
		SELECT s.position INTO last
		FROM step AS s
		WHERE s.action = action_name AND s.parent = parent_id AND s.branch = branch_name
		ORDER BY s.position DESC
		LIMIT 1;
	END IF;
	RETURN coalesce(floor(last), 0) + 1;
END
$$;

COMMENT ON FUNCTION custom_actions.end_of_steps(text, bigint, text) IS
	'position after the last step of a list';

CREATE FUNCTION custom_actions.end_of_parameters(action_name text, direction text)
RETURNS numeric
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RETURN coalesce(floor(max(p.position)), 0) + 1
	FROM parameter AS p
	WHERE p.action = action_name AND p.direction = end_of_parameters.direction;
END
$$;

COMMENT ON FUNCTION custom_actions.end_of_parameters(text, text) IS
	'position after the last input, or output, of an action';

CREATE FUNCTION custom_actions.require_acyclic(step_id bigint, action_name text, parent_id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	ancestor bigint := parent_id;
BEGIN
	WHILE ancestor IS NOT NULL LOOP
		SELECT s.parent INTO ancestor FROM step AS s WHERE s.id = ancestor;
		IF ancestor = step_id THEN
			RAISE EXCEPTION 'step % of action "%" cannot be below itself',
					step_id, action_name
				USING ERRCODE = 'check_violation';
		END IF;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.require_acyclic(bigint, text, bigint) IS
	'refuses a step that would be below itself';

CREATE FUNCTION custom_actions.guard_part()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF restoring() THEN
		RETURN coalesce(NEW, OLD);
	END IF;

	IF TG_OP = 'UPDATE' AND NEW.action IS DISTINCT FROM OLD.action THEN
		IF carrying_parts() THEN
			RETURN NEW;			-- the action was renamed
		END IF;
		PERFORM refuse_move(TG_TABLE_NAME, OLD.action);
	END IF;

	IF TG_OP = 'DELETE' THEN
		PERFORM touch_action(OLD.action);
		RETURN OLD;
	END IF;

	IF NOT touch_action(NEW.action) THEN
		RAISE EXCEPTION 'action "%" does not exist', NEW.action
			USING ERRCODE = 'undefined_function',
				HINT = unknown_action_hint(NEW.action,
					'Use create_action first; the name is stored as "schema.name".');
	END IF;
	IF NEW.name IS NOT NULL THEN
		PERFORM require_name(
			CASE WHEN TG_TABLE_NAME = 'step' THEN 'step'
				WHEN to_jsonb(NEW) ->> 'direction' = 'out' THEN 'output'
				ELSE 'input' END,
			NEW.name);
	END IF;

	IF TG_TABLE_NAME = 'step' THEN
		IF TG_OP = 'INSERT' OR NEW.id <> OLD.id THEN
			PERFORM require_given_id('step', NEW.id);
		END IF;
		IF NEW.parent IS NOT NULL AND NOT EXISTS (
			SELECT FROM step AS s WHERE s.id = NEW.parent AND s.action = NEW.action)
		THEN
			RAISE EXCEPTION 'action "%" has no step with id %', NEW.action, NEW.parent
				USING ERRCODE = 'foreign_key_violation';
		END IF;
		-- A new step has none below it that it could be put under.
		IF TG_OP = 'UPDATE' AND NEW.parent IS DISTINCT FROM OLD.parent THEN
			PERFORM require_acyclic(NEW.id, NEW.action, NEW.parent);
		END IF;
		IF TG_OP = 'UPDATE' AND NEW.id <> OLD.id
			AND EXISTS (SELECT FROM step AS s WHERE s.parent = OLD.id)
		THEN
			RAISE EXCEPTION 'id of step % of action "%" cannot change because it has steps below it',
					OLD.id, OLD.action
				USING ERRCODE = 'foreign_key_violation';
		END IF;
		NEW.position := coalesce(NEW.position,
			end_of_steps(NEW.action, NEW.parent, NEW.branch));
	ELSE
		NEW.position := coalesce(NEW.position,
			end_of_parameters(NEW.action, to_jsonb(NEW) ->> 'direction'));
	END IF;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_part() IS
	'row trigger of parameter and step: who may edit, names, parents and the position of what is given none';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.parameter
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('guard_part');

COMMENT ON TRIGGER guard ON custom_actions.parameter IS 'who may edit, and names';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.step
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('guard_part');

COMMENT ON TRIGGER guard ON custom_actions.step IS 'who may edit, names and parents';

CREATE FUNCTION custom_actions.delete_children()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	-- All levels at once: fired by its own command, it finds none below.
	IF NOT EXISTS (SELECT FROM deleted AS d JOIN step AS s ON s.parent = d.id) THEN
		RETURN NULL;
	END IF;
	WITH RECURSIVE below (id) AS (
		SELECT s.id
		FROM deleted AS d
			JOIN step AS s ON s.parent = d.id
		UNION
		SELECT s.id
		FROM below AS b
			JOIN step AS s ON s.parent = b.id)
	DELETE FROM step AS s USING below AS b WHERE s.id = b.id;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.delete_children() IS
	'statement trigger of step: deleted steps take the steps below them along';

CREATE TRIGGER delete_children
	AFTER DELETE ON custom_actions.step
	REFERENCING OLD TABLE AS deleted
	FOR EACH STATEMENT EXECUTE FUNCTION custom_actions.quietly('delete_children');

COMMENT ON TRIGGER delete_children ON custom_actions.step IS
	'deleted steps take the steps below them along';

-- An action of the new name may have been dropped; its versions are still there.
CREATE FUNCTION custom_actions.carry_versions(old_name text, new_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	kept integer;
BEGIN
	SELECT coalesce(max(v.version), 0) INTO kept
	FROM version AS v
	WHERE v.action = new_name;
	IF kept > 0 AND action_function(new_name) IS NOT NULL
		AND EXISTS (SELECT FROM version AS v WHERE v.action = old_name)
	THEN
		RAISE EXCEPTION 'versions of an action "%" that was dropped are still there', new_name
			USING ERRCODE = 'duplicate_object',
				DETAIL = format('Those of action "%s" keep their numbers because it is published.',
					old_name),
				HINT = 'Give it another name, or let a superuser delete the others from custom_actions.version.';
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
	ELSIF NEW.name <> OLD.name THEN
		UPDATE parameter AS p SET action = NEW.name WHERE p.action = OLD.name;
		UPDATE step AS s SET action = NEW.name WHERE s.action = OLD.name;
		UPDATE plugin_step AS p SET action = NEW.name WHERE p.action = OLD.name;
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
