-- What people call to let a role do nothing but certain actions, and to see what it can change.

CREATE FUNCTION @extschema@.agent_report(role regrole)
RETURNS TABLE (
	table_name text, column_name text, change text, way text, action text, path text,
	proven boolean, remark text)
LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.agent_report(regrole) IS
	'every table and column that a role can change, by itself and through actions, and in which way; table NULL: what cannot be told';

CREATE FUNCTION @extschema@.grant_agent(role regrole, actions text[])
RETURNS TABLE (subject text, finding text, remedy text)
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.grant_agent(regrole, text[]) IS
	'lets a role call exactly these actions: grants them, takes others from it; answers what of them will not work, and what else the role can write, each with a way to mend it';
