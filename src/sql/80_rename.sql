-- What drafts and versions have to follow: an action whose function is renamed, moved
-- or dropped.  Called by the event triggers for whoever may do that to the function.

CREATE FUNCTION custom_actions.follow_rename(old_name text, new_name text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- the owner of a function need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft_name text;
	own_name text := (parse_ident(old_name))[2];
BEGIN
	SELECT a.name INTO draft_name
	FROM action AS a
	WHERE canonical_spelling(a.name) = old_name
	FOR UPDATE;
	UPDATE log AS l SET action = new_name WHERE l.action = old_name;
	UPDATE idempotency AS i SET action = new_name WHERE i.action = old_name;
	IF draft_name IS NULL THEN
		PERFORM carry_versions(old_name, new_name);
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM action AS a WHERE canonical_spelling(a.name) = new_name) THEN
		RAISE EXCEPTION 'action "%" cannot be renamed because there is a draft of an action "%"',
				old_name, new_name
			USING ERRCODE = 'duplicate_object',
				HINT = format('Drop that draft first: DELETE FROM custom_actions.action WHERE name = %L.',
					new_name);
	END IF;
	UPDATE action AS a SET name = new_name WHERE a.name = draft_name;
	UPDATE step AS s SET subject = new_name
	WHERE s.action = new_name AND s.kind = 'perform'
		AND (s.subject = own_name OR canonical_spelling(s.subject) = old_name);
END
$$;

COMMENT ON FUNCTION custom_actions.follow_rename(text, text) IS
	'gives draft, versions, plug-ins and records of an action the name its function has now';

