-- One row for each invocation: what succeeds is written in the caller's
-- transaction, what try_invoke_action answers as well.
\i test/sql/prelude.sql

CREATE SCHEMA book;
CREATE TABLE book.account (id integer PRIMARY KEY, amount integer CHECK (amount >= 0));
INSERT INTO book.account VALUES (1, 100), (2, 50);
SELECT define('book.draw', '{"table": "book.account", "input": [{"name": "sum", "type": "integer"}],
	"steps": [{"update": "target", "set": {"amount": "=amount - input.sum"}}]}');
SELECT define('book.move', '{"input": [{"name": "sum", "type": "integer"}], "steps": [
	{"require": "input.sum > 0", "message": "a sum must be more than {{input.sum}}", "hint": "Give more."},
	{"perform": "book.draw", "with": {"target": 1, "sum": "=input.sum"}},
	{"perform": "book.draw", "with": {"target": 2, "sum": "=-input.sum"}}]}');

-- what the log says, in the order of the ends
CREATE VIEW told AS
	SELECT action, status, depth, parent IS NOT NULL AS nested,
		correlation = first_value(id) OVER (PARTITION BY correlation ORDER BY depth) AS chain,
		rows_written AS rows, step, sqlstate, message, hint
	FROM custom_actions.log;

SELECT book.draw(1, 10);
SELECT invoke_action('book.move', '{"sum": 5}');
SELECT * FROM told ORDER BY depth, action;
TRUNCATE custom_actions.log;

-- a row is there exactly if the work is
BEGIN;
SELECT book.draw(1, 10);
SELECT count(*) FROM custom_actions.log;
SAVEPOINT here;
SELECT book.draw(1, 10);
SELECT count(*) FROM custom_actions.log;
ROLLBACK TO here;
SELECT count(*) FROM custom_actions.log;
ROLLBACK;
SELECT count(*) FROM custom_actions.log;

-- try_invoke_action: its failure is a row in the caller's transaction, once
SELECT try_invoke_action('book.move', '{"sum": -5}') - 'invocation';
SELECT try_invoke_action('book.move', '{"sum": 1000}') -> 'error' ->> 'message' AS message;
SELECT * FROM told ORDER BY message, depth DESC;
TRUNCATE custom_actions.log;
BEGIN;
SELECT try_invoke_action('book.move', '{"sum": -5}') -> 'ok' AS ok;
ROLLBACK;
SELECT count(*) FROM custom_actions.log;

-- levels, of the setting and of the action
SET custom_actions.log_level = failures;
SELECT book.draw(1, 1);
SELECT try_invoke_action('book.draw', '{"target": 1, "sum": 1000}') -> 'ok' AS ok;
SET custom_actions.log_level = off;
SELECT try_invoke_action('book.draw', '{"target": 1, "sum": 1000}') -> 'ok' AS ok;
SELECT define('book.loud', '{"log": "basic", "steps": [{"perform": "book.draw", "with": {"target": 1, "sum": 1}}]}');
SELECT book.loud();
RESET custom_actions.log_level;
SELECT define('book.quiet', '{"log": "off", "steps": [{"perform": "book.draw", "with": {"target": 1, "sum": 1}}]}');
SELECT book.quiet();
SELECT action, status, depth, parent IS NOT NULL AS nested FROM custom_actions.log ORDER BY id, depth;
TRUNCATE custom_actions.log;

-- a role that may not write to the log is recorded; who may set the level?
CREATE ROLE log_clerk;
GRANT USAGE ON SCHEMA book TO log_clerk;
GRANT ALL ON book.account TO log_clerk;
GRANT EXECUTE ON FUNCTION book.draw TO log_clerk;
SET ROLE log_clerk;
SELECT book.draw(1, 1);
SET custom_actions.log_level = off;
SELECT count(*) FROM custom_actions.log;
RESET ROLE;
SELECT action, caller, invoker, "session_user" = session_user AS session FROM custom_actions.log;
TRUNCATE custom_actions.log;

