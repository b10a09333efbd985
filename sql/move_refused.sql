-- What import_actions refuses, with the place, and what it leaves out.
\i test/sql/prelude.sql

SET client_min_messages = warning;
CREATE TABLE desk.case (id integer PRIMARY KEY, status text, owner_id integer, boss_id integer);
CREATE FUNCTION desk.seen(context jsonb) RETURNS jsonb LANGUAGE sql STABLE RETURN NULL::jsonb;
CREATE FUNCTION desk.other(context jsonb) RETURNS jsonb LANGUAGE sql STABLE RETURN NULL::jsonb;
RESET client_min_messages;

-- what is wrong with a document, all of it, each with its place
SELECT import_actions('7');
SELECT import_actions('{}');
SELECT import_actions('{"format": 2, "actoins": []}');
SELECT import_actions('[{"format": 1, "actions": []}, {"format": 3}]');
SELECT import_actions('{"format": 1, "actions": [7, {"state": "published", "definition": {}}, {"state": "draft", "definition": {"steps": []}}],
	"table_settings": [{"owner_column": 7}]}');
SELECT import_actions('{"format": 1, "actions": [
	{"state": "draft", "definition": {"action": "desk"}},
	{"state": "draft", "definition": {"action": "desk.a", "timeout": "soon", "steps": [
		{"if": "true", "then": [{"update": "desk.case", "where": "true", "sets": {}}]}, {"do": 1}]}},
	{"state": "draft", "definition": {"action": "DESK.A"}, "grants": [{"to": "x"}, "y"]},
	{"state": "draft", "definition": {"action": "desk.b", "plugins": [{"stage": "then", "function": "f"}], "input": [{"name": "a"}]}}]}');
SELECT import_actions('{"format": 1, "actions": [{"state": "draft", "definition": {"action": "desk.a"}}, {"state": "draft", "definition": {"action": "desk.A"}}]}');
SELECT import_actions('{"format": 1, "actions": [{"state": "draft", "definition": {"action": "desk.select"}}]}');
SELECT import_actions('{"format": 1, "actions": [{"state": "draft", "definition": {"action": "nowhere.a"}}]}');
SELECT count(*) FROM custom_actions.action;

-- what is not here is left out and told
SELECT action, part, what, replace(detail, CURRENT_USER, 'me') AS detail FROM import_actions('{"format": 1, "actions": [{"state": "active", "owner": "move_gone", "designer": "move_gone",
	"grants": [{"role": "move_gone"}, {"role": "public"}],
	"definition": {"action": "desk.a", "plugins": [{"stage": "pre_operation", "function": "desk.gone(jsonb)"}, {"stage": "post_operation", "function": "desk.seen"}], "steps": []}}],
	"table_settings": [{"table": "desk.gone", "owner_column": "a"}, {"table": "desk.case", "owner_column": "gone"}]}', activate => true);
SELECT replace(grantee::regrole::text, CURRENT_USER, 'me') FROM pg_proc, aclexplode(proacl) WHERE oid = 'desk.a'::regproc ORDER BY 1;

-- plug-ins: those registered here stay where the document has none, and are not replaced unasked
CREATE TEMP TABLE several AS SELECT '[{"format": 1, "actions": [{"state": "active", "definition": {"action": "desk.b", "plugins": [{"stage": "pre_operation", "function": "desk.seen"}], "steps": [{"perform": "desk.c"}]}}]},
	{"format": 1, "actions": [{"state": "active", "definition": {"action": "desk.c", "steps": []}}]}]'::json AS document;
SELECT i.* FROM several, import_actions(document, activate => true) AS i;
SELECT register_plugin(action, 'post_operation', 'desk.other') > 0 FROM unnest('{desk.b, desk.c}'::text[]) AS action;
SELECT i.action, part, what, replace(regexp_replace(detail, ' at [^.]*[.][^.]*[.]', ' at ....', 'g'), CURRENT_USER, 'me') AS detail FROM several, import_actions(document, dry_run => true) AS i;
SELECT i.* FROM several, import_actions(document, overwrite => true) AS i;
SELECT action, stage, function FROM custom_actions.plugin_step ORDER BY 1, 2;
-- gone where they come from, and untouched here
SELECT * FROM import_actions('{"format": 1, "actions": [{"state": "active", "definition": {"action": "desk.b", "steps": [{"perform": "desk.c"}]}}]}');

-- settings of tables
INSERT INTO custom_actions.table_setting VALUES ('desk.case', 'boss_id', NULL);
SELECT * FROM import_actions('{"format": 1, "actions": [], "table_settings": [{"table": "desk.case", "owner_column": "owner_id"}]}');
SELECT * FROM import_actions('{"format": 1, "actions": [], "table_settings": [{"table": "desk.case", "owner_column": "owner_id"}]}', overwrite => true);

-- deactivated here, and where it comes from
SELECT deactivate_action('desk.c');
SELECT i.* FROM several, import_actions(document -> 1, activate => true) AS i WHERE what <> 'same';
SELECT * FROM import_actions('{"format": 1, "actions": [{"state": "inactive", "definition": {"action": "desk.c", "steps": []}}]}', activate => true);
SELECT name, state, version FROM custom_actions.actions ORDER BY 1;

-- one that cannot be activated: all or nothing
SELECT * FROM import_actions('{"format": 1, "actions": [{"state": "active", "definition": {"action": "desk.good", "steps": []}},
	{"state": "active", "definition": {"action": "desk.bad", "steps": [{"update": "desk.gone", "where": "true", "set": {"a": 1}}]}}]}', activate => true);
SELECT * FROM import_actions('{"format": 1, "actions": [{"state": "active", "definition": {"action": "desk.good", "steps": []}},
	{"state": "active", "definition": {"action": "desk.bad", "steps": [{"update": "desk.gone", "where": "true", "set": {"a": 1}}]}}]}');
BEGIN TRANSACTION READ ONLY;
SELECT export_actions('desk.good') ->> 'format';
ROLLBACK;
