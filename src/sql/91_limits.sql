-- What keeps calls from undoing each other's work.

-- STABLE: the column that says the version of a table's rows is looked up.
CREATE FUNCTION @extschema@.action_etag("row" anyelement)
RETURNS text
LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'custom_action_etag';

COMMENT ON FUNCTION @extschema@.action_etag(anyelement) IS
	'version of a row as it was read, for if_match of invoke_action: its version_column, or a hash over all columns';
