-- Steps in a row that update the same row: nobody can tell how many statements that takes.
\i test/sql/prelude.sql
\pset format unaligned
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, priority integer, weight integer DEFAULT 0, rest integer);
INSERT INTO desk.note (id, body, priority) SELECT i, 'Note ' || i, i FROM generate_series(1, 5) AS i;

-- what later steps read of the row is what the updates made of it
SELECT create_action('desk.read_after', '{"table": "desk.note",
	"input": [{"name": "priority", "type": "integer"}, {"name": "weight", "type": "integer"}],
	"output": [{"name": "read", "type": "text"}, {"name": "rest", "type": "integer", "default": "=target.rest"}],
	"steps": [{"require": "target.priority > 0 AND target.weight >= 0"},
		{"update": "target", "set": {"priority": "=input.priority"}},
		{"update": "target", "set": {"weight": "=input.weight"}},
		{"output": {"read": "{{target.priority}}, {{target.weight}}"}},
		{"update": "target", "set": {"body": "done"}},
		{"update": "target", "set": {"rest": "=target.weight"}}]}');
SELECT activate_action('desk.read_after');
SELECT * FROM desk.read_after(1, 10, 11);
SELECT * FROM desk.read_after(1, 12, 13);
SELECT * FROM desk.note WHERE id = 1;

-- so does the next turn of a loop
SELECT create_action('desk.loop', '{"table": "desk.note", "output": [{"name": "read", "type": "text", "default": "=let.read"}],
	"steps": [{"let": {"read": ""}},
		{"for_each": "=array[1, 2, 3]", "as": "turn", "do": [
			{"let": {"read": "{{let.read}} {{target.priority}}/{{target.weight}}"}},
			{"update": "target", "set": {"priority": "=turn.value + 10"}},
			{"update": "target", "set": {"weight": "=turn.value"}}]}]}');
SELECT activate_action('desk.loop');
SELECT desk.loop(2);

-- an error is that of the step that wrote the value: here an index takes no long one
CREATE INDEX ON desk.note (body);
SELECT create_action('desk.fail', '{"table": "desk.note", "input": [{"name": "body", "type": "text"}],
	"output": [{"name": "step", "type": "text"}],
	"steps": [{"group": "both", "do": [
			{"update": "target", "set": {"priority": 7}},
			{"update": "target", "set": {"body": "=input.body"}}],
		"on_error": [{"output": {"step": "{{error.step}}: {{error.sqlstate}}"}}]}]}');
SELECT activate_action('desk.fail');
SELECT desk.fail(3, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) AS i));
SELECT priority, body FROM desk.note WHERE id = 3;

-- a CHECK that looks at the table sees what the first step did
CREATE FUNCTION desk.all_priorities() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(priority) FROM desk.note';
ALTER TABLE desk.note ADD CONSTRAINT not_too_much CHECK (priority < 0 OR desk.all_priorities() < 1000);
SELECT create_action('desk.check_sum', '{"table": "desk.note",
	"steps": [{"update": "target", "set": {"priority": 1000}}, {"update": "target", "set": {"weight": 1}}]}');
SELECT activate_action('desk.check_sum');
SELECT desk.check_sum(4);

-- a trace names the step that a foreign key refuses, and what the one before it did
CREATE TABLE desk.topic (id integer PRIMARY KEY);
ALTER TABLE desk.note ADD COLUMN topic integer REFERENCES desk.topic, DROP CONSTRAINT not_too_much;
SELECT create_action('desk.file', '{"table": "desk.note", "log": "trace", "steps": [{"group": "both", "do": [
	{"update": "target", "set": {"priority": 8}}, {"update": "target", "set": {"topic": 99}}], "on_error": []}]}');
SELECT activate_action('desk.file');
SELECT desk.file(5);
SELECT step, outcome, sqlstate FROM custom_actions.log_step ORDER BY number;
