-- Level trace: a line for each step of an invocation, and for what its functions
-- tell action_trace().
\i test/sql/prelude.sql

CREATE SCHEMA book;
CREATE TABLE book.account (id integer PRIMARY KEY, amount integer CHECK (amount >= 0), note text);
CREATE TABLE book.entry (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
INSERT INTO book.account VALUES (1, 100), (2, 50), (3, 0);
SET custom_actions.log_level = trace;

-- what the lines say; those of an action together
CREATE VIEW lines AS
	SELECT action, l.status, s.number, s.step, s.iteration AS turn, s.kind, s.outcome, s.rows_written AS rows,
		s.duration >= '0 s' AS timed, s.sqlstate, s.message, s.details
	FROM custom_actions.log_step AS s JOIN custom_actions.log AS l ON l.id = s.invocation;
CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS 'TRUNCATE custom_actions.log, custom_actions.log_step';

-- run, skipped, rows; lists of steps inside
SELECT define('book.draw', '{"table": "book.account", "input": [{"name": "sum", "type": "integer"}], "steps": [
	{"require": "input.sum <> 0"},
	{"if": "input.sum > 0", "then": [{"update": "target", "set": {"amount": "=amount - input.sum"}}],
	 "else": [{"update": "target", "set": {"amount": "=amount - input.sum", "note": "gain"}}]},
	{"create": "book.entry", "set": {"text": "large"}, "when": "input.sum > 50"},
	{"update": "book.account", "where": "amount > 1000", "set": {"note": "rich"}}]}');
SELECT book.draw(1, 10);
SELECT number, step, turn, kind, outcome, rows, timed, sqlstate, message, details FROM lines ORDER BY number;
SELECT forget();

-- loops, in each other; actions performed have lines of their own
SELECT define('book.rounds', '{"steps": [
	{"for_each": "book.account", "as": "account", "order_by": "id", "do": [
		{"for_each": "=array[1, 2]", "as": "n", "do": [
			{"create": "book.entry", "set": {"text": "=account.id || ''.'' || n.value"}, "when": "n.value = 1"}]},
		{"perform": "book.draw", "with": {"target": "=account.id", "sum": -1}, "when": "account.id < 3"}]}]}');
SELECT book.rounds();
SELECT number, step, turn, kind, outcome, rows FROM lines WHERE action = 'book.rounds' ORDER BY number;
SELECT count(DISTINCT l.id) AS invocations, count(*) AS lines, bool_and(l.parent = o.id AND l.depth = 2) AS below
FROM custom_actions.log AS l JOIN custom_actions.log_step AS s ON s.invocation = l.id, custom_actions.log AS o
WHERE l.action = 'book.draw' AND o.action = 'book.rounds';
SELECT forget();

-- two updates of one row that run as one are two lines
SELECT define('book.pair', '{"table": "book.account", "steps": [
	{"update": "target", "set": {"note": "first"}}, {"update": "target", "set": {"amount": "=amount + 1"}}]}');
SELECT book.pair(1);
SELECT number, step, kind, outcome, rows FROM lines ORDER BY number;
SELECT forget();

-- handled: what the step had done is undone; the handler's lines follow
SELECT define('book.careful', '{"input": [{"name": "sum", "type": "integer"}], "steps": [
	{"group": "work", "do": [
		{"create": "book.entry", "set": {"text": "undone"}},
		{"create": "book.entry", "set": {"text": "never"}, "when": "input.sum < 0"},
		{"update": "book.account", "id": 2, "set": {"amount": 7}, "on_error": []},
		{"update": "book.account", "id": 3, "set": {"amount": "=-input.sum"}, "on_error_when": "input.sum > 100", "on_error": []},
		{"update": "book.account", "id": 3, "set": {"amount": "=-input.sum"}}],
	 "on_error_when": "input.sum < 1000",
	 "on_error": [{"create": "book.entry", "set": {"text": "=error.step"}}]},
	{"create": "book.entry", "set": {"text": "after"}}]}');
SELECT book.careful(10);
SELECT number, step, kind, outcome, rows, sqlstate, message FROM lines ORDER BY number;
SELECT rows_written FROM custom_actions.log;
SELECT forget();
SELECT book.careful(500);
SELECT number, step, kind, outcome, rows, sqlstate, message FROM lines ORDER BY number;
SELECT forget();

