-- Guards plug-ins, and publishes what is registered.
--
-- The rows of plugin_step are what people edit; what runs is the list in the
-- source of the published function.  Every change of rows publishes the action
-- anew with its definition, version and state as they are.  Each change locks
-- the row of the action before it looks at the others, so that no list misses
-- what another session has just registered.

CREATE FUNCTION custom_actions.require_active(action_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM published(action_name) AS p WHERE p.active) THEN
		RAISE EXCEPTION 'action "%" is not active', action_name
			USING ERRCODE = 'UA001',
				HINT = 'Plug-ins are registered on active actions. Use activate_action first.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_active(text) IS
	'refuses an action that is not active';

CREATE FUNCTION custom_actions.require_policy(action_name text, stage text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	policy text;
BEGIN
	SELECT p.definition ->> 'plugin_policy' INTO policy
	FROM published(action_name) AS p;
	IF policy = 'none' OR (policy = 'pre_and_post' AND NOT EXISTS (
		SELECT FROM stages() AS s WHERE s.stage = require_policy.stage AND s.around))
	THEN
		RAISE EXCEPTION 'action "%" takes no plug-in at stage "%"', action_name, stage
			USING ERRCODE = 'insufficient_privilege',
				DETAIL = format('Its plugin_policy is "%s".', policy);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.require_policy(text, text) IS
	'refuses a stage that the published definition of an action keeps to itself';

CREATE FUNCTION custom_actions.touch_for_plugin(action_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	owner_name text := owner_name(action_name);
BEGIN
	PERFORM require_draft(action_name);
	PERFORM require_owner(action_name, owner_name);
	PERFORM touch_action(action_name);
END
$$;

COMMENT ON FUNCTION custom_actions.touch_for_plugin(text) IS
	'marks a draft as modified because of a plug-in; refuses a user who is no member of the owner';

CREATE FUNCTION custom_actions.guard_plugin()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND
		(moved_along('plug-in', OLD.action, NEW.action) OR renaming_user() IS NOT NULL)
	THEN
		RETURN NEW;
	ELSIF TG_OP = 'DELETE' THEN
		IF owner_name(OLD.action) IS NOT NULL THEN	-- else the action is gone
			PERFORM touch_for_plugin(OLD.action);
		END IF;
		RETURN OLD;
	END IF;

	PERFORM touch_for_plugin(NEW.action);
	IF TG_OP = 'INSERT' THEN
		NEW.id := settled_id('plugin_step', NEW.id);
		IF NOT importing() THEN
			PERFORM require_active(NEW.action);
		END IF;
	ELSIF NEW.id <> OLD.id THEN
		RAISE EXCEPTION 'id of plug-in % cannot change', OLD.id
			USING ERRCODE = 'generated_always',
				HINT = 'Ranks order the plug-ins of a stage.';
	END IF;

	NEW.configuration := nullif(NEW.configuration, 'null');
	NEW.images := nullif(NEW.images, 'null');
	PERFORM require_plugin(NEW.action,
		without_nulls(to_jsonb(NEW) - '{id,action}'::text[]));
	IF TG_OP = 'INSERT' OR NEW.function <> OLD.function THEN
		NEW.function := CASE WHEN importing()
			THEN registered_function(NEW.action, NEW.function)
			ELSE plugin_function(NEW.function) END;
	END IF;
	IF NOT importing()
		AND (TG_OP = 'INSERT' OR NEW.stage <> OLD.stage OR NEW.function <> OLD.function)
	THEN
		PERFORM require_policy(NEW.action, NEW.stage);
	END IF;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION custom_actions.guard_plugin() IS
	'row trigger of plugin_step: who may register what on which action';

CREATE TRIGGER guard
	BEFORE INSERT OR UPDATE OR DELETE ON custom_actions.plugin_step
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('guard_plugin');

COMMENT ON TRIGGER guard ON custom_actions.plugin_step IS
	'who may register what on which action';

CREATE FUNCTION custom_actions.publish_plugins(action_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	plugins json := plugin_list(action_name);
	old record;
BEGIN
	SELECT * INTO old FROM published(action_name) AS p;
	IF FOUND AND renaming_user() IS NULL AND NOT same_definition(plugins, old.plugins) THEN
		PERFORM require_own_draft(action_name, a.owner) FROM action AS a WHERE a.name = action_name;
		PERFORM claim_name(action_name);
		-- somebody may have deactivated it while we waited
		SELECT * INTO old FROM published(action_name) AS p;
		PERFORM publish(action_name, old.definition, old.version, old.active, plugins);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.publish_plugins(text) IS
	'gives the published function of an action the registered plug-ins; nothing else of it changes';

CREATE FUNCTION custom_actions.publish_changes()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	changed_actions text[];
	action_name text;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		-- Those of an action that was renamed are settle_plugins' business.
		SELECT array_agg(DISTINCT c.action ORDER BY c.action) INTO changed_actions
		FROM changed AS c
			JOIN before AS b USING (id, action);
	ELSE
		SELECT array_agg(DISTINCT c.action ORDER BY c.action) INTO changed_actions
		FROM changed AS c;
	END IF;
	FOREACH action_name IN ARRAY coalesce(changed_actions, '{}') LOOP
		PERFORM publish_plugins(action_name);
	END LOOP;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.publish_changes() IS
	'statement trigger of plugin_step: publishes every action whose plug-ins changed, once';

CREATE TRIGGER publish_inserted
	AFTER INSERT ON custom_actions.plugin_step
	REFERENCING NEW TABLE AS changed
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('publish_changes');

CREATE TRIGGER publish_updated
	AFTER UPDATE ON custom_actions.plugin_step
	REFERENCING OLD TABLE AS before NEW TABLE AS changed
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('publish_changes');

CREATE TRIGGER publish_deleted
	AFTER DELETE ON custom_actions.plugin_step
	REFERENCING OLD TABLE AS changed
	FOR EACH STATEMENT WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('publish_changes');

COMMENT ON TRIGGER publish_inserted ON custom_actions.plugin_step IS
	'what is registered takes effect';
COMMENT ON TRIGGER publish_updated ON custom_actions.plugin_step IS
	'what is changed takes effect';
COMMENT ON TRIGGER publish_deleted ON custom_actions.plugin_step IS
	'what is unregistered has no effect any more';

CREATE FUNCTION custom_actions.settle_plugins()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF renaming_user() IS NOT NULL THEN
		RETURN NULL;			-- a function that was renamed has its plug-ins still
	END IF;
	IF TG_OP = 'INSERT'
		AND NOT EXISTS (SELECT FROM plugin_step AS s WHERE s.action = NEW.name)
	THEN
		PERFORM write_plugins(NEW.name, p.plugins::jsonb)
		FROM published(NEW.name) AS p;
	ELSIF TG_OP = 'INSERT' OR NEW.name <> OLD.name THEN
		PERFORM publish_plugins(NEW.name);
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.settle_plugins() IS
	'row trigger of action: a draft made for a published function takes on its plug-ins';

CREATE TRIGGER settle_plugins
	AFTER INSERT OR UPDATE OF name ON custom_actions.action
	FOR EACH ROW WHEN (NOT custom_actions.restoring())
	EXECUTE FUNCTION custom_actions.quietly('settle_plugins');

COMMENT ON TRIGGER settle_plugins ON custom_actions.action IS
	'a draft made for a published function takes on its plug-ins';
