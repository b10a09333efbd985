-- export_actions and import_actions: what a document holds, what an import does
-- and says, and that the second one does nothing.
\i test/sql/prelude.sql

SET client_min_messages = warning;
CREATE ROLE move_agent;
CREATE ROLE move_boss;
CREATE TABLE desk.case (
	id serial PRIMARY KEY, title text, status text DEFAULT 'open', priority integer DEFAULT 1,
	owner_id integer);
INSERT INTO desk.case (title) VALUES ('Cannot log in'), ('Wrong address');
INSERT INTO custom_actions.table_setting VALUES ('desk.case', 'owner_id', NULL);
CREATE FUNCTION desk.seen(context jsonb) RETURNS jsonb LANGUAGE sql STABLE RETURN NULL::jsonb;

SELECT define('desk.page', '{"input": [{"name": "who", "type": "text", "default": "Ada", "sensitive": true}],
	"output": [{"name": "paged", "type": "text", "default": "=input.who"}], "steps": []}');
SELECT define('desk.escalate', $${
	"table": "desk.case", "description": "Hand a case on",
	"input": [{"name": "bump", "type": "integer", "default": 1}],
	"output": [{"name": "priority", "type": "integer", "default": "=target.priority"}],
	"steps": [
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}},
		{"assign": "target", "to": 7},
		{"if": "target.priority > 2", "then": [{"perform": "desk.page", "with": {"who": "=target.title"}}]}]}$$);
SELECT register_plugin('desk.escalate', 'pre_operation', 'desk.seen', configuration => '{"a": [1, 2]}') > 0;
SELECT define('desk.off', '{"steps": []}');
SELECT deactivate_action('desk.off');
SELECT create_action('desk.sketch', '{"steps": [{"perform": "desk.page"}]}');
GRANT EXECUTE ON FUNCTION desk.escalate, desk.page TO move_agent;
GRANT EXECUTE ON FUNCTION desk.page TO move_boss WITH GRANT OPTION;
UPDATE custom_actions.action SET designer = 'move_agent' WHERE name = 'desk.page';
RESET client_min_messages;

-- the document
SELECT regexp_replace(export_actions()::text, '"owner": "[^"]+"', '"owner": "..."', 'g');
SELECT action, file_name, exported, draft_differs FROM exported_actions('desk.%');
SELECT action, length(document::text) < 1000 FROM exported_actions('desk.page');
SELECT export_actions('dsek.%');
SELECT export_actions('desk.sketch%') ->> 'table_settings';

-- what is the same stays as it is
CREATE TEMP TABLE exported AS SELECT export_actions() AS document;
CREATE VIEW stamps AS SELECT name, modified_at FROM custom_actions.action;
CREATE TEMP TABLE before AS SELECT * FROM stamps;
SELECT action, part, what FROM exported, import_actions(document) WHERE what <> 'same';
SELECT count(*) FROM (SELECT name, modified_at FROM before EXCEPT SELECT name, modified_at FROM stamps) AS changed;

-- all anew
SET client_min_messages = warning;
SELECT drop_action(name, force => true) FROM unnest('{desk.escalate, desk.off, desk.sketch, desk.page}'::text[]) AS name;
DELETE FROM custom_actions.table_setting;
RESET client_min_messages;
SELECT action, part, what, detail FROM exported, import_actions(document, dry_run => true);
SELECT count(*) FROM custom_actions.actions;
SELECT action, part, what, detail FROM exported, import_actions(document);
SELECT name, state FROM custom_actions.actions ORDER BY name;
SELECT action, part, what, detail FROM exported, import_actions(document) WHERE what <> 'same';
SET client_min_messages = warning;
SELECT action, part, what, detail FROM exported, import_actions(document, activate => true, dry_run => true) WHERE what <> 'same';
SELECT name, state FROM custom_actions.actions ORDER BY name;
SELECT action, part, what, detail FROM exported, import_actions(document, activate => true) WHERE what <> 'same';
RESET client_min_messages;
SELECT name, state, version, plugins FROM custom_actions.actions ORDER BY name;
SELECT export_actions()::text = document::text AS equal FROM exported;
TRUNCATE before;
INSERT INTO before SELECT * FROM stamps;
SELECT DISTINCT what FROM exported, import_actions(document, activate => true);
SELECT count(*) FROM (SELECT name, modified_at FROM before EXCEPT SELECT name, modified_at FROM stamps) AS changed;
SELECT name, state, version, plugins FROM custom_actions.actions ORDER BY name;
SELECT * FROM desk.escalate(1, 5);

-- changed here since
UPDATE custom_actions.parameter SET default_value = '2' WHERE action = 'desk.escalate' AND name = 'bump';
SELECT action, part, what FROM exported, import_actions(document, dry_run => true) WHERE what <> 'same';
SELECT action, part, what, replace(regexp_replace(detail, ' at [^.]*[.][^.]*[.]', ' at ....', 'g'), CURRENT_USER, 'me') FROM exported, import_actions(document, dry_run => true, activate => true) WHERE what = 'refused';
\set VERBOSITY terse
SELECT part FROM exported, import_actions(document, activate => true);
\set VERBOSITY default
SELECT action, part, what, detail FROM exported, import_actions(document, overwrite => true) WHERE what <> 'same';
SELECT define('desk.other', '{"steps": []}');
\set VERBOSITY terse
SELECT part FROM import_actions('{"format": 1, "actions": [{"state": "active", "definition": {"action": "desk.other", "description": "new"}}]}');
\set VERBOSITY default

-- the draft, or what is published
UPDATE custom_actions.action SET description = 'Draft only' WHERE name = 'desk.off';
SELECT export_actions('desk.off') #>> '{actions,0,definition,description}';
SELECT export_actions('desk.off', drafts => true) #>> '{actions,0,definition,description}';

-- a script
\t on
\a
SELECT regexp_replace(export_actions_script('desk.o%'), '"owner": "[^"]+"', '"owner": "..."', 'g');
\t off
\a

-- a name that ends its line does not end the comment
SET client_min_messages = warning;
CREATE SCHEMA "mean
SELECT 'not a comment';
--";
SELECT create_action(E'"mean\nSELECT ''not a comment'';\n--".act') IS NOT NULL;
SELECT line FROM regexp_split_to_table(export_actions_script('"mean%'), E'\n') AS line WHERE line ~ '^--   |^SELECT';
DROP SCHEMA "mean
SELECT 'not a comment';
--" CASCADE;
RESET client_min_messages;

DROP OWNED BY move_agent, move_boss;
DROP ROLE move_agent, move_boss;
