-- What people call to change a draft by paths, and to take a change back.

CREATE FUNCTION @extschema@.set_action_value(action text, path text, value text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.set_action_value(text, text, text) IS
	'changes one value of the draft of an action, such as 2.set.due: text in, no JSON; NULL removes it; returns its path';
