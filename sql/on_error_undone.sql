-- on_error: what is undone, and what it was that failed.
\i test/sql/prelude.sql
\i test/sql/on_error.sql

-- the failed step's own work is undone, the rest stays, and the action goes on
SELECT define('desk.try_title', '
{ "table": "desk.ticket",
  "input": [ {"name": "title", "type": "text", "required": false} ],
  "output": [ {"name": "seen", "type": "text", "default": "{{u.title}}"}, {"name": "error_seen", "type": "text[]", "default": "=let.error"}, {"name": "title_now", "type": "text", "default": "=target.title"} ],
  "steps": [
    {"create": "desk.log", "set": {"body": "before"}},
    {"update": "target", "as": "u", "set": {"title": "=input.title"},
     "on_error": [
       {"let": {"error": "=array[error.sqlstate, error.message, error.detail, error.hint, error.constraint, error.step]"}},
       {"create": "desk.log", "set": {"body": "{{error.sqlstate}} {{target.id}} {{target.title}} {{u.title}}"}} ]},
    {"create": "desk.log", "set": {"body": "after"}} ] }');
SELECT * FROM desk.try_title(1, 'new');
SELECT * FROM desk.try_title(2, 'trigger says no');
SELECT * FROM desk.try_title(3, NULL);
SELECT id, title FROM desk.ticket ORDER BY id;
SELECT * FROM desk.history ORDER BY ticket_id;
SELECT body FROM desk.log ORDER BY id;
TRUNCATE desk.log, desk.history;

-- error fields: constraint, the step inside a group, a step of a nested action, a formula
SELECT define('desk.bad_status', '
{ "table": "desk.ticket", "output": [ {"name": "n", "type": "integer"} ], "steps": [
    {"create": "desk.log", "set": {"body": "nested {{target.id}}"}},
    {"group": null, "do": [ {"update": "target", "set": {"status": "lost"}} ]}, {"output": {"n": 1}} ] }');
SELECT define('desk.fields', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "fields", "type": "text[]"} ],
  "steps": [
    {"group": "all of it", "do": [
       {"create": "desk.log", "set": {"body": "kept?"}},
       {"choose": null, "cases": [
         {"when": "input.n = 1", "do": [ {"update": "desk.ticket", "id": 1, "set": {"status": "lost"}} ]},
         {"when": "input.n = 2", "do": [ {"create": "desk.ticket", "set": {"id": 1, "title": "x"}} ]},
         {"when": "input.n = 3", "do": [ {"perform": "desk.bad_status", "with": {"target": 2}} ]},
         {"when": "input.n = 4", "do": [ {"let": {"x": "=1 / (input.n - 4)"}} ]},
         {"when": "input.n = 5", "do": [ {"require": "false", "message": "not {{input.n}}", "detail": "d", "hint": "h", "sqlstate": "DESK5"} ]},
         {"when": "input.n = 6", "do": [ {"get": "desk.ticket", "id": 99} ]},
         {"when": "input.n = 7", "do": [ {"stop": "canceled"} ]},
         {"when": "input.n = 8", "do": [ {"call": "desk.fail", "with": {"sqlstate": "22012"}} ]},
         {"when": "input.n = 9", "do": [ {"for_each": "=array[2, 1, 0]", "do": [ {"if": "6 / item.value > 1", "then": []} ]} ]},
         {"when": "input.n = 10", "do": [ {"update": "desk.ticket", "id": 1, "set": {"parent_id": 99}} ]},
         {"when": "1 / (input.n - 11) = 5", "do": []} ]} ],
     "on_error": [ {"output": {"fields": "=array[error.sqlstate, error.step, error.constraint, error.message, error.detail, error.hint]"}} ]} ] }');
SELECT n, f.fields[1] AS state, f.fields[2] AS step, f.fields[3] AS "constraint", f.fields[4] AS message, f.fields[5] AS detail, f.fields[6] AS hint
FROM generate_series(1, 12) AS n, desk.fields(n) AS f(fields) ORDER BY n;
SELECT body FROM desk.log ORDER BY id;
SELECT status FROM desk.ticket WHERE id IN (1, 2);
TRUNCATE desk.log, desk.history;

