-- preview_action(): actions that fail, and what must not be shown.
\i test/sql/prelude.sql
\i test/sql/preview.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open' CHECK (status <> 'bad'));
INSERT INTO desk.case SELECT generate_series(1, 3);
SELECT define('desk.set', '{"table": "desk.case", "input": [{"name": "state", "type": "text"}], "steps": [{"update": "target", "set": {"status": "=input.state"}}]}');
SELECT define('desk.fails', '{
	"input": [{"name": "secret", "type": "text", "sensitive": true}, {"name": "fail", "type": "boolean", "default": true}],
	"output": [{"name": "hidden", "type": "text", "default": "{{input.secret}} x", "sensitive": true}, {"name": "plain", "type": "text", "default": "= ''ok''"}],
	"steps": [
		{"update": "desk.case", "id": 1, "set": {"status": "a"}},
		{"if": "true", "then": [
			{"perform": "desk.set", "with": {"target": 2, "state": "b"}},
			{"require": "not input.fail", "message": "no {{input.secret}}", "hint": "Give another."}]}]}');
SELECT * FROM preview('desk.fails', '{"secret": "hush-hush"}');
SELECT jsonb_pretty(preview_action_document('desk.fails', '{"secret": "hush-hush"}') - '{steps,varies,token}'::text[]);
SELECT * FROM preview('desk.fails', '{"secret": "hush-hush", "fail": false}');
SELECT preview_action_document('desk.fails', '{"secret": "hush-hush", "fail": false}') -> 'output';

-- in a nested action, and where it is dealt with
SELECT define('desk.nested', '{"steps": [
	{"perform": "desk.set", "with": {"target": 1, "state": "bad"}, "on_error": [{"update": "desk.case", "id": 3, "set": {"status": "handled"}}]},
	{"perform": "desk.set", "with": {"target": 1, "state": "bad"}}]}');
SELECT * FROM preview('desk.nested');

-- inputs that are wrong
SELECT * FROM preview('desk.set', '{"target": 1}');
SELECT * FROM preview('desk.set', '{"target": 99, "state": "x"}');
SELECT * FROM preview('desk.set', '{"target": 1, "two": "x"}');
SELECT preview_action(NULL);
SELECT preview_action('desk.set', NULL);
SELECT preview_action('desk.unknown');
SELECT deactivate_action('desk.set');
SELECT * FROM preview('desk.set', '{"target": 1, "state": "x"}');
SELECT activate_action('desk.set');

-- limits, as for invoking
SELECT define('desk.slow', '{"timeout": "10 ms", "steps": [{"call": "pg_catalog.pg_sleep(double precision)", "with": {"1": 5}}]}');
SELECT part, by, operation, after FROM preview('desk.slow') WHERE part = 'error' AND "column" = 'message';
BEGIN READ ONLY;
SELECT * FROM preview('desk.set', '{"target": 1, "state": "x"}');
COMMIT;
SELECT define('desk.slower', '{"steps": [{"call": "pg_catalog.pg_sleep(double precision)", "with": {"1": 5}}]}');
SET statement_timeout = '200ms';
SELECT * FROM preview('desk.slower');
RESET statement_timeout;
TABLE desk.case;

-- what remains, also where the transaction has used the sequence before
CREATE TABLE desk.numbered (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
SELECT define('desk.number', '{"steps": [{"create": "desk.numbered"}]}');
BEGIN;
SELECT "table", after FROM preview('desk.number') WHERE part = 'remains';
SELECT "table", after FROM preview('desk.number') WHERE part = 'remains';
SELECT "table", after FROM preview('desk.set', '{"target": 1, "state": "x"}') WHERE part = 'remains';
COMMIT;
