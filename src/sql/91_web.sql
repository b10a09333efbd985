-- What describes actions to clients, in the languages that these read.

CREATE FUNCTION @extschema@.action_schema(
	name text, direction text DEFAULT 'in', numbers text DEFAULT 'number')
RETURNS json
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_schema';

COMMENT ON FUNCTION @extschema@.action_schema(text, text, text) IS
	'JSON Schema (2020-12) of what a published action takes, gives, or raises';
