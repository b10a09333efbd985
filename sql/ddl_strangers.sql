-- An action stands in the way of DDL if it worked before the command and does
-- not after, on account of something on which its owner holds a privilege that
-- it needs. Strangers' actions do not.
\i test/sql/prelude.sql
SELECT format('ALTER DATABASE %I SET custom_actions.follow_renames = off', current_database()) \gexec
SET custom_actions.follow_renames = off;		-- refused, so that there is something to see
CREATE ROLE strangers_owner;
CREATE ROLE strangers_activator;
GRANT USAGE ON LANGUAGE custom_action TO strangers_activator, strangers_owner;
SELECT grant_action_design('strangers_activator');
SELECT grant_action_design('strangers_owner');
CREATE SCHEMA act AUTHORIZATION strangers_activator;
CREATE SCHEMA own AUTHORIZATION strangers_owner;
SET ROLE strangers_owner;
GRANT USAGE ON SCHEMA own TO PUBLIC;
CREATE TABLE own.task (id integer PRIMARY KEY, title text, done boolean, unused integer);
CREATE TYPE own.ty AS (street text);
CREATE FUNCTION own.as_integer(own.ty) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (own.ty AS integer) WITH FUNCTION own.as_integer(own.ty);
RESET ROLE;
CREATE FUNCTION publish_as(role name, name text, definition json) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	PERFORM create_action(name, definition, or_replace => true);
	RETURN activate_action(name);
END
$$;

-- One that never compiled is in nobody's way
SET ROLE strangers_activator;
SET check_function_bodies = off;
CREATE FUNCTION act.blocker() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
'{"format": 1, "version": 1, "active": true, "definition": {"steps": [
	{"update": "own.task", "where": "true", "set": {"title": "x"}},
	{"update": "own.task", "where": "true", "set": {"no_such_column": "x"}}]}}';
RESET check_function_bodies;
SET ROLE strangers_owner;
ALTER TABLE own.task ADD COLUMN extra integer;
ALTER TABLE own.task SET (fillfactor = 90);
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.task RENAME COLUMN subject TO title;

-- not even if its owner may use the table
GRANT ALL ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.task RENAME COLUMN subject TO title;
REVOKE ALL ON own.task FROM strangers_activator;

-- who could mend it is told
RESET ROLE;
ALTER TABLE own.task DROP COLUMN extra;

-- Names of functions
SET ROLE strangers_activator;
SET check_function_bodies = off;
CREATE FUNCTION act.get_user() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION act.blocker2() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
'{"format": 1, "version": 1, "active": true, "definition": {"steps": [{"call": "act.get_user()"}, {"let": {"x": "=no_such_column"}}]}}';
RESET check_function_bodies;
RESET ROLE;
CREATE FUNCTION own.get_user() RETURNS integer LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION own.get_user();

-- A CREATE is never refused, one that breaks an action says so
SET ROLE strangers_activator;
CREATE FUNCTION act.number_of(text) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1';
RESET ROLE;
SELECT publish_as('strangers_activator', 'act.caller', '{"settings": {"search_path": "act"}, "input": [{"name": "word", "type": "varchar"}],
	"output": [{"name": "n", "type": "integer", "default": "=act.number_of(input.word)"}]}');
CREATE FUNCTION act.number_of(varchar) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';
DROP FUNCTION act.number_of(varchar);
CREATE OR REPLACE FUNCTION act.number_of(text) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE OR REPLACE FUNCTION act.number_of(text) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1';
-- nor is a function renamed to the name of another
CREATE FUNCTION act.rival(varchar) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1';
ALTER FUNCTION act.rival(varchar) RENAME TO number_of;
DROP FUNCTION act.number_of(varchar);

-- Casts and what takes them along
SET ROLE strangers_owner;
DROP CAST (own.ty AS integer);
CREATE CAST (own.ty AS integer) WITH FUNCTION own.as_integer(own.ty);
DROP TYPE own.ty CASCADE;
RESET ROLE;

-- Temporary schemas: other sessions cannot even see what is in them
SET ROLE strangers_activator;
CREATE TEMPORARY TABLE mine (id integer PRIMARY KEY);
CREATE FUNCTION pg_temp.temporary() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
'{"format": 1, "version": 1, "active": true, "definition": {"steps": [
	{"update": "own.task", "where": "true", "set": {"title": "x"}}, {"update": "pg_temp.mine", "where": "true", "set": {"id": 1}}]}}';
SET ROLE strangers_owner;
GRANT ALL ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.task RENAME COLUMN subject TO title;
REVOKE ALL ON own.task FROM strangers_activator;
\c -
SET ROLE strangers_owner;
ALTER TABLE own.task ENABLE ROW LEVEL SECURITY;
ALTER TABLE own.task DISABLE ROW LEVEL SECURITY;
RESET ROLE;

