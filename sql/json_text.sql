-- A JSON string used as text is its characters; a JSON array of only texts, numbers or booleans is an array.
\i test/sql/prelude.sql
SET client_min_messages = warning;
CREATE EXTENSION citext;
RESET client_min_messages;

CREATE TYPE desk.mood AS ENUM ('sad', 'happy');
CREATE DOMAIN desk.word AS text CHECK (VALUE NOT LIKE '%"%');
CREATE DOMAIN desk.document AS jsonb;
CREATE TYPE desk.pair AS (t text, n integer);
CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text, v varchar(4), c char(6), n name, ci citext, w desk.word, m desk.mood,
	l text[], p desk.pair, j json, b jsonb);

-- every type that holds text, from jsonb, json and a domain over jsonb
SELECT define('desk.store', '
{ "input": [ {"name": "b", "type": "jsonb"}, {"name": "j", "type": "json"}, {"name": "d", "type": "desk.document"} ], "output": [ {"name": "row", "type": "desk.note", "default": "=x"} ],
  "steps": [ {"create": "desk.note", "as": "x", "set": {"t": "=input.b", "v": "=input.j", "c": "=input.d", "n": "=input.b", "ci": "=input.j", "w": "=input.d", "m": "=input.b",
    "l": ["=input.b", "{{input.j}}", "x"], "p": {"t": "=input.d", "n": 1}, "j": "=input.b", "b": "=input.b"}} ] }');
SELECT to_jsonb(row) - 'id' AS row FROM desk.store('"sad"', '"sad"', '"sad"') AS row;
UPDATE desk.note SET t = NULL;
SELECT define('desk.change', '
{ "table": "desk.note", "input": [ {"name": "v", "type": "jsonb", "required": false} ],
  "output": [ {"name": "t", "type": "text", "default": "=target.t"}, {"name": "o", "type": "text", "default": "=input.v"}, {"name": "printed", "type": "text", "default": "<{{input.v}}>"} ],
  "steps": [ {"update": "target", "set": {"t": "=input.v"}} ] }');
SELECT v, (desk.change(1, v)).* FROM unnest(ARRAY['"a \"b\" \u00e9 \n\\"', '""', '1.50', 'true', 'null', '{"k": ["v"]}', '["a"]', NULL]::jsonb[]) AS v;
-- an array of jsonb for an array of text
SELECT define('desk.list', '
{ "input": [ {"name": "b", "type": "jsonb[]"} ], "output": [ {"name": "l", "type": "text[]", "default": "=input.b"}, {"name": "v", "type": "varchar(3)[]", "default": "=input.b"}, {"name": "count", "type": "bigint"} ],
  "steps": [ {"create": "desk.note", "as": "c", "from": "=input.b", "set": {"l": "=input.b", "t": "=value"}}, {"output": {"count": "=c.count"}} ] }');
SELECT * FROM desk.list(ARRAY['"sad"', 'null', NULL, '"b\"c"', '7']::jsonb[]);
SELECT t, l FROM desk.note WHERE l[2] IS NULL ORDER BY id;

-- loops, templates, messages, performed actions, calls
CREATE FUNCTION desk.told(a text, b jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT concat_ws('|', a, b::text) $$;
CREATE FUNCTION desk.told_all(VARIADIC a text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT array_to_string(a, '|') $$;
CREATE FUNCTION desk.first_of(a anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS $$ SELECT a[1] $$;
SELECT define('desk.say', '{ "input": [ {"name": "t", "type": "text"} ], "output": [ {"name": "said", "type": "text", "default": "say {{input.t}}"} ] }');
SELECT define('desk.loop', '
{ "input": [ {"name": "list", "type": "jsonb"}, {"name": "j", "type": "json", "default": "=''\"d\"''"} ], "output": [ {"name": "said", "type": "text", "default": ""} ],
  "steps": [
    {"for_each": "=input.list", "as": "x", "do": [
      {"perform": "desk.say", "as": "s", "with": {"t": "=x.value"}},
      {"call": "desk.told", "as": "c", "with": {"a": "=x.value", "b": "=x.value"}},
      {"call": "desk.told_all", "as": "every", "with": {"a": ["=x.value", "{{x.value}}", "z"]}},
      {"output": {"said": "{{output.said}}[{{s.said}}, {{c.result}}, {{every.result}}, {{x.value}}]"}} ]},
    {"for_each": "=input.list", "as": "y", "where": "value <> ''2''", "do": [ {"output": {"said": "{{output.said}}({{y.value}})"}} ]},
    {"require": "input.list <> ''[]''", "message": "=input.j", "detail": "{{input.j}}", "hint": "=input.list"} ] }');
SELECT desk.loop('["p", "q \"r\"", 2, {"k": "v"}]');
SELECT desk.loop('[]', '"none \"of\" it"');
-- what the author writes is SQL: a cast of his, an operator, a function
SELECT define('desk.own', '{ "input": [ {"name": "b", "type": "jsonb"} ], "output": [ {"name": "seen", "type": "text[]", "default": ["=input.b::text", "{{input.b::text}}", "=input.b || input.b", "=concat(input.b)", "=input.b"]} ] }');
SELECT desk.own('"a"');
-- defaults: the same in both kinds of call
SELECT define('desk.defaults', '{ "input": [ {"name": "b", "type": "text", "default": "=to_jsonb(''x''::text)"}, {"name": "j", "type": "desk.mood", "default": "=''\"sad\"''::json"}, {"name": "k", "type": "text", "default": "=to_jsonb(''x''::text)::text"} ],
  "output": [ {"name": "seen", "type": "text", "default": "{{input.b}} {{input.j}} {{input.k}}"} ] }');
SELECT desk.defaults(), invoke_action('desk.defaults') ->> 'seen' AS seen;

-- arrays where no type is asked for
CREATE FUNCTION natural_type(value text, OUT type text, OUT text text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('desk.any_type', format('
		{ "input": [ {"name": "t", "type": "text", "default": "in"}, {"name": "v", "type": "varchar(5)", "default": "var"}, {"name": "n", "type": "integer", "default": 7}, {"name": "f", "type": "float8", "default": 0.5},
			{"name": "j", "type": "jsonb", "default": "js"}, {"name": "d", "type": "date", "default": "2026-01-31"}, {"name": "w", "type": "desk.word", "default": "w"}, {"name": "ci", "type": "citext", "default": "ci"} ],
		  "output": [ {"name": "type", "type": "text", "default": "=pg_typeof(let.x)::text"}, {"name": "value", "type": "text", "default": "=let.x::text"},
			{"name": "given", "type": "integer", "default": "=num_nonnulls(input.t, input.v, input.n, input.f, input.j, input.d, input.w, input.ci)"} ],
		  "steps": [ {"let": {"x": %s}} ] }', value)::json, true);
	SET LOCAL client_min_messages = warning;
	PERFORM activate_action('desk.any_type');
	SELECT r.type, r.value INTO type, text FROM desk.any_type() AS r;
END $$;
SELECT v AS literal, n.* FROM unnest(ARRAY['["a", "b \"c\"", ""]', '["a", "==b", "{{input.n}}"]', '["a", null]', '["=input.t", "=input.v", "x"]', '["=input.v", "=input.v"]', '["=input.w", "=input.w"]', '["=input.ci", "x"]',
	'[1, -2, 3]', '[1]', '[1, 3000000000]', '[1, 2.50]', '[123456789012345678901234567890]', '[1.0, 2.0]', '[1, "=input.f"]', '["=input.n + 1", "=input.n", null]', '[true, "=input.n > 1", null]', '[]',
	'[1, "a"]', '["a", "=input.n"]', '[true, 1]', '[null, null]', '[[1, 2], [3]]', '[{"a": 1}]', '["=input.j", "a"]', '["=input.d", "=input.d"]', '{"list": ["a", "b"]}', '["=null", "a"]', '["=input.n", "=input.t", {"k": "=input.n"}]']) WITH ORDINALITY AS l(v, i), natural_type(v) AS n ORDER BY i;
-- loops over them, rows made of them, polymorphic arguments
SELECT define('desk.literals', '
{ "input": [ {"name": "t", "type": "text"} ], "output": [ {"name": "said", "type": "text", "default": ""}, {"name": "total", "type": "numeric", "default": 0}, {"name": "first", "type": "text", "default": "=f.result"}, {"name": "made", "type": "bigint", "default": "=made.count"}, {"name": "as_json", "type": "jsonb", "default": "=let.list"} ],
  "steps": [
    {"let": {"list": ["a", "{{input.t}}"]}},
    {"for_each": "=let.list", "as": "x", "do": [ {"output": {"said": "{{output.said}} Do {{x.value}}"}} ]},
    {"for_each": ["p", "{{input.t}} \"q\"", "=input.t"], "as": "l", "do": [ {"output": {"said": "{{output.said}} ({{l.value}})"}} ]},
    {"for_each": "=let.list", "as": "x2", "where": "value = any(let.list)", "order_by": "value desc", "do": [ {"output": {"said": "{{output.said}} {{x2.value}}"}} ]},
    {"for_each": "=array[1, 2]", "as": "n", "do": [ {"output": {"total": "=coalesce(output.total, 0) + n.value"}} ]},
    {"create": "desk.note", "as": "made", "from": ["Kick-off call", "=input.t", "Training"], "set": {"t": "{{value}}", "j": "=to_json(value)"}, "where": "value <> ''Training''"},
    {"call": "desk.first_of", "as": "f", "with": {"a": ["first", "second"]}} ] }');
SELECT * FROM desk.literals('it');
SELECT t, j FROM desk.note WHERE t IN ('Kick-off call', 'it') ORDER BY id;
-- a loop over a literal, as rows and as text
SELECT subject, arguments FROM custom_actions.step WHERE action = 'desk.literals' AND kind = 'for_each' ORDER BY position;
SELECT create_action('desk.again', (action_definition('desk.literals')::jsonb - 'action')::json);
SELECT activate_action('desk.again');
SELECT said FROM desk.again('it');
SELECT create_action('desk.added', '{ "output": [ {"name": "said", "type": "text", "default": ""} ] }');
SELECT add_action_step('desk.added', 'for_each', '[1, 2.5, "=3"]', '{"as": "x", "do": [ {"output": {"said": "{{output.said}} {{x.value + 1}}"}} ]}') IS NOT NULL AS added;
SELECT activate_action('desk.added');
SELECT desk.added();
SELECT describe_action('desk.added');
SELECT create_action('desk.added', '{ "steps": [ {"for_each": {"a": 1}, "do": []} ] }', true);
UPDATE custom_actions.step SET subject = '[1, 2' WHERE action = 'desk.added';
SELECT location, message FROM check_action('desk.added');
-- columns want JSON
SELECT define('desk.columns', '{ "output": [ {"name": "said", "type": "text", "default": ""} ],
  "steps": [ {"for_each": "=jsonb_build_array(jsonb_build_object(''a'', 1, ''b'', ''x''))", "as": "x", "columns": {"a": "integer", "b": "text"}, "do": [ {"output": {"said": "{{output.said}}{{x.a}}{{x.b}}"}} ]},
             {"for_each": [{"a": 2, "b": "y \"z\""}, {"a": "=3", "b": "=''w''"}], "as": "y", "columns": {"a": "integer", "b": "text"}, "do": [ {"output": {"said": "{{output.said}} {{y.a}}{{y.b}}"}} ]} ] }');
SELECT desk.columns();
-- a row and an array are JSON where JSON is wanted
SELECT define('desk.whole', '{ "table": "desk.note", "output": [ {"name": "b", "type": "jsonb", "default": "=target.p"}, {"name": "j", "type": "json", "default": "=target.l"}, {"name": "d", "type": "desk.document", "default": "=target.l"} ] }');
SELECT * FROM desk.whole(1);
