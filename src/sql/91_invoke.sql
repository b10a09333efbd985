-- Running actions.

CREATE FUNCTION @extschema@.invoke_action(
	action text, input jsonb DEFAULT '{}', idempotency_key text DEFAULT NULL)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_invoke';

COMMENT ON FUNCTION @extschema@.invoke_action(text, jsonb, text) IS
	'runs an action and returns its outputs; all of it happens, or none of it';

CREATE FUNCTION @extschema@.try_invoke_action(
	action text, input jsonb DEFAULT '{}', idempotency_key text DEFAULT NULL)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_try_invoke';

COMMENT ON FUNCTION @extschema@.try_invoke_action(text, jsonb, text) IS
	'runs an action and reports how it went; the work of one that failed is undone, the transaction goes on';
