-- The type of a let name: the common type of all its values in the action, or what "types" says.
\i test/sql/prelude.sql

CREATE TYPE desk.pair AS (a integer, b text);
CREATE DOMAIN desk.cents AS numeric(12,2);
CREATE TABLE desk.line (id integer PRIMARY KEY, qty integer, price numeric(8,2), name varchar(10), other varchar(20), due date, at timestamptz, pair desk.pair, tags text[], code desk.cents, doc jsonb);
INSERT INTO desk.line VALUES (1, 2, 1.25, 'one', 'eins', '2026-01-31', '2026-02-01 12:00+00', '(1,x)', '{a}', 0.5, '"s"'), (2, 3, 0.40, 'two', 'zwei', '2026-03-01', '2026-03-01 00:00+00', '(2,y)', '{b,c}', 1.5, '[1]');

-- money is not lost
SELECT define('desk.sum', '{"input": [{"name": "amounts", "type": "numeric[]"}], "output": [{"name": "total", "type": "numeric", "default": "=let.total"}, {"name": "type", "type": "text", "default": "=pg_typeof(let.total)::text"}],
  "steps": [ {"let": {"total": 0}}, {"for_each": "=input.amounts", "as": "a", "do": [ {"let": {"total": "=let.total + a.value"}} ]} ]}');
SELECT * FROM desk.sum(ARRAY[0.4, 0.4, 0.4]);
SELECT invoke_action('desk.sum', '{"amounts": [0.1, 0.2]}');
DO LANGUAGE custom_action '{"steps": [ {"let": {"total": 0}}, {"let": {"total": "=let.total + 0.4"}}, {"let": {"total": "=let.total + 0.4"}}, {"stop": "canceled", "message": "{{let.total}} {{pg_typeof(let.total)}}"} ]}';

