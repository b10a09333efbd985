-- The view of failures: one row for an error, whatever it passed through, and what to do next.
\i test/sql/prelude.sql
CREATE TABLE desk.item (id integer PRIMARY KEY, name text UNIQUE);
INSERT INTO desk.item VALUES (1, 'one'), (2, 'two');
SELECT define('desk.rename', '{"table": "desk.item", "input": [{"name": "name", "type": "text"}],
	"steps": [{"update": "target", "set": {"name": "=input.name"}}]}');
SELECT define('desk.rename_all', '{"input": [{"name": "name", "type": "text"}], "steps": [
	{"let": {"n": 2}},
	{"for_each": "desk.item", "as": "i", "order_by": "id", "do": [
		{"perform": "desk.rename", "with": {"target": "=i.id", "name": "=input.name"}}]}]}');
SELECT define('desk.careful', '{"steps": [
	{"perform": "desk.rename_all", "with": {"name": "two"}, "on_error": [{"let": {"x": 1}}]},
	{"perform": "desk.rename_all", "with": {"name": "two"}, "on_error": [{"let": {"x": 1}}]}]}');
SELECT define('desk.discreet', '{"steps": [
	{"perform": "desk.rename", "with": {"target": 1, "name": "two"}, "on_error": [{"stop": "canceled", "message": "not possible"}]}]}');
SELECT define('desk.slow', '{"steps": [{"call": "pg_sleep", "with": {"1": 10}}]}');
SELECT define('desk.impatient', '{"timeout": "20 ms", "steps": [{"perform": "desk.slow"}]}');

-- through two
SELECT try_invoke_action('desk.rename_all', '{"name": "two"}') -> 'ok' AS ok;
SELECT count(*) FROM custom_actions.invocations WHERE status = 'failed';
SELECT action, step, path, status, handled, sqlstate, message, next FROM custom_actions.failures;
TRUNCATE custom_actions.log;
-- dealt with, twice
SELECT try_invoke_action('desk.careful') -> 'ok' AS ok;
SELECT action, step, path, status, handled, sqlstate, message FROM custom_actions.failures;
TRUNCATE custom_actions.log;
-- dealt with by an action that fails itself
SELECT try_invoke_action('desk.discreet') -> 'ok' AS ok;
SELECT action, step, path, status, handled, sqlstate, message, next FROM custom_actions.failures;
TRUNCATE custom_actions.log;
-- a time limit, which those inside know as a cancel
SELECT try_invoke_action('desk.impatient') -> 'ok' AS ok;
SELECT action, step, path, status, handled, sqlstate, message, next FROM custom_actions.failures;
TRUNCATE custom_actions.log;
-- the hint of the error, the newest first
SELECT try_invoke_action('desk.rename', '{"target": 1, "nam": "x"}') -> 'ok' AS ok;
SELECT try_invoke_action('desk.rename', '{"target": 3, "name": "x"}') -> 'ok' AS ok;
SELECT path, sqlstate, message, next, hint = next AS hinted FROM custom_actions.failures;

-- what the server's process did not live to tell, and an error inside of what is not recorded
INSERT INTO custom_actions.log (id, parent, correlation, action, version, status, started_at, duration, depth, rows_written, step, sqlstate, message, hint)
VALUES ('00000000-0000-0000-0000-000000000001', NULL, '00000000-0000-0000-0000-000000000001', 'desk.rename_all', 1, 'unknown', '2020-01-01', '2 s', 1, 0,
		'2.do.1', '00000', 'the server process ended', 'Nobody knows.'),
	('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'desk.rename', 1, 'unknown',
		'2020-01-01', '2 s', 2, 0, '1', '00000', 'the server process ended', 'Nobody knows.'),
	('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000003', 'desk.rename', 1, 'failed',
		'2020-01-02', '2 s', 2, 0, NULL, '40001', 'could not serialize', NULL);
SELECT path, status, handled, message, next FROM custom_actions.failures WHERE started_at < '2021-01-01';
-- what was traced, succeeded and was rolled back is none
UPDATE custom_actions.log SET status = 'rolled back', sqlstate = NULL, message = NULL, hint = NULL WHERE id = '00000000-0000-0000-0000-000000000001';
SELECT path, status, handled FROM custom_actions.failures WHERE started_at < '2020-01-02';

-- there is advice for all SQLSTATEs of the extension, and the nearest is taken
SELECT s.sqlstate FROM custom_actions.sqlstates() AS s
WHERE s.sqlstate NOT IN (SELECT a.sqlstate FROM custom_actions.advice AS a) ORDER BY s.sqlstate;
UPDATE custom_actions.log SET hint = NULL, status = 'failed', sqlstate = CASE version WHEN 1 THEN '23505' END WHERE id = '00000000-0000-0000-0000-000000000004';
CREATE VIEW next AS SELECT next FROM custom_actions.failures WHERE id = '00000000-0000-0000-0000-000000000004';
SELECT next FROM next;
UPDATE custom_actions.log SET sqlstate = '23001' WHERE id = '00000000-0000-0000-0000-000000000004';
SELECT next FROM next;
UPDATE custom_actions.log SET sqlstate = '0A000' WHERE id = '00000000-0000-0000-0000-000000000004';
SELECT next FROM next;
UPDATE custom_actions.log SET sqlstate = 'PT409' WHERE id = '00000000-0000-0000-0000-000000000004';
SELECT next FROM next;
