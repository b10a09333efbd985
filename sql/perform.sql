-- perform: actions inside actions.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (id bigint PRIMARY KEY, title text NOT NULL, owner name DEFAULT current_user);
INSERT INTO desk.ticket (id, title, owner) VALUES (1, 'One', 'postgres'), (2, 'Two', 'somebody');
CREATE TABLE desk.seat (area text, number integer, taken_by text, PRIMARY KEY (area, number));
INSERT INTO desk.seat VALUES ('web', 1), ('web', 2), ('app', 1);
CREATE TABLE desk.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);

-- inputs with defaults, outputs, keys
SELECT define('desk.price', '
{ "input": [ {"name": "amount", "type": "numeric"}, {"name": "percent", "type": "numeric(5,2)", "default": 10}, {"name": "note", "type": "text", "required": false}, {"name": "step_size", "type": "integer", "default": "=2 + 3"} ],
  "output": [ {"name": "total", "type": "numeric", "default": "=input.amount * (100 + input.percent) / 100"}, {"name": "said", "type": "text", "default": "{{input.note}}/{{input.percent}}/{{input.step_size}}"}, {"name": "nothing", "type": "date"} ], "steps": [] }');
SELECT define('desk.rename', '
{ "table": "desk.ticket", "input": [ {"name": "title", "type": "text"} ],
  "output": [ {"name": "old_title", "type": "text"} ],
  "steps": [ {"output": {"old_title": "=target.title"}}, {"update": "target", "set": {"title": "=input.title"}} ] }');
SELECT define('desk.take_seat', '
{ "table": "desk.seat", "input": [ {"name": "who", "type": "text"} ], "output": [ {"name": "seat", "type": "desk.seat", "default": "=target"} ],
  "steps": [ {"update": "target", "set": {"taken_by": "=input.who"}} ] }');
SELECT define('desk.no_output', '{ "steps": [ {"create": "desk.log", "set": {"body": "no output"}} ] }');
SELECT define('desk.all_of_them', '
{ "input": [ {"name": "id", "type": "bigint"} ],
  "output": [ {"name": "seen", "type": "text[]"}, {"name": "whole", "type": "desk.seat", "default": "=s2.seat"} ],
  "steps": [
    {"perform": "desk.price", "as": "p1", "with": {"amount": 100}},
    {"perform": "desk.price", "as": "p2", "with": {"amount": "=p1.total", "percent": "12.345", "note": "id {{input.id}}", "step_size": null}},
    {"perform": "desk.price", "as": "p3", "with": {"amount": 0, "note": null}},
    {"perform": "desk.rename", "as": "r", "with": {"target": "=input.id", "title": "new {{p2.total}}"}},
    {"perform": "desk.take_seat", "as": "s1", "with": {"target": {"area": "web", "number": "=input.id::integer"}, "who": "me"}},
    {"perform": "desk.take_seat", "as": "s2", "with": {"target_area": "app", "target_number": 1, "who": "{{s1.seat.taken_by}} too"}},
    {"perform": "desk.no_output"},
    {"output": {"seen": "=array[p1.total::text, p1.said, p2.total::text, p2.said, p3.total::text, p3.said, p1.nothing::text, r.old_title, s1.seat::text]"}} ] }');
SELECT unnest(seen) FROM desk.all_of_them(1);
SELECT whole FROM desk.all_of_them(2);
SELECT * FROM desk.ticket ORDER BY id;
SELECT * FROM desk.seat ORDER BY area, number;
SELECT desk.all_of_them(9);
SELECT count(*) FROM desk.log;
SELECT define('desk.row_out', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "t", "type": "desk.ticket", "default": "=g"}, {"name": "list", "type": "text[]", "default": ["a", "{{input.n}}"]} ],
  "steps": [ {"get": "desk.ticket", "as": "g", "id": "=input.n", "required": false} ] }');
SELECT define('desk.uses_row', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "s", "type": "text", "default": "{{(p.t).title}} {{p.t.id}} {{p.list[2]}} {{array_length(p.list, 1)}}"} ],
  "steps": [ {"perform": "desk.row_out", "as": "p", "with": {"n": "=input.n"}} ] }');
SELECT desk.uses_row(1), desk.uses_row(5);

