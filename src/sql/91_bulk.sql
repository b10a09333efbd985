-- What people call to run an action for many items.

CREATE FUNCTION @extschema@.invoke_action_bulk(
	action text, inputs jsonb, common jsonb DEFAULT '{}',
	mode text DEFAULT 'all_or_nothing')
RETURNS TABLE (item integer, status text, output jsonb, error jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_invoke_bulk';

COMMENT ON FUNCTION @extschema@.invoke_action_bulk(text, jsonb, jsonb, text) IS
	'runs an action for each element of an array, in their order; common: inputs that all have; all_or_nothing, or per_item: what fails is undone, the others stay';
