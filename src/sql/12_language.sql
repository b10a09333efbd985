-- The language that published actions are written in.

CREATE FUNCTION custom_actions.call_handler()
RETURNS language_handler
LANGUAGE c
AS 'MODULE_PATHNAME', 'custom_action_call_handler';

COMMENT ON FUNCTION custom_actions.call_handler() IS 'runs a published action';

CREATE FUNCTION custom_actions.validator(oid)
RETURNS void
LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'custom_action_validator';

COMMENT ON FUNCTION custom_actions.validator(oid) IS
	'checks a published action and records what it depends on';

CREATE FUNCTION custom_actions.inline_handler(internal)
RETURNS void
LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'custom_action_inline_handler';

COMMENT ON FUNCTION custom_actions.inline_handler(internal) IS 'runs the definition of a DO statement';

CREATE TRUSTED LANGUAGE custom_action
	HANDLER custom_actions.call_handler
	INLINE custom_actions.inline_handler
	VALIDATOR custom_actions.validator;

COMMENT ON LANGUAGE custom_action IS
	'published actions; USAGE is the right to activate';
