-- The outline: every kind of step with all it can say, and nothing left out.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
CREATE TABLE desk.task (id integer PRIMARY KEY, title text, due date, body jsonb, owner_id integer, status text);
CREATE FUNCTION desk.note(target_id integer, body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT body$$;
CREATE FUNCTION desk.plug(jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT NULL::jsonb$$;

SELECT create_action('desk.every', $${
	"description": "Shows all there is to say", "table": "desk.task", "key": ["id"], "run_as": "owner", "lock": false,
	"not_found": "PT404", "timeout": "2 min", "log": "full", "summary": "All of {{target.title}}", "plugin_policy": "pre_and_post",
	"settings": {"search_path": "desk, pg_temp", "timezone": "UTC"},
	"input": [
		{"name": "reason", "type": "text", "description": "why, for people who ask for it much later and want to know all that was thought of then"},
		{"name": "bump", "type": "integer", "default": 1},
		{"name": "secret", "type": "text", "default": "=upper('hush')", "sensitive": true},
		{"name": "days", "type": "date[]", "required": false}],
	"output": [{"name": "n", "type": "integer", "required": true}, {"name": "said", "type": "text", "default": "=input.reason"}],
	"steps": [
		{"require": "input.bump > 0", "message": "Not {{input.bump}}", "detail": "Said {{input.reason}}", "hint": "=upper('more')", "sqlstate": "PT409",
		 "description": "Bumps go up"},
		{"require": "= true"},
		{"create": "desk.task", "as": "task", "when": "input.bump = 1", "set": {"id": 1, "title": "Look {{input.reason}}", "due": "=current_date", "body": {"zeta": [1, "=2"], "a": null}}},
		{"create": "desk.task", "from": "desk.task", "where": "title is null", "set": {"id": "=id + 100", "title": "\"quoted\"\nand more"},
		 "on_conflict": {"columns": ["id"], "do": "update", "set": {"title": "again", "due": "=excluded.due"}}},
		{"create": "desk.task", "set": {"id": 3}, "on_conflict": {"do": "nothing"}},
		{"create": "desk.task", "set": {"id": 3}, "on_conflict": {"columns": ["id", "title"], "do": "update"}, "enabled": false},
		{"update": "target", "set": {"title": "=title || 'x'"}},
		{"update": "desk.task", "as": "other", "id": 5, "where": "due > current_date", "required": false, "set": {"title": "t", "due": null}},
		{"update": "desk.task", "id": {"title": "x", "due": "=current_date"}, "set": {"*": "=jsonb '{}'", "body": 1}, "columns": ["title", "due"]},
		{"delete": "desk.task", "where": "status = 'gone'", "required": false},
		{"assign": "target", "to": "=input.bump", "column": "owner_id"},
		{"set_status": "task", "to": "closed", "column": "status", "when": "task.id is not null"},
		{"get": "desk.task", "as": "found", "where": "due is null", "order_by": ["id desc", "title"], "required": false, "lock": "wait"},
		{"get": "desk.task", "as": "found2", "id": 2, "lock": "nowait"},
		{"get": "target", "lock": "skip", "description": "Somebody may have it"},
		{"call": "desk.note", "as": "called", "with": {"target_id": 1, "body": "b"}, "timeout": "5 s"},
		{"call": "desk.note(integer,text)"},
		{"perform": "desk.every", "with": {"target": 1, "reason": "again"}, "as": "nested"},
		{"let": {"total": 0, "list": ["a", "b"]}, "types": {"total": "numeric"}},
		{"let": {"long": "=(SELECT count(*)\n\t FROM desk.task AS t\n\t WHERE t.title = input.reason AND t.due BETWEEN current_date AND current_date + interval '3 working days and some more' AND t.status <> 'closed')"}},
		{"output": {"n": "=let.total", "said": "done"}},
		{"if": "let.total > 0", "then": [{"output": {"n": 1}}], "else": [{"output": {"n": 2}}, {"if": "true", "then": [], "else": [{"stop": "succeeded"}]}],
		 "on_error_when": "error.sqlstate like '23%'", "on_error": [{"stop": "failed"}]},
		{"choose": "how", "cases": [{"when": "input.bump = 1", "description": "The first", "do": [{"stop": "canceled", "message": "No", "hint": "Never"}]},
			{"when": "input.bump = 2", "do": []}], "else": [{"stop": "failed", "message": "Odd", "sqlstate": "P0001"}]},
		{"choose": null, "cases": [], "else": []},
		{"for_each": "=input.days", "as": "day", "index": "number", "do": [{"let": {"total": "=day.number"}}]},
		{"for_each": "desk.task", "where": "due is null", "order_by": "id", "do": [{"group": null, "do": [], "on_error": []}]},
		{"for_each": [{"a": 1}], "as": "row", "columns": {"a": "integer"}, "do": [{"group": "Twice", "do": [{"delete": "target"}]}]}]}$$);
SELECT describe_action('desk.every');
\pset format aligned
\pset tuples_only off
SELECT path, depth, kind, text, enabled, step_id IS NOT NULL AS has_id FROM action_outline('desk.every') WHERE path ~ '^(settings|input|(1|4|6|8|9|22|23)(\.|$))';
-- each row of the draft has a line of its own, by its id
SELECT count(*) FROM custom_actions.step AS s
WHERE s.action = 'desk.every'
	AND (SELECT count(*) FROM action_outline('desk.every') AS o WHERE o.step_id = s.id AND o.kind = s.kind) <> 1;
\pset format unaligned
\pset tuples_only on

-- Broken drafts are described as well.
SELECT create_action('desk.broken', '{"steps": [{"update": "desk.nowhere", "set": {"x": "=("}}, {"let": {"a": 1}}]}');
INSERT INTO custom_actions.step (action, kind, subject, arguments) VALUES
	('desk.broken', 'dance', 'tango', '{}'), ('desk.broken', 'create', 'desk.task', '{"sett": {"a": 1}}'),
	('desk.broken', 'require', NULL, '{}'), ('desk.broken', 'for_each', '[1, 2', '{}'), ('desk.broken', 'delete', 'desk.task', '{"where": 5}');
SELECT describe_action('desk.broken');
SELECT o.path, o.kind, o.text FROM action_outline('desk.broken') AS o WHERE o.kind = 'problem';
SELECT create_action('desk.nothing');
SELECT describe_action('desk.nothing');

-- Plug-ins stand in the place of their stages.
SELECT define('desk.plugged', '{"table": "desk.task", "steps": [{"update": "target", "set": {"title": "x"}}]}');
SELECT register_plugin('desk.plugged', s.stage, 'desk.plug', s.rank, s.configuration, s.images, s.description)
FROM (VALUES
	('post_operation', 2, NULL, '{"pre": true, "post": ["title"]}'::jsonb, 'Tells the others'), ('main_operation', 1, NULL, NULL, NULL),
	('pre_operation', 1, '{"key": "value"}'::jsonb, NULL, NULL), ('pre_validation', 1, NULL, NULL, NULL)) AS s (stage, rank, configuration, images, description);
UPDATE custom_actions.plugin_step SET enabled = false WHERE stage = 'main_operation';
SELECT describe_action('desk.plugged');
SELECT describe_action('desk.plugged', 0);
SELECT o.path, o.kind, o.text, o.enabled FROM action_outline('desk.plugged') AS o WHERE o.path LIKE 'plugins%';

-- Deep steps: the column of the paths does not grow with them.
SELECT create_action('desk.deep', (
	SELECT '{"steps": [' || string_agg('{"if": "' || n || ' > 0", "then": [', '' ORDER BY n) || '{"let": {"a": "long words long words long words long words long words"}}'
		|| repeat(']}', 20) || ']}' FROM generate_series(1, 20) AS n)::json);
SELECT describe_action('desk.deep');
SELECT max(length(line)) FROM regexp_split_to_table(describe_action('desk.deep'), '\n') AS line;
