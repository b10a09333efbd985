-- The values of drafts as a table: reading, and changing by plain statements.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', priority integer NOT NULL DEFAULT 0);
CREATE TABLE desk.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text, due timestamptz, "my.col" text, tags text[]);

SELECT define('desk.work', $$
{ "table": "desk.case", "timeout": "1 min", "key": ["id"],
  "input": [ {"name": "bump", "type": "integer", "default": 1}, {"name": "pin", "type": "text", "default": "1234", "sensitive": true} ],
  "output": [ {"name": "n", "type": "integer", "default": "=let.n"} ],
  "steps": [
    {"require": "target.status <> 'closed'", "message": "Closed", "description": "no closed ones"},
    {"create": "desk.task", "as": "task", "set": {"title": "New: {{input.bump}}", "case_id": "=target.id", "my.col": null, "tags": ["a", "b"]},
     "on_conflict": {"columns": ["id"], "do": "update", "set": {"title": "again"}}, "on_error": []},
    {"let": {"n": 1}, "types": {"n": "integer"}, "when": "=input.pin <> ''"},
    {"choose": "how", "cases": [ {"when": "true", "do": [ {"get": "desk.task", "as": "got", "order_by": ["due", "id desc"], "required": false} ]} ]},
    {"for_each": "=array[1, 2]", "as": "i", "do": [ {"update": "target", "set": {"priority": "=i.value"}} ]} ] } $$);

SELECT path, field, value FROM custom_actions.step_value WHERE action = 'desk.work';

UPDATE custom_actions.step_value SET value = $$=now() + interval '2 days'$$ WHERE action = 'desk.work' AND path = '2' AND field = 'set.due';
INSERT INTO custom_actions.step_value VALUES ('desk.work', '2', 'set.due', $$=now() + interval '1 day'$$);
UPDATE custom_actions.step_value SET value = $$=now() + interval '2 days'$$ WHERE action = 'desk.work' AND path = '2' AND field = 'set.due';
UPDATE custom_actions.step_value SET value = replace(value, 'desk.task', 'desk.tasks') WHERE action = 'desk.work' AND field IN ('create', 'get');
SELECT undo_action_edit('desk.work');
UPDATE custom_actions.step_value SET value = '2 min' WHERE action = 'desk.work' AND path = '' AND field = 'timeout';
DELETE FROM custom_actions.step_value WHERE action = 'desk.work' AND field IN ('message', 'description');
UPDATE custom_actions.step_value SET value = value WHERE action = 'desk.work';
INSERT INTO custom_actions.step_value VALUES ('desk.work', 'input.bump', 'description', 'by how much'), ('desk.work', '3', 'm', '2');
SELECT count(*) FROM custom_actions.edit WHERE open > 0;
SELECT undo_action_edit('desk.work') FROM generate_series(1, 5);
SELECT custom_actions.same_definition(custom_actions.draft_definition(v.action), v.draft) FROM custom_actions.version AS v;

-- What cannot be.
UPDATE custom_actions.step_value SET path = '3' WHERE action = 'desk.work' AND path = '2' AND field = 'set.title';
UPDATE custom_actions.step_value SET field = 'set.duee' WHERE action = 'desk.work' AND path = '2' AND field = 'set.title';
INSERT INTO custom_actions.step_value VALUES ('desk.work', '2', 'set.title', 'x');
INSERT INTO custom_actions.step_value VALUES ('desk.nothing', '2', 'set.title', 'x');
DELETE FROM custom_actions.step_value WHERE action = 'desk.work' AND path = '2' AND field = 'create';
