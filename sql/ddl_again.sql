-- A table is often altered several times in a row. That no action used it is
-- remembered for the next time, and holds no longer than it is true.
\i test/sql/prelude.sql
SET custom_actions.follow_renames = off;		-- refused, so that there is something to see
CREATE SCHEMA again;
CREATE TABLE again.task (id integer PRIMARY KEY, title text);
CREATE TABLE again.parent (id integer PRIMARY KEY, title text);
CREATE TABLE again.child (id integer PRIMARY KEY, title text);
CREATE TABLE again.row (id integer, title text);

-- until an action is activated
ALTER TABLE again.task ADD COLUMN due date;
ALTER TABLE again.task ADD COLUMN note text;
SELECT create_action('again.finish', '{"table": "again.task", "steps": [{"update": "target", "set": {"note": "done"}}]}');
SELECT activate_action('again.finish');
ALTER TABLE again.task DROP COLUMN note;
ALTER TABLE again.task DROP COLUMN due;

-- also if a subtransaction took that back for a while
BEGIN;
SAVEPOINT dropped;
DROP FUNCTION again.finish;
ALTER TABLE again.task ADD COLUMN due date;
ROLLBACK TO dropped;
ALTER TABLE again.task DROP COLUMN note;
ROLLBACK;

-- until a table inherits from it that is used
SELECT create_action('again.name', '{"table": "again.child", "steps": [{"update": "target", "set": {"title": "x"}}]}');
SELECT activate_action('again.name');
ALTER TABLE again.parent ADD COLUMN due date;
ALTER TABLE again.child ADD COLUMN due date;
ALTER TABLE again.parent ADD COLUMN note text;
ALTER TABLE again.child ADD COLUMN note text;
ALTER TABLE again.parent ALTER COLUMN note SET DEFAULT 'none';
BEGIN;
CREATE TABLE again.heir () INHERITS (again.parent);
SELECT create_action('again.inherit', '{"table": "again.heir", "key": ["id"], "steps": [{"update": "target", "set": {"note": "x"}}]}');
SELECT activate_action('again.inherit');
ALTER TABLE again.parent DROP COLUMN note;
ROLLBACK;
ALTER TABLE again.parent ALTER COLUMN note DROP DEFAULT;
ALTER TABLE again.child INHERIT again.parent;
ALTER TABLE again.parent RENAME COLUMN title TO subject;

-- until dependencies are recorded that could not be, as while restoring
SET check_function_bodies = off;
CREATE FUNCTION again.restored() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
'{"format": 1, "version": 1, "active": true, "definition": {"steps": [{"update": "again.late", "where": "id = 1", "set": {"title": "x"}}]}}';
RESET check_function_bodies;
CREATE TABLE again.late (id integer, title text);
ALTER TABLE again.late ADD COLUMN due date;
SELECT refresh_action_dependencies();
ALTER TABLE again.late DROP COLUMN title;
SELECT deactivate_action('again.restored');
DROP FUNCTION again.restored;

-- An action that has but the row type, or the array type of it, uses the table too
SELECT create_action('again.of_row', '{"input": [{"name": "r", "type": "again.row"}], "steps": [{"require": "(input.r).title <> ''''"}]}');
SELECT activate_action('again.of_row');
ALTER TABLE again.row DROP COLUMN title;
SELECT drop_action('again.of_row');
SELECT create_action('again.of_rows', '{"input": [{"name": "r", "type": "again.row[]"}], "steps": [{"require": "(input.r[1]).title <> ''''"}]}');
SELECT activate_action('again.of_rows');
ALTER TABLE again.row DROP COLUMN title;
