-- diff_action: what differs, in the words of the outline.
\i test/sql/prelude.sql
\set VERBOSITY terse
CREATE TABLE desk.task (id integer PRIMARY KEY, title text, due date);
SELECT define('desk.work', '{"table": "desk.task", "timeout": "2 min", "steps": [
	{"update": "target", "set": {"title": "one", "due": "=current_date"}}, {"delete": "desk.task", "where": "id = 7"}, {"if": "target.id > 1", "then": []}]}');
SELECT * FROM diff_action('desk.work');
SELECT create_action('desk.work', '{"table": "desk.task", "timeout": "3 min", "input": [{"name": "n", "type": "integer"}], "steps": [
	{"require": "input.n > 0"}, {"update": "target", "set": {"title": "one", "due": "=current_date + 1"}}, {"if": "target.id > 1", "then": [{"delete": "desk.task", "where": "id = 7"}]}]}', true);
SELECT * FROM diff_action('desk.work');
SELECT * FROM diff_action('desk.work', 0, 1);
SELECT * FROM diff_action('desk.work', 0);