-- what is wrong with inputs and outputs
SELECT create_action('desk.bad', '
{ "input": [ {"name": "d", "type": "date"} ],
  "steps": [
    {"perform": "desk.price"},
    {"perform": "desk.price", "with": {"amount": 1, "percents": 2, "target": 1}},
    {"perform": "desk.price", "as": "p", "with": {"amount": "=input.d"}},
    {"let": {"x": "=p.nothing", "y": "=p.missing", "z": "=p"}},
    {"perform": "desk.price", "with": {"amount": "much"}},
    {"perform": "desk.rename", "with": {"title": "x"}},
    {"perform": "desk.rename", "with": {"target": {"id": 1}, "title": "x"}},
    {"perform": "desk.take_seat", "with": {"target": {"area": "web"}, "who": "me"}},
    {"perform": "desk.take_seat", "with": {"target": {"area": "web", "number": 1, "row": 1}, "who": "me"}},
    {"perform": "desk.take_seat", "with": {"target": 1, "who": "me"}},
    {"perform": "desk.no_output", "as": "n", "with": {"x": 1}},
    {"let": {"w": "=n.x"}},
    {"perform": "desk.nowhere"},
    {"perform": "price", "with": {"amount": 1}},
    {"perform": "public.define"},
    {"perform": "desk.bad", "with": {"d": "=input.d"}, "as": "me"},
    {"perform": "desk.bad"},
    {"perform": "bad", "with": {"d": "2024-01-01"}} ] }');
SELECT severity, location, message, hint FROM check_action('desk.bad') ORDER BY split_part(location, '.', 1)::integer, location;

-- an action that performs itself; its outputs
SELECT define('desk.factorial', '
{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "f", "type": "numeric"} ],
  "steps": [ {"if": "input.n <= 1", "then": [ {"output": {"f": 1}} ],
              "else": [ {"perform": "desk.factorial", "as": "p", "with": {"n": "=input.n - 1"}}, {"output": {"f": "=p.f * input.n"}} ]} ] }');
SELECT desk.factorial(5), invoke_action('desk.factorial', '{"n": 8}');
SELECT desk.factorial(9);
SELECT desk.factorial(8);

-- two that perform each other, through a second activation
SELECT define('desk.ping', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "trace", "type": "text", "default": "ping{{input.n}}"} ], "steps": [] }');
SELECT define('desk.pong', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "trace", "type": "text", "default": "pong{{input.n}} {{p.trace}}"} ],
  "steps": [ {"perform": "desk.ping", "as": "p", "with": {"n": "=input.n - 1"}, "when": "input.n > 1"} ] }');
SELECT define('desk.ping', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "trace", "type": "text", "default": "ping{{input.n}} {{p.trace}}"} ],
  "steps": [ {"perform": "desk.pong", "as": "p", "with": {"n": "=input.n - 1"}, "when": "input.n > 1"} ] }');
SELECT desk.ping(4);
SELECT desk.pong(8);
SELECT desk.ping(9);
SELECT desk.ping(8);
SELECT deactivate_action('desk.pong');
SELECT desk.ping(1), desk.ping(2);
SELECT desk.ping(1);
SELECT activate_action('desk.pong');
SELECT desk.ping(2);

-- an action that is not active: refused at check, and when it is called; stopping it is not
SELECT deactivate_action('desk.no_output');
SELECT define('desk.uses_inactive', '{ "steps": [ {"perform": "desk.no_output"} ] }');
SELECT desk.all_of_them(1);
SELECT create_action('desk.draft_only', '{}');
SELECT define('desk.uses_draft', '{ "steps": [ {"perform": "desk.draft_only"} ] }');
SELECT activate_action('desk.no_output');
SELECT whole FROM desk.all_of_them(1);

-- dropping and changing what is performed is refused, naming who uses it
SELECT drop_action('desk.price');
SELECT drop_action('desk.row_out');
DROP FUNCTION desk.row_out(integer);
SELECT create_action('desk.row_out', '{ "input": [ {"name": "n", "type": "text"} ], "output": [ {"name": "t", "type": "text", "default": "x"} ], "steps": [] }', true);
SELECT activate_action('desk.row_out');
SELECT restore_action('desk.row_out');
-- an optional input more, or a required one that is no longer, is no change for those who perform it
SELECT define('desk.row_out', '{ "input": [ {"name": "n", "type": "integer", "default": 2} ], "output": [ {"name": "t", "type": "desk.ticket", "default": "=g"}, {"name": "list", "type": "text[]", "default": ["a", "now {{input.n}}"]} ],
  "steps": [ {"get": "desk.ticket", "as": "g", "id": "=input.n", "required": false} ] }');
