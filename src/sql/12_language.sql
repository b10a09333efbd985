-- The language that published actions are written in.

CREATE TRUSTED LANGUAGE custom_action
	HANDLER custom_actions.call_handler
	INLINE custom_actions.inline_handler
	VALIDATOR custom_actions.validator;

COMMENT ON LANGUAGE custom_action IS
	'published actions; USAGE is the right to activate';
