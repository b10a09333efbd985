-- preview_action(): what an action would change, by its own steps, by triggers and by cascades.
\i test/sql/prelude.sql
\i test/sql/preview.sql

CREATE TABLE desk.customer (id integer PRIMARY KEY, name text);
CREATE TABLE desk.case (
	id integer PRIMARY KEY, customer_id integer REFERENCES desk.customer ON DELETE CASCADE ON UPDATE CASCADE,
	status text DEFAULT 'open', priority integer DEFAULT 1);
CREATE TABLE desk.task (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case ON DELETE CASCADE,
	title text, title_length integer GENERATED ALWAYS AS (length(title)) STORED);
INSERT INTO desk.customer VALUES (1, 'Northwind'), (2, 'Bakery');
INSERT INTO desk.case VALUES (40, 1), (41, 1), (42, 2);
INSERT INTO desk.task (case_id, title) VALUES (40, 'Call'), (41, 'Write');

SELECT define('desk.escalate', '{
	"table": "desk.case",
	"input": [{"name": "reason", "type": "text"}],
	"output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}, {"name": "says", "type": "text", "default": "Done: {{input.reason}}"}],
	"steps": [
		{"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "=input.reason"}},
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + 1"}},
		{"require": "target.priority > 1", "message": "too low"}]}');
SELECT * FROM preview('desk.escalate', '{"target": 40, "reason": "VIP"}');
SELECT jsonb_pretty(preview_action_document('desk.escalate', '{"target": 40, "reason": "VIP"}') - '{steps,varies,token}'::text[]);
TABLE desk.case;
TABLE desk.task;
SELECT define('desk.forget', '{"table": "desk.customer", "steps": [{"delete": "target"}]}');
SELECT * FROM preview('desk.forget', '{"target": 1}');

-- a row that two steps write is shown once, one that is created and deleted not at all
SELECT define('desk.twice', '{"steps": [
	{"create": "desk.case", "as": "made", "set": {"id": 50, "customer_id": 1}},
	{"update": "made", "set": {"status": "new"}},
	{"create": "desk.case", "as": "gone", "set": {"id": 51}},
	{"delete": "gone"},
	{"update": "desk.case", "id": 40, "set": {"priority": 2}},
	{"for_each": "desk.case", "as": "each", "where": "id < 42", "do": [{"update": "each", "set": {"priority": "=priority + 10"}}]},
	{"update": "desk.case", "id": 42, "set": {"status": "=status"}},
	{"delete": "desk.task", "where": "case_id = 41"},
	{"delete": "desk.case", "id": 42},
	{"create": "desk.case", "set": {"id": 42, "status": "again"}}]}');
SELECT * FROM preview('desk.twice');

-- nothing is left
SELECT * FROM desk.case ORDER BY id;
SELECT count(*) FROM custom_actions.log;
