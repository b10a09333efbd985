-- Two adjacent steps that update one row may run as one UPDATE; nobody can tell.
\i test/sql/prelude.sql

CREATE TABLE desk.agent (id integer PRIMARY KEY);
INSERT INTO desk.agent VALUES (1), (2);
CREATE TABLE desk.ticket (
	id integer PRIMARY KEY,
	status text CHECK (status <> 'bad'),
	priority integer NOT NULL DEFAULT 1,
	agent_id integer REFERENCES desk.agent,
	backup_id integer REFERENCES desk.agent,
	note text,
	code integer UNIQUE,
	touched timestamptz);
INSERT INTO desk.ticket (id, status, code) SELECT i, 'open', i FROM generate_series(1, 9) AS i;

-- Runs SQL that returns one value; how many rows were updated, or what was raised in which step.
CREATE FUNCTION desk.run(query text, OUT result text, OUT updates bigint, OUT step text)
LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_stat_get_xact_tuples_updated('desk.ticket'::regclass);
BEGIN
	EXECUTE query INTO result;
	updates := pg_stat_get_xact_tuples_updated('desk.ticket'::regclass) - before;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS step = PG_EXCEPTION_CONTEXT;
	result := SQLERRM;
	step := substring(step FROM 'action "[^"]*" version \d+(?:, [^\n]*)?');
END $$;

SELECT define('desk.move', '{ "table": "desk.ticket",
  "input": [ {"name": "status", "type": "text"}, {"name": "priority", "type": "integer", "required": false}, {"name": "agent", "type": "integer", "required": false} ],
  "output": [ {"name": "said", "type": "text", "default": "{{target.status}} {{target.priority}} {{target.agent_id}} {{target.note}}"} ],
  "steps": [
    {"update": "target", "set": {"status": "=input.status", "priority": "=priority + input.priority"}},
    {"assign": "target", "to": "=coalesce(input.agent, target.agent_id)", "column": "agent_id"} ] }');

-- one UPDATE; the results are those of both steps
SELECT * FROM desk.run($$SELECT desk.move(1, 'new', 2, 1)$$);
SELECT * FROM desk.run($$SELECT desk.move(1, 'newer', 2)$$);
SELECT * FROM desk.run($$SELECT invoke_action('desk.move', '{"target": 1, "status": "newest", "priority": -1, "agent": 2}')$$);
SELECT id, status, priority, agent_id FROM desk.ticket WHERE id = 1;

-- errors are those of the step that would have raised them
SELECT * FROM desk.run($$SELECT desk.move(1, 'bad', 2, 1)$$);
SELECT * FROM desk.run($$SELECT desk.move(1, 'new', NULL, 1)$$);
SELECT * FROM desk.run($$SELECT desk.move(1, 'new', 2147483647, 1)$$);
SELECT * FROM desk.run($$SELECT desk.move(1, 'new', 2, 77)$$);
SELECT * FROM desk.run($$SELECT desk.move(1, 'bad', 2, 77)$$);
SELECT * FROM desk.run($$SELECT desk.move(99, 'new', 2, 1)$$);
SELECT e ->> 'step' AS step, e ->> 'constraint' AS "constraint"
FROM (SELECT try_invoke_action('desk.move', '{"target": 1, "status": "new", "priority": 1, "agent": 77}') -> 'error' AS e) AS q;
SELECT id, status, priority, agent_id FROM desk.ticket WHERE id = 1;

-- in a group whose handler looks at the step, in a branch, in a loop
SELECT define('desk.nested', '{ "table": "desk.ticket",
  "input": [ {"name": "agent", "type": "integer"} ],
  "output": [ {"name": "said", "type": "text"} ],
  "steps": [
    {"output": {"said": "fine"}},
    {"group": "careful", "on_error": [{"output": {"said": "step {{error.step}}"}}], "do": [
      {"update": "target", "set": {"note": "x"}},
      {"assign": "target", "to": "=input.agent", "column": "agent_id"} ]},
    {"if": "input.agent > 0", "then": [
      {"set_status": "target", "to": "nested", "column": "status"},
      {"update": "target", "set": {"note": "{{target.note}}"}},
      {"assign": "target", "to": 2, "column": "agent_id"} ]},
    {"for_each": "=array[1, 2]", "do": [
      {"update": "target", "set": {"priority": "=priority + 10"}},
      {"update": "target", "set": {"touched": "=now()"}} ]} ] }');