SELECT desk.uses_row(1);
SELECT drop_action('desk.uses_row');
SELECT drop_action('desk.row_out');

-- canceled inside cancels the caller, unless it has on_error; error context through the levels
SELECT define('desk.strict', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "m", "type": "integer", "default": "=input.n + 1"} ],
  "steps": [ {"create": "desk.log", "set": {"body": "strict {{input.n}}"}}, {"if": "input.n > 5", "then": [ {"stop": "canceled", "message": "{{input.n}} is too many"} ]}, {"stop": "succeeded", "when": "input.n = 5"}, {"create": "desk.log", "set": {"body": "end {{input.n}}"}} ] }');
SELECT define('desk.lax', '{ "input": [ {"name": "n", "type": "integer"}, {"name": "catch", "type": "boolean", "default": false} ], "output": [ {"name": "m", "type": "integer", "default": "=coalesce(p.m, q.m)"}, {"name": "said", "type": "text", "default": "=let.said"} ],
  "steps": [ {"create": "desk.log", "set": {"body": "lax {{input.n}}"}},
    {"perform": "desk.strict", "as": "p", "with": {"n": "=input.n"}, "when": "not input.catch"},
    {"perform": "desk.strict", "as": "q", "with": {"n": "=input.n"}, "when": "input.catch", "on_error_when": "error.sqlstate = ''UA002''", "on_error": [ {"let": {"said": "{{error.message}}, {{error.step}}"}} ]} ] }');
TRUNCATE desk.log;
\set SHOW_CONTEXT errors
SELECT desk.lax(6);
\set SHOW_CONTEXT never
SELECT * FROM desk.lax(5);
SELECT * FROM desk.lax(7, true);
SELECT body FROM desk.log ORDER BY id;

-- context: depth, one correlation, each its own invocation and name
SELECT define('desk.who', '{ "output": [ {"name": "depth", "type": "integer", "default": "=context.depth"}, {"name": "correlation", "type": "uuid", "default": "=context.correlation"}, {"name": "invocation", "type": "uuid", "default": "=context.invocation"}, {"name": "action", "type": "text", "default": "{{context.action}} {{context.version}}"} ], "steps": [] }');
SELECT define('desk.who_within', '{ "output": [ {"name": "seen", "type": "text[]", "default": "=array[context.depth::text, p.depth::text, q.depth::text, (context.correlation = p.correlation and p.correlation = q.correlation)::text, (context.invocation = context.correlation)::text, (p.invocation = context.invocation or p.invocation = q.invocation)::text, context.action, p.action]"} ],
  "steps": [ {"perform": "desk.who", "as": "p"}, {"perform": "desk.who", "as": "q"} ] }');
SELECT unnest(desk.who_within());

-- privileges and identity: caller inside owner, owner inside caller
CREATE ROLE regress_desk_owner;
CREATE ROLE regress_desk_user;
GRANT USAGE, CREATE ON SCHEMA desk TO regress_desk_owner;
GRANT USAGE ON SCHEMA desk TO regress_desk_user;
GRANT SELECT ON desk.ticket TO regress_desk_owner, regress_desk_user;
ALTER TABLE desk.ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON desk.ticket TO regress_desk_owner USING (true);
CREATE POLICY own ON desk.ticket TO regress_desk_user USING (owner = current_user);
INSERT INTO desk.ticket VALUES (3, 'Mine', 'regress_desk_user');
SELECT define('desk.count_rows', '{ "output": [ {"name": "seen", "type": "text", "default": "{{current_user}} for {{context.caller}}: {{(select count(*) from desk.ticket)}}"} ], "steps": [] }');
SELECT define('desk.count_as_owner', '{ "run_as": "owner", "output": [ {"name": "seen", "type": "text", "default": "{{current_user}} for {{context.caller}}: {{(select count(*) from desk.ticket)}}"}, {"name": "within", "type": "text", "default": "=p.seen"} ], "steps": [ {"perform": "desk.count_rows", "as": "p"} ] }');
SELECT define('desk.count_both', '{ "output": [ {"name": "seen", "type": "text[]", "default": "=array[(select count(*) from desk.ticket)::text, p.seen, q.seen, q.within, r.seen, context.caller]"} ], "steps": [ {"perform": "desk.count_rows", "as": "p"}, {"perform": "desk.count_as_owner", "as": "q"}, {"perform": "desk.count_rows", "as": "r"} ] }');
ALTER FUNCTION desk.count_as_owner OWNER TO regress_desk_owner;
GRANT EXECUTE ON FUNCTION desk.count_both, desk.count_rows TO regress_desk_user;
GRANT EXECUTE ON FUNCTION desk.count_rows TO regress_desk_owner;
SET ROLE regress_desk_user;
SELECT unnest(desk.count_both());
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.count_as_owner TO regress_desk_user;
SET ROLE regress_desk_user;
SELECT unnest(desk.count_both());
RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.count_rows FROM regress_desk_owner;
SET ROLE regress_desk_user;
SELECT unnest(desk.count_both());
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.count_rows TO regress_desk_owner;
-- revoked and granted in the middle of a session
SET ROLE regress_desk_user;
SELECT (desk.count_both())[4];
RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.count_as_owner FROM regress_desk_user;
SET ROLE regress_desk_user;
SELECT desk.count_both();
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.count_as_owner TO regress_desk_user;
-- the performed action's schema
REVOKE USAGE ON SCHEMA desk FROM regress_desk_owner;
SET ROLE regress_desk_user;
SELECT desk.count_both();
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO regress_desk_owner;
ALTER TABLE desk.ticket DISABLE ROW LEVEL SECURITY;

