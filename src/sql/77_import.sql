-- Takes in what 77_export.sql writes.
--
-- What of an action was imported last is remembered by its hashes, so that an import
-- tells what has been changed here from what comes anew. Each part is tried in a
-- subtransaction: whoever tries without effect sees all that is in the way, and an
-- import that is refused says all of it.

CREATE FUNCTION custom_actions.plugins_hash(action_name text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.definition_hash(
		custom_actions.with_plugins('{}', custom_actions.plugin_list(action_name)));
END;

COMMENT ON FUNCTION custom_actions.plugins_hash(text) IS
	'hash of what is registered on an action, whatever the ids are';

CREATE FUNCTION custom_actions.remember_import(action_name text, plugins_hash text)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	INSERT INTO custom_actions.import AS i (action, draft_hash, plugins_hash)
	SELECT action_name,
		custom_actions.definition_hash(custom_actions.draft_definition(action_name)),
		remember_import.plugins_hash
	ON CONFLICT (action) DO UPDATE SET
		draft_hash = excluded.draft_hash, plugins_hash = excluded.plugins_hash,
		imported_at = clock_timestamp(), imported_by = CURRENT_USER
	WHERE (i.draft_hash, i.plugins_hash) <> (excluded.draft_hash, excluded.plugins_hash);
END;

COMMENT ON FUNCTION custom_actions.remember_import(text, text) IS
	'notes that a draft is now as it was imported, and what plug-ins came with it';

CREATE FUNCTION custom_actions.definition_to_import(
	definition json, here json, caller_search_path text)
RETURNS json
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	rows jsonb := definition_rows(definition);
BEGIN
	IF rows #>> '{action,settings,search_path}' IS NULL THEN
		rows := jsonb_set(rows, '{action,settings}',
			coalesce(nullif(rows #> '{action,settings}', 'null'), '{}')
				|| jsonb_build_object('search_path',
					coalesce(here #>> '{settings,search_path}', caller_search_path)));
	END IF;
	RETURN definition_text(rows);
END
$$;

COMMENT ON FUNCTION custom_actions.definition_to_import(json, json, text) IS
	'a definition as its draft would print it; without a search_path it has that of the draft there is, else the importer''s';

CREATE FUNCTION custom_actions.refuse_overwriting(
	action_name text, changed text, imported custom_actions.import)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft action;
BEGIN
	SELECT * INTO draft FROM action AS a WHERE a.name = action_name;
	RAISE EXCEPTION '%', format(CASE
			WHEN imported.action IS NULL
			THEN '%s of action "%s" is another one here, which was not imported'
			ELSE '%s of action "%s" was changed here since it was imported' END,
			changed, action_name)
		USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = concat_ws(' ',
				'Role "' || imported.imported_by || '" imported it at ' || imported.imported_at || '.',
				'Role "' || draft.modified_by || '" changed it last, at ' || draft.modified_at || '.'),
			HINT = 'overwrite => true replaces what is here.';
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_overwriting(text, text, custom_actions.import) IS
	'raises that an import would replace what somebody else has done';

CREATE FUNCTION custom_actions.import_definition(
	entry json, caller_search_path text, overwrite boolean)
RETURNS TABLE (part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text := entry ->> 'action';
	imported import;
	here json;
	wanted json;
BEGIN
	-- nobody edits it while it is compared
	PERFORM FROM action AS a WHERE a.name = action_name FOR UPDATE;
	here := coalesce(draft_definition(action_name),
		CASE WHEN action_function(action_name) IS NOT NULL
			THEN written_definition(action_name, NULL) END);
	wanted := definition_to_import((entry ->> 'text')::json, here, caller_search_path);
	SELECT * INTO imported FROM import AS i WHERE i.action = action_name;

	part := 'definition';
	what := CASE WHEN here IS NULL THEN 'added'
		WHEN definition_hash(here) = definition_hash(wanted) THEN 'same'
		ELSE 'changed' END;
	IF what = 'changed' AND overwrite IS NOT TRUE
		AND definition_hash(here) IS DISTINCT FROM imported.draft_hash
	THEN
		PERFORM refuse_overwriting(action_name, 'draft', imported);
	END IF;
	IF what <> 'same' OR NOT has_draft(action_name) THEN
		PERFORM settle_owner(action_name);
		PERFORM write_draft(action_name, wanted);
	END IF;
	detail := CASE what
		WHEN 'added' THEN CASE WHEN entry ->> 'owner' <> owner_name(action_name)
			THEN format('belongs to role "%s", where it comes from to role "%s"',
				owner_name(action_name), entry ->> 'owner') END
		WHEN 'changed' THEN told_changes(here, wanted) END;
	RETURN NEXT;
END
$$;

COMMENT ON FUNCTION custom_actions.import_definition(json, text, boolean) IS
	'makes the definition of a member of a document the draft of its action, unless it is that already';

CREATE FUNCTION custom_actions.usable_plugins(action_name text, plugins jsonb)
RETURNS TABLE (plugin jsonb, problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function text;
BEGIN
	FOR plugin IN
		SELECT e.item
		FROM jsonb_array_elements(plugins) WITH ORDINALITY AS e (item, number)
		-- as they run
		ORDER BY stage_number(e.item ->> 'stage'),
			((implied_columns('plugin') || e.item) ->> 'rank')::integer, e.number
	LOOP
		problem := NULL;
		BEGIN
			function := registered_function(action_name, plugin ->> 'function');
			plugin := plugin || jsonb_build_object('function', function);
		EXCEPTION
			WHEN syntax_error_or_access_rule_violation OR invalid_schema_name
				OR invalid_parameter_value
			THEN
				problem := SQLERRM;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.usable_plugins(text, jsonb) IS
	'plug-ins of a document, and what is wrong with those that cannot be registered here';

CREATE FUNCTION custom_actions.plugins_to_import(entry json)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(jsonb_agg(u.plugin ORDER BY u.number), '[]')
	FROM custom_actions.usable_plugins(entry ->> 'action',
			coalesce(entry -> 'plugins', '[]')::jsonb)
		WITH ORDINALITY AS u (plugin, problem, number)
	WHERE u.problem IS NULL;
END;

COMMENT ON FUNCTION custom_actions.plugins_to_import(json) IS
	'plug-ins of a member of a document that can be registered here';

CREATE FUNCTION custom_actions.import_plugins(entry json, overwrite boolean)
RETURNS TABLE (part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text := entry ->> 'action';
	here json := with_plugins('{}', plugin_list(action_name));
	imported import;
	wanted jsonb := plugins_to_import(entry);
BEGIN
	RETURN QUERY
	SELECT format('plug-in %s %s', u.plugin ->> 'stage', u.plugin ->> 'function'),
		'left out', u.problem
	FROM usable_plugins(action_name, coalesce(entry -> 'plugins', '[]')::jsonb) AS u
	WHERE u.problem IS NOT NULL;

	SELECT * INTO imported FROM import AS i WHERE i.action = action_name;
	part := 'plug-ins';
	what := CASE WHEN same_definition(here, with_plugins('{}', wanted::json)) THEN 'same'
		WHEN plugin_list(action_name)::jsonb = '[]' THEN 'added'
		ELSE 'changed' END;
	IF what = 'changed' AND plugins_hash(action_name) IS DISTINCT FROM imported.plugins_hash THEN
		IF wanted = '[]' THEN
			RETURN;				-- registered here on what comes without any
		ELSIF overwrite IS NOT TRUE THEN
			PERFORM refuse_overwriting(action_name, 'list of plug-ins', imported);
		END IF;
	END IF;
	IF what <> 'same' THEN
		PERFORM write_plugins(action_name, wanted);
		detail := CASE WHEN action_function(action_name) IS NOT NULL
			THEN 'with effect at once: plug-ins belong to no version' END;
	END IF;
	IF what <> 'same' OR wanted <> '[]' THEN
		RETURN NEXT;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.import_plugins(json, boolean) IS
	'makes the plug-ins of a member of a document the registered ones; those registered here stay if it has none';

CREATE FUNCTION custom_actions.import_designer(entry json)
RETURNS TABLE (part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	role_name text := entry ->> 'designer';
	here text;
BEGIN
	SELECT a.designer INTO here FROM action AS a WHERE a.name = entry ->> 'action';
	IF role_name IS NULL THEN
		RETURN;
	END IF;
	part := format('designer "%s"', role_name);
	what := CASE WHEN here = role_name THEN 'same'
		WHEN here IS NOT NULL THEN 'left out'
		WHEN EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role_name) THEN 'added'
		ELSE 'left out' END;
	IF what = 'added' THEN
		UPDATE action AS a SET designer = role_name WHERE a.name = entry ->> 'action';
	ELSIF what = 'left out' THEN
		detail := coalesce('here it is "' || here || '"', 'there is no such role');
	END IF;
	RETURN NEXT;
END
$$;

COMMENT ON FUNCTION custom_actions.import_designer(json) IS
	'names the designer of a member of a document, if its draft has none and there is such a role';

CREATE FUNCTION custom_actions.import_table_setting(setting json, overwrite boolean)
RETURNS TABLE (part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	given text := canonical_path('table', setting ->> 'table');
	here table_setting;
BEGIN
	SELECT * INTO here FROM table_setting AS t WHERE t.table_name = given;
	part := 'setting of table ' || given;
	what := CASE WHEN here.table_name IS NULL THEN 'added'
		WHEN (here.owner_column, here.status_column, here.version_column)
			IS NOT DISTINCT FROM (setting ->> 'owner_column', setting ->> 'status_column', setting ->> 'version_column')
		THEN 'same'
		ELSE 'changed' END;
	IF what = 'changed' AND overwrite IS NOT TRUE THEN
		RAISE EXCEPTION 'table "%" has other settings here', given
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('owner_column: %s, status_column: %s, version_column: %s',
					coalesce(here.owner_column, 'none'), coalesce(here.status_column, 'none'),
					coalesce(here.version_column, 'none')),
				HINT = 'overwrite => true replaces what is here.';
	ELSIF what <> 'same' THEN
		BEGIN
			INSERT INTO table_setting (table_name, owner_column, status_column, version_column)
			VALUES (given, setting ->> 'owner_column', setting ->> 'status_column',
				setting ->> 'version_column')
			ON CONFLICT (table_name) DO UPDATE
			SET owner_column = excluded.owner_column, status_column = excluded.status_column,
				version_column = excluded.version_column;
		EXCEPTION
			WHEN undefined_table OR undefined_column OR insufficient_privilege THEN
				what := 'left out';
				detail := SQLERRM;
		END;
	END IF;
	RETURN NEXT;
END
$$;

COMMENT ON FUNCTION custom_actions.import_table_setting(json, boolean) IS
	'writes the settings of a table that a document has, if the table is there and the importer owns it';

CREATE FUNCTION custom_actions.needs_activation(entry json)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text := entry ->> 'action';
	published record;
BEGIN
	IF entry ->> 'state' = 'draft' THEN
		RETURN false;
	END IF;
	SELECT * INTO published FROM published(action_name) AS p;
	RETURN published.function IS NULL
		OR (NOT published.active AND entry ->> 'state' = 'active')
		OR draft_differs(action_name, published.version, published.definition);
END
$$;

COMMENT ON FUNCTION custom_actions.needs_activation(json) IS
	'whether the draft of a member of a document, which is published where it comes from, is not here';

CREATE FUNCTION custom_actions.import_activation(entries json, note text)
RETURNS TABLE (action text, part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	entry json;
	before jsonb;
BEGIN
	SELECT coalesce(jsonb_object_agg(e.item ->> 'action', p.version), '{}') INTO before
	FROM json_array_elements(entries) AS e (item)
		LEFT JOIN LATERAL published(e.item ->> 'action') AS p ON true
	WHERE needs_activation(e.item);
	part := 'published';
	FOR action, detail IN
		SELECT s.action, s.version
		FROM activate_several(ARRAY(SELECT jsonb_object_keys(before)), note) AS s
	LOOP
		what := CASE WHEN before ->> action IS NULL THEN 'added'
			WHEN before ->> action = detail THEN 'activated again'
			ELSE 'changed' END;
		detail := 'version ' || detail;
		RETURN NEXT;
	END LOOP;

	-- what performs one that is not active was activated while it was
	detail := NULL;
	what := 'deactivated';
	FOR action IN
		SELECT e.item ->> 'action'
		FROM json_array_elements(entries) AS e (item)
			CROSS JOIN LATERAL published(e.item ->> 'action') AS p
		WHERE e.item ->> 'state' = 'inactive' AND p.active
	LOOP
		PERFORM deactivate(action);
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.import_activation(json, text) IS
	'activates the actions of a document that are published where it comes from, and deactivates those that are not active there';

CREATE FUNCTION custom_actions.import_grant(
	action_name text, role_name text, with_option boolean)
RETURNS TABLE (part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function oid := action_function(action_name);
BEGIN
	part := format('grant to "%s"', role_name);
	IF function IS NULL THEN
		what := 'left out';
		detail := 'the action is not published; import again with activate => true';
	ELSIF role_name <> 'public'
		AND NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role_name)
	THEN
		what := 'left out';
		detail := 'there is no such role';
		RAISE NOTICE 'role "%" may not execute action "%" because it does not exist',
			role_name, action_name;
	ELSIF EXISTS (
		SELECT FROM granted_roles(function) AS g
		WHERE g.role = role_name AND g.grant_option >= with_option)
		OR published_owner(action_name) = role_name
	THEN
		what := 'same';
	ELSE
		what := 'added';
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s %s', function::regprocedure,
			CASE role_name WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(role_name) END,
			CASE WHEN with_option THEN 'WITH GRANT OPTION' END);
	END IF;
	RETURN NEXT;
END
$$;

COMMENT ON FUNCTION custom_actions.import_grant(text, text, boolean) IS
	'lets a role execute an action, if both are there';

-- Not that one of the same document is not published yet: that is no problem of a draft.
CREATE FUNCTION custom_actions.import_findings(action_name text)
RETURNS TABLE (part text, what text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT 'check ' || c.location, 'warning', concat_ws(' ', c.message || '.', c.detail)
	FROM custom_actions.check_draft(action_name) AS c
	WHERE c.severity = 'error' AND NOT EXISTS (
		SELECT
		FROM custom_actions.action AS a
		WHERE c.message = format('action "%s" does not exist', a.name)
			OR c.message = format('action "%s" does not exist', (parse_ident(a.name))[2]));
END;

COMMENT ON FUNCTION custom_actions.import_findings(text) IS
	'what would keep a draft that was imported from being activated';

CREATE FUNCTION custom_actions.import_part(
	document json, task text, entry json, caller_search_path text, overwrite boolean)
RETURNS TABLE (action text, part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text := entry ->> 'action';
BEGIN
	CASE task
		WHEN 'table' THEN
			RETURN QUERY SELECT NULL, t.* FROM import_table_setting(entry, overwrite) AS t;
		WHEN 'action' THEN
			RETURN QUERY SELECT action_name, d.*
			FROM import_definition(entry, caller_search_path, overwrite) AS d;
			RETURN QUERY SELECT action_name, p.* FROM import_plugins(entry, overwrite) AS p;
			RETURN QUERY SELECT action_name, d.* FROM import_designer(entry) AS d;
			PERFORM remember_import(action_name,
				definition_hash(with_plugins('{}', plugins_to_import(entry)::json)));
		WHEN 'publish' THEN
			RETURN QUERY SELECT a.* FROM import_activation(document -> 'actions', NULL) AS a;
		WHEN 'grants' THEN
			RETURN QUERY SELECT action_name, g.*
			FROM json_array_elements(coalesce(entry -> 'grants', '[]')) AS e (item)
				CROSS JOIN LATERAL import_grant(action_name, e.item ->> 'role',
					coalesce((e.item ->> 'grant_option')::boolean, false)) AS g;
		WHEN 'findings' THEN
			RETURN QUERY SELECT action_name, f.* FROM import_findings(action_name) AS f;
	END CASE;
END
$$;

COMMENT ON FUNCTION custom_actions.import_part(json, text, json, text, boolean) IS
	'does one task of an import';

CREATE FUNCTION custom_actions.import_tasks(document json, activate boolean)
RETURNS TABLE (task text, entry json)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH action AS (
		SELECT e.item, e.number
		FROM json_array_elements(document -> 'actions') WITH ORDINALITY AS e (item, number)
	), task AS (
		SELECT 1 AS stage, 'table' AS task, e.item, e.number
		FROM json_array_elements(document -> 'table_settings') WITH ORDINALITY AS e (item, number)
		UNION ALL
		SELECT 2, 'action', a.item, a.number FROM action AS a
		UNION ALL
		SELECT 3, 'publish', NULL, 1 WHERE activate
		UNION ALL
		SELECT 4, 'grants', a.item, a.number FROM action AS a
		UNION ALL
		SELECT 5, 'findings', a.item, a.number
		FROM action AS a
		WHERE activate IS NOT TRUE OR a.item ->> 'state' = 'draft'
	)
	SELECT t.task, t.item FROM task AS t ORDER BY t.stage, t.number;
END;

COMMENT ON FUNCTION custom_actions.import_tasks(json, boolean) IS
	'tasks of an import in their order';

CREATE FUNCTION custom_actions.refuse_import(refused text[], state text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	IF refused <> '{}' THEN
		RAISE EXCEPTION 'import is refused'
			USING ERRCODE = state,
				DETAIL = array_to_string(refused, E'\n'),
				HINT = 'Nothing was changed. dry_run => true shows all that the import would do.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.refuse_import(text[], text) IS
	'raises what is in the way of an import, if there is anything';

CREATE FUNCTION custom_actions.import_document(
	document json, caller_search_path text, activate boolean, dry_run boolean,
	overwrite boolean)
RETURNS TABLE (action text, part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	next record;
	refused text[] := '{}';
	first_state text;
	hint text;
BEGIN
	FOR next IN SELECT t.task, t.entry FROM import_tasks(document, activate) AS t LOOP
		EXIT WHEN refused <> '{}' AND next.task NOT IN ('table', 'action');
		BEGIN
			RETURN QUERY
			SELECT p.action, p.part, p.what, p.detail
			FROM import_part(document, next.task, next.entry, caller_search_path, overwrite) AS p;
		EXCEPTION
			WHEN transaction_rollback OR internal_error OR program_limit_exceeded
				OR insufficient_resources OR read_only_sql_transaction
			THEN
				RAISE;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
				action := next.entry ->> 'action';
				part := CASE next.task
					WHEN 'table' THEN 'setting of table ' || (next.entry ->> 'table')
					WHEN 'action' THEN 'definition'
					WHEN 'publish' THEN 'published'
					ELSE next.task END;
				what := 'refused';
				detail := concat_ws(E'\n', SQLERRM || '.', nullif(detail, ''), nullif(hint, ''));
				-- what is published is named by its own message
				refused := refused || concat_ws(': ',
					coalesce(action, CASE WHEN next.task <> 'publish' THEN part END), detail);
				first_state := coalesce(first_state, SQLSTATE);
				RETURN NEXT;
		END;
	END LOOP;
	IF dry_run IS NOT TRUE THEN
		PERFORM refuse_import(refused, first_state);
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.import_document(json, text, boolean, boolean, boolean) IS
	'imports a document that was read';

CREATE FUNCTION custom_actions.try_import(
	document json, caller_search_path text, activate boolean, overwrite boolean)
RETURNS TABLE (action text, part text, what text, detail text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT i.action, i.part, i.what, i.detail
	FROM import_document(document, caller_search_path, activate, true, overwrite) AS i;
	RAISE EXCEPTION USING ERRCODE = 'diagnostics_exception';
EXCEPTION WHEN diagnostics_exception THEN
	RETURN;						-- the rows stay, what made them is undone
END
$$;

COMMENT ON FUNCTION custom_actions.try_import(json, text, boolean, boolean) IS
	'tells what an import would do, and does nothing';

CREATE FUNCTION custom_actions.import_actions(
	document json, activate boolean DEFAULT false, dry_run boolean DEFAULT false,
	overwrite boolean DEFAULT false)
RETURNS TABLE (action text, part text, what text, detail text)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT i.action, i.part, i.what, i.detail
	FROM custom_actions.import_document(
		custom_actions.read_export(import_actions.document),
		custom_actions.capture_search_path(), import_actions.activate, false,
		import_actions.overwrite) AS i
	WHERE import_actions.dry_run IS NOT TRUE
	UNION ALL
	SELECT i.action, i.part, i.what, i.detail
	FROM custom_actions.try_import(
		custom_actions.read_export(import_actions.document),
		custom_actions.capture_search_path(), import_actions.activate,
		import_actions.overwrite) AS i
	WHERE import_actions.dry_run;
END;

COMMENT ON FUNCTION custom_actions.import_actions(json, boolean, boolean, boolean) IS
	'body of import_actions';
