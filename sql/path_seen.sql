-- The search_path of an action: its function does not set it; names mean what they
-- mean under it all the same, and whatever can look at the setting sees it.
\i test/sql/prelude.sql
SET client_min_messages = warning;
CREATE SCHEMA other;
CREATE SCHEMA third;
SET search_path = desk, public, pg_temp;
CREATE TABLE note (id bigint PRIMARY KEY, body text, seen text);
INSERT INTO note SELECT i, 'desk' FROM generate_series(1, 9) AS i;
CREATE TABLE other.note (id bigint PRIMARY KEY, body text, seen text);
INSERT INTO other.note SELECT i, 'other' FROM generate_series(1, 9) AS i;
SELECT define('desk.read_note', '{ "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "body", "type": "text", "default": "=(SELECT body FROM note WHERE note.id = input.id)"} ], "steps": [] }');
SELECT define('desk.write_note', '{ "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "seen", "type": "text", "default": "=n.seen"} ],
  "steps": [ {"update": "note", "as": "n", "id": "=input.id", "set": {"body": "=body || ''!''"}} ] }');
SELECT define('desk.by_owner', '{ "run_as": "owner", "output": [ {"name": "path", "type": "text", "default": "=current_setting(''search_path'')"} ], "steps": [] }');
SELECT define('desk.tell_path', '{ "output": [ {"name": "path", "type": "text", "default": "=current_setting(''search_path'')"} ], "steps": [] }');

-- a function that runs as its owner sets it, others leave it to their definition
SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'desk'::regnamespace ORDER BY proname;

-- names mean the same under every path of a session, before and after the plans are made anew
SET search_path = other, desk;
SELECT desk.read_note(1), desk.write_note(1), desk.tell_path(), desk.by_owner();
SET search_path = '';
SELECT desk.read_note(1), desk.write_note(1), desk.tell_path(), desk.by_owner();
CREATE TEMPORARY TABLE note (id bigint PRIMARY KEY, body text, seen text);
INSERT INTO pg_temp.note SELECT i, 'temporary' FROM generate_series(1, 9) AS i;
SELECT desk.read_note(1), desk.write_note(1), desk.tell_path(), desk.by_owner();
SET search_path = pg_temp, other, public;
SELECT desk.read_note(1), desk.write_note(1), desk.tell_path(), desk.by_owner();
ALTER TABLE desk.note ADD COLUMN more integer;
SELECT desk.read_note(1), desk.write_note(1), desk.tell_path();
DISCARD PLANS;
SELECT desk.read_note(1), desk.write_note(1), invoke_action('desk.tell_path'), current_setting('search_path');
DROP TABLE pg_temp.note;
SELECT desk.read_note(1), body FROM other.note WHERE id = 1;

-- a function of a user's
CREATE FUNCTION third.path() RETURNS text STABLE LANGUAGE plpgsql AS 'BEGIN RETURN current_setting(''search_path''); END';
SELECT define('desk.ask_path', '{ "output": [ {"name": "path", "type": "text", "default": "=third.path()"} ], "steps": [] }');
SELECT define('desk.ask_inside', '{ "output": [ {"name": "path", "type": "text", "default": "=i.path"} ], "steps": [ {"perform": "desk.ask_path", "as": "i"} ] }');
SELECT desk.ask_path(), desk.ask_inside(), current_setting('search_path');
SET search_path = other, public;
SELECT desk.ask_path(), desk.ask_inside(), current_setting('search_path');

-- a trigger that is made after the first call
SELECT desk.write_note(2);
CREATE FUNCTION third.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.seen := current_setting(''search_path''); RETURN NEW; END';
CREATE TRIGGER look BEFORE UPDATE ON desk.note FOR EACH ROW EXECUTE FUNCTION third.look();
SELECT desk.write_note(2), current_setting('search_path');
SELECT desk.write_note(3), desk.write_note(4), current_setting('search_path');
DROP TRIGGER look ON desk.note;
UPDATE desk.note SET seen = NULL;
SELECT desk.write_note(2), desk.write_note(2);