-- The type of x, and what it holds at the end, after steps on a line; x stands for the text.
CREATE FUNCTION let_type(steps text, OUT type text, OUT text text) LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL client_min_messages = warning;
	PERFORM create_action('desk.trial', format('
		{ "table": "desk.line", "input": [ {"name": "run", "type": "boolean", "default": true}, {"name": "n", "type": "integer", "default": 7}, {"name": "js", "type": "jsonb", "default": {"k": 1}}, {"name": "f", "type": "float8", "default": 0.5} ],
		  "output": [ {"name": "type", "type": "text", "default": "=pg_typeof(let.x)::text"}, {"name": "value", "type": "text", "default": "=let.x::text"}, {"name": "given", "type": "integer", "default": "=num_nonnulls(input.run, input.n, input.js, input.f)"} ], "steps": [ %s ] }', steps)::json, true);
	SELECT 'ERROR ' || string_agg(concat_ws(' / ', location, message, detail, hint), E'\n' ORDER BY location) INTO type FROM check_action('desk.trial') WHERE severity = 'error';
	IF type IS NULL THEN
		PERFORM activate_action('desk.trial');
		SELECT r.type, r.value INTO type, text FROM desk.trial(1) AS r;
	END IF;
END $$;

-- numbers
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": 1}}, {"let": {"x": "=let.x + 1"}}',
	'{"let": {"x": 1}}, {"let": {"x": 3000000000}}',
	'{"let": {"x": 1}}, {"let": {"x": 2.50}}, {"let": {"x": 3}}',
	'{"let": {"x": 2.5}}, {"let": {"x": 1}}',
	'{"let": {"x": 1}}, {"let": {"x": "=let.x / 2"}}, {"let": {"x": "=let.x * 1.0"}}, {"let": {"x": "=let.x / 4"}}',
	'{"let": {"x": "=target.qty"}}, {"let": {"x": "=let.x * target.price"}}',
	'{"let": {"x": "=target.price"}}, {"let": {"x": "=target.price"}}',
	'{"let": {"x": "=target.price"}}, {"let": {"x": 1}}',
	'{"let": {"x": "=target.code"}}, {"let": {"x": "=target.code"}}',
	'{"let": {"x": "=target.code"}}, {"let": {"x": 1}}',
	'{"let": {"x": 1}}, {"let": {"x": "=input.f"}}, {"let": {"x": "=target.price"}}',
	'{"let": {"x": 1.5}, "when": "not input.run"}, {"let": {"x": 1}}, {"let": {"x": "=let.x / 2"}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;
-- literals follow the others, wherever they stand
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": "a"}}, {"let": {"x": "b"}}',
	'{"let": {"x": ""}}, {"let": {"x": "{{let.x}}a"}}, {"let": {"x": "{{let.x}}b"}}',
	'{"let": {"x": null}}, {"let": {"x": null}}',
	'{"let": {"x": null}}, {"let": {"x": "=''y''"}}',
	'{"let": {"x": null}}, {"let": {"x": 2.5}}',
	'{"let": {"x": "2024-02-28"}}, {"let": {"x": "=target.due"}}, {"let": {"x": "=let.x + 1"}}',
	'{"let": {"x": "2024-02-28"}}, {"let": {"x": "=let.x + 1"}}, {"let": {"x": "=target.due"}, "when": "not input.run"}',
	'{"let": {"x": "=target.due"}}, {"let": {"x": "2024-02-28"}}, {"let": {"x": "=let.x + interval ''1 day''"}}',
	'{"let": {"x": "=target.due"}}, {"let": {"x": "=target.at"}}',
	'{"let": {"x": "1.50"}}, {"let": {"x": "=let.x + 1"}}',
	'{"let": {"x": "12"}}, {"let": {"x": 1}, "when": "not input.run"}, {"let": {"x": "=let.x + 1"}}',
	'{"let": {"x": null}}, {"for_each": "desk.line", "as": "l", "order_by": "id", "do": [ {"let": {"x": "=greatest(let.x, l.price)"}} ]}',
	'{"let": {"x": null}}, {"for_each": "desk.line", "as": "l", "order_by": "id", "do": [ {"let": {"x": "=coalesce(let.x, l.name)"}} ]}',
	'{"let": {"x": null}}, {"let": {"x": "=coalesce(let.x, ''a'') || ''b''"}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;
-- texts of sorts, type modifiers, JSON
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": "=target.name"}}, {"let": {"x": "=target.name"}}',
	'{"let": {"x": "=target.name"}}, {"let": {"x": "=target.other || ''and more than ten''"}}',
	'{"let": {"x": "=target.name"}}, {"let": {"x": "a text of more than ten characters"}}',
	'{"let": {"x": "=target.doc"}}, {"let": {"x": "word"}}',
	'{"let": {"x": {"a": 1}}}, {"let": {"x": [1, 2]}}',
	'{"let": {"x": {"a": 1}}}, {"let": {"x": "=input.js"}}',
	'{"let": {"x": {"a": 1, "b": 2}}}, {"let": {"x": "=let.x - ''a''"}}',
	'{"let": {"x": null}}, {"let": {"x": {"a": {"b": 3}}}}, {"let": {"y": "=let.x -> ''a''"}}, {"let": {"x": "=let.y"}}, {"let": {"y": "=let.x"}}',
	'{"let": {"x": true}}, {"let": {"x": "false"}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;
-- arrays and rows
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": ["a"]}}, {"let": {"x": "=let.x || target.tags"}}',
	'{"let": {"x": [1, 2]}}, {"let": {"x": [2.5]}}, {"let": {"x": [3]}}',
	'{"let": {"x": []}}, {"let": {"x": "=let.x || target.tags"}}',
	'{"let": {"x": []}}, {"let": {"x": "=array_append(let.x, target.price)"}}',
	'{"let": {"x": []}}, {"let": {"x": "=let.x || jsonb_build_object(''a'', 1)"}}',
	'{"let": {"x": []}}, {"let": {"x": "=let.x || ''b''::text"}}',
	'{"let": {"x": []}}, {"let": {"x": [1]}}',
	'{"let": {"x": []}}, {"let": {"x": []}}',
	'{"let": {"x": [1]}}, {"let": {"x": ["a"]}}',
	'{"let": {"x": ["2024-02-28"]}}, {"let": {"x": "=array[target.due]"}}, {"let": {"x": ["2024-02-29", "=target.due"]}}',
	'{"let": {"x": "=target.pair"}}, {"let": {"x": {"a": 5, "b": "=let.x.b"}}}',
	'{"let": {"x": "=target"}}, {"let": {"x": "=target"}}',
	'{"let": {"x": null}}, {"let": {"x": "=target.pair"}}, {"let": {"x": {"b": "only"}}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;

-- branches, loops, handlers, groups; several names in one let; names that depend on each other; a use before the wider value
SELECT define('desk.places', '
{ "table": "desk.line", "input": [ {"name": "fail", "type": "boolean", "default": false} ],
  "output": [ {"name": "types", "type": "text", "default": "{{pg_typeof(let.a)}} {{pg_typeof(let.b)}} {{pg_typeof(let.c)}} {{pg_typeof(let.d)}} {{pg_typeof(let.e)}}"}, {"name": "vals", "type": "text", "default": "{{let.a}} {{let.b}} {{let.c}} {{let.d}} {{let.e}}"}, {"name": "used", "type": "text[]", "default": []} ],
  "steps": [
    {"let": {"a": 1, "b": 1, "c": 1, "d": 1, "e": null}},
    {"output": {"used": ["=pg_typeof(let.a)::text", "{{let.a / 2}}", "{{let.b + let.c}}"]}},
    {"if": "not input.fail", "then": [ {"let": {"a": "=let.a + 0.5"}} ], "else": [ {"let": {"a": 2}} ]},
    {"choose": null, "cases": [ {"when": "input.fail", "do": [ {"let": {"b": 3000000000}} ]} ], "else": [ {"let": {"b": "=let.c"}} ]},
    {"group": "g", "do": [ {"require": "not input.fail"} ], "on_error": [ {"let": {"c": "=target.price + let.a"}} ]},
    {"for_each": "desk.line", "as": "l", "order_by": "id", "do": [ {"for_each": [1, 2], "as": "n", "do": [ {"let": {"d": "=let.d + let.a * n.value", "e": "=coalesce(let.e, l.name)"}} ]} ]},
    {"let": {"never": 1}, "enabled": false}, {"let": {"a": "never"}, "enabled": false} ] }');
SELECT * FROM desk.places(1);
SELECT * FROM desk.places(1, true);
-- what reads a name is compiled with its type, not with one that was thought of on the way
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": "=array[1]"}}, {"let": {"x": "=array[2.5]"}}, {"output": {"value": "=(let.x @> array[2.5])::text"}}',
	'{"let": {"x": "=target.due"}}, {"let": {"x": "=target.at"}}, {"if": "extract(hour from let.x) >= 0", "then": [ {"update": "target", "set": {"at": "=let.x - time ''01:00''"}}, {"let": {"x": "=target.at"}} ]}',
	'{"let": {"x": 0}}, {"let": {"y": "=let.x"}}, {"let": {"x": "=let.y + 0.5"}}, {"let": {"y": "=let.x + let.y"}}, {"let": {"x": "=let.y"}}',
	'{"let": {"x": {}}}, {"let": {"x": "=let.x || jsonb_build_object(''name'', ''set'', ''code'', 7)"}}, {"update": "target", "set": {"*": "=let.x"}}, {"let": {"x": "=to_jsonb(target.name)"}}',
	'{"let": {"x": 1}}, {"let": {"x": 2.5}, "when": "let.x = 1"}, {"for_each": [1, 2], "as": "n", "where": "value < let.x", "order_by": "let.x * value", "do": [ {"let": {"x": "=let.x * n.value"}} ]}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;
-- values of one type, read between them and after them, at places of all sorts
BEGIN;
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": "=input.n - 8"}}, {"for_each": "desk.line", "as": "l", "order_by": "id * let.x", "do": [ {"output": {"value": "=l.name"}} ]}, {"let": {"x": "=input.n"}}',
	'{"let": {"x": "=input.n - 8"}}, {"for_each": "desk.line", "as": "l", "order_by": "id * let.x desc", "do": [ {"output": {"value": "=l.name"}} ]}, {"let": {"x": "=input.n"}}',
	'{"let": {"x": "=input.n"}}, {"get": "desk.line", "id": "=let.x - 6", "as": "l"}, {"let": {"x": "=l.qty"}}, {"output": {"value": "{{let.x}} {{l.name}}"}}',
	'{"let": {"x": "=input.n"}}, {"update": "target", "set": {"qty": "=let.x"}}, {"let": {"x": "=target.qty + 1"}}',
	'{"let": {"x": "=input.n"}}, {"update": "target", "set": {"name": "{{let.x}}"}}, {"let": {"x": "=input.n / 2.0"}}, {"output": {"value": "{{let.x}} {{target.name}}"}}',
	'{"if": "input.run", "then": [ {"let": {"x": "=target.name"}} ], "else": [ {"let": {"x": "=target.name || ''!''"}} ]}, {"update": "target", "set": {"other": "=let.x"}}, {"output": {"value": "{{target.other}} {{let.x}}"}}',
	'{"let": {"x": "=input.n", "y": "=input.n"}}, {"let": {"x": "=input.n + 1"}}, {"let": {"y": "=let.x * 2"}}, {"let": {"y": "=input.n + let.x"}}, {"output": {"value": "{{let.x}} {{let.y}}"}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;
ROLLBACK;
-- a loop over an array that is open at first; what a performed action and a call take and give
CREATE FUNCTION desk.first_of(a anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS $$ SELECT a[1] $$;
SELECT define('desk.half', '{ "input": [ {"name": "n", "type": "numeric"} ], "output": [ {"name": "h", "type": "numeric", "default": "=input.n / 2"} ] }');
SELECT define('desk.chain', '
{ "table": "desk.line", "output": [ {"name": "said", "type": "text", "default": "{{let.sum}} {{pg_typeof(let.sum)}} {{let.f}} {{pg_typeof(let.f)}} {{let.h}} {{pg_typeof(let.h)}}"} ],
  "steps": [
    {"let": {"list": null, "sum": 0, "f": null, "h": 0}},
    {"let": {"list": "=array[1.5, 2.5]"}},
    {"for_each": "=let.list", "as": "v", "do": [ {"let": {"sum": "=let.sum + v.value"}}, {"perform": "desk.half", "as": "p", "with": {"n": "=let.sum"}}, {"let": {"h": "=let.h + p.h"}} ]},
    {"call": "desk.first_of", "as": "c", "with": {"a": "=let.list"}},
    {"let": {"f": "=c.result"}} ] }');
SELECT desk.chain(1);

-- a function that only a value on the way means is among those that the published action may use
CREATE FUNCTION desk.more(integer) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + 0.5 $$;
CREATE FUNCTION desk.more(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + 0.25 $$;
SELECT define('desk.grow', '{ "output": [ {"name": "x", "type": "text", "default": "{{let.x}} {{pg_typeof(let.x)}}"} ], "steps": [ {"let": {"x": 1}}, {"let": {"x": "=desk.more(let.x)"}} ] }');
SELECT desk.grow();
\c
\pset null NULL
SET datestyle = 'ISO, YMD';
SET intervalstyle = postgres;
SELECT desk.grow();
SELECT action_definition('desk.grow', 1) -> 'frozen' AS frozen;

-- said outright
SELECT t.* FROM unnest(ARRAY[
	'{"let": {"x": 0}, "types": {"x": "numeric(12,2)"}}, {"let": {"x": "=let.x + 0.456"}}',
	'{"let": {"x": "0"}, "types": {"x": "int8"}}',
	'{"let": {"x": null}}, {"let": {"x": "=now()"}, "types": {"x": "date"}, "when": "false"}',
	'{"let": {"x": "=target.doc"}, "types": {"x": "text"}}',
	'{"let": {"x": ["a", 1]}, "types": {"x": "varchar(3)[]"}}',
	'{"let": {"x": []}, "types": {"x": "integer[]"}}, {"let": {"x": "=let.x || 5"}}',
	'{"let": {"x": {"a": 1, "b": "{{target.name}}"}}, "types": {"x": "desk.pair"}}',
	'{"let": {"x": 1.005, "y": 2}, "types": {"x": "desk.cents", "y": "text"}}, {"let": {"x": 2}, "types": {"x": "desk.cents"}}',
	'{"let": {"x": 1, "types2": 2}, "types": {"x": "text"}}, {"let": {"x": "=target.due"}}',
	-- what cannot be
	'{"let": {"x": 1}, "types": {"x": "numbr"}}, {"let": {"x": "=let.x + 1"}}',
	'{"let": {"x": 1}, "types": {"x": 5}}',
	'{"let": {"x": 1}, "types": {"x": "record"}}',
	'{"let": {"x": 1}, "types": {"y": "text"}}',
	'{"let": {"x": 1}, "types": {"x": "integer"}}, {"let": {"x": 2}, "types": {"x": "bigint"}}',
	'{"let": {"x": "word"}, "types": {"x": "integer"}}',
	'{"let": {"x": "=target.due"}, "types": {"x": "integer"}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;
SELECT create_action('desk.bad', '{"steps": [ {"let": {"types": 1}} ]}');
SELECT create_action('desk.bad', '{"steps": [ {"let": {"x": 1}, "types": "text"} ]}');

-- no common type: the places
SELECT t.type AS problem FROM unnest(ARRAY[
	'{"let": {"x": 1}}, {"if": "input.run", "then": [ {"let": {"x": "=target.due"}} ]}, {"let": {"x": "=let.x"}}',
	'{"let": {"x": "{{target.name}}"}}, {"let": {"x": 5}}, {"let": {"x": "a literal"}}, {"output": {"value": "=let.x"}}',
	'{"let": {"x": 5}}, {"let": {"x": ["a"]}}',
	'{"let": {"x": "=target.tags"}}, {"let": {"x": {"a": 1}}}',
	'{"let": {"x": "a"}}, {"let": {"x": 7}}',
	'{"let": {"x": "=row(1, 2)"}}, {"let": {"x": "=row(1, 2)"}}',
	'{"let": {"x": "=nothing"}}, {"let": {"x": "=let.x + 1"}}, {"let": {"x": 0.5}}',
	'{"let": {"x": null}}, {"let": {"x": "=array_append(let.x, null)"}}']) WITH ORDINALITY AS s(steps, i), let_type(steps) AS t ORDER BY i;

-- published, printed, as rows, described; a table that changes changes the types
SELECT define('desk.kept', '
{ "table": "desk.line", "output": [ {"name": "type", "type": "text", "default": "{{pg_typeof(let.x)}} {{pg_typeof(let.y)}}"}, {"name": "v", "type": "text", "default": "{{let.x}}"} ],
  "steps": [ {"let": {"x": 0, "y": 1}, "types": {"y": "pair"}, "when": "false"}, {"let": {"x": "=let.x + target.qty"}} ], "settings": {"search_path": "desk"} }');
SELECT define('desk.kept', '
{ "table": "desk.line", "output": [ {"name": "type", "type": "text", "default": "{{pg_typeof(let.x)}} {{pg_typeof(let.y)}}"}, {"name": "v", "type": "text", "default": "{{let.x}}"} ],
  "steps": [ {"let": {"x": 0, "y": {"a": 1}}, "types": {"y": "pair"}, "when": "true"}, {"let": {"x": "=coalesce(let.x, 0) + target.qty"}} ], "settings": {"search_path": "desk"} }');
SELECT * FROM desk.kept(1);
SELECT action_definition('desk.kept') -> 'steps' AS draft, action_definition('desk.kept', 1) -> 'steps' AS published;
SELECT kind, arguments FROM custom_actions.step WHERE action = 'desk.kept' ORDER BY position;
SELECT describe_action('desk.kept');
ALTER TABLE desk.line ALTER COLUMN qty TYPE numeric(10,3);
UPDATE desk.line SET qty = qty + 0.125;
SELECT * FROM desk.kept(1);
ALTER TABLE desk.line ALTER COLUMN qty TYPE text;
DROP TYPE desk.pair;
SELECT add_action_step('desk.kept', 'let', arguments => '{"x": 1, "types": {"x": "bigint"}}') IS NOT NULL AS added;
SELECT location, message FROM check_action('desk.kept');
