-- let, output, require and group; when, enabled and description of any step.
\i test/sql/prelude.sql

CREATE TYPE desk.pair AS (a integer, b text);
CREATE TABLE desk.ticket (id bigint PRIMARY KEY, title text, status text, pair desk.pair);
INSERT INTO desk.ticket VALUES (1, 'One', 'open', '(1,x)'), (2, 'Two', 'closed', NULL);

-- let: a value has its natural type
SELECT define('desk.lets', '
{ "table": "desk.ticket",
  "input": [ {"name": "n", "type": "integer", "required": false} ],
  "output": [ {"name": "types", "type": "text[]", "default": "=array[pg_typeof(let.whole), pg_typeof(let.big), pg_typeof(let.huge), pg_typeof(let.fraction), pg_typeof(let.word), pg_typeof(let.yes), pg_typeof(let.nothing), pg_typeof(let.list), pg_typeof(let.object), pg_typeof(let.formula), pg_typeof(let.row), pg_typeof(let.filled)]::text[]"},
              {"name": "list", "type": "jsonb", "default": ["=let.whole", "=let.big", "=let.huge", "=let.fraction", "=let.word", "=let.yes", "=let.nothing", "=let.list", "=let.object", "=let.formula", "=(let.row).title", "=let.row.pair.b", "=let.filled"]} ],
  "steps": [
    {"let": {"whole": 1, "word": "text"}},
    {"let": {"whole": "=let.whole + 1"}},
    {"let": { "big": 3000000000, "huge": 123456789012345678901234567890, "fraction": 1.50, "yes": true, "nothing": null,
             "list": [1, "=let.whole + 1"], "object": {"k": {"l": ["=let.word"]}}, "formula": "=input.n / 2.0", "row": "=target", "filled": "{{let.word}} {{let.whole}}"}} ] }');
SELECT * FROM desk.lets(1, 5);
SELECT * FROM desk.lets(2);

-- let again: one type for all values; NULL before, and when its step does not run
SELECT define('desk.again', '
{ "input": [ {"name": "run", "type": "boolean"} ],
  "output": [ {"name": "result", "type": "text", "default": "n {{let.n}}, s {{let.s}}, late {{let.late}}, d {{let.d}}"} ],
  "steps": [
    {"let": {"n": 1, "s": "a", "d": "=''2024-02-29''::date"}, "types": {"s": "text"}},
    {"let": {"n": "=let.n + 41", "s": 7}},
    {"let": {"n": "=let.n + 0.4", "d": "2024-03-01"}},
    {"let": {"late": "never"}, "when": "input.run"},
    {"let": {"s": null}, "when": "input.run"} ] }');
SELECT desk.again(false);
SELECT desk.again(true);

-- the values of one step are computed before the first is set
SELECT define('desk.swap', '
{ "output": [ {"name": "result", "type": "text", "default": "{{let.a}} {{let.long_name}} {{output.x}} {{output.y}} {{output.long_x}}"},
              {"name": "x", "type": "integer"}, {"name": "y", "type": "integer"}, {"name": "long_x", "type": "integer"} ],
  "steps": [ {"let": {"a": "left", "long_name": "right"}},
             {"let": {"a": "=let.long_name", "long_name": "=let.a"}},
             {"output": {"x": 1, "y": 2}},
             {"output": {"x": "=output.y", "y": "=output.x", "long_x": "=output.x"}} ] }');
SELECT * FROM desk.swap();
SELECT define('desk.forward', '{ "steps": [ {"let": {"a": 1, "long_name": "=let.a"}} ] }');
SELECT define('desk.forward', '{ "steps": [ {"let": {"a": "=let.long_name", "long_name": 1}} ] }');

SELECT create_action('desk.bad', '
{ "output": [ {"name": "done", "type": "boolean"} ],
  "steps": [
    {"let": {"n": "=let.m"}},
    {"let": {"n": "=date ''2024-01-01''"}},
    {"let": {"k": 1}},
    {"let": {"k": "many"}},
    {"let": {"k": "=now()"}},
    {"let": {"r": "=row(1, 2)"}},
    {"let": {"s": "=generate_series(1, 2)"}},
    {"let": {"t": "=count(*)"}},
    {"output": {"undone": true}},
    {"output": {"done": "perhaps"}},
    {"require": "n > 1"},
    {"require": "1"},
    {"require": "true", "message": "{{nothing}}", "sqlstate": "P0001"},
    {"require": "true", "sqlstate": "00000"} ] }');
SELECT severity, location, message, detail, hint FROM check_action('desk.bad');
SELECT create_action('desk.worse', '{"steps": [ {"let": {"Bad Name": 1}} ]}');
SELECT create_action('desk.worse', '{"steps": [ {"let": {"select": 1}} ]}');
SELECT create_action('desk.worse', '{"steps": [ {"let": {"when": 1}} ]}');
SELECT create_action('desk.worse', '{"steps": [ {"let": 5} ]}');
\set VERBOSITY terse
SELECT create_action('desk.worse', '{"steps": [ {"let": {"n": 1}, "as": "x"} ]}');
\set VERBOSITY default

-- output: set by steps, read back, defaults for those that no step has set
SELECT define('desk.outputs', '
{ "input": [ {"name": "which", "type": "integer", "required": false} ],
  "output": [ {"name": "a", "type": "integer", "default": 10},
              {"name": "b", "type": "text"},
              {"name": "c", "type": "varchar(3)", "default": "=output.b || output.a"},
              {"name": "d", "type": "numeric(4,1)", "default": "=output.a / 3.0"},
              {"name": "e", "type": "integer[]", "default": [1, "=output.a", null]},
              {"name": "f", "type": "text", "default": null} ],
  "steps": [
    {"output": {"b": "first"}},
    {"output": {"a": "=input.which", "b": "{{output.b}} then {{input.which}}"}, "when": "input.which > 0"},
    {"output": {"a": null}, "when": "input.which = 0"} ] }');
SELECT * FROM desk.outputs(7);
SELECT define('desk.outputs', '
{ "input": [ {"name": "which", "type": "integer", "required": false} ],
  "output": [ {"name": "a", "type": "integer", "default": 10},
              {"name": "b", "type": "text"},
              {"name": "c", "type": "varchar(3)", "default": "=left(output.b || output.a, 3)"},
              {"name": "d", "type": "numeric(4,1)", "default": "=output.a / 3.0"},
              {"name": "e", "type": "integer[]", "default": [1, "=output.a", null]},
              {"name": "f", "type": "text", "default": null} ],
  "steps": [
    {"output": {"b": "first"}},
    {"output": {"a": "=input.which", "b": "{{output.b}} then {{input.which}}"}, "when": "input.which > 0"},
    {"output": {"a": null}, "when": "input.which = 0"} ] }');
SELECT * FROM desk.outputs(7);
SELECT * FROM desk.outputs(0);
SELECT * FROM desk.outputs();
SELECT invoke_action('desk.outputs', '{"which": 700}');

-- a required output must not be NULL; one that no step sets is a mistake
SELECT define('desk.must', '
{ "input": [ {"name": "n", "type": "integer", "required": false} ],
  "output": [ {"name": "n_out", "type": "integer", "required": true} ],
  "steps": [ {"output": {"n_out": "=input.n"}} ] }');
SELECT desk.must(1);
SELECT desk.must();
SELECT invoke_action('desk.must');
SELECT define('desk.unset', '{ "output": [ {"name": "n", "type": "integer"} ], "steps": [ {"let": {"x": 1}} ] }');
SELECT define('desk.no_output', '{ "steps": [] }');
SELECT desk.no_output() IS NULL AS is_null, pg_typeof(desk.no_output());
SELECT invoke_action('desk.no_output');

-- require: only true is true
SELECT define('desk.needs', '
{ "input": [ {"name": "ok", "type": "boolean", "required": false} ],
  "steps": [ {"require": "input.ok"} ] }');
SELECT desk.needs(true);
SELECT desk.needs(false);
SELECT desk.needs(NULL);
SELECT define('desk.needs_more', '
{ "table": "desk.ticket",
  "steps": [
    {"require": "=target.status <> ''closed''", "message": "Ticket {{target.id}} is {{target.status}}",
     "detail": "Only open tickets can do this, not \"{{target.title}}\".", "hint": "=format(''Reopen %s.'', target.id)", "sqlstate": "DESK1"},
    {"require": "target.id > 1", "message": 42, "detail": null} ] }');
SELECT define('desk.needs_more', '
{ "table": "desk.ticket",
  "steps": [
    {"require": "=target.status <> ''closed''", "message": "Ticket {{target.id}} is {{target.status}}",
     "detail": "Only open tickets can do this, not \"{{target.title}}\".", "hint": "=format(''Reopen %s.'', target.id)", "sqlstate": "DESK1"},
    {"require": "target.id > 1", "message": 42} ] }');
SELECT desk.needs_more(2);
SELECT desk.needs_more(1);
\set VERBOSITY sqlstate
SELECT desk.needs(false);
SELECT desk.needs_more(2);
\set VERBOSITY default
SELECT define('desk.odd_message', '
{ "input": [ {"name": "text", "type": "text", "required": false} ],
  "steps": [ {"require": "false", "message": "=input.text", "hint": "{{input.text}}"} ] }');
SELECT desk.odd_message('100% %s %n');
SELECT desk.odd_message();

-- group: a heading; its names are seen after it
SELECT define('desk.grouped', '
{ "input": [ {"name": "id", "type": "bigint"}, {"name": "run", "type": "boolean", "default": true} ],
  "output": [ {"name": "title", "type": "text", "default": "{{t.title}} {{let.n}} {{changed.status}}"} ],
  "steps": [
    {"group": "Find the ticket", "description": "all of it", "do": [
      {"get": "desk.ticket", "as": "t", "id": "=input.id"},
      {"group": null, "when": "input.run", "do": [
        {"let": {"n": "=t.id * 10"}},
        {"update": "t", "as": "changed", "set": {"status": "=status || ''!''"}} ]},
      {"group": "empty", "do": []} ]},
    {"require": "t.status = changed.status or not input.run", "message": "{{t.status}} = {{changed.status}}"} ] }');
SELECT desk.grouped(1, false);
SELECT desk.grouped(1);
SELECT desk.grouped(9);
SELECT describe_action('desk.grouped');

-- a group that is off takes its names with it
SELECT define('desk.group_off', '
{ "output": [ {"name": "title", "type": "text", "default": "=t.title"} ],
  "steps": [ {"group": "off", "enabled": false, "do": [ {"get": "desk.ticket", "as": "t", "id": 1} ]} ] }');

-- enabled: false leaves a step out, checks and all; when decides at run time
SELECT define('desk.switches', '
{ "input": [ {"name": "flag", "type": "boolean", "required": false} ],
  "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"let": {"trace": "{{let.trace}}a"}, "description": "always"},
    {"let": {"trace": "{{let.trace}}b"}, "enabled": false},
    {"update": "no.such_table", "set": {"x": "=!"}, "id": 1, "enabled": false},
    {"let": {"trace": "{{let.trace}}c"}, "enabled": true},
    {"let": {"trace": "{{let.trace}}d"}, "when": "input.flag"},
    {"let": {"trace": "{{let.trace}}e"}, "when": "=not input.flag"},
    {"let": {"trace": "{{let.trace}}f"}, "when": "input.flag is null"},
    {"let": {"trace": "{{let.trace}}g"}, "when": "exists (select from desk.ticket where id = 1)"},
    {"require": "false", "when": "input.flag and false"} ] }');
SELECT desk.switches(true), desk.switches(false), desk.switches(NULL);

-- a condition that fails
SELECT define('desk.division', '
{ "input": [ {"name": "n", "type": "integer"} ], "steps": [ {"let": {"x": 1}, "when": "1 / input.n > 0"} ] }');
SELECT desk.division(1);
SELECT desk.division(0);
