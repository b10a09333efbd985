-- What people call to see what an action asks for, and how it can fail.

CREATE FUNCTION @extschema@.action_inputs(name text, version integer DEFAULT NULL)
RETURNS TABLE (
	"position" integer, input text, title text, type text, required boolean,
	references_table text, options jsonb, default_value jsonb, sensitive boolean,
	description text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_inputs(text, integer) IS
	'what an action asks for: one row for each input, with its options as they are written';

CREATE FUNCTION @extschema@.action_input_options(
	action text, input text, given jsonb DEFAULT '{}')
RETURNS TABLE (value jsonb, label text)
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_input_options';

COMMENT ON FUNCTION @extschema@.action_input_options(text, text, jsonb) IS
	'the options of an input of an action, for a form in which other inputs are filled in already';

CREATE FUNCTION @extschema@.action_errors(name text, version integer DEFAULT NULL)
RETURNS TABLE (sqlstate text, message text, step text, "when" text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_errors(text, integer) IS
	'every way in which an action can fail, with the step and when; sqlstate NULL: whatever somebody''s function raises';
