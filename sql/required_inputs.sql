-- A required input refuses NULL, whoever gives it; "required": false means that it may be NULL.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (id bigint PRIMARY KEY, title text, owner integer);
INSERT INTO desk.ticket VALUES (1, 'One', 7), (2, NULL, NULL);
CREATE DOMAIN desk.anything AS text;
SELECT define('desk.show', '
{ "input": [ {"name": "must", "type": "text"}, {"name": "row", "type": "desk.ticket"}, {"name": "list", "type": "integer[]"}, {"name": "open", "type": "desk.anything"},
             {"name": "may", "type": "text", "required": false}, {"name": "filled", "type": "integer", "default": 5}, {"name": "empty", "type": "integer", "default": null} ],
  "output": [ {"name": "seen", "type": "text", "default": "{{input.must}} {{input.row}} {{input.list}} {{input.open}} {{input.may}} {{input.filled}} {{input.empty}}"} ] }');

-- typed calls; a row or an array of NULLs is a value
SELECT desk.show('a', row(NULL, NULL, NULL)::desk.ticket, '{NULL}', 'b');
SELECT desk.show('a', row(NULL, NULL, NULL)::desk.ticket, '{NULL}', 'b', NULL, NULL, NULL);
SELECT desk.show(NULL, row(1, 'a', 2)::desk.ticket, '{1}', 'b');
SELECT desk.show('a', NULL, '{1}', 'b');
SELECT desk.show('a', row(1, 'a', 2)::desk.ticket, NULL, 'b');
SELECT desk.show('a', row(1, 'a', 2)::desk.ticket, '{1}', NULL);
SELECT desk.show((SELECT title FROM desk.ticket WHERE id = 2), row(1, 'a', 2)::desk.ticket, '{1}', 'b');

-- JSON calls
SELECT invoke_action('desk.show', '{"must": "a", "row": {}, "list": [null], "open": "b", "may": null, "filled": null, "empty": null}');
SELECT invoke_action('desk.show', '{"must": null, "row": {}, "list": [null], "open": "b"}');
SELECT invoke_action('desk.show', '{"must": "a", "row": null, "list": [null], "open": "b"}');
SELECT jsonb_pretty(try_invoke_action('desk.show', '{"must": "a", "row": {}, "list": null, "open": "b"}') -> 'error');
SELECT try_invoke_action('desk.show', '{"must": "a", "row": {}, "list": [], "open": null}') -> 'error' ->> 'sqlstate' AS sqlstate;

-- perform: a literal is found by check_action, a value when it comes
SELECT create_action('desk.literal', '{ "steps": [ {"perform": "desk.show", "with": {"must": null, "row": {}, "list": [], "open": null, "may": null}} ] }');
SELECT location, message FROM check_action('desk.literal');
SELECT define('desk.nest', '
{ "table": "desk.ticket", "output": [ {"name": "seen", "type": "text", "default": "=s.seen"} ],
  "steps": [ {"perform": "desk.show", "as": "s", "with": {"must": "=target.title", "row": "=target", "list": [1], "open": "x", "may": "=target.title"}} ] }');
SELECT desk.nest(1);
SELECT desk.nest(2);
SELECT define('desk.handled', '
{ "table": "desk.ticket", "output": [ {"name": "seen", "type": "text"} ],
  "steps": [ {"perform": "desk.show", "with": {"must": "=target.title", "row": "=target", "list": [1], "open": "x"},
              "on_error": [ {"output": {"seen": "{{error.sqlstate}} {{error.message}}"}} ]} ] }');
SELECT desk.handled(2);

-- an action performs itself
SELECT define('desk.again', '
{ "input": [ {"name": "n", "type": "integer"}, {"name": "t", "type": "text"} ], "output": [ {"name": "said", "type": "text"} ],
  "steps": [ {"if": "input.n > 0", "then": [ {"perform": "desk.again", "with": {"n": "=input.n - 1", "t": "=nullif(input.t, ''no'')"}, "as": "below"}, {"output": {"said": "=below.said"}} ],
              "else": [ {"output": {"said": "=input.t"}} ]} ] }');
SELECT desk.again(2, 'yes');
SELECT desk.again(2, 'no');

-- plug-ins: what they make of an input is held to the same rule
CREATE FUNCTION desk.make(context jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('input', context -> 'configuration') $$;
SELECT register_plugin('desk.show', 'pre_validation', 'desk.make', configuration => '{"may": null, "filled": null}') AS first \gset
SELECT desk.show('a', row(1, 'a', 2)::desk.ticket, '{1}', 'b', 'may', 6);
SELECT register_plugin('desk.show', 'pre_operation', 'desk.make', configuration => '{"must": null}') AS second \gset
SELECT desk.show('a', row(1, 'a', 2)::desk.ticket, '{1}', 'b');
SELECT invoke_action('desk.show', '{"must": "a", "row": {}, "list": [], "open": "b"}');
-- and does not make good what the caller must give
UPDATE custom_actions.plugin_step SET configuration = '{"must": "made"}' WHERE id = :first;
SELECT desk.show(NULL, row(1, 'a', 2)::desk.ticket, '{1}', 'b');

-- the key of the target
SELECT desk.nest(NULL);

-- a required input that may be NULL from now on is a change that callers do not notice
SELECT define('desk.again', '
{ "input": [ {"name": "n", "type": "integer"}, {"name": "t", "type": "text", "required": false} ], "output": [ {"name": "said", "type": "text", "default": "{{input.n}} {{input.t}}"} ] }');
SELECT desk.again(2, NULL), invoke_action('desk.again', '{"n": 1, "t": null}'), invoke_action('desk.again', '{"n": 1}');
