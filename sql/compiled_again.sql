-- When an action is compiled again: a literal in it is read while compiling, and tells,
-- since its type has got a check that no action could be activated with.
\i test/sql/prelude.sql
\set VERBOSITY terse
SET custom_actions.ddl_check = off;
CREATE SCHEMA seen;
-- once per statement: a message that comes while one compiles has it compile again
CREATE FUNCTION seen.tell(value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('seen.told', true) IS DISTINCT FROM statement_timestamp()::text THEN
		RAISE NOTICE 'compiled';
		PERFORM set_config('seen.told', statement_timestamp()::text, false);
	END IF;
	RETURN true;
END $$;
CREATE DOMAIN seen.word AS text;
CREATE TYPE seen.words AS (word seen.word);
CREATE TABLE seen.task (id integer PRIMARY KEY, title text, status text, rank integer DEFAULT 1);
CREATE TABLE seen.other (id integer PRIMARY KEY, task_id integer REFERENCES seen.task);
INSERT INTO seen.task (id) VALUES (1);
CREATE TEMP TABLE first (id integer);		-- with the schema of temporary tables, which names are looked for in
SET client_min_messages = warning;
SELECT define('seen.finish', '
{ "table": "seen.task", "input": [ {"name": "title", "type": "text", "default": "=(''(x)''::seen.words).word"} ],
  "steps": [ {"update": "target", "set": {"status": "done"}}, {"update": "target", "set": {"title": "=input.title"}} ] }');
CREATE VIEW seen.tasks AS SELECT id, title FROM seen.task WHERE id < 10;
SELECT define('seen.look', '
{ "input": [ {"name": "title", "type": "text", "default": "=(''(x)''::seen.words).word"} ], "output": [ {"name": "found", "type": "text", "default": "=t.title || input.title"} ],
  "steps": [ {"get": "seen.tasks", "as": "t", "where": "id = 1"} ] }');
RESET client_min_messages;
ALTER DOMAIN seen.word ADD CHECK (seen.tell(VALUE)) NOT VALID;
SELECT seen.finish(1);
SELECT seen.finish(1);

-- not for what compiling does not look at
VACUUM seen.task;
SELECT seen.finish(1);
ANALYZE seen.task;
SELECT seen.finish(1);
VACUUM FULL seen.task;
SELECT seen.finish(1);
ALTER TABLE seen.task SET (fillfactor = 70);
ALTER TABLE seen.task ALTER COLUMN title SET STATISTICS 10;
ALTER TABLE seen.task ALTER COLUMN title SET STORAGE external;
SELECT seen.finish(1);
CREATE INDEX ON seen.task (rank);
SELECT seen.finish(1);
CREATE ROLE compiled_again_owner;
GRANT SELECT, UPDATE ON seen.task TO compiled_again_owner;
ALTER TABLE seen.task OWNER TO compiled_again_owner;
SELECT seen.finish(1);
ALTER TABLE seen.task OWNER TO CURRENT_USER;
REVOKE ALL ON seen.task FROM compiled_again_owner;
DROP ROLE compiled_again_owner;
CREATE TEMP TABLE scratch (id integer PRIMARY KEY);
DROP TABLE scratch;
SELECT seen.finish(1);

-- nor for what was taken back before the call
BEGIN;
ALTER TABLE seen.task ADD COLUMN due date;
ROLLBACK;
SELECT seen.finish(1);
BEGIN;
SAVEPOINT before;
ALTER TABLE seen.task ADD COLUMN due date;
ROLLBACK TO before;
SELECT seen.finish(1);
COMMIT;

-- but for all else, and again when that is taken back
BEGIN;
ALTER TABLE seen.task ADD COLUMN due date;
SELECT seen.finish(1);
SELECT seen.finish(1);
ROLLBACK;
SELECT seen.finish(1);
SELECT seen.finish(1);
BEGIN;
SAVEPOINT before;
ALTER TABLE seen.task ADD COLUMN due date;
SELECT seen.finish(1);
ROLLBACK TO before;
SELECT seen.finish(1);
COMMIT;
SELECT seen.finish(1);
ALTER TABLE seen.task ALTER COLUMN title SET NOT NULL;
SELECT seen.finish(1);
ALTER TABLE seen.task ALTER COLUMN status TYPE varchar(10);
SELECT seen.finish(1);
ALTER TABLE seen.task ALTER COLUMN rank SET DEFAULT 2;
SELECT seen.finish(1);
ALTER TABLE seen.task ADD CONSTRAINT ranked CHECK (rank > 0);
SELECT seen.finish(1);
CREATE UNIQUE INDEX title_once ON seen.task (title);
SELECT seen.finish(1);
ALTER TABLE seen.task ENABLE ROW LEVEL SECURITY;
SELECT seen.finish(1);
CREATE POLICY all_may ON seen.task USING (true);
SELECT seen.finish(1);
ALTER POLICY all_may ON seen.task USING (id > 0);
SELECT seen.finish(1);
ALTER TABLE seen.task DISABLE ROW LEVEL SECURITY;
SELECT seen.finish(1);
CREATE FUNCTION seen.write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'written'; RETURN NULL; END $$;
CREATE TRIGGER write AFTER UPDATE ON seen.task FOR EACH ROW EXECUTE FUNCTION seen.write();
SELECT seen.finish(1);
CREATE OR REPLACE TRIGGER write AFTER UPDATE ON seen.task FOR EACH ROW WHEN (new.title IS NULL) EXECUTE FUNCTION seen.write();
SELECT seen.finish(1);
DROP TRIGGER write ON seen.task;
SELECT seen.finish(1);
CREATE RULE other AS ON DELETE TO seen.task DO ALSO NOTIFY seen;
SELECT seen.finish(1);
CREATE TABLE seen.heir () INHERITS (seen.task);
SELECT seen.finish(1);

-- with fingerprints left out, for all that tells of the table
SET custom_actions.plain_path = 'fingerprints';
SELECT seen.finish(1);
ALTER TABLE seen.task SET (fillfactor = 80);
SELECT seen.finish(1);
SELECT seen.finish(1);
RESET custom_actions.plain_path;
SELECT seen.finish(1);
ALTER TABLE seen.task SET (fillfactor = 90);
SELECT seen.finish(1);

-- a view is what its query says
SELECT seen.look();
ALTER VIEW seen.tasks SET (security_barrier);
SELECT seen.look();
CREATE OR REPLACE VIEW seen.tasks AS SELECT id, title FROM seen.task WHERE id < 20;
SELECT seen.look();
SELECT seen.look();
