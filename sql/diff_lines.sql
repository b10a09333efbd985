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

-- Steps that went past others of their list, and what is around or inside of them.
SELECT define('desk.sorted', '{"table": "desk.task", "steps": [
	{"require": "target.id > 0"}, {"require": "target.id < 9"}, {"delete": "desk.task", "where": "id = 7"},
	{"if": "target.id > 1", "then": [{"let": {"x": 1}}, {"let": {"y": 2}}]}]}');
SELECT move_step('desk.sorted', '3', before => '1');
SELECT * FROM diff_action('desk.sorted');
SELECT move_step('desk.sorted', '4', before => '1');
SELECT move_step('desk.sorted', '1.then.2', before => '1.then.1');
SELECT * FROM diff_action('desk.sorted');
SELECT custom_actions.out_of_order(places) FROM (VALUES ('{}'::bigint[]), ('{7}'), ('{1,3,4,2}'), ('{4,1,2,3}'), ('{3,2,1}')) AS v (places);
