-- Changing values of a draft by their paths.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', priority integer NOT NULL DEFAULT 0, owner_id integer, tags text[], form jsonb);
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text, due timestamptz, "my.col" text);

SELECT define('desk.escalate', $$
{ "table": "desk.case",
  "input": [ {"name": "reason", "type": "text"}, {"name": "bump", "type": "integer", "default": 1} ],
  "output": [ {"name": "task_id", "type": "bigint", "default": "=task.id"} ],
  "steps": [
    {"require": "target.status <> 'closed'", "message": "Case {{target.id}} is closed"},
    {"create": "desk.task", "as": "task", "set": {"case_id": "=target.id", "title": "Escalated: {{input.reason}}", "due": "=now() + interval '4 hours'"}},
    {"update": "target", "set": {"status": "escalated", "priority": "=priority + input.bump"}},
    {"choose": null, "cases": [
      {"when": "target.priority > 3", "do": [ {"let": {"count": 1, "word": "one"}} ]},
      {"when": "true", "do": [ {"get": "desk.task", "as": "first", "order_by": ["due", "id desc"], "required": false} ]} ]} ] } $$);
CREATE TABLE ids AS SELECT id, path FROM custom_actions.step_paths('desk.escalate');

SELECT set_action_value('desk.escalate', '2.set.due', $$=now() + interval '2 days'$$);
SELECT set_action_value('desk.escalate', '1.message', 'Case {{target.id}} is closed: {{input.reason}}');
SELECT set_action_value('desk.escalate', '1.require', $$target.status NOT IN ('closed', 'lost')$$);
SELECT set_action_value('desk.escalate', '3.when', $$input.bump > 0$$);
SELECT set_action_value('desk.escalate', '3.update', 'target');
SELECT set_action_value('desk.escalate', '3.subject', 'desk.case');
SELECT set_action_value('desk.escalate', '3.id', '=target.id');
SELECT set_action_value('desk.escalate', '3.set.priority', '5');
SELECT set_action_value('desk.escalate', '3.set.status', '5');
SELECT set_action_value('desk.escalate', '3.set.form', '{"a": {"b": 1}, "list": [1, "x"]}');
SELECT set_action_value('desk.escalate', '3.set.form.a.b', '=input.bump');
SELECT set_action_value('desk.escalate', '3.set.form.list[2]', 'y');
SELECT set_action_value('desk.escalate', '3.set.tags', '{a,b}');
SELECT set_action_value('desk.escalate', '2.set."my.col"', 'dots');
SELECT set_action_value('desk.escalate', '2.set.my.col', 'more dots');
SELECT set_action_value('desk.escalate', '2.on_conflict.do', 'nothing');
SELECT set_action_value('desk.escalate', '2.on_conflict.columns', 'id');
SELECT set_action_value('desk.escalate', '2.on_conflict.do', NULL);
SELECT set_action_value('desk.escalate', '2.on_conflict.columns', NULL);
SELECT set_action_value('desk.escalate', '4.case 1.when', 'target.priority > 4');
SELECT set_action_value('desk.escalate', '4.case 1.do.1.count', '2');
SELECT set_action_value('desk.escalate', '4.case 1.do.1.word', '2');
SELECT set_action_value('desk.escalate', '4.case 1.do.1.let.more', '3.5');
SELECT set_action_value('desk.escalate', '4.case 2.do.1.order_by', 'coalesce(due, now()), id');
SELECT set_action_value('desk.escalate', '4.case 2.do.1.lock', 'skip');
SELECT set_action_value('desk.escalate', '4.case 2.do.1.required', 'no');
SELECT set_action_value('desk.escalate', '4.case 2.do.1.required', 'yes');
SELECT set_action_value('desk.escalate', '3.enabled', 'off');
SELECT set_action_value('desk.escalate', '3.enabled', NULL);
SELECT set_action_value('desk.escalate', '3.on_error', '[]');
SELECT set_action_value('desk.escalate', '3.on_error', NULL);
SELECT set_action_value('desk.escalate', 'input.bump.default', '2');
SELECT set_action_value('desk.escalate', 'input.bump.type', 'smallint');
SELECT set_action_value('desk.escalate', 'input.bump.type', 'integer');
SELECT set_action_value('desk.escalate', 'input.bump.description', 'by how much');
SELECT set_action_value('desk.escalate', 'output.task_id.default', NULL);
SELECT set_action_value('desk.escalate', 'timeout', '2 min');
SELECT set_action_value('desk.escalate', 'timeout', NULL);
SELECT set_action_value('desk.escalate', 'timeout', NULL);
SELECT set_action_value('desk.escalate', 'description', 'Escalates a case');
SELECT set_action_value('desk.escalate', 'run_as', 'owner');
SELECT set_action_value('desk.escalate', 'read_only', 'false');
SELECT set_action_value('desk.escalate', 'key', 'id');
SELECT set_action_value('desk.escalate', 'settings.search_path', 'desk, public');
SELECT set_action_value('desk.escalate', 'settings.TimeZone', 'UTC');
SELECT action_definition('desk.escalate');
SELECT count(*) AS lost FROM ids AS i FULL JOIN custom_actions.step_paths('desk.escalate') AS s USING (id, path) WHERE i.id IS NULL OR s.id IS NULL;

