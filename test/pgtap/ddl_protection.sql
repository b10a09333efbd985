-- DDL that would break an active action is refused; the rest passes, and the
-- action goes on working.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL custom_actions.follow_renames = off;
\i test/sql/prelude.sql
SELECT plan(104);

CREATE TYPE desk.level AS ENUM ('low', 'high');
CREATE DOMAIN desk.title AS text;
CREATE TYPE desk.address AS (street text, city text);
CREATE TABLE desk.agent (id integer PRIMARY KEY);
CREATE TABLE desk.note (id integer PRIMARY KEY, body varchar(50), n integer NOT NULL DEFAULT 1, code text CONSTRAINT note_code UNIQUE,
	lvl desk.level DEFAULT 'low', ttl desk.title, addr desk.address, unused integer, day date);
INSERT INTO desk.note (id, body, code, day) VALUES (1, 'a', 'c1', '2026-01-01');
CREATE VIEW desk.view AS SELECT id, body, n FROM desk.note;
CREATE TABLE desk.parent (id integer PRIMARY KEY, p text);
CREATE TABLE desk.child () INHERITS (desk.parent);
CREATE FUNCTION desk.helper(text) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'h' || $1$$;
CREATE FUNCTION desk.level_is(desk.level, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2';
CREATE OPERATOR desk.=== (LEFTARG = desk.level, RIGHTARG = text, FUNCTION = desk.level_is);
CREATE SEQUENCE desk.numbers;
CREATE FUNCTION desk.street(desk.address) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.street';
CREATE CAST (desk.address AS text) WITH FUNCTION desk.street(desk.address) AS ASSIGNMENT;
CREATE CAST (desk.address AS integer) WITH INOUT AS ASSIGNMENT;
CREATE TABLE desk.place (id integer PRIMARY KEY, addr desk.address, number integer);
CREATE VIEW desk.all_notes AS SELECT id, body FROM desk.note UNION ALL SELECT id, NULL FROM desk.place;
CREATE VIEW desk.ruled AS SELECT * FROM desk.all_notes;
CREATE FUNCTION desk.insert_note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER insert_note INSTEAD OF INSERT ON desk.all_notes FOR EACH ROW EXECUTE FUNCTION desk.insert_note();
CREATE RULE update_note AS ON UPDATE TO desk.ruled DO INSTEAD NOTHING;

DO $$ BEGIN
	PERFORM define('desk.act', '{"table": "desk.note", "input": [{"name": "l", "type": "desk.level", "default": "low"}],
		"steps": [{"require": "target.n > 0 AND desk.helper(target.body) <> '''' AND input.l OPERATOR(desk.===) ''low''"},
			{"update": "target", "set": {"body": "x{{nextval(''desk.numbers'')}}", "ttl": "abc", "addr": {"street": "a"}}},
			{"update": "desk.note", "id": {"code": "c1"}, "set": {"n": "=n + 1"}},
			{"create": "desk.note", "set": {"id": 1}, "on_conflict": {"columns": ["id"], "do": "nothing"}}],
		"output": [{"name": "r", "type": "integer", "default": "=target.n"}]}');
	PERFORM define('desk.of_view', '{"table": "desk.view", "key": ["id"], "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
	PERFORM define('desk.of_child', '{"table": "desk.child", "key": ["id"], "steps": [{"update": "target", "set": {"p": "x"}}]}');
END $$;
DO $$ BEGIN
	PERFORM define('desk.of_trigger', '{"steps": [{"create": "desk.all_notes", "set": {"id": 5}}]}');
	PERFORM define('desk.of_rule', '{"steps": [{"update": "desk.ruled", "where": "id = 5", "set": {"body": "x"}}]}');
	PERFORM define('desk.of_cast', '{"table": "desk.place", "steps": [{"update": "target", "set": {"number": "=addr"}}]}');
END $$;
SELECT is(desk.act(1), 1, 'it works');

-- A view that nothing makes writable
DO $$ BEGIN
	PERFORM create_action('desk.bad', '{"steps": [{"delete": "desk.ruled", "where": "id = 5"},
		{"update": "desk.all_notes", "where": "id = 5", "set": {"body": "x"}},
		{"delete": "desk.all_notes", "where": "id = 5"}]}');
END $$;
SELECT is((SELECT string_agg(concat_ws(': ', location, message), E'\n' ORDER BY location COLLATE "C") FROM check_action('desk.bad')),
'1: table desk.ruled cannot be written
2: table desk.all_notes cannot be written
3: table desk.all_notes cannot be written', 'a view without a way to write it is found');

SELECT throws_ok(command, '2BP01', NULL, 'refused: ' || command)
FROM unnest(ARRAY[
	'ALTER TABLE desk.note DROP COLUMN addr', 'ALTER TABLE desk.note DROP COLUMN addr CASCADE',
	'ALTER TABLE desk.note DROP COLUMN ttl CASCADE', 'ALTER TABLE desk.note DROP COLUMN code CASCADE',
	'ALTER TABLE desk.note RENAME COLUMN ttl TO t', 'ALTER TABLE desk.note RENAME TO note2',
	'ALTER TABLE desk.note SET SCHEMA public', 'ALTER SCHEMA desk RENAME TO desk2',
	'ALTER TYPE desk.level RENAME TO l', 'ALTER TYPE desk.level SET SCHEMA public', 'ALTER TYPE desk.level RENAME VALUE ''low'' TO ''lower''',
	'ALTER TYPE desk.address RENAME ATTRIBUTE street TO s', 'ALTER TYPE desk.address DROP ATTRIBUTE street',
	'ALTER FUNCTION desk.helper(text) RENAME TO h', 'ALTER FUNCTION desk.helper(text) SET SCHEMA public', 'ALTER FUNCTION desk.helper(text) VOLATILE',
	'DROP FUNCTION desk.helper(text)', 'DROP OPERATOR desk.=== (desk.level, text)', 'ALTER OPERATOR desk.=== (desk.level, text) SET SCHEMA public',
	'DROP SEQUENCE desk.numbers', 'ALTER SEQUENCE desk.numbers RENAME TO n',
	'ALTER TABLE desk.note ALTER addr TYPE text USING ''''', 
	'ALTER TABLE desk.note DROP CONSTRAINT note_code', 'ALTER TABLE desk.note DROP CONSTRAINT note_pkey CASCADE',
	'ALTER TABLE desk.note ALTER day SET NOT NULL', 'ALTER TABLE desk.note ALTER id ADD GENERATED ALWAYS AS IDENTITY',
	'DROP TABLE desk.note', 'DROP VIEW desk.view', 'ALTER VIEW desk.view RENAME COLUMN n TO m', 'DROP TYPE desk.level',
	'ALTER TABLE desk.parent RENAME COLUMN p TO q', 'ALTER TABLE desk.parent DROP COLUMN p',
	'DO ''BEGIN ALTER TABLE desk.note DROP COLUMN ttl; END''', 'DO ''BEGIN EXECUTE $x$ALTER TABLE desk.note RENAME ttl TO t$x$; END''',
	'ALTER FUNCTION desk.act(integer, desk.level) SECURITY DEFINER', 'ALTER FUNCTION desk.act(integer, desk.level) STABLE',
	'ALTER FUNCTION desk.act(integer, desk.level) STRICT',
	'DROP TRIGGER insert_note ON desk.all_notes', 'DROP FUNCTION desk.insert_note() CASCADE', 'DROP RULE update_note ON desk.ruled',
	'DROP CAST (desk.address AS integer)'
]) AS command;
SELECT is(desk.act(1), 2, 'it goes on working');

SELECT lives_ok(command, 'passes: ' || command)
FROM unnest(ARRAY[
	'ALTER TABLE desk.note ADD COLUMN added text', 'ALTER TABLE desk.note DROP COLUMN added', 'ALTER TABLE desk.note DROP COLUMN unused',
	'ALTER TABLE desk.note ALTER day TYPE timestamptz', 'ALTER TABLE desk.note ALTER code TYPE varchar(100)',
	'CREATE INDEX ON desk.note (day)', 'DROP INDEX desk.note_day_idx', 'ALTER TYPE desk.level ADD VALUE ''mid''', 'ALTER TYPE desk.address ADD ATTRIBUTE zip text',
	'CREATE OR REPLACE FUNCTION desk.helper(text) RETURNS text LANGUAGE sql STABLE AS ''SELECT $1''',
	'ALTER FUNCTION desk.helper(text) COST 5', 'ALTER TABLE desk.note ADD CONSTRAINT positive CHECK (n > 0)', 'ALTER TABLE desk.note DROP CONSTRAINT positive',
	'ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY', 'ALTER TABLE desk.note SET (fillfactor = 50)', 'ALTER DOMAIN desk.title ADD CHECK (VALUE <> '''')',
	'DROP TABLE desk.agent',
	'ALTER FUNCTION desk.act(integer, desk.level) COST 7', 'ALTER TABLE desk.note ALTER lvl DROP DEFAULT',
	'CREATE TEMPORARY TABLE note (x integer)', 'ALTER TABLE pg_temp.note RENAME x TO y', 'DROP TABLE pg_temp.note',
	'DROP CAST (desk.address AS text)', 'CREATE FUNCTION desk.helper(integer) RETURNS text LANGUAGE sql AS ''SELECT $1::text''',
		'DROP FUNCTION desk.helper(integer)',
	'CREATE TRIGGER update_note INSTEAD OF UPDATE ON desk.all_notes FOR EACH ROW EXECUTE FUNCTION desk.insert_note()',
		'DROP TRIGGER update_note ON desk.all_notes',
	'CREATE EXTENSION hstore SCHEMA desk', 'ALTER EXTENSION hstore SET SCHEMA public', 'DROP EXTENSION hstore'
]) AS command;
SELECT is(desk.act(1), 3, 'it goes on working');
SELECT is(invoke_action('desk.act', '{"target": 1}') ->> 'r', '4', 'by name too');

-- What is created or replaced is warned of only
SAVEPOINT s;
SET LOCAL client_min_messages = error;
SELECT lives_ok('CREATE FUNCTION desk.helper(varchar) RETURNS text LANGUAGE sql VOLATILE AS ''SELECT $1::text''', 'a function of the same name passes');
SELECT throws_ok('SELECT desk.act(1)', NULL, NULL, 'and the action fails');
ROLLBACK TO s;
SET LOCAL client_min_messages = error;
SELECT lives_ok('CREATE OR REPLACE FUNCTION desk.helper(text) RETURNS text LANGUAGE sql VOLATILE AS ''SELECT $1''', 'a function replaced passes');
SELECT throws_ok('SELECT desk.act(1)', NULL, NULL, 'and the action fails');
ROLLBACK TO s;

-- What the owner may not do any more is not the fault of DDL
CREATE ROLE ddl_protection_owner;
GRANT USAGE ON LANGUAGE custom_action TO ddl_protection_owner;
CREATE SCHEMA locked;
CREATE SCHEMA own AUTHORIZATION ddl_protection_owner;
CREATE TABLE locked.t (id integer PRIMARY KEY, n integer);
GRANT USAGE ON SCHEMA locked TO ddl_protection_owner;
SELECT is(define('own.act', '{"table": "locked.t", "steps": [{"update": "target", "set": {"n": 1}}]}'), 1, 'an action of another owner');
ALTER FUNCTION own.act(integer) OWNER TO ddl_protection_owner;
SAVEPOINT s;
SET LOCAL client_min_messages = error;
SELECT lives_ok('ALTER TABLE locked.t RENAME n TO m', 'is not protected while its owner may not do what it does');
ROLLBACK TO s;
GRANT UPDATE (n) ON locked.t TO ddl_protection_owner;
SELECT throws_ok('ALTER TABLE locked.t RENAME n TO m', '2BP01', NULL, 'and is once he may');
REVOKE USAGE ON SCHEMA locked FROM ddl_protection_owner;
SET LOCAL client_min_messages = error;
SELECT lives_ok('ALTER TABLE locked.t ADD COLUMN added integer', 'until the owner cannot use the schema any more');
SET LOCAL client_min_messages = warning;
ALTER FUNCTION own.act(integer) OWNER TO CURRENT_USER;
SELECT throws_ok('ALTER TABLE locked.t RENAME n TO m', '2BP01', NULL, 'and again under an owner who can');

-- Warn and off
SET LOCAL custom_actions.ddl_check = warn;
SAVEPOINT s;
SET LOCAL client_min_messages = error;
SELECT lives_ok('ALTER TABLE desk.note RENAME COLUMN ttl TO t', 'warn lets it pass');
SET LOCAL client_min_messages = warning;
SELECT throws_ok('SELECT desk.act(1)', NULL, NULL, 'and the action fails');
ROLLBACK TO s;
SET LOCAL custom_actions.ddl_check = off;
SELECT lives_ok('ALTER TABLE desk.note RENAME COLUMN ttl TO t', 'off too');
ROLLBACK TO s;
SELECT is(desk.act(1), 5, 'after the rollback it works');
SET LOCAL custom_actions.ddl_check = error;

-- Deactivated, everything is allowed
SELECT lives_ok('SELECT deactivate_action(''desk.act''), deactivate_action(''desk.of_view'')', 'deactivated');
SELECT lives_ok(command, 'now passes: ' || command)
FROM unnest(ARRAY['ALTER TABLE desk.note RENAME COLUMN ttl TO t', 'ALTER TABLE desk.note DROP COLUMN code',
	'DROP FUNCTION desk.helper(text)', 'DROP SEQUENCE desk.numbers']) AS command;
SELECT is((SELECT string_agg(concat_ws(': ', location, message), E'\n' ORDER BY location COLLATE "C") FROM check_action('desk.act')),
'1: function desk.helper(character varying) does not exist
2.set.body: relation "desk.numbers" does not exist
2.set.ttl: column "ttl" of table desk.note does not exist
3.id: table desk.note has no unique key over exactly these columns', 'check_action reports what is missing');
SELECT throws_ok('SELECT activate_action(''desk.act'')', 'UA005', NULL, 'and it cannot be activated');

-- Dropped with its table
SELECT lives_ok('DROP TABLE desk.note CASCADE', 'DROP TABLE CASCADE');
SELECT results_eq('SELECT name COLLATE "default", state, version FROM custom_actions.actions WHERE name IN (''desk.act'', ''desk.of_view'') ORDER BY 1',
	'VALUES (''desk.act'', ''inactive'', 1), (''desk.of_view'', ''inactive'', 1)', 'an inactive action depends on nothing');
CREATE TABLE desk.gone (id integer PRIMARY KEY);
SELECT is(define('desk.of_gone', '{"table": "desk.gone", "steps": [{"delete": "target"}]}'), 1, 'another one');
SELECT lives_ok('DROP TABLE desk.gone CASCADE', 'DROP TABLE CASCADE');
SELECT results_eq('SELECT state, version FROM custom_actions.actions WHERE name = ''desk.of_gone''', 'VALUES (''dropped'', NULL::integer)',
	'dropped with its table');
SELECT throws_ok('SELECT invoke_action(''desk.of_gone'', ''{"target": 1}'')', '42883', NULL, 'cannot be invoked');
CREATE TABLE desk.gone (id integer PRIMARY KEY);
INSERT INTO desk.gone VALUES (1);
SELECT is(activate_action('desk.of_gone'), 2, 'once the table is back it can be activated');
SELECT is(invoke_action('desk.of_gone', '{"target": 1}'), '{}', 'and works');

SELECT * FROM finish();
ROLLBACK;