-- Privileges: none, one that the action does not need, one of those, on a column, on a parent
SELECT publish_as('strangers_activator', 'act.of_table', '{"run_as": "owner", "settings": {"search_path": "pg_catalog, pg_temp"}, "steps": [{"update": "own.task", "where": "true", "set": {"title": "x"}}]}');
SET ROLE strangers_owner;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.task RENAME COLUMN subject TO title;
GRANT SELECT, DELETE ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.task RENAME COLUMN subject TO title;
GRANT UPDATE ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN title TO subject;
REVOKE ALL ON own.task FROM strangers_activator;
GRANT UPDATE (title) ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.task DROP COLUMN title;
ALTER TABLE own.task DROP COLUMN unused;
REVOKE UPDATE (title) ON own.task FROM strangers_activator;
ALTER TABLE own.task DROP COLUMN title;
ALTER TABLE own.task ADD COLUMN title text;
CREATE TABLE own.child () INHERITS (own.task);
RESET ROLE;
SELECT publish_as('strangers_activator', 'act.of_table', '{"steps": [{"update": "own.child", "where": "id = 1", "set": {"done": true}}]}');
SET ROLE strangers_owner;
GRANT SELECT (id) ON own.child TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN done TO finished;
REVOKE SELECT (id) ON own.child FROM strangers_activator;
GRANT ALL ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN done TO finished;
ALTER TABLE own.task RENAME COLUMN finished TO done;
REVOKE ALL ON own.task FROM strangers_activator;
RESET ROLE;
-- in sub-SELECTs, row types, sequences
CREATE SEQUENCE own.numbers;
ALTER SEQUENCE own.numbers OWNER TO strangers_owner;
SELECT publish_as('strangers_activator', 'act.of_query', '{"output": [{"name": "n", "type": "bigint", "default": "=(select count(t.done) from own.task t)"}]}');
SELECT publish_as('strangers_activator', 'act.of_row', '{"input": [{"name": "task", "type": "own.task"}], "output": [{"name": "n", "type": "boolean", "default": "=(input.task).done"}]}');
SELECT publish_as('strangers_activator', 'act.of_sequence', '{"output": [{"name": "n", "type": "bigint", "default": "=nextval(''own.numbers'')"}]}');
SET ROLE strangers_owner;
ALTER TABLE own.task RENAME COLUMN done TO finished;
ALTER TABLE own.task RENAME COLUMN finished TO done;
GRANT SELECT ON own.task TO strangers_activator;
ALTER TABLE own.task RENAME COLUMN done TO finished;
ALTER SEQUENCE own.numbers RENAME TO numbers2;
ALTER SEQUENCE own.numbers2 RENAME TO numbers;
GRANT USAGE ON SEQUENCE own.numbers TO strangers_activator;
ALTER SEQUENCE own.numbers RENAME TO numbers2;
REVOKE ALL ON SEQUENCE own.numbers FROM strangers_activator;
REVOKE ALL ON own.task FROM strangers_activator;
RESET ROLE;
-- of a whole schema
ALTER SCHEMA own RENAME TO own2;
ALTER SCHEMA own2 RENAME TO own;
GRANT INSERT ON own.task TO strangers_activator;
ALTER SCHEMA own RENAME TO own2;
ALTER SCHEMA own2 RENAME TO own;
GRANT SELECT ON own.task TO strangers_activator;
ALTER SCHEMA own RENAME TO own2;

-- What is broken on account of one thing does not stop the change of another
SELECT publish_as('strangers_owner', 'own.mine', '{"steps": [{"update": "own.task", "where": "true", "set": {"title": "x"}}, {"delete": "own.child", "where": "id = 1"}]}');
SET ROLE strangers_owner;
ALTER TABLE own.task RENAME COLUMN title TO subject;
SET custom_actions.ddl_check = off;
ALTER TABLE own.task RENAME COLUMN title TO subject;
RESET custom_actions.ddl_check;
ALTER TABLE own.child RENAME TO child2;
ALTER TABLE own.child2 RENAME TO child;
ALTER TABLE own.task RENAME COLUMN subject TO title;
ALTER TABLE own.child RENAME TO child2;
-- nor in one transaction
BEGIN;
SET LOCAL custom_actions.ddl_check = off;
ALTER TABLE own.task RENAME COLUMN title TO subject;
SET LOCAL custom_actions.ddl_check = error;
ALTER TABLE own.child RENAME TO child2;
ROLLBACK;
-- also of what others have done since this transaction began to look
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM own.task;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ROLLBACK;
-- a warning is given on the same terms
SET custom_actions.ddl_check = warn;
ALTER TABLE own.task RENAME COLUMN title TO subject;
ALTER TABLE own.child RENAME TO child2;
ALTER TABLE own.child2 RENAME TO child;
ALTER TABLE own.task RENAME COLUMN subject TO title;
RESET custom_actions.ddl_check;
RESET ROLE;

