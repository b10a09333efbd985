-- What people call to run several actions in one call, and to see how an action runs.

CREATE FUNCTION @extschema@.invoke_actions(
	calls jsonb, mode text DEFAULT 'all_or_nothing')
RETURNS TABLE (
	call integer, name text, action text, status text, output jsonb, error jsonb,
	invocation uuid)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_invoke_actions';

COMMENT ON FUNCTION @extschema@.invoke_actions(jsonb, text) IS
	'runs calls of different actions in their order, later ones with outputs of earlier ones; all_or_nothing, or continue: what fails is undone, the others stay';

CREATE FUNCTION @extschema@.explain_action(
	name text, input jsonb DEFAULT NULL, "analyze" boolean DEFAULT false)
RETURNS TABLE (
	step text, does text, guard text, locks text, statement text, plan text, bulk text,
	runs bigint, rows bigint, ms double precision)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_explain';

COMMENT ON FUNCTION @extschema@.explain_action(text, jsonb, boolean) IS
	'shows the steps of an action with their statements, plans, conditions and locks; analyze: runs it, measures it and undoes it';