-- a check, a policy, a default, a generated column, a rule
CREATE FUNCTION third.tell(what text) RETURNS boolean STABLE LANGUAGE plpgsql AS
	'BEGIN RAISE WARNING ''% under %'', what, current_setting(''search_path''); RETURN true; END';
ALTER TABLE desk.note ADD CONSTRAINT told CHECK (third.tell('check')) NOT VALID;
SELECT desk.write_note(5);
SELECT desk.write_note(5);
ALTER TABLE desk.note DROP CONSTRAINT told;
CREATE ROLE path_reader;
GRANT USAGE ON SCHEMA desk, third TO path_reader;
GRANT SELECT ON desk.note TO path_reader;
GRANT EXECUTE ON FUNCTION desk.read_note TO path_reader;
CREATE POLICY told ON desk.note USING (third.tell('policy'));
SET ROLE path_reader;
SELECT desk.read_note(6);
RESET ROLE;
ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY;
SET ROLE path_reader;
SELECT desk.read_note(6);
SELECT desk.read_note(6);
RESET ROLE;
SELECT desk.read_note(6);
ALTER TABLE desk.note DISABLE ROW LEVEL SECURITY;
CREATE TABLE desk.entry (id integer, note boolean);
SELECT define('desk.add_entry', '{ "input": [ {"name": "id", "type": "integer"} ], "steps": [ {"create": "desk.entry", "set": {"id": "=input.id"}} ] }');
SELECT desk.add_entry(1);
ALTER TABLE desk.entry ALTER COLUMN note SET DEFAULT third.tell('default');
SELECT desk.add_entry(2);
SELECT desk.add_entry(3);
ALTER TABLE desk.entry ALTER COLUMN note DROP DEFAULT;
CREATE RULE told AS ON INSERT TO desk.entry DO ALSO SELECT third.tell('rule');
SELECT desk.add_entry(4);
SELECT desk.add_entry(5);
DROP RULE told ON desk.entry;
CREATE DOMAIN third.small AS integer;
ALTER TABLE desk.entry ALTER COLUMN id TYPE third.small;
SELECT desk.add_entry(6);
ALTER DOMAIN third.small ADD CHECK (third.tell('domain')) NOT VALID;
SELECT desk.add_entry(7);
SELECT desk.add_entry(8);

-- rows of other tables, which a reference changes
CREATE TABLE desk.head (id integer PRIMARY KEY);
CREATE TABLE desk.tail (id integer PRIMARY KEY REFERENCES desk.head ON DELETE CASCADE);
INSERT INTO desk.head SELECT generate_series(1, 5);
INSERT INTO desk.tail SELECT generate_series(1, 5);
SELECT define('desk.drop_head', '{ "input": [ {"name": "id", "type": "integer"} ], "steps": [ {"delete": "desk.head", "id": "=input.id"} ] }');
SELECT desk.drop_head(1);
CREATE FUNCTION third.told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM third.tell(''cascade''); RETURN OLD; END';
CREATE TRIGGER told BEFORE DELETE ON desk.tail FOR EACH ROW EXECUTE FUNCTION third.told();
SELECT desk.drop_head(2);
-- and partitions
CREATE TABLE desk.part (id integer, seen boolean) PARTITION BY LIST (id);
CREATE TABLE desk.part_1 PARTITION OF desk.part FOR VALUES IN (1, 2, 3);
SELECT define('desk.add_part', '{ "input": [ {"name": "id", "type": "integer"} ], "steps": [ {"create": "desk.part", "set": {"id": "=input.id"}} ] }');
SELECT desk.add_part(1);
CREATE FUNCTION third.told_part() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM third.tell(''partition''); RETURN NEW; END';
CREATE TRIGGER told BEFORE INSERT ON desk.part_1 FOR EACH ROW EXECUTE FUNCTION third.told_part();
SELECT desk.add_part(2);