CREATE FUNCTION custom_actions.follow_schema_rename(old_schema text, new_schema text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old_name text;
BEGIN
	FOR old_name IN
		SELECT canonical_spelling(a.name)
		FROM action AS a
		WHERE (parse_ident(a.name))[1] = old_schema
		UNION
		SELECT canonical_spelling(v.action)
		FROM version AS v
		WHERE (parse_ident(v.action))[1] = old_schema
		ORDER BY 1
	LOOP
		PERFORM follow_rename(old_name,
			qualified_name(new_schema, (parse_ident(old_name))[2]));
	END LOOP;
	UPDATE table_setting AS t
	SET table_name = qualified_name(new_schema, (parse_ident(t.table_name))[2])
	WHERE (parse_ident(t.table_name))[1] = old_schema;
END
$$;

COMMENT ON FUNCTION custom_actions.follow_schema_rename(text, text) IS
	'gives drafts, versions and plug-ins of the actions of a schema the name the schema has now';

CREATE FUNCTION custom_actions.note_drop(action_name text, origin text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- whoever drops a schema need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft_name text;
BEGIN
	-- Who drops has locked what others wait for, and waits for no designer.
	SELECT a.name INTO draft_name FROM action AS a WHERE a.name = action_name
	FOR UPDATE SKIP LOCKED;
	UPDATE action AS a
	SET drop_reason = format('its function was dropped%s by %s at %s',
		' with ' || nullif(origin, ''), renaming_user(),
		to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS TZH:TZM'))
	WHERE a.name = draft_name;
END
$$;

COMMENT ON FUNCTION custom_actions.note_drop(text, text) IS
	'leaves word in a draft of what took its function';

-- A draft that nobody has changed since it was published uses what that uses, and
-- is found with it.
CREATE FUNCTION custom_actions.drafts_naming(name text)
RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH changed AS (
		SELECT a.*
		FROM custom_actions.action AS a
		WHERE custom_actions.action_function(a.name) IS NULL
			OR (a.modified_at >= (
				SELECT v.activated_at
				FROM custom_actions.version AS v
				WHERE v.action = a.name
				ORDER BY v.version DESC
				LIMIT 1)) IS NOT FALSE
	)
	SELECT c.name
	FROM changed AS c
	WHERE custom_actions.may_name(custom_actions.words(VARIADIC
			ARRAY[c.name, c.bound_table, c.settings::text, c.summary] || c.key_columns), drafts_naming.name)
		OR EXISTS (
			SELECT
			FROM custom_actions.step AS s
			WHERE s.action = c.name AND custom_actions.may_name(
				custom_actions.words(s.subject, s.arguments::text), drafts_naming.name))
		OR EXISTS (
			SELECT
			FROM custom_actions.parameter AS p
			WHERE p.action = c.name AND custom_actions.may_name(
				custom_actions.words(p.type, p.default_value::text, p.references_table, p.options::text), drafts_naming.name))
		OR EXISTS (
			SELECT
			FROM custom_actions.edit_change AS e
			WHERE e.action = c.name AND custom_actions.may_name(
				custom_actions.words(e.old_rows::text), drafts_naming.name));
END;

COMMENT ON FUNCTION custom_actions.drafts_naming(text) IS
	'drafts that may have a name in them, or in what edits changed, and differ from what is published';

CREATE FUNCTION custom_actions.versions_naming(action_name text, name text)
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT json_agg(json_build_object('version', v.version,
		'definition', CASE
			WHEN custom_actions.may_name(custom_actions.words(v.definition::text), versions_naming.name)
			THEN v.definition END,
		'draft', CASE
			WHEN custom_actions.may_name(custom_actions.words(v.draft::text), versions_naming.name)
			THEN v.draft END)
		ORDER BY v.version)
	FROM custom_actions.version AS v
	WHERE v.action = action_name;
END;

COMMENT ON FUNCTION custom_actions.versions_naming(text, text) IS
	'versions of an action, with what of them may have a name in it';

-- Volatile, so that it sees what the command has done.
CREATE FUNCTION custom_actions.texts_to_follow(functions text, name text)
RETURNS text
LANGUAGE sql VOLATILE
SECURITY DEFINER				-- whoever renames a table need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH published AS (
		SELECT p.oid, custom_actions.qualified_name(n.nspname, p.proname) AS name, p.proowner
		FROM pg_proc AS p
			JOIN pg_namespace AS n ON n.oid = p.pronamespace
		WHERE p.oid = ANY (functions::oid[])
	), draft AS (
		SELECT a.name, a.owner
		FROM custom_actions.action AS a
		WHERE a.name IN (
			SELECT p.name FROM published AS p
			UNION
			SELECT d.name FROM custom_actions.drafts_naming(texts_to_follow.name) AS d (name))
	)
	SELECT json_agg(json_build_object(
		'action', coalesce(p.name, d.name),
		'function', p.oid::text,
		'owner', coalesce(p.proowner,
			(SELECT r.oid FROM pg_roles AS r WHERE r.rolname = d.owner))::text,
		'draft', custom_actions.draft_definition(d.name),
		'plugins', custom_actions.plugin_list(d.name),
		'edits', custom_actions.kept_texts(d.name, texts_to_follow.name),
		'versions', custom_actions.versions_naming(coalesce(p.name, d.name), texts_to_follow.name))
		ORDER BY coalesce(p.name, d.name))::text
	FROM published AS p
		FULL JOIN draft AS d ON d.name = p.name;
END;

COMMENT ON FUNCTION custom_actions.texts_to_follow(text, text) IS
	'definitions that may have to take on another name: those of functions, and of drafts that have it in them';

CREATE FUNCTION custom_actions.follow_header(action_name text, before jsonb, after jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old custom_actions.action := jsonb_populate_record(NULL::custom_actions.action, before);
	new custom_actions.action := jsonb_populate_record(NULL::custom_actions.action, after);
BEGIN
	UPDATE action AS a
	SET bound_table = new.bound_table, key_columns = new.key_columns, summary = new.summary,
		settings = CASE WHEN new.settings IS DISTINCT FROM old.settings
			THEN new.settings ELSE a.settings END,
		captured_path = CASE
			WHEN new.settings IS DISTINCT FROM old.settings
				AND a.captured_path = a.settings ->> 'search_path'
			THEN new.settings ->> 'search_path' ELSE a.captured_path END
	WHERE a.name = action_name AND before <> after;
END
$$;

COMMENT ON FUNCTION custom_actions.follow_header(text, jsonb, jsonb) IS
	'gives what holds for a draft as a whole the names of now';

CREATE FUNCTION custom_actions.follow_steps(action_name text, before jsonb, after jsonb)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	UPDATE custom_actions.step AS s
	SET subject = new.item ->> 'subject', arguments = new.item -> 'arguments',
		key_order = nullif(new.item -> 'key_order', 'null')
	FROM custom_actions.row_paths(before) AS old
		JOIN custom_actions.row_paths(after) AS new USING (path)
		JOIN custom_actions.step_paths(action_name) AS p USING (path)
	WHERE s.id = p.id AND (old.item - 'position') <> (new.item - 'position');
END;

COMMENT ON FUNCTION custom_actions.follow_steps(text, jsonb, jsonb) IS
	'gives the steps of a draft the names of now, where these differ';

CREATE FUNCTION custom_actions.follow_parameters(action_name text, before jsonb, after jsonb)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	UPDATE custom_actions.parameter AS p
	SET type = new.item ->> 'type', default_value = new.item -> 'default_value',
		references_table = new.item ->> 'references_table',
		options = nullif(new.item -> 'options', 'null')
	FROM jsonb_array_elements(before) WITH ORDINALITY AS old (item, number)
		JOIN jsonb_array_elements(after) WITH ORDINALITY AS new (item, number) USING (number)
	WHERE p.action = action_name AND p.direction = new.item ->> 'direction'
		AND p.name = new.item ->> 'name' AND old.item <> new.item;
END;

COMMENT ON FUNCTION custom_actions.follow_parameters(text, jsonb, jsonb) IS
	'gives inputs and outputs of a draft the names of now, where these differ';

CREATE FUNCTION custom_actions.follow_plugins(action_name text, before jsonb, after jsonb)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	UPDATE custom_actions.plugin_step AS p
	SET function = new.item ->> 'function',
		images = nullif(new.item -> 'images', 'null')
	FROM jsonb_array_elements(before) WITH ORDINALITY AS old (item, number)
		JOIN jsonb_array_elements(after) WITH ORDINALITY AS new (item, number) USING (number)
		JOIN (
			SELECT s.id, row_number() OVER (
				ORDER BY custom_actions.stage_number(s.stage), s.rank, s.id) AS number
			FROM custom_actions.plugin_step AS s
			WHERE s.action = action_name) AS placed USING (number)
	WHERE p.id = placed.id AND old.item <> new.item;
END;

COMMENT ON FUNCTION custom_actions.follow_plugins(text, jsonb, jsonb) IS
	'gives the plug-ins of an action the names of now, where these differ';

CREATE FUNCTION custom_actions.follow_draft(
	action_name text, before text, after text, plugins_before text, plugins_after text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER				-- whoever renames a table need not be a designer
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	old jsonb;
	new jsonb;
BEGIN
	PERFORM FROM action AS a WHERE a.name = action_name FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN 'Somebody is editing it, and the command does not wait for that.';
	END IF;
	BEGIN
		old := definition_rows(before::json);
		new := definition_rows(after::json);
	EXCEPTION WHEN OTHERS THEN
		RETURN format('It is no definition: %s.', SQLERRM);
	END;
	PERFORM follow_header(action_name, old -> 'action', new -> 'action');
	PERFORM follow_parameters(action_name, old -> 'parameters', new -> 'parameters');
	PERFORM follow_steps(action_name, old -> 'steps', new -> 'steps');
	PERFORM follow_plugins(action_name, plugins_before::jsonb, plugins_after::jsonb);
	UPDATE import AS i SET draft_hash = action_hash(action_name)
	WHERE i.action = action_name AND i.draft_hash = definition_hash(before::json);
	RETURN '';
END
$$;

COMMENT ON FUNCTION custom_actions.follow_draft(text, text, text, text, text) IS
	'gives a draft the names of now; returns what kept it from that';

CREATE FUNCTION custom_actions.follow_version(
	action_name text, version text, definition text, draft text)
RETURNS void
LANGUAGE sql VOLATILE
SECURITY DEFINER				-- nobody but the owner may change versions
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	UPDATE custom_actions.version AS v
	SET definition = coalesce(nullif(follow_version.definition, '')::json, v.definition),
		draft = coalesce(nullif(follow_version.draft, '')::json, v.draft),
		draft_hash = coalesce(
			custom_actions.definition_hash(nullif(follow_version.draft, '')::json), v.draft_hash)
	WHERE v.action = action_name AND v.version = follow_version.version::integer;
END;

COMMENT ON FUNCTION custom_actions.follow_version(text, text, text, text) IS
	'gives a version the names of now';

CREATE FUNCTION custom_actions.follow_table_setting(
	old_table text, new_table text, old_column text, new_column text)
RETURNS void
LANGUAGE sql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	UPDATE custom_actions.table_setting AS t
	SET table_name = new_table,
		owner_column = CASE WHEN t.owner_column = old_column AND old_table = new_table
			THEN new_column ELSE t.owner_column END,
		status_column = CASE WHEN t.status_column = old_column AND old_table = new_table
			THEN new_column ELSE t.status_column END,
		version_column = CASE WHEN t.version_column = old_column AND old_table = new_table
			THEN new_column ELSE t.version_column END
	WHERE t.table_name = old_table;
END;

COMMENT ON FUNCTION custom_actions.follow_table_setting(text, text, text, text) IS
	'lets the settings of a table follow its name, or that of a column';