SELECT * FROM desk.run($$SELECT desk.nested(2, 1)$$);
SELECT * FROM desk.run($$SELECT desk.nested(3, 77)$$);
SELECT id, status, priority, agent_id, note, touched IS NOT NULL AS touched FROM desk.ticket WHERE id IN (2, 3) ORDER BY id;

-- Two UPDATEs wherever the second step could fail, be seen, or see the first.
CREATE FUNCTION desk.try_pair(first json, second json, OUT result text, OUT updates bigint, OUT step text)
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL client_min_messages = warning;
	PERFORM define('desk.pair', json_build_object('table', 'desk.ticket',
		'output', '[{"name": "said", "type": "text", "default": "{{target.status}} {{target.priority}} {{target.agent_id}} {{target.note}} {{target.code}}"}]'::json,
		'steps', json_build_array(first, second)));
	SELECT r.* INTO result, updates, step FROM desk.run('SELECT desk.pair(4)') AS r;
	UPDATE desk.ticket SET status = 'open', priority = 1, agent_id = NULL, backup_id = NULL, note = NULL, code = 4 WHERE id = 4;
END $$;

SELECT p.* FROM (VALUES
	('merged', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"note": "b"}}'),
	('merged, case', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"note": "=case when this.priority is null then ''b'' else target.note end"}}'),
	('merged, not null', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"priority": 7}}'),
	('reads what the first writes', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"agent_id": "=case when target.note is null then 1 else 2 end"}}'),
	('reads it as this', '{"update": "target", "set": {"priority": 2}}', '{"update": "target", "set": {"agent_id": "=priority"}}'),
	('reads it in the whole row', '{"update": "target", "set": {"priority": 2}}', '{"update": "target", "set": {"note": "{{target}}"}}'),
	('the same column', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"note": "b"}}'),
	('may fail', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"agent_id": "=1 / (priority - 1)"}}'),
	('may be null', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"priority": "=null"}}'),
	('checked', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"status": "bad"}}'),
	('unique', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"code": 5}}'),
	('unique, first', '{"update": "target", "set": {"code": 5}}', '{"update": "target", "set": {"note": "a"}}'),
	('foreign key, first', '{"update": "target", "set": {"backup_id": 77}}', '{"update": "target", "set": {"agent_id": 78}}'),
	('sub-select', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"agent_id": "=(select 1 from desk.ticket where note = ''a'')"}}'),
	('key', '{"update": "target", "set": {"note": "a"}}', '{"update": "target", "set": {"id": 4}}'),
	('when', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"note": "b"}, "when": "target.status = ''a''"}'),
	('where', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"note": "b"}, "where": "status = ''a''"}'),
	('on_error', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"agent_id": 77}, "on_error": []}'),
	('not required', '{"update": "target", "set": {"status": "a"}}', '{"update": "target", "set": {"note": "b"}, "required": false}'),
	('other row', '{"update": "target", "set": {"status": "a"}}', '{"update": "desk.ticket", "id": 4, "set": {"note": "b"}}'))
	AS t (name, first, second), desk.try_pair(t.first::json, t.second::json) AS p;

-- what the first step's row is called makes no difference
SELECT define('desk.named', '{ "table": "desk.ticket", "output": [ {"name": "said", "type": "text", "default": "{{u.status}} {{v.note}} {{target.agent_id}}"} ], "steps": [
  {"update": "target", "as": "u", "set": {"status": "a"}},
  {"assign": "target", "to": 1, "column": "agent_id"},
  {"update": "u", "as": "v", "set": {"note": "b"}} ] }');
SELECT * FROM desk.run('SELECT desk.named(5)');

-- the second step reads the row as it is, not as it was loaded
CREATE FUNCTION desk.give(ticket integer, agent integer) RETURNS void LANGUAGE sql AS 'UPDATE desk.ticket SET backup_id = $2 WHERE id = $1';
SELECT define('desk.stale', '{ "table": "desk.ticket", "output": [ {"name": "said", "type": "text", "default": "{{target.agent_id}}"} ], "steps": [
  {"require": "target.backup_id is null"},
  {"call": "desk.give", "with": {"ticket": "=target.id", "agent": 2}},
  {"update": "target", "set": {"status": "given"}},
  {"assign": "target", "to": "=target.backup_id", "column": "agent_id"} ] }');
