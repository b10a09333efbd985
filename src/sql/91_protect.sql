-- What people call to let a table be written by actions only.

CREATE FUNCTION @extschema@.protect_table(
	target_table regclass, columns text[] DEFAULT NULL, actions text[] DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.protect_table(regclass, text[], text[]) IS
	'lets columns of a table, or the whole of it, be written by actions only, or by some of them; for its owner';

CREATE FUNCTION @extschema@.unprotect_table(target_table regclass)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.unprotect_table(regclass) IS
	'takes back protect_table; for the table''s owner';