-- failed, and answered by try_invoke_action: the lines are in the caller's transaction, too
SELECT try_invoke_action('book.careful', '{"sum": 1000}') -> 'error' ->> 'step' AS step;
SELECT number, step, kind, outcome, rows, timed, sqlstate, message FROM lines ORDER BY number;
SELECT forget();
SELECT define('book.turns', '{"steps": [{"for_each": "=array[3, 2, 1]", "as": "n", "do": [
	{"perform": "book.draw", "with": {"target": "=n.value", "sum": "=n.value - 10"}},
	{"perform": "book.draw", "with": {"target": "=n.value", "sum": 58}}]}]}');
SELECT try_invoke_action('book.turns') -> 'error' ->> 'message' AS message;
SELECT action, status, number, step, turn, kind, outcome, rows, sqlstate, message FROM lines ORDER BY action DESC, status, number;
SELECT forget();

-- an error in `when`, before the first step, of a stop step
SELECT define('book.ends', '{"input": [{"name": "n", "type": "integer"}], "steps": [
	{"create": "book.entry", "set": {"text": "x"}, "when": "1 / input.n > 0"},
	{"stop": "canceled", "message": "no more", "when": "input.n = 1"}, {"stop": "succeeded"}, {"require": "false"}]}');
SELECT try_invoke_action('book.ends', jsonb_build_object('n', n)) -> 'error' ->> 'message' AS message FROM (VALUES ('0'), ('1'), ('2'), ('x')) AS v(n);
SELECT status, number, step, kind, outcome, rows, sqlstate, message FROM lines ORDER BY status, number;
SELECT status, (SELECT count(*) FROM custom_actions.log_step WHERE invocation = id) AS lines FROM custom_actions.log ORDER BY status, lines;
SELECT forget();

-- plug-ins
CREATE FUNCTION book.check(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM action_trace('checked', jsonb_build_object('sum', context -> 'input' -> 'sum'));
	IF context -> 'input' ->> 'sum' = '13' THEN
		RAISE EXCEPTION 'no luck';
	END IF;
END $$;
SELECT define('book.watched', '{"table": "book.account", "input": [{"name": "sum", "type": "integer"}], "steps": [
	{"update": "target", "set": {"amount": "=amount + input.sum"}}],
	"plugins": [{"stage": "pre_operation", "function": "book.check"}, {"stage": "post_operation", "function": "book.check", "rank": 2}]}');
SELECT book.watched(1, 5);
SELECT number, step, kind, outcome, rows, timed, sqlstate, message, details FROM lines ORDER BY number;
SELECT forget();
SELECT try_invoke_action('book.watched', '{"target": 1, "sum": 13}') -> 'ok' AS ok;
SELECT status, number, step, kind, outcome, sqlstate, message, details FROM lines ORDER BY number;
SELECT forget();

-- levels: nothing below trace, nor in a read-only transaction
SET custom_actions.log_level = full;
SELECT book.watched(1, 5);
SELECT define('book.loud', '{"log": "trace", "steps": [{"perform": "book.watched", "with": {"target": 1, "sum": 1}}]}');
SELECT book.loud();
SELECT action, number, step, kind, outcome, rows, message FROM lines ORDER BY number;
SELECT forget();
SELECT define('book.look', '{"log": "trace", "read_only": true, "steps": [{"get": "book.account", "id": 1}]}');
BEGIN READ ONLY;
SELECT book.look();
COMMIT;
SELECT count(*) FROM custom_actions.log_step;
SELECT book.look();
SELECT action, number, step, kind, outcome, rows FROM lines ORDER BY number;
SELECT forget();
DO LANGUAGE custom_action '{"log": "trace", "steps": [{"require": "true"}]}';
SELECT action, number, step, kind, outcome FROM lines;

-- the table is closed
CREATE ROLE trace_clerk;
SET ROLE trace_clerk;
SELECT count(*) FROM custom_actions.log_step;
RESET ROLE;
DROP ROLE trace_clerk;

-- a table that is not ours is told of, once
ALTER TABLE custom_actions.log_step RENAME details TO more;
SELECT book.loud();
SELECT book.loud();
ALTER TABLE custom_actions.log_step RENAME more TO details;
SELECT book.loud();
