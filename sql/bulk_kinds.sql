-- Every kind of step that runs for many items at once, and why others do not.
\i test/sql/prelude.sql

CREATE TABLE desk.customer (id integer PRIMARY KEY, tier text NOT NULL, visits integer NOT NULL DEFAULT 0);
CREATE TABLE desk.case (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES desk.customer, status text NOT NULL DEFAULT 'open',
	priority integer NOT NULL DEFAULT 1, owner_id integer);
CREATE TABLE desk.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case ON DELETE CASCADE, title text, hours numeric);
CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE TABLE desk.told (n serial, what text);
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO desk.told (what) VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END$$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.customer FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.case FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.task FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.note FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();

INSERT INTO desk.customer SELECT i, CASE WHEN i % 4 = 0 THEN 'gold' ELSE 'standard' END FROM generate_series(1, 20) AS i;
INSERT INTO desk.case (id, customer_id) SELECT i, i FROM generate_series(1, 20) AS i;
TRUNCATE desk.told;

-- Runs an action for all cases; says which statements ran, and how often.
CREATE FUNCTION desk.run(action text, common jsonb DEFAULT '{}', key text DEFAULT 'target') RETURNS TABLE (ran text, outputs text) LANGUAGE plpgsql AS $$
BEGIN
	SELECT string_agg(output::text, ' ' ORDER BY item) FILTER (WHERE item < 5) INTO outputs
	FROM invoke_action_bulk(action, (SELECT jsonb_agg(CASE WHEN key = '' THEN '{}' ELSE jsonb_build_object(key, i) END ORDER BY i) FROM generate_series(1, 20) AS i), common);
	SELECT string_agg(CASE count WHEN 1 THEN what ELSE what || ' ' || count || ' times' END, ', ' ORDER BY first) INTO ran
	FROM (SELECT what, count(*), min(n) AS first FROM desk.told GROUP BY what) AS counted;
	TRUNCATE desk.told;
	RETURN NEXT;
END $$;

SELECT define('desk.jot', '{"input": [ {"name": "body", "type": "text"} ], "output": [ {"name": "note_id", "type": "integer", "default": "=note.id"} ],
	"steps": [ {"create": "desk.note", "as": "note", "set": {"body": "=input.body"}} ]}');
