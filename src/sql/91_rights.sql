-- What people call to give and take the right to invoke.

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
