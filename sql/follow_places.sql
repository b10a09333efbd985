-- Where objects that are renamed may stand, who renames, and when.
\i test/sql/prelude.sql
CREATE ROLE follow_places_owner;
CREATE SCHEMA part AUTHORIZATION follow_places_owner;
CREATE FUNCTION steps_of(name text) RETURNS text LANGUAGE sql AS $$ SELECT (p.definition -> 'steps')::text FROM custom_actions.published(steps_of.name) AS p $$;
CREATE FUNCTION draft_steps(name text) RETURNS text LANGUAGE sql AS $$ SELECT (action_definition(draft_steps.name) -> 'steps')::text $$;
CREATE TABLE desk.parent (id integer, body text);
CREATE TABLE desk.child (extra text) INHERITS (desk.parent);
CREATE TABLE desk.whole (id integer, body text) PARTITION BY LIST (id);
CREATE TABLE desk.piece PARTITION OF desk.whole DEFAULT;
CREATE VIEW desk.seen AS SELECT id, body FROM desk.parent;
CREATE FOREIGN DATA WRAPPER follow_places;
CREATE SERVER follow_places FOREIGN DATA WRAPPER follow_places;
CREATE FOREIGN TABLE desk.far (id integer, body text) SERVER follow_places;

-- children, partitions, views, foreign tables
SELECT define('desk.on_child', '{"steps": [{"update": "desk.child", "where": "body = ''body''", "set": {"body": "=upper(body)"}}]}'),
	define('desk.on_piece', '{"steps": [{"update": "desk.piece", "where": "body = ''body''", "set": {"body": "body"}}]}'),
	define('desk.on_view', '{"steps": [{"update": "desk.seen", "where": "this.body = ''body''", "set": {"body": "body"}}]}'),
	define('desk.on_far', '{"output": [{"name": "n", "type": "bigint"}], "steps": [{"output": {"n": "=(SELECT count(f.body) FROM desk.far AS f)"}}]}');
ALTER TABLE desk.parent RENAME body TO words;
ALTER TABLE desk.whole RENAME body TO words;
ALTER VIEW desk.seen RENAME body TO shown;
ALTER FOREIGN TABLE desk.far RENAME body TO words;
ALTER VIEW desk.seen RENAME TO viewed;
ALTER FOREIGN TABLE desk.far RENAME TO away;
SELECT name, steps_of(name) FROM custom_actions.actions ORDER BY name;
SELECT invoke_action('desk.on_child'), invoke_action('desk.on_piece'), invoke_action('desk.on_view');
SELECT count(*) AS problems FROM custom_actions.actions AS a, check_action(a.name) AS c WHERE c.severity = 'error';
SELECT name FROM custom_actions.actions WHERE differs;
SELECT drop_action(name) FROM custom_actions.actions ORDER BY name;

-- an owner of the table who is no designer, drafts that nobody published, one that does not compile, and that is all there is
SET ROLE follow_places_owner;
CREATE TABLE part.item (id integer PRIMARY KEY, body text);
RESET ROLE;
SELECT create_action('desk.sketch', '{"table": "part.item", "steps": [{"update": "target", "set": {"body": "=\n(SELECT max(i.body) FROM part.item AS i)"}}]}'),
	create_action('desk.broken', '{"table": "part.item", "steps": [{"update": "target", "set": {"body": "=nothing.here"}}, {"require": "target.body <> ''''", "message": "{{target.body}}"}]}');
SELECT draft_steps('desk.sketch') AS before;
SET ROLE follow_places_owner;
ALTER TABLE part.item RENAME body TO words;
RESET ROLE;
SELECT draft_steps('desk.sketch') AS sketch, draft_steps('desk.broken') AS broken;
SELECT drop_action('desk.broken');

-- forth and back in one transaction, and in what is undone
SELECT activate_action('desk.sketch');
SELECT steps_of('desk.sketch') AS steps \gset
BEGIN;
ALTER TABLE part.item RENAME words TO text;
ALTER TABLE part.item RENAME text TO words;
COMMIT;
SELECT steps_of('desk.sketch') = :'steps' AS same, draft_steps('desk.sketch') AS draft;
DO $$
BEGIN
	ALTER TABLE part.item RENAME words TO text;
	RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN
	NULL;
END $$;
SELECT steps_of('desk.sketch') = :'steps' AS same;
SELECT invoke_action('desk.sketch', '{"target": 1}') AS missing;

-- older versions
SELECT create_action('desk.sketch', '{"table": "part.item", "steps": [{"let": {"x": "=1"}}]}', or_replace => true), activate_action('desk.sketch');
ALTER TABLE part.item RENAME words TO body;
SELECT v.version, v.definition -> 'steps' AS published, v.draft -> 'steps' AS draft FROM custom_actions.version AS v WHERE v.action = 'desk.sketch' ORDER BY 1;
SELECT restore_action('desk.sketch', 1), activate_action('desk.sketch');
INSERT INTO part.item VALUES (1, 'one');
SELECT invoke_action('desk.sketch', '{"target": 1}');

-- a schema in the settings; names without one
CREATE SCHEMA lib;
CREATE TABLE lib.book (id integer PRIMARY KEY, title text);
INSERT INTO lib.book VALUES (1, 'one');
SELECT define('desk.bare', '{"settings": {"search_path": "lib, pg_catalog, pg_temp"}, "output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM book)"}]}');
ALTER SCHEMA lib RENAME TO "The lib";
SELECT p.definition ->> 'settings' AS settings, p.definition -> 'output' AS output FROM custom_actions.published('desk.bare') AS p;
SELECT action_definition('desk.bare') ->> 'settings' AS draft, f.proconfig FROM pg_proc AS f WHERE f.oid = 'desk.bare'::regproc;
SELECT invoke_action('desk.bare');
ALTER TABLE "The lib".book SET SCHEMA desk;
SELECT p.definition -> 'output' AS output FROM custom_actions.published('desk.bare') AS p;
SELECT invoke_action('desk.bare');

-- a temporary table of the name is in nobody's way
CREATE TEMP TABLE book (id integer);
ALTER TABLE book RENAME id TO title;
DROP TABLE book;
SELECT invoke_action('desk.bare');

-- what the draft has that differs from what is published
SELECT create_action('desk.sketch', '{"table": "part.item", "steps": [{"update": "target", "set": {"body": "=(SELECT max(title) FROM desk.book)"}}]}', or_replace => true);
ALTER TABLE desk.book RENAME title TO heading;
SELECT draft_steps('desk.sketch') AS draft;
DROP SERVER follow_places CASCADE;
DROP FOREIGN DATA WRAPPER follow_places;
DROP SCHEMA part CASCADE;
DROP ROLE follow_places_owner;
