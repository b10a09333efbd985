-- stop: succeeded, canceled and failed.
\i test/sql/prelude.sql
\i test/sql/branches.sql

-- stop succeeded: the outputs so far, defaults included; what was done stays
SELECT define('desk.early', '
{ "table": "desk.ticket",
  "input": [ {"name": "how", "type": "text"} ],
  "output": [ {"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "a is {{output.a}}"} ],
  "steps": [
    {"create": "desk.note", "set": {"ticket_id": "=target.id", "body": "how {{input.how}}"}},
    {"output": {"a": 1}},
    {"if": "input.how = ''succeeded''", "then": [
      {"group": "deeper", "do": [ {"stop": "succeeded", "when": "input.how is not null"}, {"output": {"a": 2}} ]},
      {"output": {"a": 3}} ]},
    {"stop": "canceled", "when": "input.how = ''canceled''"},
    {"stop": "canceled", "when": "input.how = ''why''", "message": "Ticket {{target.id}} is not for {{input.how}}",
     "detail": "It says {{target.title}}.", "hint": "=''Ask '' || ''again.''"},
    {"stop": "failed", "when": "input.how = ''failed''"},
    {"stop": "failed", "when": "input.how = ''badly''", "message": "failed {{input.how}}", "sqlstate": "DESK9", "detail": "=null", "hint": ""},
    {"output": {"a": 4}} ] }');
SELECT * FROM desk.early(1, 'succeeded');
SELECT * FROM desk.early(1, 'normal');
SELECT invoke_action('desk.early', '{"target": 1, "how": "succeeded"}');
SELECT desk.early(1, 'canceled');
SELECT desk.early(1, 'why');
SELECT desk.early(1, 'failed');
SELECT desk.early(1, 'badly');
\set VERBOSITY sqlstate
SELECT desk.early(1, 'canceled');
SELECT desk.early(1, 'why');
SELECT desk.early(1, 'failed');
SELECT desk.early(1, 'badly');
\set VERBOSITY default
SELECT body, count(*) FROM desk.note GROUP BY body ORDER BY body;
-- a required output must be there also when the action stops
SELECT define('desk.early_required', '
{ "output": [ {"name": "a", "type": "integer", "required": true} ],
  "steps": [ {"stop": "succeeded"}, {"output": {"a": 1}} ] }');
SELECT desk.early_required();
-- a stop of the innermost action ends only that one
SELECT define('desk.within', '{ "output": [ {"name": "x", "type": "integer", "default": 7} ],
  "steps": [ {"stop": "succeeded"}, {"output": {"x": 8}} ] }');
SELECT define('desk.around', '{ "output": [ {"name": "y", "type": "integer"} ],
  "steps": [ {"perform": "desk.within", "as": "p"}, {"output": {"y": "=p.x * 10"}} ] }');
SELECT desk.around();

SELECT describe_action('desk.early');
