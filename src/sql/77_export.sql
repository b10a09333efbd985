-- Actions as a document that another database imports, and that git can compare: no
-- number, time or host that differs between databases, and always in the same order.

CREATE FUNCTION custom_actions.named_like(pattern text)
RETURNS TABLE (action text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT n.name
	FROM (
		SELECT a.name FROM action AS a
		UNION
		SELECT qualified_name(s.nspname, p.proname)
		FROM pg_proc AS p
			JOIN pg_language AS l ON l.oid = p.prolang
			JOIN pg_namespace AS s ON s.oid = p.pronamespace
		WHERE l.lanname = 'custom_action') AS n
	WHERE n.name LIKE pattern
	ORDER BY n.name COLLATE "C";
	IF NOT FOUND AND pattern <> '%' THEN
		RAISE EXCEPTION 'no action has a name like "%"', pattern
			USING ERRCODE = 'undefined_function',
				HINT = 'The pattern is one of LIKE and is held against "schema.name": support.% is every action of schema support.';
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.named_like(text) IS
	'actions, drafts or published, whose qualified name is like a pattern; refuses one that finds none';

CREATE FUNCTION custom_actions.granted_roles(function oid)
RETURNS TABLE (role text, grant_option boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- no role can be called "public"
	SELECT coalesce(r.rolname::text, 'public'), g.grant_option
	FROM pg_proc AS p
		CROSS JOIN LATERAL custom_actions.execute_grants(p.oid) AS g
		LEFT JOIN pg_roles AS r ON r.oid = g.grantee
	WHERE p.oid = granted_roles.function AND g.grantee <> p.proowner
		AND (r.oid IS NOT NULL OR g.grantee = 0);
END;

COMMENT ON FUNCTION custom_actions.granted_roles(oid) IS
	'roles besides the owner that may execute a function; "public" is everybody';

CREATE FUNCTION custom_actions.export_entry(
	action_name text, state text, function oid, definition json)
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT json_object_agg(e.key, e.value ORDER BY e.number)
	FROM (VALUES
		(1, 'state', to_json(export_entry.state)),
		(2, 'owner', to_json(custom_actions.owner_name(action_name))),
		(3, 'designer', (
			SELECT to_json(a.designer) FROM custom_actions.action AS a WHERE a.name = action_name)),
		(4, 'grants', (
			SELECT json_agg(
				CASE WHEN g.grant_option
					THEN json_build_object('role', g.role, 'grant_option', true)
					ELSE json_build_object('role', g.role) END
				ORDER BY g.role COLLATE "C")
			FROM custom_actions.granted_roles(export_entry.function) AS g)),
		(5, 'definition', custom_actions.with_plugins(export_entry.definition,
			custom_actions.registered_plugins(action_name))))
		AS e (number, key, value)
	WHERE e.value IS NOT NULL;
END;

COMMENT ON FUNCTION custom_actions.export_entry(text, text, oid, json) IS
	'an action as a member of a document of actions';

-- One that is published stands for itself, and so does a draft that is not; where both
-- are there and differ, the choice is the exporter's.
CREATE FUNCTION custom_actions.exported_entries(pattern text, drafts boolean)
RETURNS TABLE (action text, entry json, exported text, draft_differs boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	published record;
BEGIN
	FOR action IN SELECT n.action FROM named_like(pattern) AS n LOOP
		SELECT * INTO published FROM published(action) AS p;
		draft_differs := published.function IS NOT NULL AND has_draft(action)
			AND draft_differs(action, published.version, published.definition);
		exported := CASE WHEN published.function IS NULL OR (draft_differs AND drafts)
			THEN 'draft' ELSE 'published' END;
		IF draft_differs THEN
			RAISE NOTICE 'draft of action "%" differs from what is published', action
				USING DETAIL = CASE exported
					WHEN 'draft' THEN 'The draft is exported.'
					ELSE 'What is published is exported; drafts => true exports the draft.' END;
		END IF;
		entry := export_entry(action,
			CASE WHEN published.function IS NULL THEN 'draft'
				WHEN published.active THEN 'active' ELSE 'inactive' END,
			published.function,
			CASE exported WHEN 'draft' THEN draft_definition(action)
				ELSE written_definition(action, NULL) END);
		RETURN NEXT;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.exported_entries(text, boolean) IS
	'actions as members of a document, and whether each is what is published or the draft';

CREATE FUNCTION custom_actions.mentions_table(definition json, table_name text)
RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- canonical or not, qualified or not: a setting too many does no harm
	SELECT EXISTS (
		SELECT
		FROM jsonb_path_query(definition::jsonb,
			'strict $.** ? (@.type() == "string")') AS s (value)
		WHERE custom_actions.canonical_spelling(s.value #>> '{}') = table_name
			OR lower(s.value #>> '{}' COLLATE "C") = (parse_ident(table_name))[2]);
END;

COMMENT ON FUNCTION custom_actions.mentions_table(json, text) IS
	'whether a definition may speak of a table';

CREATE FUNCTION custom_actions.exported_table_settings(entries json[])
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT json_agg(
		json_strip_nulls(json_build_object('table', t.table_name,
			'owner_column', t.owner_column, 'status_column', t.status_column,
			'version_column', t.version_column))
		ORDER BY t.table_name COLLATE "C")
	FROM custom_actions.table_setting AS t
	WHERE EXISTS (
		SELECT
		FROM unnest(entries) AS e (entry)
		WHERE custom_actions.mentions_table(e.entry -> 'definition', t.table_name));
END;

COMMENT ON FUNCTION custom_actions.exported_table_settings(json[]) IS
	'settings of the tables that actions of a document speak of; NULL if there are none';

CREATE FUNCTION custom_actions.export_document(entries json[])
RETURNS json
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.pretty_document(json_object_agg(e.key, e.value ORDER BY e.number))
	FROM (VALUES
		(1, 'format', '1'::json),
		(2, 'actions', array_to_json(coalesce(entries, '{}'))),
		(3, 'table_settings', custom_actions.exported_table_settings(entries)))
		AS e (number, key, value)
	WHERE e.value IS NOT NULL;
END;

COMMENT ON FUNCTION custom_actions.export_document(json[]) IS
	'document of actions that is made of these members';

CREATE FUNCTION custom_actions.export_actions(
	pattern text DEFAULT '%', drafts boolean DEFAULT false)
RETURNS json
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT custom_actions.export_document(array_agg(e.entry ORDER BY e.action COLLATE "C"))
	FROM custom_actions.exported_entries(export_actions.pattern, export_actions.drafts) AS e;
END;

COMMENT ON FUNCTION custom_actions.export_actions(text, boolean) IS
	'body of export_actions';

-- Two names that differ only in what file systems may not take are two files.
CREATE FUNCTION custom_actions.export_file_name(action_name text)
RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT plain.name
		|| CASE WHEN plain.name <> action_name
			THEN '-' || left(custom_actions.definition_hash(to_json(action_name)), 8) ELSE '' END
		|| '.json'
	FROM regexp_replace(action_name, '[^a-zA-Z0-9_.-]', '_', 'g') AS plain (name);
END;

COMMENT ON FUNCTION custom_actions.export_file_name(text) IS
	'file for an action: its name, with a part of a hash where some of its characters may not stand in one';

CREATE FUNCTION custom_actions.exported_actions(
	pattern text DEFAULT '%', drafts boolean DEFAULT false)
RETURNS TABLE (
	action text, file_name text, exported text, draft_differs boolean, document json)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT e.action, custom_actions.export_file_name(e.action),
		e.exported, e.draft_differs, custom_actions.export_document(ARRAY[e.entry])
	FROM custom_actions.exported_entries(
			exported_actions.pattern, exported_actions.drafts) AS e
	ORDER BY e.action COLLATE "C";
END;

COMMENT ON FUNCTION custom_actions.exported_actions(text, boolean) IS
	'body of exported_actions';

CREATE FUNCTION custom_actions.dollar_quoted(content text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	tag text := '$actions$';
	number integer := 0;
BEGIN
	WHILE position(tag IN content) > 0 LOOP
		number := number + 1;
		tag := format('$actions%s$', number);
	END LOOP;
	RETURN tag || content || tag;
END
$$;

COMMENT ON FUNCTION custom_actions.dollar_quoted(text) IS
	'a text that does not end with a dollar sign as a literal of SQL, readable as it is';

-- One statement: it is a transaction by itself, and part of one where there is one.
CREATE FUNCTION custom_actions.export_actions_script(
	pattern text DEFAULT '%', drafts boolean DEFAULT false)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT format(
E'-- Creates these actions and activates them, in a database that has the tables:\n%s\n'
'--\n'
'-- What is the same here already stays as it is, so that the script can be run again.\n'
'-- What somebody has changed here is refused: then nothing is done at all.\n'
'-- With dry_run => true it only tells what it would do.\n'
'SELECT * FROM custom_actions.import_actions(\n'
'activate => true,\n'
'overwrite => false,\n'
'dry_run => false,\n'
'document => %s);\n',
		-- a name may hold the end of a line, which would end the comment
		string_agg('--   ' || regexp_replace(e.action, E'[\n\r]', ' ', 'g'), E'\n'
			ORDER BY e.action COLLATE "C"),
		custom_actions.dollar_quoted(E'\n' || custom_actions.export_document(
			array_agg(e.entry ORDER BY e.action COLLATE "C"))::text || E'\n'))
	FROM custom_actions.exported_entries(
		export_actions_script.pattern, export_actions_script.drafts) AS e;
END;

COMMENT ON FUNCTION custom_actions.export_actions_script(text, boolean) IS
	'body of export_actions_script';
