-- What people call to give and take the right to invoke, and to see what a role can change.

CREATE FUNCTION @extschema@.grant_action(name text, role regrole)
RETURNS void
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.grant_action(text, regrole) IS
	'lets a role call an action: EXECUTE and, where it is missing, USAGE on the schema; says what was done';

CREATE FUNCTION @extschema@.revoke_action(name text, role regrole)
RETURNS void
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.revoke_action(text, regrole) IS
	'takes back what grant_action gave; says what was done, and in which other ways the role may still call it';

CREATE FUNCTION @extschema@.check_action_privileges(
	name text, role regrole, version integer DEFAULT NULL)
RETURNS TABLE (path text, privilege text, object text, grant_statement text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.check_action_privileges(text, regrole, integer) IS
	'what a role lacks to run an action, each with the GRANT that gives it; of one that runs as its owner, what the owner lacks; not seen: triggers, and the inside of functions whose body is not standard SQL';

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
