-- Creates that are one statement are told of as steps of their own: by the record, and to budgets.
\i test/sql/prelude.sql
CREATE TABLE desk.line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer UNIQUE CHECK (n < 100), title text NOT NULL DEFAULT 'untitled');
CREATE TABLE desk.loose (n integer CHECK (n < 100));
CREATE TABLE desk.pair (a integer, b integer, n integer CHECK (n < 100), PRIMARY KEY (a, b));

SELECT define('desk.three', '{
	"input": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "integer"} ],
	"output": [ {"name": "said", "type": "text", "default": "{{first.id}} {{second.n}} {{third.title}}"} ],
	"summary": "lines {{output.said}}",
	"steps": [
		{"create": "desk.line", "as": "first", "set": {"n": "=input.a", "title": "First"}},
		{"create": "desk.line", "as": "second", "set": {"n": "=input.b"}},
		{"create": "desk.line", "as": "third", "set": {"title": "Third", "n": "=input.c"}} ]
}');
SELECT define('desk.unnamed', '{
	"input": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "integer"} ],
	"steps": [
		{"create": "desk.line", "set": {"n": "=input.a"}},
		{"create": "desk.line", "set": {"n": "=input.b"}},
		{"create": "desk.line", "set": {"n": "=input.c"}} ]
}');
-- Without a key rows are counted; one of two columns; what a handler takes back
SELECT define('desk.scattered', '{
	"input": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "integer"} ],
	"output": [ {"name": "said", "type": "text", "default": "fine"} ],
	"steps": [
		{"create": "desk.loose", "set": {"n": 1}},
		{"create": "desk.loose", "set": {"n": 2}},
		{"group": "risky", "do": [
			{"create": "desk.pair", "set": {"a": "=input.a", "b": 1, "n": "=input.a"}},
			{"create": "desk.pair", "set": {"a": "=input.b", "b": 2, "n": "=input.b"}},
			{"create": "desk.pair", "set": {"a": "=input.c", "b": 3, "n": "=input.c"}} ],
		 "on_error": [
			{"output": {"said": "{{error.step}}: {{error.message}}"}},
			{"create": "desk.loose", "set": {"n": 3}},
			{"create": "desk.loose", "set": {"n": 4}} ]} ]
}');
-- and where there is a limit
SELECT define('desk.narrow', '{
	"max_rows": 2,
	"input": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "integer"} ],
	"steps": [
		{"create": "desk.line", "set": {"n": "=input.a"}},
		{"create": "desk.line", "set": {"n": "=input.b"}},
		{"create": "desk.line", "set": {"n": "=input.c"}} ]
}');
SELECT define('desk.within', '{
	"input": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "integer"} ],
	"output": [ {"name": "said", "type": "text", "default": "fine"} ],
	"steps": [
		{"create": "desk.loose", "set": {"n": 1}},
		{"perform": "desk.narrow", "with": {"a": "=input.a", "b": "=input.b", "c": "=input.c"},
		 "on_error": [ {"output": {"said": "{{error.step}}: {{error.message}}"}} ]},
		{"create": "desk.loose", "set": {"n": 5}},
		{"create": "desk.loose", "set": {"n": 6}} ]
}');

