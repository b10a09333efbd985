-- if, choose and group, nested in each other.
\i test/sql/prelude.sql
\i test/sql/branches.sql

-- if: only true is true; else is optional, and so are steps
SELECT define('desk.sort', '
{ "table": "desk.ticket",
  "output": [ {"name": "verdict", "type": "text", "default": "=let.verdict"} ],
  "steps": [
    {"if": "target.priority > 3",
     "then": [ {"let": {"verdict": "urgent"}} ],
     "else": [ {"let": {"verdict": "calm"}},
               {"if": "=target.priority is null", "then": [ {"let": {"verdict": "{{let.verdict}}, nobody knows"}} ]} ]},
    {"if": "target.status = ''closed''", "then": [], "else": [ {"let": {"verdict": "{{let.verdict}}, open"}} ]},
    {"if": "true", "when": "target.id = 2", "then": [ {"let": {"verdict": "{{let.verdict}}, two"}} ]} ] }');
SELECT id, desk.sort(id) FROM desk.ticket ORDER BY id;
SELECT define('desk.sub_select', '
{ "table": "desk.ticket",
  "output": [ {"name": "n", "type": "integer"} ],
  "steps": [
    {"if": "exists (select from desk.ticket t where t.id > target.id)",
     "then": [ {"output": {"n": "=(select count(*) from desk.ticket t where t.id > target.id)::integer"}} ],
     "else": [ {"output": {"n": 0}} ]} ] }');
SELECT id, desk.sub_select(id) FROM desk.ticket ORDER BY id;

-- choose: the first case that holds; a case that fails is not reached when an earlier one holds
SELECT define('desk.tier', '
{ "input": [ {"name": "amount", "type": "numeric", "required": false} ],
  "output": [ {"name": "tier", "type": "text"}, {"name": "rest", "type": "numeric"} ],
  "steps": [
    {"choose": "the tier", "cases": [
       {"when": "=input.amount < 100", "do": [ {"output": {"tier": "small"}} ]},
       {"when": "input.amount < 1000", "do": [ {"output": {"tier": "medium"}}, {"output": {"rest": "=input.amount - 100"}} ]},
       {"when": "1 / (input.amount - 5000) > 0", "do": [ {"output": {"tier": "large"}} ]},
       {"when": "input.amount = 4000", "do": [] } ],
     "else": [ {"output": {"tier": "other"}} ]} ] }');
SELECT amount, (desk.tier(amount)).* FROM unnest('{50,500,5001,4000,10,NULL}'::numeric[]) AS amount;
SELECT desk.tier(5000);
SELECT define('desk.no_else', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "word", "type": "text", "default": "none"} ],
  "steps": [ {"choose": null, "cases": [ {"when": "input.n = 1", "do": [ {"output": {"word": "one"}} ]} ]} ] }');
SELECT desk.no_else(1), desk.no_else(2);

-- results of a branch that did not run are NULL; its names are visible after it
SELECT define('desk.result', '
{ "table": "desk.ticket",
  "output": [ {"name": "seen", "type": "text", "default": "{{a.title}}/{{b.title}}/{{a.status}}"},
              {"name": "none", "type": "boolean", "default": "=a.id is null"} ],
  "steps": [
    {"if": "target.status = ''open''",
     "then": [ {"update": "target", "as": "a", "set": {"title": "=upper(title)"}} ],
     "else": [ {"create": "desk.ticket", "as": "b", "set": {"id": "=target.id + 100", "title": "copy of {{target.title}}"}} ]},
    {"update": "a", "set": {"status": "held"}, "when": "a.id is not null"} ] }');
SELECT * FROM desk.result(1);
SELECT * FROM desk.result(2);
SELECT * FROM desk.ticket ORDER BY id;

-- nested to some depth
SELECT define('desk.nested', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"if": "input.n > 0", "then": [
      {"choose": null, "cases": [
        {"when": "input.n > 5", "do": [
          {"group": "inner", "do": [
            {"if": "input.n > 8", "then": [
              {"choose": "deep", "cases": [ {"when": "input.n = 10", "do": [ {"let": {"trace": "{{let.trace}}ten"}} ]} ],
               "else": [ {"if": "input.n = 9", "then": [ {"let": {"trace": "{{let.trace}}nine"}} ]} ]} ],
             "else": [ {"let": {"trace": "{{let.trace}}six to eight"}} ]},
            {"let": {"trace": "{{let.trace}}, inner"}} ]} ]} ],
       "else": [ {"let": {"trace": "{{let.trace}}one to five"}} ]},
      {"let": {"trace": "{{let.trace}}, positive"}} ]},
    {"let": {"trace": "{{let.trace}}, end"}} ] }');
SELECT n, desk.nested(n) FROM unnest('{0,3,7,9,10}'::integer[]) AS n;
-- a hundred levels
SELECT define('desk.hundred', ('{"output": [{"name": "n", "type": "integer"}], "steps": [' ||
	repeat('{"if": "true", "then": [', 100) || '{"output": {"n": 100}}' || repeat(']}', 100) || ']}')::json);
SELECT desk.hundred();

-- the condition, like all formulas, may fail, and says where
SELECT define('desk.fails', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "steps": [ {"if": "true", "then": [
     {"choose": null, "cases": [ {"when": "input.n = 1", "do": [ {"if": "1 / (input.n - 1) > 0", "then": []} ]},
                                 {"when": "1 / (input.n - 2) > 0", "do": []} ],
      "else": [ {"require": "input.n > 5"} ]} ]} ] }');
