-- Items of a bulk call that run as a set: what comes out is what one by one would give.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL, priority integer NOT NULL CHECK (priority < 200));
CREATE TABLE desk.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case, title text);
INSERT INTO desk.case SELECT i, CASE WHEN i % 10 = 0 THEN 'closed' ELSE 'open' END, i FROM generate_series(1, 100) i;

-- how often statements run
CREATE TABLE desk.told (what text);
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO desk.told VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END$$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.case FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.task FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();

SELECT define('desk.escalate', '{"table": "desk.case",
	"input": [ {"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": 1} ],
	"output": [ {"name": "task_id", "type": "integer", "default": "=task.id"}, {"name": "priority", "type": "integer", "default": "=target.priority"} ],
	"steps": [
		{"require": "target.status <> ''closed''", "message": "Case {{target.id}} is closed"},
		{"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}"}},
		{"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}} ]}');

SELECT min(item), max(item), status, sum((output ->> 'priority')::integer), min((output ->> 'task_id')::integer), max((output ->> 'task_id')::integer), error
FROM invoke_action_bulk('desk.escalate', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 99) i WHERE i % 10 <> 0), '{"reason": "VIP"}')
GROUP BY status, error;
SELECT what, count(*) FROM desk.told GROUP BY what ORDER BY what;
SELECT status, count(*), sum(priority) FROM desk.case GROUP BY status ORDER BY status;
SELECT count(*), bool_and(case_id = id + (id - 1) / 9), min(title) FROM desk.task;
TRUNCATE desk.told;

SELECT item, status, output, error -> 'message' AS message
FROM invoke_action_bulk('desk.escalate', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 40) i), '{"reason": "VIP"}', 'per_item')
WHERE item % 5 = 0;
SELECT what, count(*) FROM desk.told GROUP BY what ORDER BY what;
TRUNCATE desk.told;

-- the same target twice
SELECT item, output
FROM invoke_action_bulk('desk.escalate', (SELECT jsonb_agg(jsonb_build_object('target', i % 25 + 41) ORDER BY i) FROM generate_series(1, 60) i WHERE i % 25 + 41 NOT IN (50, 60)), '{"reason": "VIP"}')
WHERE item % 7 = 0;
SELECT what, count(*) FROM desk.told GROUP BY what ORDER BY what;
TRUNCATE desk.told;
SELECT status, count(*), sum(priority) FROM desk.case GROUP BY status ORDER BY status;
-- a CHECK
SELECT item, status, output, error - '{detail,hint}'::text[]
FROM invoke_action_bulk('desk.escalate', (SELECT jsonb_agg(jsonb_build_object('target', i, 'bump', CASE i WHEN 67 THEN 1000 ELSE 1 END) ORDER BY i) FROM generate_series(61, 99) i), '{"reason": "VIP"}', 'per_item')
WHERE item < 12;
SELECT what, count(*) FROM desk.told GROUP BY what ORDER BY what;
SELECT status, count(*), sum(priority) FROM desk.case GROUP BY status ORDER BY status;

-- Items that fail before anything is written, or by the first thing that is, are found out; the others go on as one set
CREATE TABLE desk.entry (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer REFERENCES desk.case, title text NOT NULL CHECK (title <> 'bad'),
	code text UNIQUE, share numeric);
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.entry FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
SELECT define('desk.enter', '{"input": [ {"name": "id", "type": "integer"}, {"name": "title", "type": "text", "required": false},
		{"name": "code", "type": "text", "required": false}, {"name": "parts", "type": "integer", "default": 1} ],
	"output": [ {"name": "n", "type": "integer", "default": "=100 / (input.id - 60)"} ],
	"steps": [ {"let": {"half": "=1 / (input.id - 50)"}},
		{"if": "input.id % 2 = 0", "then": [ {"let": {"third": "=1 / (input.id - 52)"}} ]},
		{"create": "desk.entry", "set": {"case_id": "=input.id", "title": "=input.title", "code": "=input.code", "share": "=1.0 / input.parts + coalesce(let.half, 0) + coalesce(let.third, 0)"}} ]}');
SELECT invoke_action('desk.enter', '{"id": 99, "title": "there", "code": "c99"}');
TRUNCATE desk.told;
SELECT item, status, error ->> 'sqlstate' AS sqlstate, error ->> 'message' AS message
FROM invoke_action_bulk('desk.enter', (SELECT jsonb_agg(jsonb_build_object('id', CASE i WHEN 33 THEN 9999 WHEN 41 THEN 9999 ELSE i END,
		'title', CASE i WHEN 3 THEN NULL WHEN 7 THEN 'bad' ELSE 'fine' END,
		'code', 'c' || CASE i WHEN 20 THEN 5 WHEN 21 THEN 99 ELSE i END,
		'parts', CASE i WHEN 12 THEN '0' WHEN 40 THEN 'many' ELSE '4' END) ORDER BY i)
	FROM generate_series(1, 59) AS i), mode => 'per_item')
