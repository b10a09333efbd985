-- invoke_action_bulk: one action for many items.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL, priority integer NOT NULL CHECK (priority < 10));
CREATE TABLE desk.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case, title text);
INSERT INTO desk.case SELECT i, CASE WHEN i % 4 = 0 THEN 'closed' ELSE 'open' END, i FROM generate_series(1, 8) i;

SELECT define('desk.escalate', '{"table": "desk.case",
	"input": [ {"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": 1} ],
	"output": [ {"name": "task_id", "type": "integer", "default": "=task.id"} ],
	"steps": [
		{"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed"},
		{"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}"}},
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}} ]}');

-- all of it
SELECT * FROM invoke_action_bulk('desk.escalate', '[{"target": 1}, {"target": 2, "reason": "angry"}, {"target": 3, "bump": 2}]',
	'{"reason": "VIP"}');
SELECT * FROM desk.case ORDER BY id;
SELECT case_id, title FROM desk.task ORDER BY id;

-- or none of it: the first item that fails says so
SELECT * FROM invoke_action_bulk('desk.escalate', '[{"target": 5}, {"target": 4}, {"target": 99}]', '{"reason": "VIP"}');
\set SHOW_CONTEXT always
SELECT * FROM invoke_action_bulk('desk.escalate', '[{"target": 5}, {"target": 99}]', '{"reason": "VIP"}');
\set SHOW_CONTEXT never
SELECT * FROM invoke_action_bulk('desk.escalate', '[{"target": 5}, 42]');
SELECT * FROM invoke_action_bulk('desk.escalate', '[{"target": 5, "reson": "x"}]', '{"reason": "VIP"}');
SELECT id, status FROM desk.case WHERE id = 5;

-- per item
SELECT item, status, output, error - '{detail,hint}'::text[] AS error
FROM invoke_action_bulk('desk.escalate', '[{"target": 5}, {"target": 4}, {"target": 6, "bump": 7}, {"target": 7}, {"target": 99}, [], {"target": 7}]',
	'{"reason": "VIP"}', mode => 'per_item');
SELECT * FROM desk.case WHERE id > 4 ORDER BY id;
SELECT case_id, title FROM desk.task ORDER BY id;

-- what it refuses
SELECT * FROM invoke_action_bulk('desk.escalate', '{"target": 1}');
SELECT * FROM invoke_action_bulk('desk.escalate', '3');
SELECT * FROM invoke_action_bulk('desk.escalate', NULL);
SELECT * FROM invoke_action_bulk('desk.escalate', '[]', '[]');
SELECT * FROM invoke_action_bulk('desk.escalate', '[]', mode => 'some');
SELECT * FROM invoke_action_bulk('desk.escalat', '[]');
SELECT * FROM invoke_action_bulk('desk.escalate', '[]');
SET custom_actions.idempotency_key = 'one';
SELECT * FROM invoke_action_bulk('desk.escalate', '[{"target": 1}]');
RESET custom_actions.idempotency_key;

-- who may
CREATE ROLE regress_bulk_nobody;
GRANT USAGE ON SCHEMA desk TO regress_bulk_nobody;
SET ROLE regress_bulk_nobody;
SELECT * FROM invoke_action_bulk('desk.escalate', '[]');
RESET ROLE;
DROP OWNED BY regress_bulk_nobody;
DROP ROLE regress_bulk_nobody;
