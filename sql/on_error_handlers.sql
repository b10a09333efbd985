-- on_error: handlers, those that pass an error on, and handlers in handlers.
\i test/sql/prelude.sql
\i test/sql/on_error.sql

-- an empty list: go on; an error in the handler fails the action
SELECT define('desk.shrug', '
{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "done", "type": "text"} ],
  "steps": [
    {"create": "desk.log", "set": {"body": "shrug {{input.n}}"}, "as": "c"},
    {"call": "desk.fail", "with": {"sqlstate": "DESK1"}, "on_error": []},
    {"call": "desk.fail", "with": {"sqlstate": "DESK2"}, "when": "input.n > 1", "on_error": [ {"call": "desk.fail", "with": {"sqlstate": "DESK3", "message": "from {{error.sqlstate}}"}} ]},
    {"output": {"done": "yes {{c.body}}"}} ] }');
SELECT desk.shrug(1);
SELECT desk.shrug(2);
SELECT body FROM desk.log ORDER BY id;
TRUNCATE desk.log;

-- on_error_when: other errors pass with sqlstate, detail, hint and context as they were
SELECT define('desk.choosy', '
{ "input": [ {"name": "state", "type": "text"} ], "output": [ {"name": "done", "type": "text", "default": "handled {{let.state}}"} ],
  "steps": [
    {"let": {"state": null}},
    {"group": null, "do": [ {"call": "desk.fail", "with": {"sqlstate": "=input.state"}} ],
     "on_error_when": "error.sqlstate in (''DESK1'', ''23505'') and error.message like ''failed%''", "on_error": [ {"let": {"state": "=error.sqlstate"}} ]} ] }');
SELECT desk.choosy('DESK1');
\set SHOW_CONTEXT errors
SELECT desk.choosy('DESK2');
\set SHOW_CONTEXT never
\set VERBOSITY sqlstate
SELECT desk.choosy('DESK2');
SELECT desk.choosy('22023');
\set VERBOSITY default
SELECT count(*) FROM desk.log;
-- a condition that fails, or is NULL
SELECT define('desk.choosy_fails', '
{ "steps": [ {"call": "desk.fail", "with": {"sqlstate": "DESK1"}, "on_error_when": "error.constraint = ''x''", "on_error": []} ] }');
SELECT desk.choosy_fails();
SELECT define('desk.choosy_fails', '
{ "steps": [ {"call": "desk.fail", "with": {"sqlstate": "DESK1"}, "on_error_when": "error.message::integer = 1", "on_error": []} ] }');
SELECT desk.choosy_fails();

-- handlers in handlers, and around each other
SELECT define('desk.nested', '
{ "input": [ {"name": "fail", "type": "boolean"} ], "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"group": "outermost", "do": [
      {"let": {"trace": "{{let.trace}}lost "}},
      {"group": "middle", "do": [
        {"call": "desk.fail", "with": {"sqlstate": "DESK1"}, "on_error_when": "error.sqlstate = ''DESK9''", "on_error": [ {"let": {"trace": "never"}} ]} ],
       "on_error": [
         {"let": {"trace": "{{let.trace}}middle:{{error.sqlstate}} "}},
         {"call": "desk.fail", "with": {"sqlstate": "DESK2", "message": "in the handler of {{error.sqlstate}}"},
          "on_error": [ {"let": {"trace": "{{let.trace}}handler:{{error.sqlstate}},{{error.message}} "}} ]},
         {"let": {"trace": "{{let.trace}}again:{{error.sqlstate}},{{error.step}} "}},
         {"call": "desk.fail", "with": {"sqlstate": "DESK3"}, "when": "input.fail"} ]} ],
     "on_error": [ {"let": {"trace": "{{let.trace}}outermost:{{error.sqlstate}},{{error.step}}"}} ]} ] }');
SELECT desk.nested(true);
SELECT desk.nested(false);

-- stop failed in a handler raises the error again, with its parts a new one; stop succeeded ends well
SELECT define('desk.again', '
{ "input": [ {"name": "how", "type": "text"} ], "output": [ {"name": "o", "type": "text", "default": "went on"} ],
  "steps": [
    {"group": null, "do": [ {"create": "desk.log", "set": {"body": "lost"}}, {"call": "desk.fail", "with": {"sqlstate": "DESK1"}} ],
     "on_error": [
       {"create": "desk.log", "set": {"body": "{{input.how}}"}},
       {"stop": "failed", "when": "input.how = ''again''"},
       {"group": "deeper", "do": [ {"if": "true", "then": [ {"stop": "failed", "when": "input.how = ''deep''"} ]} ]},
       {"stop": "failed", "message": "new: {{error.message}}", "when": "input.how = ''new''"},
       {"stop": "canceled", "when": "input.how = ''canceled''"},
       {"output": {"o": "stopped"}, "when": "input.how = ''succeeded''"},
       {"stop": "succeeded", "when": "input.how = ''succeeded''"},
       {"call": "desk.fail", "with": {"sqlstate": "DESK2"}, "when": "input.how = ''inner''", "on_error": [ {"stop": "failed"} ]},
       {"call": "desk.fail", "with": {"sqlstate": "DESK2"}, "when": "input.how = ''after''", "on_error": []},
       {"stop": "failed", "when": "input.how = ''after''"} ]},
    {"output": {"o": "reached"}, "when": "input.how = ''succeeded''"} ] }');
\set SHOW_CONTEXT errors
SELECT desk.again('again');
\set SHOW_CONTEXT never
SELECT desk.again('deep');
SELECT desk.again('new');
SELECT desk.again('canceled');
SELECT desk.again('succeeded');
\set VERBOSITY sqlstate
SELECT desk.again('inner');
SELECT desk.again('after');
SELECT desk.again('again');
\set VERBOSITY default
SELECT desk.again('none');
SELECT body FROM desk.log ORDER BY id;
TRUNCATE desk.log;
-- stop succeeded inside the step that has a handler: nothing is undone
SELECT define('desk.stop_inside', '
{ "output": [ {"name": "o", "type": "text", "default": "default"} ],
  "steps": [ {"group": null, "do": [ {"create": "desk.log", "set": {"body": "stays"}}, {"output": {"o": "set"}}, {"stop": "succeeded"} ], "on_error": []},
             {"output": {"o": "reached"}} ] }');
SELECT desk.stop_inside();
SELECT body FROM desk.log;
TRUNCATE desk.log;

-- check: what is wrong in handlers, and error outside of one
SELECT create_action('desk.bad', '
{ "steps": [
    {"let": {"x": "=error.message"}},
    {"let": {"x": 1}, "on_error_when": "true"},
    {"get": "desk.ticket", "as": "t", "id": 1, "on_error_when": "error.sqlstate", "on_error": [
      {"update": "desk.ticket", "id": 1, "set": {"title": "=(1"}},
      {"if": "true", "then": [ {"create": "desk.log", "set": {"nothing": "=error.message", "body": "=error.code"}} ]} ]},
    {"let": {"x": "=error.message"}},
    {"update": "error", "set": {"message": "x"}, "on_error": [ {"let": {"e": "=error"}}, {"update": "error", "set": {"message": "x"}} ]} ] }');
SELECT severity, location, message, hint FROM check_action('desk.bad');

-- the outline, and back
SELECT describe_action('desk.again');
SELECT describe_action('desk.shrug');
SELECT create_action('desk.copy', (action_definition('desk.choosy')::jsonb - 'action')::json);
SELECT action_definition('desk.copy');
SELECT activate_action('desk.copy');
SELECT desk.copy('DESK1');
SELECT branch, kind, subject, arguments FROM custom_actions.step WHERE action = 'desk.copy' ORDER BY id;