SELECT define('desk.work', '{"table": "desk.case", "summary": "{{target.id}}: {{target.status}}",
	"input": [ {"name": "by", "type": "integer"} ], "output": [ {"name": "said", "type": "text"}, {"name": "note", "type": "integer"} ],
	"steps": [
		{"get": "desk.customer", "as": "customer", "id": "=target.customer_id"},
		{"let": {"weight": "=input.by * CASE customer.tier WHEN ''gold'' THEN 10 ELSE 1 END"}},
		{"require": "let.weight > 0"},
		{"group": "Work", "do": [
			{"if": "customer.tier = ''gold''",
				"then": [ {"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "{{customer.tier}} {{target.id}}", "hours": "=let.weight"}},
					{"update": "task", "set": {"hours": "=hours / 4"}} ],
				"else": [ {"output": {"said": "no task"}} ]} ]},
		{"choose": null, "cases": [ {"when": "target.id % 2 = 0", "do": [ {"set_status": "target", "to": "even", "column": "status"} ]} ],
			"else": [ {"update": "target", "set": {"status": "odd", "priority": "=priority + let.weight"}} ]},
		{"stop": "succeeded", "when": "target.id % 3 = 0"},
		{"perform": "desk.jot", "as": "jotted", "with": {"body": "{{target.id}} is {{target.status}}, {{task.hours}}"}},
		{"assign": "target", "to": "=jotted.note_id", "column": "owner_id"},
		{"output": {"note": "=jotted.note_id"}} ]}');
SELECT * FROM desk.run('desk.work', '{"by": 3}');
SELECT id, status, priority, owner_id FROM desk.case WHERE id < 8 ORDER BY id;
SELECT * FROM desk.task ORDER BY id;
SELECT count(*), min(body), max(body) FROM desk.note;
SELECT l.action, l.status, l.target, l.rows_written, l.touched, l.summary, p.action AS inside
FROM custom_actions.log AS l LEFT JOIN custom_actions.log AS p ON p.id = l.parent
WHERE l.target ->> 'id' IN ('3', '4') OR (l.action = 'desk.jot' AND l.touched -> 'desk.note' -> 'created' @> '[{"id": 3}]') ORDER BY l.action, l.target;
SELECT action, count(*), count(DISTINCT correlation) FROM custom_actions.log GROUP BY action ORDER BY action;

-- deleting, and rows that are not there
SELECT define('desk.close', '{"table": "desk.case", "steps": [ {"delete": "target"} ]}');
BEGIN;
SELECT * FROM desk.run('desk.close');
ROLLBACK;
SELECT define('desk.visit', '{"table": "desk.case", "steps": [ {"update": "desk.customer", "id": "=target.customer_id", "set": {"visits": "=visits + 1"}} ]}');
SELECT * FROM desk.run('desk.visit');
UPDATE desk.case SET customer_id = 1 WHERE id = 20;
TRUNCATE desk.told;
SELECT * FROM desk.run('desk.visit');
SELECT id, visits FROM desk.customer WHERE id IN (1, 2, 20) ORDER BY id;

-- what keeps items from running as a set, though none of them meets another's row
UPDATE desk.case SET customer_id = id WHERE id = 20;
TRUNCATE desk.told;
SET client_min_messages = warning;
SELECT define(name, definition::json) FROM (VALUES
	('desk.no_bulk', '{"table": "desk.case", "bulk": false, "steps": [ {"update": "target", "set": {"status": "x"}} ]}'),
	('desk.no_loop', '{"table": "desk.case", "steps": [ {"for_each": "=ARRAY[1, 2]", "as": "n", "do": [ {"update": "target", "set": {"priority": "=n.value"}} ]} ]}'),
	('desk.no_handler', '{"table": "desk.case", "steps": [ {"update": "target", "set": {"status": "x"}, "on_error": []} ]}'),
	('desk.no_key', '{"table": "desk.case", "steps": [ {"update": "target", "set": {"id": "=id"}} ]}'),
	('desk.no_many', '{"table": "desk.case", "steps": [ {"update": "desk.task", "where": "case_id = target.id", "set": {"hours": 1}} ]}'),
	('desk.no_read', '{"table": "desk.case", "steps": [ {"update": "target", "set": {"priority": "=(SELECT count(*) FROM desk.case)"}} ]}'),
	('desk.no_twice', '{"table": "desk.case", "steps": [ {"create": "desk.note", "set": {"body": "a"}}, {"create": "desk.note", "set": {"body": "b"}} ]}'),
	('desk.no_shared', '{"table": "desk.case", "steps": [ {"create": "desk.note", "set": {"body": "a"}}, {"update": "desk.customer", "id": "=target.customer_id", "set": {"visits": 1}} ]}'),
	('desk.nothing_left', '{"table": "desk.case", "steps": [ {"delete": "target"} ]}'),
	('desk.no_inside', '{"table": "desk.case", "steps": [ {"create": "desk.note", "set": {"body": "a"}}, {"perform": "desk.jot", "with": {"body": "b"}} ]}')
) AS v (name, definition);
RESET client_min_messages;
SELECT a.name, r.ran FROM custom_actions.action AS a CROSS JOIN LATERAL desk.run(a.name) AS r WHERE a.name LIKE 'desk.no%' ORDER BY a.name;
INSERT INTO desk.case (id, customer_id) SELECT i, i FROM generate_series(1, 20) AS i;

-- a table that only actions may write is one like others
SELECT protect_table('desk.case', columns => '{status}');
TRUNCATE desk.told;
SELECT define('desk.open', '{"table": "desk.case", "steps": [ {"update": "target", "set": {"status": "open"}} ]}');
SELECT * FROM desk.run('desk.open');
