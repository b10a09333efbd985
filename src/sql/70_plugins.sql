-- Registering plug-ins by functions; what follows from it is the guards' business.

CREATE FUNCTION custom_actions.add_plugin(
	action_name text, stage text, function text, rank integer, configuration jsonb,
	images jsonb, description text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	plugin_id bigint;
BEGIN
	IF action_name IS NULL OR stage IS NULL OR function IS NULL THEN
		RAISE EXCEPTION 'action, stage and function must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	INSERT INTO plugin_step (action, stage, rank, function, configuration, images,
		description)
	VALUES (action_name, stage, coalesce(rank, 1), function, configuration, images,
		description)
	RETURNING id INTO plugin_id;
	RETURN plugin_id;
END
$$;

COMMENT ON FUNCTION custom_actions.add_plugin(text, text, text, integer, jsonb, jsonb, text) IS
	'does the work of register_plugin';

CREATE FUNCTION custom_actions.register_plugin(
	action text, stage text, function text, rank integer DEFAULT 1,
	configuration jsonb DEFAULT NULL, images jsonb DEFAULT NULL,
	description text DEFAULT NULL)
RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.add_plugin(
		custom_actions.canonical_name(register_plugin.action),
		register_plugin.stage,
		custom_actions.plugin_function(register_plugin.function),
		register_plugin.rank, register_plugin.configuration,
		register_plugin.images, register_plugin.description);
END;

COMMENT ON FUNCTION custom_actions.register_plugin(text, text, text, integer, jsonb, jsonb, text) IS
	'body of register_plugin';

CREATE FUNCTION custom_actions.remove_plugin(id bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	DELETE FROM plugin_step AS p WHERE p.id = remove_plugin.id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'plug-in % does not exist', coalesce(id::text, 'NULL')
			USING ERRCODE = 'undefined_object',
				HINT = 'The table custom_actions.plugin_step lists them.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.remove_plugin(bigint) IS
	'does the work of unregister_plugin';

CREATE FUNCTION custom_actions.unregister_plugin(id bigint)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.remove_plugin(unregister_plugin.id);
END;

COMMENT ON FUNCTION custom_actions.unregister_plugin(bigint) IS
	'body of unregister_plugin';

CREATE FUNCTION custom_actions.refuse_registered(action_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	registered text := listed_plugins(action_name, '%s: %s (id %s)', true);
BEGIN
	IF registered IS NOT NULL THEN
		RAISE EXCEPTION 'cannot drop action "%" because plug-ins are registered on it',
				action_name
			USING ERRCODE = 'dependent_objects_still_exist',
				DETAIL = registered,
				HINT = 'Use unregister_plugin first.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_registered(text) IS
	'refuses to drop an action that others extend';

CREATE FUNCTION custom_actions.refresh_plugins()
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text;
	message text;
	detail text;
BEGIN
	FOR action_name IN
		SELECT a.name
		FROM action AS a
			CROSS JOIN LATERAL published(a.name) AS p
		WHERE NOT same_definition(plugin_list(a.name), p.plugins)
			AND is_member(published_owner(a.name))
		ORDER BY a.name
	LOOP
		BEGIN
			PERFORM require_draft(action_name);
			PERFORM publish_plugins(action_name);
		EXCEPTION
			WHEN serialization_failure OR deadlock_detected THEN
				RAISE;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS
					message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
				RAISE WARNING 'plug-ins of action "%" were not published', action_name
					USING ERRCODE = 'UA005',
						DETAIL = concat_ws(E'\n', message, nullif(detail, '')),
						HINT = 'Correct what is wrong and call refresh_action_dependencies again.';
		END;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.refresh_plugins() IS
	'publishes the registrations that a restore brought without its function';

CREATE FUNCTION custom_actions.refresh_action_dependencies()
RETURNS integer
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT custom_actions.refresh_plugins();
	SELECT custom_actions.refresh_dependencies();
END;

COMMENT ON FUNCTION custom_actions.refresh_action_dependencies() IS
	'body of refresh_action_dependencies';
