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
-- What a version changed is kept with it.
SELECT activate_action('desk.sorted');
SELECT version, changes FROM custom_actions.version WHERE action = 'desk.sorted' ORDER BY version;

-- Steps that trade places or values, names, handlers, cases, and what is deeper
SELECT define('desk.many', $${"table": "desk.task",
	"input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x", "sensitive": true}, {"name": "c", "type": "date", "required": false}],
	"output": [{"name": "o", "type": "integer", "default": 1}],
	"steps": [
	{"update": "target", "set": {"title": "one"}, "when": "input.a = 1"},
	{"update": "target", "set": {"title": "two"}, "when": "input.a = 2"},
	{"get": "desk.task", "as": "other", "id": 5, "required": false},
	{"choose": null, "cases": [{"when": "input.a = 3", "do": [{"let": {"x": 1}}]}, {"when": "input.a = 4", "do": [{"let": {"y": 2}}]}], "else": [{"let": {"z": "=input.b"}}]},
	{"create": "desk.task", "set": {"id": 9, "title": "=other.title", "due": "=input.c"}, "on_error": []}]}$$);
SELECT create_action('desk.many', $${"table": "desk.task", "description": "now described", "settings": {"search_path": "desk", "work_mem": "8MB"},
	"input": [{"name": "c", "type": "date", "required": false}, {"name": "a", "type": "bigint"}, {"name": "b", "type": "text", "default": "y", "sensitive": true}],
	"output": [{"name": "p", "type": "integer", "default": 1}],
	"steps": [
	{"update": "target", "set": {"title": "two"}, "when": "input.a = 1"},
	{"update": "target", "set": {"title": "one"}, "when": "input.a = 2"},
	{"if": "input.a > 7", "then": [{"get": "desk.task", "as": "other", "id": "=input.a", "required": false, "lock": "nowait"}]},
	{"choose": null, "cases": [{"when": "input.a = 4", "do": [{"let": {"y": 3}}]}, {"when": "input.a = 3", "do": [{"let": {"x": 1}}]}]},
	{"create": "desk.task", "set": {"id": 9, "due": "=input.c"}, "enabled": false, "description": "later"},
	{"stop": "succeeded"}]}$$, true);
SELECT * FROM diff_action('desk.many');
SELECT * FROM diff_action('desk.many', 0, 1);
-- A step that is not sound is there all the same
SELECT define('desk.broken', '{"table": "desk.task", "steps": [{"update": "target", "set": {"title": "one"}}, {"delete": "target"}]}');
UPDATE custom_actions.step SET arguments = '{"sets": 1}' WHERE action = 'desk.broken' AND kind = 'update';
SELECT * FROM diff_action('desk.broken');
SELECT undo_action_edit('desk.broken');
INSERT INTO custom_actions.step (action, kind, arguments) VALUES ('desk.broken', 'let', '{"a": 1}'), ('desk.broken', 'get', '{"id": 1}');
SELECT * FROM diff_action('desk.broken');
-- Whatever stands in place of inputs, each is told of, and each once
SELECT * FROM custom_actions.definition_changes(
	'{"input": [7, {"type": "text"}, {"name": "a", "type": "text"}, {"name": "a", "type": "date"}, {"name": "b", "sensitive": "yes", "default": "secret"}, {"name": "Not A Name", "type": "text"}], "output": "none"}',
	'{"input": [[8], {"type": "date"}, {"name": "a", "type": "date"}, {"name": "a", "type": "text"}, {"name": "b", "sensitive": "yes", "default": "hidden"}], "output": [null]}');
SELECT custom_actions.told_changes('{"input": [{"name": "a", "type": "text"}, {"name": "a", "type": "date"}]}', '{"input": [{"name": "a", "type": "date"}, {"name": "a", "type": "text"}]}');
-- Nothing is published
SELECT create_action('desk.new');
SELECT * FROM diff_action('desk.new');
-- Thousands of steps
SELECT create_action('desk.long', json_build_object('steps', (SELECT json_agg(json_build_object('let', json_build_object('x' || i, i)) ORDER BY i) FROM generate_series(1, 4000) AS i)), true);
CREATE TABLE desk.was AS SELECT action_definition('desk.long') AS definition;
SELECT create_action('desk.long', json_build_object('steps', (SELECT json_agg(json_build_object('let', json_build_object('x' || i, i)) ORDER BY i % 2, i) FROM generate_series(1, 4000) AS i)), true);
SELECT c.change, count(*) FROM desk.was AS w, custom_actions.definition_changes(w.definition, action_definition('desk.long')) AS c GROUP BY c.change;
