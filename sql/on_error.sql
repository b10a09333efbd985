-- on_error: what is undone, what the handler sees, what is never caught.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (
	id			integer PRIMARY KEY,
	title		text NOT NULL,
	status		text NOT NULL DEFAULT 'open' CONSTRAINT known_status CHECK (status IN ('open', 'held', 'closed')),
	priority	integer,
	parent_id	integer CONSTRAINT has_parent REFERENCES desk.ticket DEFERRABLE INITIALLY IMMEDIATE
);
INSERT INTO desk.ticket (id, title, priority) VALUES (1, 'One', 1), (2, 'Two', 2), (3, 'Three', 3);
CREATE TABLE desk.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE TABLE desk.history (ticket_id integer, what text);
CREATE FUNCTION desk.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.history VALUES (NEW.id, NEW.title);
	IF NEW.title = 'trigger says no' THEN
		RAISE EXCEPTION 'no: %', NEW.id USING DETAIL = 'The trigger''s detail.', HINT = 'The trigger''s hint.', ERRCODE = 'DESK1', CONSTRAINT = 'a_rule', TABLE = 'ticket';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON desk.ticket FOR EACH ROW EXECUTE FUNCTION desk.note_change();
CREATE FUNCTION desk.fail(sqlstate text, message text DEFAULT 'failed on purpose') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.log (body) VALUES ('fail ' || sqlstate);
	RAISE EXCEPTION USING ERRCODE = sqlstate, MESSAGE = message, DETAIL = 'its detail', HINT = 'its hint';
END $$;

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

-- in a loop: the handler runs for each failing item, the cursor lives on
CREATE TABLE desk.job (id integer PRIMARY KEY, divisor integer, done boolean, result text);
INSERT INTO desk.job SELECT i, i % 3 FROM generate_series(1, 120) AS i;
SELECT define('desk.run_jobs', '
{ "output": [ {"name": "good", "type": "integer", "default": "=let.good"}, {"name": "bad", "type": "integer", "default": "=let.bad"}, {"name": "last", "type": "text", "default": "=let.last"} ],
  "steps": [
    {"let": {"good": 0, "bad": 0}},
    {"for_each": "desk.job", "as": "j", "order_by": "id", "do": [
      {"group": "one", "do": [
        {"update": "j", "as": "u", "set": {"done": true, "result": "touched"}},
        {"update": "j", "set": {"result": "=(100 / divisor)::text"}},
        {"let": {"good": "=let.good + 1"}} ],
       "on_error": [ {"let": {"bad": "=let.bad + 1", "last": "{{j.index}} {{j.id}} {{j.result}} {{u.result}} {{error.step}} {{error.message}}"}} ]} ]} ] }');
SELECT * FROM desk.run_jobs();
SELECT done, result, count(*) FROM desk.job GROUP BY done, result ORDER BY done, result;
-- a loop in the step that fails: all turns are undone; a loop inside the handler
SELECT define('desk.all_or_none', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": "", "n": 0}},
    {"for_each": "desk.job", "as": "j", "where": "id < 10", "order_by": "id", "do": [
      {"let": {"n": "=let.n + 1"}},
      {"update": "j", "set": {"result": "all"}},
      {"for_each": "=array[3, 2, j.divisor]", "as": "k", "do": [ {"require": "1 / k.value >= 0"} ]} ],
     "on_error": [
      {"let": {"trace": "{{error.step}} {{error.message}} n {{let.n}}:"}},
      {"for_each": "desk.job", "as": "h", "where": "id < 4", "order_by": "id", "do": [
         {"let": {"trace": "{{let.trace}} {{h.id}}"}},
         {"update": "h", "set": {"result": "=(1 / divisor)::text"}, "on_error": [ {"let": {"trace": "{{let.trace}}({{error.sqlstate}})"}} ]},
         {"let": {"trace": "{{let.trace}} {{error.sqlstate}}"}} ]} ]} ] }');
