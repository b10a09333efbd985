-- What describes actions to clients, in the languages that these read, and what errors are to them.

CREATE FUNCTION @extschema@.action_schema(
	name text, direction text DEFAULT 'in', numbers text DEFAULT 'number')
RETURNS json
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_schema';

COMMENT ON FUNCTION @extschema@.action_schema(text, text, text) IS
	'JSON Schema (2020-12) of what a published action takes, gives, or raises';

CREATE FUNCTION @extschema@.action_form(name text, target text DEFAULT NULL, numbers text DEFAULT 'number')
RETURNS json
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
	SELECT custom_actions.form_document(action_form.name,
		custom_actions.form_state(action_form.name, action_form.target), action_form.numbers);
END;

COMMENT ON FUNCTION @extschema@.action_form(text, text, text) IS
	'the form of an action: schema, how its fields are shown, and what they hold first for this row';

-- A polymorphic function can only have a body that is a string.
CREATE FUNCTION @extschema@.action_form(name text, target anyelement, numbers text DEFAULT 'number')
RETURNS json
LANGUAGE sql STABLE PARALLEL UNSAFE
AS $$
	SELECT custom_actions.form_document($1, custom_actions.form_state($1, $2), $3);
$$;

COMMENT ON FUNCTION @extschema@.action_form(text, anyelement, text) IS
	'the same for a key of any type; a row, or an object with the key''s columns, stands for its key';

CREATE FUNCTION @extschema@.action_openapi(
	gateway text DEFAULT 'postgrest', pattern text DEFAULT NULL, visibility text DEFAULT 'public', numbers text DEFAULT 'number',
	title text DEFAULT NULL, version text DEFAULT NULL, server text DEFAULT NULL, info json DEFAULT NULL)
RETURNS json
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_openapi';

COMMENT ON FUNCTION @extschema@.action_openapi(text, text, text, text, text, text, text, json) IS
	'OpenAPI 3.1 of the actions that the current role may execute, as a gateway serves them: "postgrest" or "plain"';

CREATE FUNCTION @extschema@.action_csdl(
	format text DEFAULT 'xml', namespace text DEFAULT NULL, pattern text DEFAULT NULL, visibility text DEFAULT 'public')
RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_csdl';

COMMENT ON FUNCTION @extschema@.action_csdl(text, text, text, text) IS
	'OData $metadata (CSDL 4.0) of the published actions that the current role may invoke, as XML or JSON';

CREATE FUNCTION @extschema@.action_error_payload(
	sqlstate text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL,
	action text DEFAULT NULL, step text DEFAULT NULL, target text DEFAULT NULL, inner_error json DEFAULT NULL)
RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.json_build_object('error', pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
	'code', COALESCE(NULLIF(sqlstate, ''), 'General'),
	'message', COALESCE(message, ''),
	'target', target,
	'details', (
		SELECT pg_catalog.json_agg(pg_catalog.json_build_object('code', d.code, 'message', d.message) ORDER BY d.place)
		FROM (VALUES (1, 'detail', detail), (2, 'hint', hint)) AS d (place, code, message)
		WHERE d.message OPERATOR(pg_catalog.<>) ''),
	'innererror', (
		SELECT pg_catalog.json_object_agg(i.key, i.value ORDER BY i.place)
		FROM (
			SELECT 1 AS place, 'action' AS key, pg_catalog.to_json(action) AS value
			UNION ALL SELECT 2, 'step', pg_catalog.to_json(step)
			UNION ALL SELECT 3, 'context', inner_error) AS i
		WHERE i.value IS NOT NULL))));

COMMENT ON FUNCTION @extschema@.action_error_payload(text, text, text, text, text, text, text, json) IS
	'the error object of OData for an error of an action';

CREATE FUNCTION @extschema@.action_error_status(sqlstate text, gateway text DEFAULT 'plain')
RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'custom_action_error_status';

COMMENT ON FUNCTION @extschema@.action_error_status(text, text) IS
	'the HTTP status that a gateway, "postgrest" or "plain", gives an error';

CREATE FUNCTION @extschema@.action_typescript(
	pattern text DEFAULT NULL, visibility text DEFAULT 'public', numbers text DEFAULT 'number')
RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_typescript';

COMMENT ON FUNCTION @extschema@.action_typescript(text, text, text) IS
	'a file of TypeScript: types of the actions that the current role may execute, and functions that call them';
