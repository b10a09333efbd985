\i test/sql/prelude.sql
-- Adjacent steps that create rows of one table are one INSERT; errors are those of their steps.
CREATE TABLE desk.line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer UNIQUE CHECK (n < 100), title text NOT NULL DEFAULT 'untitled');
SELECT define('three', '{
	"input": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "integer"} ],
	"output": [ {"name": "said", "type": "text", "default": "{{first.id}} {{second.n}} {{third.id}} {{third.title}}"} ],
	"steps": [
		{"create": "desk.line", "as": "first", "set": {"n": "=input.a", "title": "First {{input.a}}"}},
		{"create": "desk.line", "as": "second", "set": {"n": "=input.b"}},
		{"create": "desk.line", "as": "third", "set": {"title": "Third", "n": "=input.c"}} ]
}');
-- How many commands have inserted the rows?
CREATE VIEW desk.commands AS SELECT count(*) AS rows, count(DISTINCT cmin::text || xmin::text) AS commands FROM desk.line;
SELECT three(1, 2, 3);
SELECT * FROM desk.commands;
SELECT id, n, title FROM desk.line ORDER BY id;
\set SHOW_CONTEXT always
SELECT three(1, 12, 13);
SELECT three(11, 2, 13);
SELECT three(11, 12, 103);
SELECT three(11, 11, 103);
\set SHOW_CONTEXT never
SELECT three(21, 22, 23);
-- Numbers of sequences are those that came one by one
SELECT id, n, title FROM desk.line ORDER BY id;
-- A step at a time: plain, a trigger, rights; a budget counts them as such
TRUNCATE desk.line RESTART IDENTITY;
SET custom_actions.plain_path = 'merge';
SELECT three(1, 2, 3);
SELECT * FROM desk.commands;
RESET custom_actions.plain_path;
TRUNCATE desk.line;
SET custom_actions.max_rows = 2;
SELECT three(1, 2, 3);
RESET custom_actions.max_rows;
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% rows', (SELECT count(*) FROM desk.line); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT ON desk.line FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
SELECT three(1, 2, 3);
DROP TRIGGER tell ON desk.line;
TRUNCATE desk.line;
SELECT three(1, 2, 3);
SELECT * FROM desk.commands;
-- A row of one before is read: not that one
SELECT define('chain', '{
	"steps": [
		{"create": "desk.line", "as": "first", "set": {"n": 51}},
		{"create": "desk.line", "set": {"title": "after {{first.id}}"}},
		{"create": "desk.line", "set": {"title": "last"}} ]
}');
TRUNCATE desk.line RESTART IDENTITY;
SELECT chain();
SELECT id, n, title FROM desk.line ORDER BY id;
SELECT * FROM desk.commands;
-- In a loop, and undone by a handler around it
TRUNCATE desk.line RESTART IDENTITY;
SELECT define('pairs', '{
	"input": [ {"name": "most", "type": "integer"} ],
	"output": [ {"name": "said", "type": "text"} ],
	"steps": [
		{"for_each": {"from": 1, "to": "=input.most"}, "as": "i", "do": [
			{"create": "desk.line", "as": "one", "set": {"n": "=i.value"}},
			{"create": "desk.line", "as": "other", "set": {"title": "{{i.value}}", "n": "=input.most"}},
			{"output": {"said": "{{one.id}} {{other.id}}"}} ],
		 "on_error": [ {"output": {"said": "{{error.message}} {{error.step}}"}} ]} ]
}');
SELECT pairs(0), pairs(1), pairs(2);
SELECT id, n, title FROM desk.line ORDER BY id;
SELECT step, coalesce(statement, plan) AS statement FROM explain_action('three');
-- Many items draw numbers in their order, so they run one by one; the steps of each are one
TRUNCATE desk.line RESTART IDENTITY;
SELECT * FROM invoke_action_bulk('three', '[{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}, {"a": 7, "b": 8, "c": 7}]');
SELECT * FROM invoke_action_bulk('three', '[{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}]');
SELECT * FROM desk.commands;
-- Who may not write all columns gets as far as his rights go
CREATE ROLE creates_clerk;
GRANT USAGE ON SCHEMA desk TO creates_clerk;
GRANT INSERT (n), SELECT ON desk.line TO creates_clerk;
SELECT define('two', '{
	"steps": [
		{"create": "desk.line", "set": {"n": 91}},
		{"create": "desk.line", "set": {"n": 92, "title": "Second"}} ]
}');
GRANT EXECUTE ON FUNCTION two TO creates_clerk;
SET ROLE creates_clerk;
\set SHOW_CONTEXT always
SELECT two();
\set SHOW_CONTEXT never
RESET ROLE;
SELECT two();
SELECT id > 10 AS new, n, title FROM desk.line WHERE n > 90 ORDER BY id;
-- A default among the values that fails when it is planned, or that draws a number, has its turn
CREATE TABLE desk.part (n integer CHECK (n < 100), share integer DEFAULT (1 / 0));
SELECT define('shares', '{
	"input": [ {"name": "n", "type": "integer"} ],
	"output": [ {"name": "said", "type": "text"} ],
	"steps": [
		{"group": "Share it", "do": [
			{"create": "desk.part", "set": {"n": "=input.n", "share": 1}},
			{"create": "desk.part", "set": {"n": 2}} ],
		 "on_error": [ {"output": {"said": "{{error.step}}: {{error.message}}"}} ]} ]
}');
SELECT shares(1000), shares(1);
CREATE SEQUENCE desk.numbers MAXVALUE 9;
CREATE TABLE desk.page (id integer DEFAULT current_setting('desk.id')::integer, number bigint DEFAULT nextval('desk.numbers'), title text);
SELECT define('pages', '{
	"steps": [
		{"create": "desk.page", "set": {"title": "One", "number": 1, "id": 1}},
		{"create": "desk.page", "set": {"title": "Two"}} ]
}');
SET desk.id = 'none';
SELECT pages();
SELECT last_value, is_called FROM desk.numbers;
-- So does a check whose function may look around, be it PostgreSQL's own
CREATE TABLE desk.lot (n integer CHECK (n > random() - 1));
SELECT define('lots', '{
	"steps": [
		{"create": "desk.lot", "set": {"n": 1}},
		{"create": "desk.lot", "set": {"n": 2}} ]
}');
SELECT lots();
SELECT count(DISTINCT cmin::text) AS commands FROM desk.lot;
-- Who may not read the table is shown what the step sets
SELECT define('writes', '{
	"input": [ {"name": "n", "type": "integer"} ],
	"steps": [
		{"create": "desk.line", "set": {"n": "=input.n"}},
		{"create": "desk.line", "set": {"title": "Second"}} ]
}');
CREATE ROLE regress_creates_clerk;
GRANT USAGE ON SCHEMA desk, custom_actions TO regress_creates_clerk;
GRANT INSERT ON desk.line TO regress_creates_clerk;
SELECT grant_action('writes', 'regress_creates_clerk');
SET ROLE regress_creates_clerk;
SELECT writes(1000);
RESET ROLE;
DROP OWNED BY regress_creates_clerk;
DROP ROLE regress_creates_clerk;
