-- What people call while they write: names, formulas, the schema of definitions.

CREATE FUNCTION @extschema@.names_in_scope(action text, at text)
RETURNS TABLE (name text, type text, source text, description text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.names_in_scope(text, text) IS
	'everything that a formula at a place of an action may use, the nearest first';

CREATE FUNCTION @extschema@.check_formula(action text, at text, formula text)
RETURNS TABLE (
	ok boolean, type text, wanted text, "position" integer, message text, hint text,
	proposals text[])
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.check_formula(text, text, text) IS
	'what a formula would be at a place of an action: its type, or what is wrong with it; nothing runs';

CREATE FUNCTION @extschema@.action_schema_of_definition()
RETURNS json
LANGUAGE c IMMUTABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_schema_of_definition() IS
	'JSON Schema (2020-12) of the definition of an action, for editors and language models';
