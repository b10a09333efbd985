-- What people call to see which states lead to which others.

CREATE FUNCTION @extschema@.state_transitions(target_table text, status_column text DEFAULT NULL)
RETURNS TABLE (from_state text, to_state text, action text, path text, creates boolean, formula text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.state_transitions(text, text) IS
	'which states of a table''s rows lead to which others, as the steps of published actions say; by default of the status_column of the table''s settings';

CREATE FUNCTION @extschema@.state_diagram(target_table text, status_column text DEFAULT NULL)
RETURNS text
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.state_diagram(text, text) IS
	'the same as a picture in the language of Mermaid';
