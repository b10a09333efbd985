-- What people call to take actions to another database.

CREATE FUNCTION @extschema@.export_actions(
	pattern text DEFAULT '%', drafts boolean DEFAULT false)
RETURNS json
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.export_actions(text, boolean) IS
	'actions whose qualified name is like a pattern, as one document for import_actions';

CREATE FUNCTION @extschema@.exported_actions(
	pattern text DEFAULT '%', drafts boolean DEFAULT false)
RETURNS TABLE (
	action text, file_name text, exported text, draft_differs boolean, document json)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.exported_actions(text, boolean) IS
	'actions whose qualified name is like a pattern, a document for import_actions each, to be kept as files';

CREATE FUNCTION @extschema@.export_actions_script(
	pattern text DEFAULT '%', drafts boolean DEFAULT false)
RETURNS text
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.export_actions_script(text, boolean) IS
	'a statement of SQL that creates and activates actions whose qualified name is like a pattern; run again, it changes nothing';

CREATE FUNCTION @extschema@.import_actions(
	document json, activate boolean DEFAULT false, dry_run boolean DEFAULT false,
	overwrite boolean DEFAULT false)
RETURNS TABLE (action text, part text, what text, detail text)
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.import_actions(json, boolean, boolean, boolean) IS
	'makes the actions of a document drafts, or activates them as well; tells what is added, changed, the same, left out';
