-- A function renamed or moved takes draft, versions and plug-ins along.
\i test/sql/prelude.sql
SET quote_all_identifiers = off;		-- names of functions are compared below
CREATE SCHEMA front;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text);
INSERT INTO desk.note VALUES (1, 'one');
CREATE FUNCTION desk.plug(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'plug-in of %', context ->> 'action'; END $$;
CREATE ROLE rename_owner;
GRANT USAGE, CREATE ON SCHEMA desk, front TO rename_owner;
GRANT ALL ON desk.note TO rename_owner;
CREATE VIEW states AS SELECT name, state, differs, version,
	(SELECT string_agg(v.version || coalesce(' ' || note, '') || ' ' || (definition ->> 'action'), ', ' ORDER BY v.version) FROM custom_actions.version AS v WHERE v.action = a.name) AS versions,
	plugins, action_hash(name) = (SELECT draft_hash FROM custom_actions.version AS v WHERE v.action = a.name AND v.version = a.version) AS same_hash
FROM custom_actions.actions AS a ORDER BY 1;

-- one that performs itself, and writes a text that only looks so
SELECT create_action('desk.say', '{"table": "desk.note", "input": [{"name": "more", "type": "integer", "default": 0}],
	"output": [{"name": "said", "type": "text", "default": "=context.action"}],
	"steps": [{"if": "input.more > 0", "then": [{"perform": "desk.say", "with": {"target": "=target.id", "more": "=input.more - 1"}},
		{"update": "target", "set": {"body": "desk.say"}}]}]}');
ALTER TABLE custom_actions.action DISABLE TRIGGER USER;
UPDATE custom_actions.action SET owner = 'rename_owner';
ALTER TABLE custom_actions.action ENABLE TRIGGER USER;
SELECT activate_action('desk.say', 'first');
UPDATE custom_actions.action SET description = 'says' WHERE name = 'desk.say';
SELECT activate_action('desk.say', 'second');
SELECT register_plugin('desk.say', 'pre_operation', 'desk.plug') IS NOT NULL AS registered;
GRANT EXECUTE ON FUNCTION desk.say TO rename_owner;
SELECT invoke_action('desk.say', '{"target": 1, "more": 1}');
SELECT * FROM states;

-- by the owner, who is no designer
SET ROLE rename_owner;
ALTER FUNCTION desk.say RENAME TO tell;
RESET ROLE;
SELECT * FROM states;
SELECT invoke_action('desk.tell', '{"target": 1, "more": 1}');
SELECT activate_action('desk.tell');
SELECT action_definition('desk.tell') ->> 'action' AS action, kind, subject FROM custom_actions.step WHERE action = 'desk.tell' ORDER BY id;
SELECT body FROM desk.note;
ALTER ROUTINE desk.tell SET SCHEMA front;
SELECT invoke_action('front.tell', '{"target": 1, "more": 1}');
SET search_path = front, public;
ALTER FUNCTION tell SET SCHEMA desk;
SET search_path = public;
SELECT invoke_action('desk.tell', '{"target": 1}');
-- a schema, with the drafts in it; one with tables that its actions use is refused while they are active
ALTER FUNCTION desk.tell SET SCHEMA front;
SELECT create_action('front.draft_only');
ALTER SCHEMA front RENAME TO "order";
SELECT * FROM states;
SELECT invoke_action('"order".tell', '{"target": 1, "more": 1}');
ALTER FUNCTION "order".tell SET SCHEMA desk;
ALTER SCHEMA "order" RENAME TO front;
SET custom_actions.follow_renames = off;
ALTER SCHEMA desk RENAME TO desks;
SELECT * FROM states;
SELECT restore_action('desk.tell', 1);
SELECT action_definition('desk.tell');
SELECT activate_action('desk.tell', 'third');
SELECT * FROM states;

-- Nothing happens to it by other changes of the function
ALTER FUNCTION desk.tell COST 7;
ALTER FUNCTION desk.tell OWNER TO CURRENT_USER;
ALTER FUNCTION desk.tell OWNER TO rename_owner;
SELECT name, version FROM states;

-- A transaction that is undone
BEGIN;
ALTER FUNCTION desk.tell RENAME TO say;
SELECT invoke_action('desk.say', '{"target": 1}');
ROLLBACK;
SELECT invoke_action('desk.tell', '{"target": 1}');

-- Refused: a draft of that name, one that others perform, a name that is none, versions that are in the way
SELECT create_action('desk.taken');
ALTER FUNCTION desk.tell RENAME TO taken;
SELECT create_action('desk.above', '{"steps": [{"perform": "desk.tell", "with": {"target": 1}}]}');
SELECT activate_action('desk.above');
ALTER FUNCTION desk.tell RENAME TO say;
SELECT deactivate_action('desk.above');
ALTER FUNCTION desk.tell RENAME TO "Say";
SELECT activate_action('desk.taken'), drop_action('desk.taken');
ALTER FUNCTION desk.tell RENAME TO taken;
UPDATE custom_actions.action SET name = 'desk.say' WHERE name = 'desk.tell';
SELECT name, version FROM states;

-- A function without a draft has the name in its source only
ALTER TABLE custom_actions.action DISABLE TRIGGER USER;
DELETE FROM custom_actions.action WHERE name = 'desk.tell';
DELETE FROM custom_actions.version WHERE action = 'desk.tell';
ALTER TABLE custom_actions.action ENABLE TRIGGER USER;
ALTER FUNCTION desk.tell RENAME TO say;
SELECT definition ->> 'action' AS action, version, active FROM custom_actions.published('desk.say');
SELECT invoke_action('desk.say', '{"target": 1, "more": 1}');
-- and a copy of a source takes nothing from the original
SELECT replace(pg_get_functiondef('desk.say'::regproc), 'FUNCTION desk.say', 'FUNCTION desk.copy') AS copy \gset
:copy;
SELECT restore_action('desk.say');
ALTER FUNCTION desk.copy RENAME TO copied;
SELECT name, state FROM states WHERE name IN ('desk.say', 'desk.copied');

DROP SCHEMA desk, front CASCADE;
DROP OWNED BY rename_owner;
DROP ROLE rename_owner;
