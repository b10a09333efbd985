-- What people and programs call before they invoke: which verbs apply to a row, and
-- what is wrong with an input.

CREATE FUNCTION @extschema@.available_actions(target_table text, target_key text DEFAULT NULL)
RETURNS TABLE (action text, title text, available boolean, reason text, sqlstate text,
	hint text, required_inputs text[])
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_available';

COMMENT ON FUNCTION @extschema@.available_actions(text, text) IS
	'the actions bound to rows of a table, whether the current role could begin each for this row now, and why not; without a key, those bound to the table as a whole';

CREATE FUNCTION @extschema@.available_actions(target_table text, target_key anyelement)
RETURNS TABLE (action text, title text, available boolean, reason text, sqlstate text,
	hint text, required_inputs text[])
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_available';

COMMENT ON FUNCTION @extschema@.available_actions(text, anyelement) IS
	'the same for a key of any type; a row, or an object with the key''s columns, stands for its key';

CREATE FUNCTION @extschema@.action_available(action text, "row" anyelement)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
SUPPORT custom_actions.available_support
AS 'MODULE_PATHNAME', 'custom_action_row_available';

COMMENT ON FUNCTION @extschema@.action_available(text, anyelement) IS
	'could the current role begin this action for this row now, whose values are taken as they are given?';

CREATE FUNCTION @extschema@.validate_action(name text, input jsonb DEFAULT '{}')
RETURNS TABLE (location text, sqlstate text, message text, hint text)
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_validate';

COMMENT ON FUNCTION @extschema@.validate_action(text, jsonb) IS
	'everything that keeps an action from beginning with this input: of the inputs, and of its first steps; no rows if it would begin';