\set SHOW_CONTEXT errors
SELECT desk.fails(1);
SELECT desk.fails(2);
SELECT desk.fails(0);
SELECT desk.fails(6);
\set SHOW_CONTEXT never

-- all problems, with their places
SELECT create_action('desk.bad', '
{ "steps": [
    {"if": "1", "then": [ {"let": {"x": "=nothing"}}, {"stop": "succeeded", "message": "well"} ],
     "else": [ {"if": "input.x", "then": [ {"require": "let.nothing"} ]} ]},
    {"choose": "=1", "cases": [ {"when": "true", "do": [ {"output": {"y": 1}} ]},
                                {"when": "nobody.x", "do": [ {"create": "desk.nowhere", "set": {}},
                                                             {"choose": null, "cases": [ {"when": "2", "do": []} ]} ]} ],
     "else": [ {"stop": "failed", "sqlstate": "x"} ]},
    {"group": "g", "do": [ {"update": "target", "set": {"a": 1}} ], "on_error": [ {"let": {"m": "=error.nothing"}} ]},
    {"if": "true", "enabled": false, "then": [ {"let": {"x": "=nothing"}} ]} ] }');
SELECT severity, location, message, hint FROM check_action('desk.bad');
-- and what is no document at all
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"if": "true"} ]}')$$);
SELECT create_action('desk.worse', '{"steps": [ {"if": true, "then": []} ]}');
SELECT create_action('desk.worse', '{"steps": [ {"if": "true", "then": {}} ]}');
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"if": "true", "then": [], "as": "x"} ]}')$$);
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"if": "true", "then": [ {"if": "true", "then": [ {"nothing": 1} ]} ]} ]}')$$);
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"choose": null} ]}')$$);
SELECT create_action('desk.worse', '{"steps": [ {"choose": null, "cases": []} ]}');
SELECT activate_action('desk.worse');
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"choose": null, "cases": [ {"when": "true"} ]} ]}', true)$$);
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"choose": null, "cases": [ {"do": []} ]} ]}', true)$$);
SELECT brief($$SELECT create_action('desk.worse', '{"steps": [ {"choose": null, "cases": [ {"when": "true", "do": [], "else": []} ]} ]}', true)$$);
SELECT create_action('desk.worse', '{"steps": [ {"choose": null, "cases": [ [] ]} ]}', true);
SELECT create_action('desk.worse', '{"steps": [ {"stop": "maybe"} ]}', true);
SELECT create_action('desk.worse', '{"steps": [ {"stop": null} ]}', true);
SELECT create_action('desk.worse', '{"steps": [ {"let": {"x": 1}, "on_error": {}} ]}', true);
SELECT create_action('desk.worse', '{"steps": [ {"let": {"x": 1}, "on_error": [], "on_error_when": 1} ]}', true);
SELECT create_action('desk.worse', '{"steps": [ {"if": "true", "then": [ {"get": "desk.ticket", "as": "t", "id": 1} ], "else": [ {"get": "desk.ticket", "as": "t", "id": 2} ]} ]}', true);

-- the outline
SELECT describe_action('desk.sort');
SELECT describe_action('desk.nested');
-- round trip: the document, the rows, and steps added one by one
SELECT create_action('desk.copy', (action_definition('desk.nested')::jsonb - 'action')::json, true);
SELECT (action_definition('desk.copy')::jsonb - 'action') = (action_definition('desk.nested')::jsonb - 'action') AS same;
SELECT activate_action('desk.copy');
SELECT n, desk.copy(n) FROM unnest('{0,3,7,9,10}'::integer[]) AS n;
SELECT action_definition('desk.tier');
SELECT parent IS NULL AS top, branch, position, kind, subject, arguments
FROM custom_actions.step WHERE action = 'desk.tier' ORDER BY id;

SELECT create_action('desk.by_hand', '{"input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "word", "type": "text"} ]}');
SELECT add_action_step('desk.by_hand', 'if', 'input.n > 0',
	'{"then": [ {"output": {"word": "some"}}, {"if": "input.n > 10", "then": [ {"output": {"word": "many"}} ]} ], "else": [ {"output": {"word": "few"}} ]}') AS step \gset
SELECT add_action_step('desk.by_hand', 'output', NULL, '{"word": "{{output.word}}!"}', NULL, :step, 'then', 1.5) > 0 AS added;
SELECT add_action_step('desk.by_hand', 'choose', NULL, '{}') AS choose \gset
SELECT add_action_step('desk.by_hand', 'output', NULL, '{"word": "{{output.word}} at last"}', NULL, :step, 'then') > 0 AS added;
\set VERBOSITY terse
SELECT add_action_step('desk.by_hand', 'output', NULL, '{"word": "x"}', NULL, :step, 'nothing');
\set VERBOSITY default
SELECT brief($$SELECT add_action_step('desk.by_hand', 'if', 'true', '{"then": [ {"nothing": 1} ]}')$$);
SELECT branch, position, kind, subject, arguments FROM custom_actions.step WHERE action = 'desk.by_hand' ORDER BY id;
SELECT severity, location, message FROM check_action('desk.by_hand');
DELETE FROM custom_actions.step WHERE id = :choose;
SELECT activate_action('desk.by_hand');
SELECT n, desk.by_hand(n) FROM unnest('{0,5,50}'::integer[]) AS n;
SELECT describe_action('desk.by_hand');

-- What finds a name that is given twice is not kept with the actions
SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'custom action step names';
