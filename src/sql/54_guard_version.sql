-- Guards versions, which activate_action writes.

CREATE FUNCTION custom_actions.guard_version()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (
		SELECT
		FROM published(NEW.action) AS p
		WHERE p.version = NEW.version
			AND same_definition(p.definition, NEW.definition))
	THEN
		RAISE EXCEPTION 'version % of action "%" is not what is published',
				NEW.version, NEW.action
			USING ERRCODE = 'insufficient_privilege',
				HINT = 'Versions are written by activate_action.';
	END IF;
	PERFORM require_owner(NEW.action, published_owner(NEW.action));
	PERFORM require_draft(NEW.action);
	NEW.draft := draft_definition(NEW.action);
	NEW.draft_hash := definition_hash(NEW.draft);
	NEW.activated_by := CURRENT_USER;
	NEW.activated_at := time_after((
		SELECT a.modified_at FROM action AS a WHERE a.name = NEW.action));
	NEW.replicated := false;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_version() IS
	'row trigger of version: only what is published, by a member of its owner';

CREATE TRIGGER guard
	BEFORE INSERT ON custom_actions.version
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('guard_version');

COMMENT ON TRIGGER guard ON custom_actions.version IS
	'only what is published, by a member of its owner';

-- What a publisher has activated arrives by logical replication where the
-- subscriber may have activated the same: an error would stop it for ever.
CREATE FUNCTION custom_actions.receive_version()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF EXISTS (
		SELECT
		FROM version AS v
		WHERE v.action = NEW.action AND v.version = NEW.version)
	THEN
		RETURN NULL;
	END IF;
	NEW.replicated := true;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.receive_version() IS
	'row trigger of version: one that comes by replication does not replace the one there is';

CREATE TRIGGER receive
	BEFORE INSERT ON custom_actions.version
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('receive_version');
ALTER TABLE custom_actions.version ENABLE REPLICA TRIGGER receive;

COMMENT ON TRIGGER receive ON custom_actions.version IS
	'one that comes by replication does not replace the one there is';

CREATE FUNCTION custom_actions.may_forget(action_name text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
			SELECT
			FROM custom_actions.version AS v
			WHERE v.action = action_name AND custom_actions.is_member(v.activated_by))
		OR EXISTS (
			SELECT
			FROM pg_namespace AS n
			WHERE n.nspname = (parse_ident(action_name))[1]
				AND pg_has_role(n.nspowner, 'USAGE'));
END;

COMMENT ON FUNCTION custom_actions.may_forget(text) IS
	'whether the current user may forget the versions of an action that was dropped: he has activated one, or owns the schema';

CREATE FUNCTION custom_actions.guard_forgetting()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF NOT may_forget(OLD.action) THEN
		RAISE EXCEPTION 'permission denied to forget the versions of action "%"', OLD.action
			USING ERRCODE = 'insufficient_privilege',
				DETAIL = format('"%s" has activated none of them and does not own the schema.',
					CURRENT_USER);
	ELSIF NOT is_superuser()
		AND (has_draft(OLD.action) OR action_function(OLD.action) IS NOT NULL)
	THEN
		RAISE EXCEPTION 'versions of action "%" are kept as long as there is the action', OLD.action
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('Use drop_action(%L, purge => true) to be rid of both.', OLD.action);
	END IF;
	RETURN OLD;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_forgetting() IS
	'row trigger of version: but for superusers, none goes but those of an action that was dropped';

CREATE TRIGGER guard_forgetting
	BEFORE DELETE ON custom_actions.version
	FOR EACH ROW EXECUTE FUNCTION custom_actions.quietly('guard_forgetting');

COMMENT ON TRIGGER guard_forgetting ON custom_actions.version IS
	'none goes but those of an action that was dropped';
