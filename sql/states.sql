-- States: set_status says from which it works; others are refused, and it is said what works instead.
\i test/sql/prelude.sql

CREATE TYPE desk.state AS ENUM ('open', 'waiting', 'solved', 'closed');
CREATE TABLE desk.ticket (
	id integer PRIMARY KEY,
	status desk.state NOT NULL DEFAULT 'open',
	reason text,
	previous desk.state);
INSERT INTO custom_actions.table_setting (table_name, status_column) VALUES ('desk.ticket', 'status');
INSERT INTO desk.ticket (id, status) VALUES (1, 'open'), (2, 'closed'), (3, 'waiting');

SELECT define('desk.solve', '{"table": "desk.ticket", "steps": [
	{"set_status": "target", "from": ["open", "waiting"], "to": "solved", "set": {"reason": "done", "previous": "=status"}}]}');
SELECT define('desk.reopen', '{"table": "desk.ticket", "steps": [
	{"set_status": "target", "from": "closed", "to": "open"}]}');
SELECT define('desk.close_all', '{"steps": [
	{"set_status": "desk.ticket", "where": "id < 100", "from": ["solved"], "to": "closed", "as": "closed"}],
	"output": [{"name": "count", "type": "bigint", "default": "=closed.count"}]}');
SELECT desk.solve(1);
SELECT desk.solve(3);
SELECT desk.solve(2);
SELECT desk.solve(4);
SELECT desk.close_all();
SELECT desk.reopen(2), desk.solve(2);
SELECT desk.close_all();
TABLE desk.ticket ORDER BY id;
SELECT describe_action('desk.solve');
SELECT * FROM state_transitions('desk.ticket');
SELECT create_action('desk.wrong', '{"table": "desk.ticket", "steps": [
	{"set_status": "target", "from": ["opne"], "to": "closed", "set": {"status": "open", "raeson": 1, "*": "=target"}},
	{"set_status": "target", "from": [], "to": "closed"}]}');
SELECT severity, location, message, hint FROM check_action('desk.wrong');

-- How many rows it may be
SELECT define('desk.sweep', '{"input": [{"name": "most", "type": "integer", "default": 2}], "steps": [
	{"delete": "desk.ticket", "where": "status = ''closed''", "expect": {"at_most": "=input.most"}}]}');
SELECT define('desk.rename', '{"steps": [
	{"update": "desk.ticket", "where": "true", "set": {"reason": "renamed"}, "expect": 3}]}');
SELECT desk.sweep();
SELECT desk.sweep(3);
SELECT desk.rename();
SELECT describe_action('desk.sweep');
SELECT create_action('desk.take_one', '{"steps": [{"delete": "desk.ticket", "where": "true", "expect": 1}]}');
SELECT text FROM action_outline('desk.take_one') WHERE path LIKE '1%';
SELECT drop_action('desk.take_one');
SELECT state_diagram('desk.ticket');

-- Advice: states that nothing leads to or out of
SELECT create_action('desk.archive', '{"table": "desk.ticket", "steps": [
	{"set_status": "target", "from": "closed", "to": "archived"}]}');
ALTER TYPE desk.state ADD VALUE 'archived';
ALTER TYPE desk.state ADD VALUE 'lost';
SELECT severity, location, message, hint FROM check_action('desk.archive') \gx
SELECT severity, location, message, hint FROM check_action('desk.solve') \gx

-- It is told before, it follows renames, and it is told what may go wrong
INSERT INTO desk.ticket (id, status) VALUES (8, 'closed'), (9, 'open');
SELECT action, available, reason, hint FROM available_actions('desk.ticket', '8') ORDER BY 1;
SELECT id, action_available('desk.solve', t) AS solve, action_available('desk.reopen', t) AS reopen FROM desk.ticket AS t WHERE id > 7 ORDER BY id;
SELECT sqlstate, message, step, "when" FROM action_errors('desk.solve') WHERE sqlstate = 'UA002';
SELECT sqlstate, message, step, "when" FROM action_errors('desk.rename') WHERE sqlstate = 'UA009';
ALTER TYPE desk.state RENAME VALUE 'closed' TO 'shut';
ALTER TABLE desk.ticket RENAME reason TO why;
SELECT from_state, to_state, action FROM state_transitions('desk.ticket');
SELECT desk.solve(8);
SELECT desk.reopen(8), desk.solve(8);
TABLE desk.ticket ORDER BY id;
SELECT path, column_name, reads, writes FROM custom_actions.uses WHERE action = 'desk.solve' AND column_name IS NOT NULL;
SELECT set_action_value('desk.solve', '1.from', '["open"]'), set_action_value('desk.solve', '1.set.why', 'gone');
SELECT * FROM diff_action('desk.solve');
SELECT set_action_value('desk.solve', '1.from', NULL);
SELECT * FROM invoke_action_bulk('desk.solve', '[{"target": 9}, {"target": 8}]', mode => 'per_item');

-- NULL, types with equality of their own, views, parts, other ways to write
CREATE TABLE desk.part (id integer, code numeric DEFAULT 1, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE desk.part_one PARTITION OF desk.part FOR VALUES FROM (0) TO (10);
CREATE VIEW desk.part_view AS SELECT id, code AS level FROM desk.part;
INSERT INTO desk.part VALUES (1, NULL), (2, 2.0);
SELECT define('desk.begin', '{"table": "desk.part", "steps": [{"set_status": "target", "column": "code", "from": [null, 1], "to": 2}]}');
SELECT define('desk.two', '{"table": "desk.part_one", "steps": [{"set_status": "target", "column": "code", "from": 2, "to": "=code + 1", "required": false}]}');
SELECT define('desk.by_view', '{"table": "desk.part_view", "key": ["id"], "steps": [{"set_status": "target", "column": "level", "from": [3], "to": null}]}');
SELECT define('desk.new', '{"input": [{"name": "id", "type": "integer"}], "steps": [
	{"create": "desk.part", "set": {"id": "=input.id"}, "on_conflict": {"columns": ["id"], "set": {"code": 9}}},
	{"create": "desk.part", "set": {"id": "=input.id + 1", "code": 5}, "enabled": false},
	{"update": "desk.part", "id": "=input.id", "set": {"*": "={\"code\": 7}"}, "enabled": false}]}');
SELECT desk.begin(1), desk.begin(2);
SELECT desk.begin(1);
SELECT desk.begin(1);
SELECT desk.two(1), desk.two(2), desk.two(99);
SELECT desk.two(1);
SELECT desk.by_view(1);
SELECT desk.by_view(1);
SELECT desk.new(3);
TABLE desk.part ORDER BY id;
SELECT * FROM state_transitions('desk.part', 'code');
SELECT state_diagram('desk.part_one', 'code');
-- a view by its own name for the column is what the table below it is, also two views down
CREATE VIEW desk.part_over AS SELECT level AS again FROM desk.part_view;
SELECT count(*), count(*) FILTER (WHERE (v.*)::text = (t.*)::text) AS same
FROM state_transitions('desk.part_over', 'again') WITH ORDINALITY AS v
	FULL JOIN state_transitions('desk.part', 'code') WITH ORDINALITY AS t USING (ordinality);
SELECT state_diagram('desk.part_view', 'level') = state_diagram('desk.part', 'code') AS same_diagram;
SELECT state_transitions('desk.part');
SELECT state_transitions('desk.part', 'cod');
SELECT state_transitions('desk.none', 'code');
SELECT state_transitions(NULL);