-- each action has its own settings; the caller's come back
SET search_path = desk, public;
SELECT define('desk.own_path', '{ "settings": {"search_path": "desk, pg_temp", "TimeZone": "Asia/Tokyo"}, "output": [ {"name": "s", "type": "text", "default": "{{current_setting(''search_path'')}} {{current_setting(''TimeZone'')}} {{(select count(*) > 0 from ticket)}}"} ], "steps": [] }');
SELECT define('desk.other_path', '{ "settings": {"search_path": "public, pg_temp"}, "output": [ {"name": "s", "type": "text[]", "default": "=array[let.before, p.s, current_setting(''search_path'')]"} ],
  "steps": [ {"let": {"before": "=current_setting(''search_path'')"}}, {"perform": "desk.own_path", "as": "p"}, {"perform": "own_path", "enabled": false} ] }');
RESET search_path;
SELECT desk.other_path();
SELECT define('desk.path_fails', '{ "settings": {"search_path": "desk, pg_temp"}, "steps": [ {"require": "false"} ] }');
SELECT define('desk.path_caught', '{ "settings": {"search_path": "public, pg_temp"}, "output": [ {"name": "s", "type": "text", "default": "=current_setting(''search_path'')"} ],
  "steps": [ {"perform": "desk.path_fails", "on_error": []} ] }');
SELECT desk.path_caught();
SHOW search_path;

-- read-only actions perform only read-only ones
SELECT define('desk.reader', '{ "read_only": true, "output": [ {"name": "n", "type": "bigint", "default": "=(select count(*) from desk.ticket)"} ], "steps": [] }');
SELECT define('desk.reads', '{ "read_only": true, "output": [ {"name": "n", "type": "bigint", "default": "=p.n"} ], "steps": [ {"perform": "desk.reader", "as": "p"} ] }');
SELECT define('desk.reads_badly', '{ "read_only": true, "steps": [ {"perform": "desk.no_output"} ] }');
SELECT define('desk.writes_after', '{ "output": [ {"name": "n", "type": "bigint", "default": "=p.n"} ], "steps": [ {"create": "desk.ticket", "set": {"id": 70, "title": "seen by the reader"}}, {"perform": "desk.reader", "as": "p"} ] }');
BEGIN READ ONLY;
SELECT desk.reads();
ROLLBACK;
SELECT desk.reads(), desk.writes_after();

-- round trip
SELECT create_action('desk.copy', (action_definition('desk.all_of_them')::jsonb - 'action')::json);
SELECT activate_action('desk.copy');
SELECT unnest(seen) FROM desk.copy(1);
SELECT describe_action('desk.copy');
-- a performed action replaced while the caller's program is kept
SELECT define('desk.strict', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "m", "type": "integer", "default": "=input.n * 1000"} ], "steps": [] }');
SELECT * FROM desk.lax(5);

DROP OWNED BY regress_desk_owner CASCADE;
DROP OWNED BY regress_desk_user;
DROP ROLE regress_desk_owner, regress_desk_user;