-- What does not compile is told, and saved.
SELECT set_action_value('desk.escalate', '3.set.priority', '=prioritty + 1');
SELECT set_action_value('desk.escalate', '2.set.dew', 'x');
SELECT set_action_value('desk.escalate', '3.set.priority', '=priority + 1');
SELECT set_action_value('desk.escalate', '2.set.dew', NULL);

-- An input goes as a whole.
SELECT add_action_parameter('desk.escalate', 'extra', 'text', required => false);
SELECT set_action_value('desk.escalate', 'input.extra.sensitive', 'true');
SELECT set_action_value('desk.escalate', 'input.extra.default', 'secret');
SELECT set_action_value('desk.escalate', 'input.extra.default', 'another');
SELECT set_action_value('desk.escalate', 'input.extra', NULL);

-- What cannot be.
SELECT set_action_value('desk.escalate', '9.set.due', 'x');
SELECT set_action_value('desk.escalate', '3.on_error.1.when', 'x');
SELECT set_action_value('desk.escalate', '4.case 3.when', 'x');
SELECT set_action_value('desk.escalate', '0.when', 'x');
SELECT brief($x$SELECT set_action_value('desk.escalate', '2.sett.due', 'x')$x$);
SELECT brief($x$SELECT set_action_value('desk.escalate', '2.due', 'x')$x$);
SELECT set_action_value('desk.escalate', '2.set', 'x');
SELECT set_action_value('desk.escalate', '2.set.due.x', 'x');
SELECT set_action_value('desk.escalate', '2.set.', 'x');
SELECT set_action_value('desk.escalate', '2.on_conflict.dp', 'nothing');
SELECT set_action_value('desk.escalate', '4.case 2.do.1.lock', 'skipped');
SELECT set_action_value('desk.escalate', '4.case 2.do.1.required', 'maybe');
SELECT set_action_value('desk.escalate', '4.case 1.do.1.let', '{}');
SELECT set_action_value('desk.escalate', '4.cases', 'x');
SELECT brief($x$SELECT set_action_value('desk.escalate', '4.case 1.enabled', 'false')$x$);
SELECT set_action_value('desk.escalate', '2', 'x');
SELECT set_action_value('desk.escalate', '2', NULL);
SELECT set_action_value('desk.escalate', '2.create', NULL);
SELECT set_action_value('desk.escalate', 'input.bumb.default', '1');
SELECT set_action_value('desk.escalate', 'input.bump', '1');
SELECT set_action_value('desk.escalate', 'input', '1');
SELECT set_action_value('desk.escalate', 'plugins', '1');
SELECT set_action_value('desk.escalate', 'plugins.1.rank', '1');
SELECT set_action_value('desk.escalate', 'action', 'other');
SELECT set_action_value('desk.escalate', 'steps', '[]');
SELECT brief($x$SELECT set_action_value('desk.escalate', 'time_out', '2 min')$x$);
SELECT set_action_value('desk.escalate', NULL, '2 min');
SELECT set_action_value('desk.nothing', 'timeout', '2 min');

-- a path of nothing
SELECT set_action_value('desk.escalate', '', 'x');
SELECT set_action_value('desk.escalate', ' ', NULL);

