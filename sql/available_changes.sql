-- What action_available() knows of an action, while types and functions change that its formulas use: kept says it where
-- the call stays the same, asked where it is a new one; begins, whether the action would.
\i test/sql/prelude.sql

CREATE TABLE desk.issue (id integer PRIMARY KEY, word text, priority integer);
INSERT INTO desk.issue VALUES (1, 'open', 5);
CREATE FUNCTION answers(action text, VARIADIC changes text[])
RETURNS TABLE (change text, kept boolean, asked boolean, begins boolean) LANGUAGE plpgsql AS $$
DECLARE
	issue desk.issue;
BEGIN
	SELECT * INTO issue FROM desk.issue WHERE id = 1;
	FOREACH change IN ARRAY '{nothing}' || changes LOOP
		IF change <> 'nothing' THEN
			EXECUTE change;
		END IF;
		kept := action_available(action, issue);
		EXECUTE 'SELECT action_available($1, $2)' INTO asked USING action, issue;
		begins := try_invoke_action(action, '{"target": 1}') ->> 'ok';
		RETURN NEXT;
	END LOOP;
END $$;

-- Domains: their checks, and those of what they are made of
CREATE DOMAIN desk.whole AS integer;
CREATE DOMAIN desk.level AS desk.whole CHECK (VALUE < 10);
SELECT define('desk.leveled', '{"table": "desk.issue", "steps": [{"require": "target.priority::desk.level > 0"}]}');
SELECT * FROM answers('desk.leveled',
	'ALTER DOMAIN desk.level ADD CONSTRAINT less CHECK (VALUE < 3) NOT VALID', 'ALTER DOMAIN desk.level DROP CONSTRAINT less',
	'ALTER DOMAIN desk.whole ADD CONSTRAINT less CHECK (VALUE < 3)', 'ALTER DOMAIN desk.whole DROP CONSTRAINT less');
SELECT define('desk.let_level', '{"table": "desk.issue", "steps": [
	{"let": {"level": "=target.priority::desk.whole"}}, {"require": "let.level > 0"}]}');
SELECT * FROM answers('desk.let_level', 'ALTER DOMAIN desk.whole ADD CONSTRAINT less CHECK (VALUE < 3)', 'ALTER DOMAIN desk.whole DROP CONSTRAINT less');
SELECT define('desk.when_level', '{"table": "desk.issue", "steps": [{"require": "target.id > 1", "when": "target.priority::desk.level > 7"}]}');
SELECT * FROM answers('desk.when_level', 'ALTER DOMAIN desk.level ADD CONSTRAINT less CHECK (VALUE < 3)', 'ALTER DOMAIN desk.level DROP CONSTRAINT less');
SELECT define('desk.selected_level', '{"table": "desk.issue", "steps": [
	{"require": "(SELECT i.priority::desk.level > 0 FROM desk.issue AS i WHERE i.id = target.id)"}]}');
SELECT * FROM answers('desk.selected_level', 'ALTER DOMAIN desk.level ADD CONSTRAINT less CHECK (VALUE < 3)', 'ALTER DOMAIN desk.level DROP CONSTRAINT less');

-- In a plan that was kept, from one transaction to the next and within one; in a cursor
PREPARE leveled AS SELECT action_available('desk.leveled', i) FROM desk.issue AS i;
EXECUTE leveled;
ALTER DOMAIN desk.level ADD CONSTRAINT less CHECK (VALUE < 3);
EXECUTE leveled;
BEGIN;
ALTER DOMAIN desk.level DROP CONSTRAINT less;
EXECUTE leveled;
ROLLBACK;
EXECUTE leveled;
BEGIN;
DECLARE rows CURSOR FOR SELECT n, action_available('desk.leveled', i) FROM generate_series(1, 4) AS n, desk.issue AS i;
FETCH rows;
ALTER DOMAIN desk.level DROP CONSTRAINT less;
FETCH rows;
COMMIT;
EXECUTE leveled;
BEGIN;
DECLARE rows CURSOR FOR SELECT n, action_available('desk.leveled', i) FROM generate_series(1, 4) AS n, desk.issue AS i;
FETCH rows;
SAVEPOINT before;
ALTER DOMAIN desk.level ADD CONSTRAINT less CHECK (VALUE < 3);
FETCH rows;
ROLLBACK TO before;
FETCH rows;
COMMIT;

