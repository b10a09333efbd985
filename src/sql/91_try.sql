-- What people call to try an action without effect.

CREATE FUNCTION @extschema@.preview_action(
	action text, input jsonb DEFAULT '{}', version integer DEFAULT NULL,
	force boolean DEFAULT false)
RETURNS TABLE (
	part text, "by" text, operation text, "table" text, key text, "column" text,
	before text, after text)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_preview';

COMMENT ON FUNCTION @extschema@.preview_action(text, jsonb, integer, boolean) IS
	'runs an action, shows its outputs and every change of rows, and undoes it';

CREATE FUNCTION @extschema@.preview_action_document(
	action text, input jsonb DEFAULT '{}', version integer DEFAULT NULL,
	force boolean DEFAULT false)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_preview_document';

COMMENT ON FUNCTION @extschema@.preview_action_document(text, jsonb, integer, boolean) IS
	'the same as preview_action as one document, for programs';
