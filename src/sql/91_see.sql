-- What people call to see what an action is: outline, picture, differences, uses.

CREATE FUNCTION @extschema@.action_diagram(
	name text, version integer DEFAULT NULL, format text DEFAULT 'mermaid',
	invocation uuid DEFAULT NULL)
RETURNS text
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_diagram(text, integer, text, uuid) IS
	'picture of an action in the language of Mermaid or Graphviz; of an invocation, what became of each step';

CREATE FUNCTION @extschema@.action_outline(name text, version integer DEFAULT NULL)
RETURNS TABLE (path text, depth integer, step_id bigint, kind text, text text, enabled boolean)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_outline(text, integer) IS
	'the lines of describe_action as rows, with the path that each is about, and ids of the draft''s steps';

CREATE FUNCTION @extschema@.diff_action(
	name text, from_version integer DEFAULT NULL, to_version integer DEFAULT NULL)
RETURNS TABLE (path text, change text, before text, after text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.diff_action(text, integer, integer) IS
	'what differs between two versions of an action, in the words of the outline; by default between what is published and the draft';

CREATE FUNCTION @extschema@.action_effects(name text)
RETURNS TABLE (
	read_only boolean, destructive boolean, idempotent boolean, open_world boolean,
	tables text[])
LANGUAGE c STABLE ROWS 1
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_effects(text) IS
	'what calling an action may do, with all that it performs: whether it writes, overwrites or deletes, may be called twice, reaches out of the tables; and the tables that it writes';
