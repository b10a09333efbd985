-- What users read when DDL, a changed signature or missing rights are refused.
\i test/sql/prelude.sql
SET custom_actions.follow_renames = off;		-- refused, so that there is something to see
CREATE ROLE regress_refusals_owner;
CREATE ROLE regress_refusals_caller;
GRANT USAGE, CREATE ON SCHEMA desk TO regress_refusals_owner, regress_refusals_caller;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, n integer);
SELECT create_action('desk.act', '{"table": "desk.note", "input": [{"name": "a", "type": "text"}],
	"steps": [{"update": "target", "set": {"body": "=input.a || n"}}]}');
SELECT activate_action('desk.act');
SELECT create_action('desk.two', '{"table": "desk.note", "steps": [{"require": "target.n > 0"}, {"delete": "target"}]}');
SELECT activate_action('desk.two');

-- DDL
ALTER TABLE desk.note RENAME COLUMN body TO text;
ALTER TABLE desk.note DROP COLUMN n CASCADE;
ALTER TABLE desk.note ALTER n TYPE text;
ALTER FUNCTION desk.act(integer, text) SECURITY DEFINER;
ALTER FUNCTION desk.act(integer, text) STRICT;
ALTER FUNCTION desk.two(integer) STABLE;
DROP TABLE desk.note;
BEGIN;
SET LOCAL custom_actions.ddl_check = warn;
ALTER TABLE desk.note DROP COLUMN n;
SELECT desk.two(1);
ROLLBACK;
SET custom_actions.ddl_check = sometimes;
DO LANGUAGE plpgsql $$
BEGIN
	FOR i IN 10..35 LOOP
		PERFORM create_action('desk.many_' || i, '{"table": "desk.note", "steps": [{"require": "target.body <> ''''"}]}');
		PERFORM activate_action('desk.many_' || i);
	END LOOP;
END $$;
ALTER TABLE desk.note DROP COLUMN body;
SELECT deactivate_action('desk.act');
SELECT desk.act(1, 'a');
SELECT invoke_action('desk.act', '{"target": 1, "a": "a"}');
SELECT activate_action('desk.act');

-- Signature
SELECT create_action('desk.act', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text"}],
	"output": [{"name": "r", "type": "text", "default": "x"}]}', or_replace => true);
SELECT activate_action('desk.act');
CREATE FUNCTION desk.taken(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT create_action('desk.taken', '{"steps": [{"let": {"x": 1}}]}');
SELECT activate_action('desk.taken');

-- Functions made by hand
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS 'BEGIN END';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '[]';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 99, "version": 1, "active": true, "definition": {}}';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": "one", "active": true, "definition": {}}';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": 1, "definition": {}}';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": []}';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}, "more": 1}';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {"steps": [{"update": "desk.nothing", "where": "true", "set": {"a": 1}}]}}';
CREATE FUNCTION desk.hand(a text) RETURNS integer LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {"input": [{"name": "b", "type": "text"}]}}';
CREATE FUNCTION desk.hand() RETURNS void SECURITY DEFINER LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}}';
CREATE FUNCTION desk.hand() RETURNS void STABLE LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}}';
CREATE FUNCTION desk.hand(VARIADIC a text[]) RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {"input": [{"name": "a", "type": "text[]"}]}}';
CREATE FUNCTION desk.hand(INOUT a text) LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {"input": [{"name": "a", "type": "text"}]}}';
CREATE PROCEDURE desk.hand() LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}}';
CREATE FUNCTION desk.hand() RETURNS trigger LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}}';
CREATE FUNCTION desk.act() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}}';
-- with plug-ins that nobody registered
CREATE FUNCTION desk.tell(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}, "plugins": {}}';
SELECT brief($$CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}, "plugins": [7, {"id": 1, "stage": "pre_operation"}, {"id": 1, "stage": "before", "function": "desk.tell(jsonb)"},
	{"stage": "pre_operation", "function": "desk.tell(jsonb)", "images": {"post": true}}]}'$$);
-- unchecked, what cannot be read at all is still refused; what disagrees fails when called
SET check_function_bodies = off;
CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS 'BEGIN END';
CREATE FUNCTION desk.hand(a text) RETURNS integer LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {"input": [{"name": "b", "type": "text"}]}}';
CREATE FUNCTION desk.hand_trigger() RETURNS trigger LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}}';
CREATE FUNCTION desk.hand_plugin() RETURNS void LANGUAGE custom_action AS '{"format": 1, "version": 1, "active": true, "definition": {}, "plugins": [{"id": 1, "stage": "pre_operation"}]}';
RESET check_function_bodies;
SELECT desk.hand('x');
SELECT invoke_action('desk.hand', '{"b": "x"}');
SELECT brief($$SELECT desk.hand_plugin()$$);
CREATE TRIGGER hand BEFORE INSERT ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.hand_trigger();
INSERT INTO desk.note VALUES (1);
DROP TRIGGER hand ON desk.note;
SELECT refresh_action_dependencies();
DROP FUNCTION desk.hand(text), desk.hand_trigger(), desk.hand_plugin();

-- Rights
SET ROLE regress_refusals_caller;
SELECT invoke_action('desk.two', '{"target": 1}');
SELECT desk.two(1);
SELECT create_action('desk.mine');
RESET ROLE;
SELECT grant_action_design('regress_refusals_owner');
SELECT grant_action_design('regress_refusals_caller');
SET ROLE regress_refusals_owner;
SELECT create_action('desk.mine', '{"steps": [{"let": {"x": 1}}]}');
SELECT activate_action('desk.mine');
SET ROLE regress_refusals_caller;
SELECT add_action_step('desk.mine', 'let', NULL, '{"y": 1}');
SELECT activate_action('desk.mine');
UPDATE custom_actions.action SET owner = 'regress_refusals_caller' WHERE name = 'desk.mine';
INSERT INTO custom_actions.action (name, owner) VALUES ('desk.forged', 'regress_refusals_owner');
INSERT INTO custom_actions.version (action, version, definition) VALUES ('desk.two', 2, '{}');
UPDATE custom_actions.version SET note = 'x';
SELECT deactivate_action('desk.two');
SELECT drop_action('desk.two');
INSERT INTO custom_actions.table_setting VALUES ('desk.note', 'n');
RESET ROLE;

-- Default privileges are told
ALTER DEFAULT PRIVILEGES IN SCHEMA desk GRANT EXECUTE ON FUNCTIONS TO regress_refusals_caller;
SELECT create_action('desk.granted', '{"steps": [{"let": {"x": 1}}]}');
SELECT activate_action('desk.granted');
ALTER DEFAULT PRIVILEGES IN SCHEMA desk REVOKE EXECUTE ON FUNCTIONS FROM regress_refusals_caller;

DO $$ BEGIN PERFORM revoke_action_design('regress_refusals_owner'), revoke_action_design('regress_refusals_caller'); END $$;
\set VERBOSITY terse
SET client_min_messages = error;
DROP OWNED BY regress_refusals_owner, regress_refusals_caller CASCADE;
DROP SCHEMA desk CASCADE;
DROP ROLE regress_refusals_owner, regress_refusals_caller;
