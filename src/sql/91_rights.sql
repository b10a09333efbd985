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