SELECT desk.all_or_none();
SELECT count(*) FROM desk.job WHERE result = 'all';
SELECT id, result FROM desk.job WHERE id < 4 ORDER BY id;
-- a thousand turns, half of them fail
SELECT define('desk.thousand', '
{ "output": [ {"name": "good", "type": "integer", "default": "=let.good"}, {"name": "bad", "type": "integer", "default": "=let.bad"}, {"name": "text_length", "type": "integer", "default": "=length(let.seen)"} ],
  "steps": [
    {"let": {"good": 0, "bad": 0, "seen": ""}},
    {"for_each": "=array(select generate_series(1, 1000))", "as": "i", "do": [
      {"group": null, "do": [
        {"create": "desk.log", "set": {"body": "turn {{i.value}}"}},
        {"let": {"good": "=let.good + 1", "seen": "{{let.seen}}x"}},
        {"require": "i.value % 2 = 0"} ],
       "on_error": [ {"let": {"bad": "=let.bad + 1"}} ]} ]} ] }');
SELECT * FROM desk.thousand();
SELECT count(*), min(body), max(body) FROM desk.log;
TRUNCATE desk.log;

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

-- when: part of what the handler catches
SELECT define('desk.when_fails', '
{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "o", "type": "text", "default": "=let.o"} ],
  "steps": [ {"let": {"o": "start"}},
    {"call": "desk.fail", "with": {"sqlstate": "DESK1"}, "when": "1 / input.n = 1", "on_error": [ {"let": {"o": "handled"}} ]} ] }');
SELECT desk.when_fails(1);
SELECT desk.when_fails(2);
SELECT desk.when_fails(0);

-- never caught
SELECT define('desk.catch_all', '
{ "input": [ {"name": "state", "type": "text"} ], "output": [ {"name": "caught", "type": "text"} ],
  "steps": [ {"call": "desk.fail", "with": {"sqlstate": "=input.state"}, "on_error": [ {"output": {"caught": "=error.sqlstate"}} ]} ] }');
SELECT state, desk.catch_all(state) FROM unnest('{P0001,UA002,23505,40002,25001,42501,XY000,55P03}'::text[]) AS state;
\set VERBOSITY sqlstate
SELECT desk.catch_all('40001');
SELECT desk.catch_all('40P01');
SELECT desk.catch_all('53100');
SELECT desk.catch_all('53200');
SELECT desk.catch_all('53300');
SELECT desk.catch_all('53400');
SELECT desk.catch_all('XX000');
SELECT desk.catch_all('XX001');
SELECT desk.catch_all('P0004');
SELECT desk.catch_all('57014');
SELECT desk.catch_all('57P01');
\set VERBOSITY default
CREATE FUNCTION desk.assert(holds boolean) RETURNS void LANGUAGE plpgsql AS 'BEGIN ASSERT holds, ''must hold''; END';
SELECT define('desk.asserts', '{ "steps": [ {"call": "desk.assert", "with": {"holds": false}, "on_error": []} ] }');
SELECT desk.asserts();
SET statement_timeout = '200ms';
SELECT define('desk.sleeps', '{ "steps": [ {"call": "pg_catalog.pg_sleep", "with": {"1": 10}, "on_error": []} ] }');
SELECT desk.sleeps();
RESET statement_timeout;

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

-- a read-only action may have handlers
SELECT define('desk.careful', '
{ "read_only": true, "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "o", "type": "text"} ],
  "steps": [ {"output": {"o": "=(10 / input.n)::text"}, "on_error": [ {"output": {"o": "{{error.message}}"}} ]} ] }');
BEGIN READ ONLY;
SELECT desk.careful(5), desk.careful(0);
COMMIT;

-- called in a subtransaction, and in one that is rolled back
BEGIN;
SAVEPOINT s;
SELECT desk.nesting('bad');
ROLLBACK TO s;
SELECT desk.nesting('bad');
RELEASE s;
COMMIT;
SELECT body FROM desk.log ORDER BY id;

-- the outline, and back
SELECT describe_action('desk.again');
SELECT describe_action('desk.shrug');
SELECT create_action('desk.copy', (action_definition('desk.choosy')::jsonb - 'action')::json);
SELECT action_definition('desk.copy');
SELECT activate_action('desk.copy');
SELECT desk.copy('DESK1');
SELECT branch, kind, subject, arguments FROM custom_actions.step WHERE action = 'desk.copy' ORDER BY id;
