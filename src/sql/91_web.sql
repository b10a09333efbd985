-- What describes actions to clients, in the languages that these read.

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