-- a type that the session does not see is named as in the action's path
CREATE TYPE desk.mood AS ENUM ('glad');
SELECT define('desk.feel', '{ "settings": {"search_path": "desk, pg_temp"}, "input": [ {"name": "word", "type": "text"} ], "output": [ {"name": "mood", "type": "text", "default": "=input.word::mood::text"} ], "steps": [] }');
SELECT desk.feel('glad');
SELECT desk.feel('sad');

-- a step that is undone takes its path with it; the next one gets it again
CREATE TRIGGER look BEFORE UPDATE ON desk.note FOR EACH ROW EXECUTE FUNCTION third.look();
SELECT define('desk.try_note', '{ "input": [ {"name": "id", "type": "bigint"} ], "output": [ {"name": "seen", "type": "text", "default": "=n.seen"} ],
  "steps": [ {"update": "desk.note", "id": "=input.id", "set": {"body": "=(1 / (input.id - 5))::text"}, "on_error": []},
    {"update": "desk.note", "as": "n", "id": "=input.id", "set": {"body": "=body || ''?''"}} ] }');
SELECT desk.try_note(5), current_setting('search_path');
SELECT desk.try_note(6), current_setting('search_path');
BEGIN;
SAVEPOINT before;
SELECT desk.try_note(6);
ROLLBACK TO before;
SELECT desk.try_note(5), current_setting('search_path');
COMMIT;
SHOW search_path;

-- a setting of the called function's ends with the action, also where the session has the path already
CREATE FUNCTION third.set_path() RETURNS void LANGUAGE sql AS 'SELECT set_config(''search_path'', ''pg_catalog'', true)';
SELECT define('desk.set_path', '{ "settings": {"search_path": "desk, pg_temp"}, "steps": [ {"call": "third.set_path"} ] }');
BEGIN;
SELECT desk.set_path();
SHOW search_path;
SET LOCAL search_path = desk, pg_temp;
SELECT public.invoke_action('desk.set_path');
SHOW search_path;
COMMIT;

-- what somebody sets on the function wins, and stays
ALTER FUNCTION desk.write_note SET search_path = desk, third, pg_temp;
SELECT desk.write_note(7);
SELECT public.define('desk.write_note', '{ "settings": {"search_path": "desk, pg_temp"}, "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "seen", "type": "text", "default": "=n.seen"} ],
  "steps": [ {"update": "note", "as": "n", "id": "=input.id", "set": {"body": "=body || ''?''"}} ] }');
SELECT desk.write_note(7), proconfig FROM pg_proc WHERE oid = 'desk.write_note'::regproc;
ALTER FUNCTION desk.write_note RESET search_path;
SELECT desk.write_note(7);
-- what activation set before it left that to the definition goes
ALTER FUNCTION desk.write_note SET search_path = desk, pg_temp;
SELECT public.define('desk.write_note', '{ "settings": {"search_path": "desk, third, pg_temp"}, "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "seen", "type": "text", "default": "=n.seen"} ],
  "steps": [ {"update": "note", "as": "n", "id": "=input.id", "set": {"body": "=body || ''.''"}} ] }');
SELECT desk.write_note(7), proconfig FROM pg_proc WHERE oid = 'desk.write_note'::regproc;

-- the plain path sets it always
SET custom_actions.plain_path = 'path';
SELECT desk.read_note(1), desk.write_note(8), desk.ask_inside(), current_setting('search_path');
RESET custom_actions.plain_path;

-- a restore makes the function under any path, checked or not
DO $$ BEGIN EXECUTE pg_get_functiondef('desk.read_note'::regproc); END $$;
SELECT desk.read_note(1);
SET check_function_bodies = off;
DO $$ BEGIN EXECUTE pg_get_functiondef('desk.read_note'::regproc); END $$;
RESET check_function_bodies;
SELECT desk.read_note(1);
SELECT refobjid::regclass FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = 'desk.read_note'::regproc AND refclassid = 'pg_class'::regclass;
ALTER TABLE desk.note DROP COLUMN body;
