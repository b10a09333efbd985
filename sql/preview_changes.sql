-- preview_action(): what an action would change, by its own steps, by triggers and by cascades.
\i test/sql/prelude.sql

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

-- All that a preview shows but for the times.
CREATE FUNCTION preview(action text, input jsonb DEFAULT '{}', version integer DEFAULT NULL, force boolean DEFAULT false)
RETURNS TABLE (part text, "by" text, operation text, "table" text, key text, "column" text, before text, after text)
LANGUAGE sql AS $$
	SELECT p.part, p.by, p.operation, p.table, p.key, p.column, p.before, regexp_replace(p.after, '(, )?[0-9.]+ ms', '')
	FROM preview_action(action, input, version, force) AS p;
$$;

SELECT define('desk.escalate', '{
	"table": "desk.case",
	"input": [{"name": "reason", "type": "text"}],
	"output": [{"name": "task_id", "type": "bigint", "default": "=task.id"}, {"name": "says", "type": "text", "default": "Done: {{input.reason}}"}],
	"steps": [
		{"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "=input.reason"}},
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + 1"}},
		{"require": "target.priority > 1", "message": "too low"}]}');
SELECT * FROM preview('desk.escalate', '{"target": 40, "reason": "VIP"}');
SELECT jsonb_pretty(preview_action_document('desk.escalate', '{"target": 40, "reason": "VIP"}') #- '{steps}');
TABLE desk.case;
TABLE desk.task;
SELECT define('desk.forget', '{"table": "desk.customer", "steps": [{"delete": "target"}]}');
SELECT * FROM preview('desk.forget', '{"target": 1}');
