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
SELECT state_diagram('desk.ticket');
