-- What an action asks for, and every way it can fail.

CREATE FUNCTION custom_actions.enum_options(type_name text)
RETURNS jsonb
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder)
	FROM pg_enum AS e
	WHERE e.enumtypid = to_regtype(type_name);
END;

COMMENT ON FUNCTION custom_actions.enum_options(text) IS
	'labels of an enum; NULL: the type is none';

-- Of a draft a name without its schema is not looked for.
CREATE FUNCTION custom_actions.inputs_of(action_name text, wanted integer)
RETURNS TABLE (
	"position" integer, name text, title text, type text, required boolean,
	references_table text, options jsonb, default_value jsonb, sensitive boolean,
	description text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT i.number::integer, i.item ->> 'name', i.item ->> 'title', i.item ->> 'type',
		coalesce((i.item ->> 'required')::boolean, (i.item -> 'default') IS NULL),
		i.item ->> 'references',
		coalesce(
			-- The name of an enum. What begins with '=' is a formula, '==' as well
			-- (options_value() in C): to_regtype() raises an error of its syntax.
			CASE WHEN json_typeof(i.item -> 'options') = 'string' AND i.item ->> 'options' NOT LIKE '=%'
				THEN custom_actions.enum_options(i.item ->> 'options') END,
			(i.item -> 'options')::jsonb,
			custom_actions.enum_options(i.item ->> 'type')),
		CASE WHEN (i.item -> 'default') IS NULL THEN NULL
			WHEN coalesce((i.item ->> 'sensitive')::boolean, false) THEN '"***"'
			ELSE (i.item -> 'default')::jsonb END,
		coalesce((i.item ->> 'sensitive')::boolean, false),
		i.item ->> 'description'
	FROM json_array_elements(
			custom_actions.document_in_use(action_name, wanted) -> 'input')
		WITH ORDINALITY AS i (item, number);
END;

COMMENT ON FUNCTION custom_actions.inputs_of(text, integer) IS
	'does the work of action_inputs';

CREATE FUNCTION custom_actions.action_inputs(name text, version integer DEFAULT NULL)
RETURNS TABLE (
	"position" integer, input text, title text, type text, required boolean,
	references_table text, options jsonb, default_value jsonb, sensitive boolean,
	description text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT i."position", i.name, i.title, i.type, i.required, i.references_table, i.options,
		i.default_value, i.sensitive, i.description
	FROM custom_actions.inputs_of(
		custom_actions.canonical_name(action_inputs.name), action_inputs.version) AS i;
END;

COMMENT ON FUNCTION custom_actions.action_inputs(text, integer) IS
	'body of action_inputs';

-- An owner who is gone leaves nobody to look things up for. What is published is not
-- compiled, but asked for what activation has kept.
CREATE FUNCTION custom_actions.errors_of(action_name text, wanted integer)
RETURNS TABLE (sqlstate text, message text, step text, "when" text)
LANGUAGE sql STABLE ROWS 20
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT e.sqlstate, e.message, e.step, e."when"
	FROM custom_actions.document_in_use(action_name, wanted) AS d (document)
		LEFT JOIN pg_roles AS r ON r.rolname = custom_actions.owner_name(action_name)
		CROSS JOIN (
			SELECT wanted IS NULL AND EXISTS (
				SELECT FROM custom_actions.published(action_name))) AS p (kept)
		CROSS JOIN LATERAL (
			SELECT f.sqlstate, f.message, f.step, f."when"
			FROM custom_actions.definition_errors(
				CASE WHEN NOT p.kept THEN action_name END, d.document, r.oid) AS f
			UNION ALL
			SELECT f.sqlstate, f.message, f.step, f."when"
			FROM custom_actions.published_errors(CASE WHEN p.kept THEN action_name END) AS f) AS e;
END;

COMMENT ON FUNCTION custom_actions.errors_of(text, integer) IS
	'does the work of action_errors';

CREATE FUNCTION custom_actions.action_errors(name text, version integer DEFAULT NULL)
RETURNS TABLE (sqlstate text, message text, step text, "when" text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT e.sqlstate, e.message, e.step, e."when"
	FROM custom_actions.errors_of(
		custom_actions.canonical_name(action_errors.name), action_errors.version) AS e;
END;

COMMENT ON FUNCTION custom_actions.action_errors(text, integer) IS
	'body of action_errors';
