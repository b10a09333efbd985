-- What people call to change a draft by paths, and to take a change back.

CREATE FUNCTION @extschema@.set_action_value(action text, path text, value text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.set_action_value(text, text, text) IS
	'changes one value of the draft of an action, such as 2.set.due: text in, no JSON; NULL removes it; returns its path';

CREATE FUNCTION @extschema@.undo_action_edit(action text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.undo_action_edit(text) IS
	'takes back the last edit of the draft of an action, whatever made it, back to its last activation; returns what it was';

CREATE FUNCTION @extschema@.add_step(
	action text, definition json, before text DEFAULT NULL, after text DEFAULT NULL,
	inside text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.add_step(text, json, text, text, text) IS
	'adds a step, or an array of them, to the draft of an action: before or after a step, inside a list of one, else at the end; returns its path';

CREATE FUNCTION @extschema@.move_step(
	action text, path text, before text DEFAULT NULL, after text DEFAULT NULL,
	inside text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.move_step(text, text, text, text, text) IS
	'moves a step of the draft of an action before or after another, or to the end of a list; returns its new path';

CREATE FUNCTION @extschema@.remove_step(action text, path text)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.remove_step(text, text) IS
	'removes a step of the draft of an action, with the steps inside';

CREATE FUNCTION @extschema@.enable_step(action text, path text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.enable_step(text, text) IS
	'switches a step of the draft of an action on again';

CREATE FUNCTION @extschema@.disable_step(action text, path text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.disable_step(text, text) IS
	'switches a step of the draft of an action off: it stays, and is left out';

CREATE FUNCTION @extschema@.wrap_steps(
	action text, from_path text, to_path text DEFAULT NULL, condition text DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.wrap_steps(text, text, text, text) IS
	'puts neighbouring steps of the draft of an action into an if with a condition, without one into a group; returns its path';

CREATE FUNCTION @extschema@.copy_action(name text, new_name text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.copy_action(text, text) IS
	'makes a draft of a new name that does the same as an action, owned by who copies; returns the name';

CREATE FUNCTION @extschema@.rename_action(name text, new_name text)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.rename_action(text, text) IS
	'renames an action with all that is kept of it, or moves it to another schema; returns the name';