WHERE status <> 'succeeded' ORDER BY item;
SELECT what, count(*) FROM desk.told GROUP BY what ORDER BY what;
SELECT count(*), bool_and(case_id = 99 OR code = 'c' || case_id) FROM desk.entry;
-- nothing is left out where it is all or nothing
SELECT count(*) FROM invoke_action_bulk('desk.enter', (SELECT jsonb_agg(jsonb_build_object('id', i, 'title', CASE i WHEN 67 THEN 'bad' ELSE 'fine' END)) FROM generate_series(61, 98) AS i));

-- A statement that has failed for some reads for the others what was there before
SELECT define('desk.raise', '{"table": "desk.case", "input": [ {"name": "bump", "type": "integer"} ],
	"output": [ {"name": "status", "type": "text", "default": "=target.status"}, {"name": "priority", "type": "integer", "default": "=target.priority"} ],
	"steps": [ {"update": "target", "set": {"priority": "=target.priority + input.bump", "status": "{{target.status}}+"}} ]}');
UPDATE desk.case SET status = 'open', priority = id;
SELECT item, status, output FROM invoke_action_bulk('desk.raise',
	(SELECT jsonb_agg(jsonb_build_object('target', i, 'bump', CASE i WHEN 12 THEN 1000 ELSE 1 END) ORDER BY i) FROM generate_series(1, 20) AS i), mode => 'per_item')
WHERE item % 6 = 0 OR item < 3;
SELECT status, count(*), sum(priority - id) FROM desk.case GROUP BY status ORDER BY status;

-- All that refer to a row which is not there are found at once, also where others have written before; the rows of one of two keys, a key of two columns
CREATE TABLE desk.place (site text, no integer, PRIMARY KEY (site, no));
INSERT INTO desk.place SELECT 'hall', i FROM generate_series(1, 200) AS i;
CREATE TABLE desk.move (id integer PRIMARY KEY, entry_id integer, case_id integer REFERENCES desk.case, site text, no integer, FOREIGN KEY (site, no) REFERENCES desk.place);
INSERT INTO desk.move (id) SELECT i FROM generate_series(1, 200) AS i;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON desk.move FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
SELECT define('desk.move_on', '{"table": "desk.move", "input": [ {"name": "case_id", "type": "integer", "required": false}, {"name": "no", "type": "integer", "required": false} ],
	"steps": [ {"create": "desk.entry", "as": "entry", "set": {"title": "moved"}},
		{"update": "target", "set": {"entry_id": "=entry.id", "case_id": "=input.case_id", "site": "hall", "no": "=input.no"}} ]}');
TRUNCATE desk.told;
SELECT item, status, error ->> 'sqlstate' AS sqlstate, error ->> 'message' AS message, error ->> 'detail' AS detail
FROM invoke_action_bulk('desk.move_on', (SELECT jsonb_agg(jsonb_build_object('target', i, 'case_id', CASE WHEN i % 40 = 5 THEN 9000 + i WHEN i % 50 <> 0 THEN i % 90 + 1 END,
		'no', CASE WHEN i % 60 = 7 THEN 7000 + i WHEN i % 30 <> 0 THEN i END) ORDER BY i) FROM generate_series(1, 200) AS i), mode => 'per_item')
WHERE status <> 'succeeded' ORDER BY item;
SELECT what, count(*) FROM desk.told GROUP BY what ORDER BY what;
SELECT count(*), count(case_id), count(no) FROM desk.move WHERE entry_id IS NOT NULL;

-- No more than 63 subtransactions are left, whatever fails: each has a number of its own in the rows that it wrote
BEGIN;
SELECT status, count(*) FROM invoke_action_bulk('desk.enter', (SELECT jsonb_agg(jsonb_build_object('id', i % 20 + 1, 'title', CASE WHEN i % 7 = 0 THEN 'bad' ELSE 'fine' END) ORDER BY i)
	FROM generate_series(1, 1500) AS i), mode => 'per_item') GROUP BY status ORDER BY status;
SELECT count(DISTINCT xmin::text) BETWEEN 2 AND 63 AS few FROM desk.entry WHERE age(xmin) <= 0;
ROLLBACK;

-- A row whose key a trigger may change, if it is switched on: what is told of it needs its old key, and no second run, in which other numbers would be drawn
CREATE TABLE desk.made (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text, n integer);
CREATE TRIGGER tell BEFORE UPDATE ON desk.made FOR EACH ROW EXECUTE FUNCTION desk.tell();
ALTER TABLE desk.made DISABLE TRIGGER tell;
SELECT define('desk.make', '{"log": "full", "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "code", "type": "text", "default": "=made.code"} ],
	"steps": [ {"create": "desk.made", "as": "made", "set": {"code": "made {{input.n}}"}}, {"update": "made", "set": {"code": "{{made.code}} and {{input.n}}", "n": "=input.n"}} ]}');
SELECT count(*), min(output ->> 'code'), max(output ->> 'code') FROM invoke_action_bulk('desk.make', (SELECT jsonb_agg(jsonb_build_object('n', i) ORDER BY i) FROM generate_series(1, 30) AS i));
SELECT min(id), max(id), min(code), count(DISTINCT n) FROM desk.made;
SELECT touched, count(*) OVER () FROM custom_actions.log WHERE action = 'desk.make' ORDER BY id LIMIT 2;