-- values go back to what they were before the step: let, outputs, results, the target
SELECT define('desk.values', '
{ "table": "desk.ticket",
  "input": [ {"name": "fail", "type": "boolean"} ],
  "output": [ {"name": "a", "type": "text", "default": "default of a"}, {"name": "b", "type": "integer"}, {"name": "seen", "type": "text"},
              {"name": "later", "type": "text", "default": "{{let.x}}/{{let.y}}/{{g.title}}/{{u.title}}/{{c.id}}/{{target.title}}/{{target.priority}}"} ],
  "steps": [
    {"let": {"x": "long enough to be a copy"}},
    {"output": {"b": 1}},
    {"get": "desk.ticket", "as": "g", "id": 3},
    {"group": "changes", "do": [
       {"let": {"x": "changed", "y": "new"}},
       {"output": {"a": "set", "b": 2}},
       {"update": "g", "set": {"title": "g changed"}},
       {"update": "target", "as": "u", "set": {"title": "{{title}}!", "priority": "=priority + 1"}},
       {"create": "desk.ticket", "as": "c", "set": {"id": 50, "title": "made"}},
       {"require": "not input.fail"} ],
     "on_error": [ {"output": {"seen": "{{let.x}}/{{let.y}}/{{g.title}}/{{u.title}}/{{c.id}}/{{target.title}}/{{target.priority}}/{{output.a}}/{{output.b}}"}} ]},
    {"output": {"seen": "{{output.seen}} and b {{output.b}}"}} ] }');
BEGIN;
SELECT * FROM desk.values(2, true);
SELECT * FROM desk.values(2, false);
ROLLBACK;

-- nested actions: their rows are undone too, also when the error comes after them
SELECT define('desk.add_log', '{ "input": [ {"name": "body", "type": "text"} ], "output": [ {"name": "id", "type": "integer", "default": "=c.id"} ],
  "steps": [ {"create": "desk.log", "as": "c", "set": {"body": "=input.body"}}, {"require": "input.body <> ''bad''", "message": "bad body"} ] }');
SELECT define('desk.nesting', '
{ "input": [ {"name": "body", "type": "text"} ],
  "output": [ {"name": "trace", "type": "text", "default": "{{a.id is not null}} {{b.id is not null}} {{let.trace}}"} ],
  "steps": [
    {"perform": "desk.add_log", "as": "a", "with": {"body": "first"}},
    {"perform": "desk.add_log", "as": "b", "with": {"body": "=input.body"}, "on_error": [ {"let": {"trace": "{{error.sqlstate}} {{error.message}} {{error.step}} {{error.detail}}"}} ]},
    {"group": null, "do": [ {"perform": "desk.add_log", "with": {"body": "undone later"}}, {"let": {"x": "=1 / 0"}} ], "on_error": [] } ] }');
SELECT desk.nesting('bad');
SELECT desk.nesting('good');
SELECT body FROM desk.log ORDER BY id;
TRUNCATE desk.log;

-- deferred constraints fail at their own time; SET CONSTRAINTS makes it the step's
CREATE FUNCTION desk.check_now() RETURNS void LANGUAGE plpgsql AS 'BEGIN SET CONSTRAINTS ALL IMMEDIATE; END';
SELECT define('desk.defer', '
{ "input": [ {"name": "parent", "type": "integer"}, {"name": "at_once", "type": "boolean", "default": false} ], "output": [ {"name": "o", "type": "text", "default": "done"} ],
  "steps": [ {"group": null, "do": [ {"update": "desk.ticket", "id": 2, "set": {"parent_id": "=input.parent"}},
                                     {"call": "desk.check_now", "when": "input.at_once"} ],
              "on_error": [ {"output": {"o": "{{error.constraint}} {{error.step}}"}} ]} ] }');
SELECT desk.defer(77);
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SELECT desk.defer(77);
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SELECT desk.defer(77, true);
COMMIT;
SELECT parent_id FROM desk.ticket WHERE id = 2;

-- settings of an undone step are undone
CREATE FUNCTION desk.shout(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('desk.shout', what, true); END $$;
SELECT define('desk.shouts', '
{ "output": [ {"name": "now", "type": "text", "default": "=current_setting(''desk.shout'')"} ],
  "steps": [ {"call": "desk.shout", "with": {"what": "kept"}},
             {"group": null, "do": [ {"call": "desk.shout", "with": {"what": "undone"}}, {"stop": "failed"} ], "on_error": []} ] }');
SELECT desk.shouts();

-- called in a subtransaction, and in one that is rolled back
BEGIN;
SAVEPOINT s;
SELECT desk.nesting('bad');
ROLLBACK TO s;
SELECT desk.nesting('bad');
RELEASE s;
COMMIT;
SELECT body FROM desk.log ORDER BY id;
