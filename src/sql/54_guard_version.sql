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
	NEW.activated_at := clock_timestamp();
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