-- Old names in messages
CREATE VIEW own.listed AS SELECT id, title FROM own.task;
CREATE TYPE own.address AS (street text);
CREATE FUNCTION own.pure(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
SELECT create_action('own.every', '{"input": [{"name": "address", "type": "own.address"}], "steps": [
	{"update": "own.listed", "where": "id = own.pure(1)", "set": {"title": "=(input.address).street"}}]}'), activate_action('own.every');
CREATE SCHEMA "Other";
ALTER VIEW own.listed RENAME COLUMN title TO "Subject";
ALTER VIEW own.listed RENAME TO list;
ALTER TABLE own.listed SET SCHEMA "Other";
ALTER TYPE own.address RENAME ATTRIBUTE street TO road;
ALTER TYPE own.address RENAME TO place;
ALTER TYPE own.address DROP ATTRIBUTE street;
ALTER FUNCTION own.pure(integer) RENAME TO simple;
ALTER FUNCTION own.pure(integer) SET SCHEMA "Other";
ALTER FUNCTION own.pure(integer) VOLATILE;
ALTER SCHEMA own RENAME TO mine;

-- Deactivating is never refused, whoever performs the action
SELECT publish_as('strangers_owner', 'own.danger', '{"output": [{"name": "n", "type": "integer", "default": 1}]}');
SELECT publish_as('strangers_activator', 'act.leech', '{"steps": [{"perform": "own.danger"}]}');
SET ROLE strangers_owner;
SELECT deactivate_action('own.danger');
SELECT activate_action('own.danger');
-- a broken one of somebody else never counts
SET ROLE strangers_activator;
SET custom_actions.ddl_check = off;
SET check_function_bodies = off;
CREATE OR REPLACE FUNCTION act.leech() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
'{"format": 1, "version": 1, "active": true, "definition": {"steps": [{"perform": "own.danger"}, {"let": {"x": "=no_such_column"}}]}}';
RESET custom_actions.ddl_check;
RESET check_function_bodies;
SET ROLE strangers_owner;
CREATE FUNCTION own.plug(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
SELECT register_plugin('own.danger', 'post_operation', 'own.plug(jsonb)') > 0 AS registered;
SELECT deactivate_action('own.danger');
SELECT activate_action('own.danger');
SELECT unregister_plugin(id) FROM custom_actions.plugin_step;
-- EXECUTE is what lets a performer mind
ALTER FUNCTION own.danger() RENAME TO peril;
ALTER FUNCTION own.peril() RENAME TO danger;
RESET ROLE;
SELECT publish_as('strangers_activator', 'act.leech', '{"steps": [{"perform": "own.danger"}]}');
SET ROLE strangers_owner;
SET client_min_messages = error;
ALTER FUNCTION own.danger() RENAME TO peril;
ALTER FUNCTION own.peril() RENAME TO danger;
RESET client_min_messages;
GRANT EXECUTE ON FUNCTION own.danger() TO strangers_activator;
ALTER FUNCTION own.danger() RENAME TO peril;
RESET ROLE;

-- Dropping says who performs it, and goes through by force; others' views do not give way
SET ROLE strangers_owner;
SELECT register_plugin('own.danger', 'post_operation', 'own.plug(jsonb)') > 0 AS registered;
SELECT drop_action('own.danger');
SELECT unregister_plugin(id) FROM custom_actions.plugin_step;
SELECT drop_action('own.danger');
SET ROLE strangers_activator;
SELECT custom_actions.release_performers('own.danger()'::regprocedure);
SELECT drop_action('own.danger', force => true);
SET ROLE strangers_owner;
CREATE VIEW own.dangers AS SELECT own.danger();
SELECT register_plugin('own.danger', 'post_operation', 'own.plug(jsonb)') > 0 AS registered;
SELECT drop_action('own.danger', force => true);
DROP VIEW own.dangers;
SELECT drop_action('own.danger', force => true);
SELECT count(*) FROM custom_actions.plugin_step;
SELECT name, state FROM custom_actions.actions WHERE name IN ('own.danger', 'act.leech') ORDER BY name;
SELECT drop_action('own.danger', force => true);
SET ROLE strangers_activator;
SELECT act.leech();
SELECT drop_action('act.leech');
RESET ROLE;

SET client_min_messages = error;
DROP SCHEMA own, act, "Other" CASCADE;
SELECT drop_action(name) FROM custom_actions.action ORDER BY name;
SELECT revoke_action_design('strangers_activator');
SELECT revoke_action_design('strangers_owner');
REVOKE USAGE ON LANGUAGE custom_action FROM strangers_activator, strangers_owner;
DROP FUNCTION publish_as(name, text, json);
DROP ROLE strangers_activator, strangers_owner;
