-- Running actions.

CREATE FUNCTION @extschema@.invoke_action(
	action text, input jsonb DEFAULT '{}', idempotency_key text DEFAULT NULL)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_invoke';

COMMENT ON FUNCTION @extschema@.invoke_action(text, jsonb, text) IS
	'runs an action and returns its outputs; all of it happens, or none of it';