-- What a call answers, what is recorded of it, and what it leaves: with the sequence from its beginning
CREATE FUNCTION desk.seen(action text, a integer, b integer, c integer) RETURNS TABLE (saw text) LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	TRUNCATE custom_actions.log, desk.line, desk.loose, desk.pair RESTART IDENTITY;
	answer := try_invoke_action(action, jsonb_build_object('a', a, 'b', b, 'c', c));
	RETURN QUERY SELECT concat_ws(' ', answer -> 'output', 'failed at ' || (answer #>> '{error,step}'));
	RETURN QUERY SELECT concat_ws(' | ', l.action, l.status, l.step, l.sqlstate, l.message, l.detail, l.rows_written || ' rows', l.summary,
			l.touched, cardinality(l.touched_rows) || ' numbers')
		FROM custom_actions.log AS l ORDER BY l.started_at, l.depth;
	RETURN QUERY SELECT l::text FROM desk.line AS l ORDER BY l.id;
	RETURN QUERY SELECT last_value || ' drawn' FROM desk.line_id_seq;
END $$;
-- How many commands have inserted the rows?
CREATE VIEW desk.commands AS SELECT count(DISTINCT cmin::text || xmin::text)::text AS commands
	FROM (SELECT cmin, xmin FROM desk.line UNION ALL SELECT cmin, xmin FROM desk.loose UNION ALL SELECT cmin, xmin FROM desk.pair) AS row;

-- Shows it for one statement, and says where it is not the same step by step.
CREATE FUNCTION desk.both(action text, a integer, b integer, c integer) RETURNS TABLE (line integer, saw text) LANGUAGE plpgsql AS $$
DECLARE
	one text[];
	apart text[];
	commands text[];
BEGIN
	one := ARRAY(SELECT s.saw FROM desk.seen(action, a, b, c) AS s);
	commands := ARRAY(TABLE desk.commands);
	SET LOCAL custom_actions.plain_path = 'merge';
	apart := ARRAY(SELECT s.saw FROM desk.seen(action, a, b, c) AS s);
	commands := commands || ARRAY(TABLE desk.commands);
	RESET custom_actions.plain_path;
	RETURN QUERY SELECT 0, 'commands: ' || array_to_string(commands, ' instead of ');
	RETURN QUERY SELECT n::integer, u.saw FROM unnest(one) WITH ORDINALITY AS u (saw, n);
	IF one <> apart THEN
		RETURN QUERY SELECT n::integer, 'APART: ' || u.saw FROM unnest(apart) WITH ORDINALITY AS u (saw, n) WHERE u.saw IS DISTINCT FROM one[n];
	END IF;
END $$;

SELECT * FROM desk.both('desk.three', 1, 2, 3);
SELECT * FROM desk.both('desk.unnamed', 1, 2, 3);
-- each of the rows fails, one of them twice
SELECT * FROM desk.both('desk.three', 101, 2, 3);
SELECT * FROM desk.both('desk.three', 1, 102, 103);
SELECT * FROM desk.both('desk.three', 1, 2, 1);
SELECT * FROM desk.both('desk.scattered', 1, 2, 3);
SELECT * FROM desk.both('desk.scattered', 1, 200, 300);
-- more than the limit of keys, no keys, no touched rows
SET custom_actions.log_touched_limit = 2;
SELECT * FROM desk.both('desk.three', 1, 2, 3);
SET custom_actions.log_touched_limit = 0;
SELECT * FROM desk.both('desk.three', 1, 2, 3);
SET custom_actions.log_touched_limit = -1;
SELECT * FROM desk.both('desk.three', 1, 2, 3);
RESET custom_actions.log_touched_limit;
SET custom_actions.log_level = failures;
SELECT * FROM desk.both('desk.three', 1, 2, 3);
SELECT * FROM desk.both('desk.three', 1, 2, 103);
RESET custom_actions.log_level;
-- Budgets: of the action, of the settings, rows and statements; what fails before comes first
SELECT * FROM desk.both('desk.narrow', 1, 2, 3);
SELECT * FROM desk.both('desk.narrow', 1, 2, 103);
SELECT * FROM desk.both('desk.narrow', 1, 1, 3);
SELECT * FROM desk.both('desk.within', 1, 2, 3);
\set SHOW_CONTEXT always
SELECT desk.narrow(1, 2, 3);
\set SHOW_CONTEXT never
SET custom_actions.max_rows = 3;
SELECT * FROM desk.both('desk.three', 1, 2, 3);
SELECT * FROM desk.both('desk.scattered', 1, 2, 3);
RESET custom_actions.max_rows;
SET custom_actions.max_statements = 4;
SELECT * FROM desk.both('desk.scattered', 1, 2, 3);
SELECT * FROM desk.both('desk.scattered', 100, 2, 3);
SET custom_actions.max_statements = 3;
SELECT * FROM desk.both('desk.three', 1, 2, 3);
RESET custom_actions.max_statements;
-- Who may not read the key has rows counted
CREATE ROLE creates_told_clerk;
GRANT USAGE ON SCHEMA desk, custom_actions TO creates_told_clerk;
GRANT INSERT ON desk.line TO creates_told_clerk;
GRANT EXECUTE ON FUNCTION desk.unnamed TO creates_told_clerk;
CREATE FUNCTION desk.as_clerk() RETURNS TABLE (touched jsonb, commands text) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE custom_actions.log, desk.line, desk.loose, desk.pair RESTART IDENTITY;
	SET LOCAL ROLE creates_told_clerk;
	PERFORM desk.unnamed(1, 2, 3);
	RESET ROLE;
	RETURN QUERY SELECT l.touched, c.commands FROM custom_actions.log AS l, desk.commands AS c;
END $$;
SELECT * FROM desk.as_clerk();
GRANT SELECT (id) ON desk.line TO creates_told_clerk;
SELECT * FROM desk.as_clerk();
REVOKE SELECT (id) ON desk.line FROM creates_told_clerk;
SELECT * FROM desk.as_clerk();
-- A trace has a line for each step, so they run apart; so they do in a preview, which says who wrote what
TRUNCATE custom_actions.log, desk.line, desk.loose, desk.pair RESTART IDENTITY;
SET custom_actions.log_level = trace;
SET client_min_messages = warning;
SELECT desk.unnamed(1, 2, 3);
SELECT * FROM desk.commands;
SELECT s.step, s.kind, s.outcome, s.rows_written FROM custom_actions.log_step AS s ORDER BY s.number;
RESET client_min_messages;
RESET custom_actions.log_level;
SELECT p.by, p.operation, p.key, p.after FROM preview_action('desk.unnamed', '{"a": 4, "b": 5, "c": 6}') AS p WHERE p."column" = 'n';
DROP OWNED BY creates_told_clerk;
DROP ROLE creates_told_clerk;