-- A list of steps is no value, but for an on_error that just goes on.
SELECT add_step('desk.escalate', '{"if": "true", "then": [{"get": "target"}]}') AS step \gset
SELECT set_action_value('desk.escalate', :'step' || '.then', '[]');
SELECT set_action_value('desk.escalate', :'step' || '.then', NULL);
SELECT set_action_value('desk.escalate', :'step' || '.else', '[]');
SELECT set_action_value('desk.escalate', :'step' || '.else', NULL);
SELECT set_action_value('desk.escalate', '4.cases', '[]');
SELECT set_action_value('desk.escalate', '4.cases', NULL);
SELECT set_action_value('desk.escalate', '4.case 1.do', '[]');
SELECT set_action_value('desk.escalate', '3.on_error', '[{"get": "target"}]');
SELECT set_action_value('desk.escalate', '3.on_error', '[]');
SELECT add_step('desk.escalate', '{"get": "target"}', inside => '3.on_error');
SELECT set_action_value('desk.escalate', '3.on_error', '[]');
SELECT set_action_value('desk.escalate', '3.on_error', NULL);
INSERT INTO custom_actions.step_value (action, path, field, value) VALUES ('desk.escalate', '4.case 1', 'do', '[]');

-- A key that stands twice
SELECT set_action_value('desk.escalate', '3.set.form', '{"a": 1, "a": 2}');
SELECT set_action_value('desk.escalate', '3.set.form', '{"a": [{"b": 1, "b": 2}]}');
SELECT set_action_value('desk.escalate', '3.set', '{"status": "x", "status": "y"}');
SELECT set_action_value('desk.escalate', '2.on_conflict', '{"do": "nothing", "do": "update"}');
SELECT set_action_value('desk.escalate', 'settings', '{"TimeZone": "UTC", "TimeZone": "GMT"}');

-- Numbers of steps
SELECT set_action_value('desk.escalate', '03.when', 'true');
SELECT set_action_value('desk.escalate', '3.when', NULL);
SELECT set_action_value('desk.escalate', '04.case 01.do.01.count', '3');
SELECT set_action_value('desk.escalate', '4.case  1.do.1.count', '3');
SELECT set_action_value('desk.escalate', '99999999999.when', 'true');
SELECT set_action_value('desk.escalate', '4.case 99.when', 'true');
SELECT set_action_value('desk.escalate', '4.case.1.when', 'true');
SELECT set_action_value('desk.escalate', '4.cases[1].when', 'true');
SELECT set_action_value('desk.escalate', '5.then[1].when', 'true');
SELECT set_action_value('desk.escalate', '1.', 'true');
SELECT set_action_value('desk.escalate', 'input.bump.type', NULL);
SELECT brief($x$SELECT set_action_value('desk.escalate', '-1.when', 'true')$x$);

-- What cannot be seen, and what nobody would read
SELECT set_action_value('desk.escalate', '1.message', '');
SELECT set_action_value('desk.escalate', '1.message', repeat('very ', 10000));
SELECT set_action_value('desk.escalate', '1.message', 'No');

-- What was told once is one line after that, until it changes.
SELECT set_action_value('desk.escalate', 'input.bump.type', 'smallint');
SELECT set_action_value('desk.escalate', 'timeout', '3 min');
SELECT set_action_value('desk.escalate', '3.set.priority', '=prioritty + 1');
SELECT set_action_value('desk.escalate', 'timeout', '4 min');
SELECT set_action_value('desk.escalate', 'input.bump.type', 'bigint');

-- 3.0 is no integer, and half of it another number
SELECT create_action('desk.half', '{"output": [{"name": "half", "type": "numeric"}], "steps": [{"let": {"whole": 3}}, {"output": {"half": "=let.whole / 2"}}]}');
SELECT activate_action('desk.half');
SELECT desk.half();
SELECT set_action_value('desk.half', '1.whole', '3.0');
SELECT set_action_value('desk.half', '1.whole', '3.0');
SELECT * FROM diff_action('desk.half');
SELECT activate_action('desk.half');
SELECT desk.half();

-- How many rows are expected is a number or an object, whatever was there before
SELECT create_action('desk.clear', '{"steps": [{"delete": "desk.task", "where": "true"}]}');
SELECT set_action_value('desk.clear', '1.expect', '3');
SELECT action_definition('desk.clear') #> '{steps,0,expect}' AS expect;
SELECT set_action_value('desk.clear', '1.expect.at_most', '5');
SELECT set_action_value('desk.clear', '1.expect.at_least', '=1 + 1');
SELECT action_definition('desk.clear') #> '{steps,0,expect}' AS expect;
SELECT set_action_value('desk.clear', '1.expect.at_moost', '5');
SELECT set_action_value('desk.clear', '1.expect', '=4');
SELECT set_action_value('desk.clear', '1.expect', '{"at_most": 2}');
SELECT action_definition('desk.clear') #> '{steps,0,expect}' AS expect;
SELECT set_action_value('desk.clear', '1 .where', 'false');
SELECT set_action_value('desk.clear', '1.where.x', 'false');