SELECT * FROM desk.run('SELECT desk.stale(6)');

-- a user who may not do what the second step does
CREATE ROLE regress_ca_desk;
GRANT USAGE ON SCHEMA desk TO regress_ca_desk;
GRANT EXECUTE ON FUNCTION desk.move, desk.run TO regress_ca_desk;
GRANT SELECT, UPDATE (status, priority) ON desk.ticket TO regress_ca_desk;
SELECT * FROM desk.run($$SELECT desk.move(7, 'mine', 1, 1)$$);
SET ROLE regress_ca_desk;
SELECT * FROM desk.run($$SELECT desk.move(7, 'stolen', 1, 2)$$);
RESET ROLE;
GRANT UPDATE (agent_id) ON desk.ticket TO regress_ca_desk;
SET ROLE regress_ca_desk;
SELECT * FROM desk.run($$SELECT desk.move(7, 'granted', 1, 2)$$);
RESET ROLE;
DROP OWNED BY regress_ca_desk;
DROP ROLE regress_ca_desk;

-- a trigger that appears, also in the middle of a call
CREATE TABLE desk.seen (what text);
CREATE FUNCTION desk.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.seen VALUES (format('%s %s', NEW.status, NEW.agent_id));
	RETURN NEW;
END $$;
CREATE FUNCTION desk.watch() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CREATE TRIGGER see AFTER UPDATE ON desk.ticket FOR EACH ROW EXECUTE FUNCTION desk.see();
END $$;
SELECT define('desk.watched', '{ "table": "desk.ticket", "input": [ {"name": "watch", "type": "boolean"} ],
  "output": [ {"name": "said", "type": "text", "default": "{{target.status}} {{target.agent_id}}"} ], "steps": [
  {"call": "desk.watch", "when": "input.watch"},
  {"update": "target", "set": {"status": "seen"}},
  {"assign": "target", "to": "=coalesce(target.backup_id, 1)", "column": "agent_id"} ] }');
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
SELECT * FROM desk.run('SELECT desk.watched(9, true)');
SELECT * FROM desk.seen;
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
SELECT * FROM desk.seen;
DROP TRIGGER see ON desk.ticket;
SELECT * FROM desk.run('SELECT desk.watched(8, false)');

-- row-level security, rules, children, generated columns, indexes on expressions
BEGIN;
ALTER TABLE desk.ticket ENABLE ROW LEVEL SECURITY;
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
ROLLBACK;
BEGIN;
CREATE RULE r AS ON UPDATE TO desk.ticket DO ALSO INSERT INTO desk.seen VALUES ('rule');
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
ROLLBACK;
BEGIN;
CREATE TABLE desk.child () INHERITS (desk.ticket);
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
ROLLBACK;
BEGIN;
ALTER TABLE desk.ticket ADD COLUMN shown text GENERATED ALWAYS AS (status || agent_id) STORED;
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
ROLLBACK;
BEGIN;
CREATE INDEX ON desk.ticket ((1 / agent_id));
SELECT * FROM desk.run('SELECT desk.watched(8, false)');
ROLLBACK;
SELECT * FROM desk.run('SELECT desk.watched(8, false)');

-- a foreign key that is not validated is looked at again where this transaction has written the row before: in the second step
CREATE TABLE desk.old (id integer PRIMARY KEY, status text, priority integer, agent_id integer);
INSERT INTO desk.old VALUES (1, 'open', 1, 77);
ALTER TABLE desk.old ADD CONSTRAINT of_agent FOREIGN KEY (agent_id) REFERENCES desk.agent NOT VALID;
SELECT define('desk.age', '{ "table": "desk.old",
  "steps": [
    {"update": "target", "set": {"status": "older"}},
    {"update": "target", "set": {"priority": 2}} ] }');
SELECT result, step FROM desk.run($$SELECT desk.age(1)$$);
SELECT * FROM desk.old;