-- who is behind it, and what the caller says of himself
BEGIN;
SET LOCAL custom_actions.actor = 'anne';
SET LOCAL custom_actions.tag = 'CR-7';
SET LOCAL application_name = 'desk';
SELECT invoke_action('book.move', '{"sum": 1}');
COMMIT;
SELECT action, actor, tag, client ->> 'application_name' AS application, client ? 'address' AS address FROM custom_actions.log ORDER BY depth, action;
TRUNCATE custom_actions.log;

-- a transaction that only reads writes no row
SELECT define('book.look', '{"table": "book.account", "read_only": true, "output": [{"name": "amount", "type": "integer", "default": "=target.amount"}]}');
BEGIN READ ONLY;
SELECT book.look(2) > 0 AS looked;
COMMIT;
SELECT count(*) FROM custom_actions.log;
SELECT book.look(2) > 0 AS looked;
SELECT action, status FROM custom_actions.log;
TRUNCATE custom_actions.log;

-- the table may be partitioned, or have triggers and indexes of one's own
CREATE INDEX log_action ON custom_actions.log (action);
CREATE INDEX log_slow ON custom_actions.log (lower(action)) WHERE duration >= '0 s';
SELECT book.draw(1, 1);
SET enable_seqscan = off;
SELECT count(*) FROM custom_actions.log WHERE action = 'book.draw';
SELECT count(*) FROM custom_actions.log WHERE lower(action) = 'book.draw' AND duration >= '0 s';
RESET enable_seqscan;
DROP INDEX custom_actions.log_action, custom_actions.log_slow;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '% by %', NEW.action, current_user = 'log_clerk'; RETURN NEW; END$$;
CREATE TRIGGER shout BEFORE INSERT ON custom_actions.log FOR EACH ROW EXECUTE FUNCTION shout();
SET ROLE log_clerk;
SELECT book.draw(1, 1);
RESET ROLE;
DROP TRIGGER shout ON custom_actions.log;
SELECT count(*) FROM custom_actions.log;
ALTER TABLE custom_actions.log RENAME TO old_log;
CREATE TABLE custom_actions.log (LIKE custom_actions.old_log) PARTITION BY RANGE (started_at);
CREATE TABLE custom_actions.log_rest PARTITION OF custom_actions.log DEFAULT;
SELECT book.draw(1, 1);
SELECT count(*) FROM custom_actions.log_rest;
ALTER TABLE custom_actions.log RENAME tag TO label;
SELECT book.draw(1, 1);
SELECT book.draw(1, 1);
SELECT count(*) FROM custom_actions.log_rest;
DROP TABLE custom_actions.log;
SELECT book.draw(1, 1);
ALTER TABLE custom_actions.old_log RENAME TO log;
SELECT book.draw(1, 1);
SELECT count(*) FROM custom_actions.log;

-- a request that comes again is an invocation that did nothing
SELECT invoke_action('book.draw', '{"target": 1, "sum": 1}', 'again') FROM generate_series(1, 2);
SELECT action, status, rows_written, message FROM custom_actions.log WHERE message IS NOT NULL;

-- conditions that somebody has set to it hold; a column that was dropped again is none
TRUNCATE custom_actions.log;
\set VERBOSITY sqlstate
ALTER TABLE custom_actions.log ADD CONSTRAINT never CHECK (action <> 'book.draw');
SELECT book.draw(1, 1);
ALTER TABLE custom_actions.log DROP CONSTRAINT never, ALTER COLUMN tag SET NOT NULL;
SELECT book.draw(1, 1);
SET custom_actions.tag = 'told';
SELECT book.draw(1, 1);
RESET custom_actions.tag;
ALTER TABLE custom_actions.log ALTER COLUMN tag DROP NOT NULL;
CREATE TABLE old_days (LIKE custom_actions.log) PARTITION BY RANGE (started_at);
TRUNCATE custom_actions.log;
ALTER TABLE old_days ATTACH PARTITION custom_actions.log FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
SELECT book.draw(1, 1);
ALTER TABLE old_days DETACH PARTITION custom_actions.log;
\set VERBOSITY default
ALTER TABLE custom_actions.log ADD COLUMN remark text;
ALTER TABLE custom_actions.log DROP COLUMN remark;
SELECT book.draw(1, 1);
SELECT count(*), count(started_at) FROM custom_actions.log;