-- Functions, and what a function that a domain's check calls has become
CREATE FUNCTION desk.most() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 10';
CREATE FUNCTION desk.fits(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN n < 10; END';
CREATE DOMAIN desk.fit AS integer CHECK (desk.fits(VALUE));
SELECT define('desk.fitting', '{"table": "desk.issue", "steps": [{"require": "target.priority < desk.most() AND target.priority::desk.fit > 0"}]}');
SELECT * FROM answers('desk.fitting',
	'CREATE OR REPLACE FUNCTION desk.most() RETURNS integer LANGUAGE sql IMMUTABLE AS ''SELECT 3''',
	'CREATE OR REPLACE FUNCTION desk.most() RETURNS integer LANGUAGE sql STABLE AS ''SELECT length(current_setting(''''search_path''''))''',
	'ALTER FUNCTION desk.most() SET search_path = x', 'ALTER FUNCTION desk.most() RESET search_path',
	'CREATE OR REPLACE FUNCTION desk.fits(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS ''BEGIN RETURN n < 3; END''',
	'CREATE OR REPLACE FUNCTION desk.fits(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS ''BEGIN RETURN n < 30; END''');

-- Operators
CREATE FUNCTION desk.under(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a < b';
CREATE OPERATOR desk.<<< (FUNCTION = desk.under, LEFTARG = integer, RIGHTARG = integer);
SELECT define('desk.operated', '{"table": "desk.issue", "steps": [{"require": "target.priority OPERATOR(desk.<<<) 10"}]}');
SELECT * FROM answers('desk.operated',
	'CREATE OR REPLACE FUNCTION desk.under(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS ''SELECT a > b''',
	'CREATE OR REPLACE FUNCTION desk.under(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS ''SELECT a < b''');

-- Enums: new values, and new names
CREATE TYPE desk.stage AS ENUM ('open', 'late');
ALTER TABLE desk.issue ADD stage desk.stage DEFAULT 'open';
SELECT define('desk.staged', '{"table": "desk.issue", "steps": [{"require": "target.stage < ''late'' AND target.word::desk.stage <= ''open''"}]}');
SELECT define('desk.at_stage', '{"table": "desk.issue", "steps": [{"require": "target.stage = ''open''"}]}');
SELECT * FROM answers('desk.staged', 'ALTER TYPE desk.stage ADD VALUE ''early'' BEFORE ''open''',
	'ALTER TYPE desk.stage RENAME VALUE ''open'' TO ''begun''', 'ALTER TYPE desk.stage RENAME VALUE ''begun'' TO ''open''');
SELECT * FROM answers('desk.at_stage', 'ALTER TYPE desk.stage ADD VALUE ''later'' AFTER ''open''',
	'ALTER TYPE desk.stage RENAME VALUE ''open'' TO ''begun''', 'ALTER TYPE desk.stage RENAME VALUE ''begun'' TO ''open''');

-- A type that is not there for a while, so that the action cannot run
SET session_replication_role = replica; -- or else the action would follow its name
SELECT * FROM answers('desk.leveled', 'ALTER DOMAIN desk.level RENAME TO other; ALTER FUNCTION desk.leveled COST 10', 'ALTER DOMAIN desk.other RENAME TO level');
RESET session_replication_role;

-- Functions of PostgreSQL's own that not everybody may call any more: the action says who may
CREATE ROLE available_clerk;
GRANT USAGE ON SCHEMA desk TO available_clerk;
GRANT ALL ON desk.issue TO available_clerk;
SELECT define('desk.pure', '{"table": "desk.issue", "steps": [{"require": "100 / target.priority > 1"}]}');
SELECT define('desk.safe', '{"table": "desk.issue", "steps": [{"require": "target.priority > 1"}]}');
SELECT define('desk.owned', '{"table": "desk.issue", "run_as": "owner", "steps": [{"require": "target.priority > 1"}]}');
GRANT EXECUTE ON FUNCTION desk.pure, desk.safe, desk.owned TO available_clerk;
SET ROLE available_clerk;
SELECT action_available('desk.pure', i) AS pure, action_available('desk.safe', i) AS safe, action_available('desk.owned', i) AS owned
FROM desk.issue AS i;
PREPARE early AS SELECT action_available('desk.safe', i) AS safe FROM desk.issue AS i;
EXECUTE early;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION int4div, int4gt FROM PUBLIC;
SET ROLE available_clerk;
EXECUTE early;
PREPARE three AS SELECT action_available('desk.pure', i) AS pure, action_available('desk.safe', i) AS safe, action_available('desk.owned', i) AS owned
FROM desk.issue AS i;
EXECUTE three;
RESET ROLE;
GRANT EXECUTE ON FUNCTION int4div, int4gt TO PUBLIC;
SET ROLE available_clerk;
EXECUTE three;
RESET ROLE;
DROP OWNED BY available_clerk;
DROP ROLE available_clerk;
