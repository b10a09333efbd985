-- A column that is renamed is followed by what is published, drafts and versions.
\i test/sql/prelude.sql
CREATE TABLE desk.task (id integer PRIMARY KEY, case_id integer, title text, due date, note text);
CREATE TABLE desk.case (id integer PRIMARY KEY, due date, title text);
INSERT INTO desk.case VALUES (1, '2026-01-01', 'one');
INSERT INTO desk.task VALUES (1, 1, 'first', '2026-02-01', 'due'), (2, 1, 'second', '2026-03-01', NULL);
CREATE FUNCTION public.text_of(name text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT t.line FROM string_to_table((SELECT p.definition::text FROM custom_actions.published(text_of.name) AS p), E'\n') AS t (line) $$;

SELECT define('desk.all_ways', '{"table": "desk.task", "summary": "due {{target.due}}",
	"output": [{"name": "later", "type": "date", "default": "=target.due + 1"}],
	"steps": [
	{"require": "target.due > ''2000-01-01''", "message": "due {{ target.due }} and {{ (SELECT max(t.due) FROM desk.task AS t) }}"},
	{"update": "target", "set": {"due": "=due + 1", "note": "due"}, "where": "this.due IS NOT NULL"},
	{"get": "desk.task", "as": "last", "where": "case_id = 1", "order_by": "due DESC NULLS LAST, id"},
	{"if": "last.due > (SELECT min(due) FROM desk.task WHERE task.due > ''2001-01-01'')", "then": [
		{"create": "desk.task", "set": {"id": "=(SELECT max(id) + 1 FROM desk.task)", "due": "=last.due", "title": "due"},
			"on_conflict": {"columns": ["id"], "set": {"due": "=excluded.due"}}}]},
	{"for_each": "desk.task", "as": "one", "order_by": ["due", "id"], "do": [
		{"let": {"x": "=one.due", "y": "due", "z": "=''due''"}},
		{"update": "one", "set": {"note": "=coalesce(let.y || let.z, to_char(let.x, ''YYYY'')) "}}]}]}');
SELECT invoke_action('desk.all_ways', '{"target": 1}');
ALTER TABLE desk.task RENAME COLUMN due TO deadline;
SELECT * FROM text_of('desk.all_ways');
SELECT invoke_action('desk.all_ways', '{"target": 1}');
SELECT differs, state FROM custom_actions.actions;
SELECT activate_action('desk.all_ways');
SELECT v.version, draft_hash = action_hash('desk.all_ways') AS same_hash, custom_actions.same_definition(v.definition, p.definition) AS same FROM custom_actions.version AS v, custom_actions.published('desk.all_ways') AS p;
SELECT action_definition('desk.all_ways');
