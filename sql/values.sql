-- values: literals, formulas, templates, JSON, arrays, rows; and what names mean.
\i test/sql/prelude.sql

CREATE SCHEMA val;
CREATE TYPE val.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN val.percent AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN val.short AS varchar(5);
CREATE TYPE val.point3 AS (x integer, y numeric(6,1), name val.short);
CREATE TYPE val.shape AS (title text, centre val.point3, corners val.point3[]);
CREATE DOMAIN val.centre AS val.point3;

CREATE TABLE val.every (
	id			integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	c_bool		boolean,
	c_int2		smallint,
	c_int8		bigint,
	c_numeric	numeric(10,2),
	c_float		double precision,
	c_text		text,
	c_varchar	varchar(5),
	c_char		char(4),
	c_name		name,
	c_bytea		bytea,
	c_date		date,
	c_time		time(0),
	c_stamp		timestamp(0),
	c_stamptz	timestamptz,
	c_interval	interval,
	c_uuid		uuid,
	c_inet		inet,
	c_bit		bit(3),
	c_varbit	varbit(5),
	c_point		point,
	c_words		tsvector,
	c_json		json,
	c_jsonb		jsonb,
	c_mood		val.mood,
	c_percent	val.percent,
	c_range		int4range,
	c_multi		nummultirange,
	c_ints		integer[],
	c_texts		text[],
	c_moods		val.mood[],
	c_percents	val.percent[],
	c_point3	val.point3,
	c_shape		val.shape,
	c_centre	val.centre,
	c_points	val.point3[]
);

-- literals of every kind of type
SELECT define('val.literals', '
{ "output": [ {"name": "made", "type": "val.every", "default": "=e"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_bool": true, "c_int2": -7, "c_int8": 9223372036854775807, "c_numeric": 12345.678, "c_float": 1e-3, "c_text": "it''s \"text\" \\ ü €",
      "c_varchar": "abc", "c_char": "x", "c_name": "a name", "c_bytea": "\\x00ff", "c_date": "2024-02-29", "c_time": "12:34:56.7", "c_stamp": "2024-02-29 12:34:56.7",
      "c_stamptz": "2024-02-29 12:00:00+02", "c_interval": "1 mon 2 days 03:04:05", "c_uuid": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "c_inet": "10.0.0.1/8",
      "c_bit": "101", "c_varbit": "1", "c_point": "(1,2)", "c_words": "a fat cat", "c_json": {"b": 1, "a": [true, null, "==x", "a=b"]}, "c_jsonb": "a string",
      "c_mood": "ok", "c_percent": 99.999, "c_range": "[1,5]", "c_multi": "{[1,2),[5,6)}", "c_ints": [1, 2, null], "c_texts": ["a", "b,c", null, ""],
      "c_moods": ["sad", "happy"], "c_percents": [1, "2.5"], "c_point3": {"x": 1, "y": 2.55, "name": "abc"}, 
      "c_shape": {"title": "t", "centre": {"x": 3}, "corners": [{"x": 1}, {"y": "2"}, null]}, "c_centre": {"x": 5}, "c_points": [{"x": 1}, null] }} ] }');
SELECT jsonb_pretty(invoke_action('val.literals') -> 'made' #- '{id}');

-- the same as text literals
SELECT define('val.texts', '
{ "output": [ {"name": "made", "type": "text", "default": "=(e.c_bool, e.c_int2, e.c_numeric, e.c_ints, e.c_texts, e.c_point3, e.c_shape, e.c_jsonb, e.c_json, e.c_points)::text"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_bool": "yes", "c_int2": "12", "c_numeric": "1.005", "c_ints": "{{1,2},{3,4}}", "c_texts": "{x,NULL}", "c_point3": "(1,,n)", "c_shape": "(t,\"(1,2,c)\",{})",
      "c_jsonb": 1.10, "c_json": "1", "c_points": "{}" }} ] }');
SELECT define('val.texts', '
{ "output": [ {"name": "made", "type": "text", "default": "=(e.c_bool, e.c_int2, e.c_numeric, e.c_ints, e.c_texts, e.c_point3, e.c_shape, e.c_jsonb, e.c_json, e.c_points)::text"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_bool": "yes", "c_int2": "12", "c_numeric": "1.005", "c_ints": "{1,2}", "c_texts": "{x,NULL}", "c_point3": "(1,,n)", "c_shape": "(t,\"(1,2,c)\",{})",
      "c_jsonb": 1.10, "c_json": "1", "c_points": "{}" }} ] }');
SELECT * FROM val.texts();

-- literals that do not fit, all at once
SELECT create_action('val.bad', '
{ "steps": [
    {"create": "val.every", "set": {
      "c_bool": "maybe", "c_int2": 99999, "c_int8": 1.5, "c_float": "x", "c_date": "2024-02-30", "c_uuid": "1", "c_inet": {"a": 1}, "c_bit": true,
      "c_mood": "furious", "c_range": "[5,1]", "c_ints": [1, "two"], "c_texts": {"a": 1}, "c_moods": ["ok", "furious"], "c_point3": {"x": 1, "z": 2}, "c_points": [[1], 2],
      "c_shape": {"centre": {"x": "one"}}, "c_json": [], "c_jsonb": {"x": "=nothing"} }} ] }');
SELECT location, message, detail, hint FROM check_action('val.bad');
SELECT drop_action('val.bad');

-- literals that only fail when they are stored: checks never run a user's code
SELECT define('val.late', '
{ "input": [ {"name": "which", "type": "integer"} ],
  "steps": [
    {"create": "val.every", "set": {"c_percent": 101}, "when": "input.which = 1"},
    {"create": "val.every", "set": {"c_varchar": "too long"}, "when": "input.which = 2"},
    {"create": "val.every", "set": {"c_percents": [1, -1]}, "when": "input.which = 3"},
    {"create": "val.every", "set": {"c_point3": {"name": "too long"}}, "when": "input.which = 4"},
    {"create": "val.every", "set": {"c_numeric": 123456789}, "when": "input.which = 5"},
    {"create": "val.every", "set": {"c_bit": "11"}, "when": "input.which = 6"} ] }');
SELECT val.late(1);
SELECT val.late(2);
SELECT val.late(3);
SELECT val.late(4);
SELECT val.late(5);
SELECT val.late(6);
SELECT val.late(7);

-- special words in literals mean the time of the call, not of the activation
SELECT define('val.today', '
{ "output": [ {"name": "good", "type": "boolean", "default": "=e.c_date = current_date and e.c_stamptz = now() and e.c_stamp = ''epoch''"} ],
  "steps": [ {"create": "val.every", "as": "e", "set": {"c_date": "today", "c_stamptz": "now", "c_stamp": "epoch"}} ] }');
SELECT val.today();

-- formulas: assignment casts, and text read by the type's input
SELECT define('val.formulas', '
{ "input": [ {"name": "t", "type": "text"}, {"name": "n", "type": "numeric", "required": false} ],
  "output": [ {"name": "made", "type": "text", "default": "{{e.c_int2}} {{e.c_int8}} {{e.c_text}} {{e.c_varchar}} {{e.c_numeric}} {{e.c_bool}} {{e.c_mood}} {{e.c_date}} {{e.c_range}} {{e.c_percent}} {{e.c_float}}"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
      "c_int2": "=input.t", "c_int8": "=input.n", "c_text": "=input.n", "c_varchar": "=input.n > 1", "c_numeric": "=input.t", "c_bool": "=input.n is null",
      "c_mood": "=case when input.n > 1 then ''happy'' else ''sad'' end", "c_date": "=''2024-01-01'' || ''''", "c_range": "=int4range(1, input.t::int)", "c_percent": "=input.n",
      "c_float": "=(select avg(x) from generate_series(1, 4) as x)" }} ] }');
SELECT val.formulas('12', 7.5);
SELECT val.formulas('12');
SELECT val.formulas('x', 7.5);
SELECT val.formulas('1', 75000);
SELECT val.formulas('1', 750);

-- templates: NULL prints nothing; quotes, braces and dollars inside
CREATE FUNCTION val.twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $1';
SELECT define('val.templates', '
{ "input": [ {"name": "t", "type": "text", "required": false} ],
  "output": [ {"name": "lines", "type": "text[]", "default": [
      "plain", "", "==equals", "a = b", "=''formula''", "{{input.t}}", "<{{ input.t }}>", "{{input.t}}{{input.t}}", "{{ ''{{'' }}{{''}}''}}", "{{ ''a''''b'' }}", "{{ $$}}$$ }}",
      "{{ \"val\".\"twice\"(input.t) }}", "}} single { } braces }}", "{{ 1 + 1 }} {{ true }} {{ null }} {{ ''2024-01-01''::date }} {{ array[1,2] }} {{ E''\\''}}'' }}", "{{ jsonb_build_object(''a'', ''{}''::jsonb) }}", null ]} ] }');
SELECT line FROM val.templates('v'), unnest(lines) WITH ORDINALITY AS l(line, n) ORDER BY n;
SELECT line FROM val.templates(), unnest(lines) WITH ORDINALITY AS l(line, n) WHERE n BETWEEN 6 AND 12 ORDER BY n;
SELECT line FROM val.templates('{{ 1/0 }} =1/0'), unnest(lines) WITH ORDINALITY AS l(line, n) WHERE n BETWEEN 6 AND 7 ORDER BY n;
SELECT create_action('val.bad', '
{ "steps": [ {"let": {"a": "{{ open", "b": "{{ }}", "c": "{{ 1, 2 }}", "d": "{{ 1 -- }}", "e": "=", "f": "= 1 /* c */", "g": "=1; select 2", "h": "=1 from pg_class", "i": "=1 as x", "j": "=*", "k": "=$1", "l": "={{ 1 }}", "m": "{{ ''x }}"}} ] }');
SELECT location, message, detail, hint FROM check_action('val.bad') ORDER BY location;
SELECT drop_action('val.bad');

-- JSON: formulas, templates, escapes and nulls at any depth
SELECT define('val.json', '
{ "input": [ {"name": "t", "type": "text", "required": false}, {"name": "n", "type": "numeric", "required": false}, {"name": "j", "type": "jsonb", "required": false} ],
  "output": [ {"name": "made", "type": "jsonb", "default": "=e.c_jsonb"},
              {"name": "also", "type": "json", "default": "=e.c_json"},
              {"name": "plain", "type": "jsonb", "default": {"a": ["==b", {"c": "d"}], "e": null, "f": 1.10, "g": {}}},
              {"name": "escapes", "type": "jsonb", "default": ["==a", {"==k": "===b"}]},
              {"name": "empty", "type": "jsonb", "default": []},
              {"name": "scalar", "type": "jsonb", "default": "x {{input.t}}"},
              {"name": "direct", "type": "jsonb", "default": "=input.j"} ],
  "steps": [
    {"create": "val.every", "as": "e", "set": {
       "c_jsonb": {"text": "=input.t", "number": "=input.n", "sum": "=input.n + 0.50", "json": "=input.j", "template": "<{{input.t}}>", "escaped": "==input.t", "null": null, "true": true,
                   "deep": [1, ["=input.n", [{"x": "=input.t is null"}]], {}, []], "date": "=''2024-02-29''::date", "array": "=array[1,2]", "row": "=row(1, input.t)"},
       "c_json": ["=input.n", {"k": "=input.t", "l": "x{{input.n}}"}] }} ] }');
SELECT * FROM val.json('a "quoted" {{1}}', 1.20, '{"k": [1.0]}') \gx
SELECT * FROM val.json() \gx

-- more members than a function takes arguments
SELECT define('val.wide', json_build_object('output', json_build_array(
	json_build_object('name', 'o', 'type', 'jsonb', 'default', (SELECT json_object_agg('k' || i, '=' || i) FROM generate_series(1, 120) AS i)),
	json_build_object('name', 'p', 'type', 'json', 'default', (SELECT json_object_agg('k' || i, '=' || i) FROM generate_series(1, 51) AS i)),
	json_build_object('name', 'a', 'type', 'jsonb', 'default', (SELECT json_agg('=' || i) FROM generate_series(1, 201) AS i)),
	json_build_object('name', 't', 'type', 'text', 'default', (SELECT string_agg('{{' || i || '}}', ' ') FROM generate_series(1, 200) AS i)))));
SELECT o -> 'k1' AS o_first, o -> 'k120' AS o_last, (SELECT count(*) FROM jsonb_object_keys(o)) AS o, p -> 'k51' AS p_last, jsonb_array_length(a) AS a, a -> 0 AS a_first, a -> 200 AS a_last,
	cardinality(string_to_array(t, ' ')) AS t, right(t, 7) AS t_last FROM val.wide();

-- the same escape in the defaults of inputs, in both call forms
SELECT define('val.input_defaults', '
{ "input": [ {"name": "j", "type": "jsonb", "default": {"a": ["==b", 1.10, null], "c": "{}"}},
             {"name": "t", "type": "text", "default": "==x"},
             {"name": "ts", "type": "text[]", "default": ["==y", null, "z"]},
             {"name": "n", "type": "numeric(6,1)", "default": 1.25},
             {"name": "d", "type": "val.percent", "default": 5},
             {"name": "f", "type": "date", "default": "=''2024-01-31''::date + 1"},
             {"name": "s", "type": "bigint", "default": "=(select count(*) from val.every where id < 0)"} ],
  "output": [ {"name": "all_of_them", "type": "text", "default": "{{input.j}} {{input.t}} {{input.ts}} {{input.n}} {{input.d}} {{input.f}} {{input.s}}"} ] }');
SELECT define('val.input_defaults', '
{ "input": [ {"name": "j", "type": "jsonb", "default": {"a": ["==b", 1.10, null], "c": "{}"}},
             {"name": "t", "type": "text", "default": "==x"},
             {"name": "ts", "type": "text[]", "default": ["==y", null, "z"]},
             {"name": "n", "type": "numeric(6,1)", "default": 1.25},
             {"name": "d", "type": "val.percent", "default": 5},
             {"name": "f", "type": "date", "default": "=''2024-01-31''::date + 1"} ],
  "output": [ {"name": "all_of_them", "type": "text", "default": "{{input.j}} {{input.t}} {{input.ts}} {{input.n}} {{input.d}} {{input.f}}"} ] }');
SELECT val.input_defaults();
SELECT invoke_action('val.input_defaults');
SELECT val.input_defaults(n => 9.99, d => NULL);
SELECT invoke_action('val.input_defaults', '{"n": 9.99, "d": null}');

-- arrays and rows with formulas inside; an empty array
SELECT define('val.nested', '
{ "input": [ {"name": "n", "type": "integer", "required": false} ],
  "output": [ {"name": "ints", "type": "integer[]", "default": ["=input.n", "=input.n * 2", 3, "4"]},
              {"name": "matrix", "type": "integer[]", "default": [[1, "=input.n"], ["=input.n", null]]},
              {"name": "none", "type": "text[]", "default": []},
              {"name": "texts", "type": "varchar(4)[]", "default": ["n{{input.n}}", "=null"]},
              {"name": "moods", "type": "val.mood[]", "default": ["ok", "=''sad''"]},
              {"name": "point", "type": "val.point3", "default": {"x": "=input.n", "name": "p{{input.n}}"}},
              {"name": "shape", "type": "val.shape", "default": {"centre": {"x": "=input.n + 1"}, "corners": [{"x": "=input.n"}, "=row(9, 9.99, null)::val.point3"]}},
              {"name": "shapes", "type": "val.shape[]", "default": [{"title": "=input.n::text"}]} ] }');
SELECT * FROM val.nested(5) \gx
SELECT * FROM val.nested() \gx
SELECT define('val.ragged', '{ "output": [ {"name": "m", "type": "integer[]", "default": [[1, 2], 3]} ] }');

-- names: this, bare columns, target, steps, fields of composites, context; they win over tables
CREATE TABLE val.target (id integer, title text DEFAULT 'the table');
CREATE TABLE val.step (id integer PRIMARY KEY, title text, n integer, place val.point3, places val.point3[]);
INSERT INTO val.target VALUES (1);
INSERT INTO val.step VALUES (1, 'the row', 10, '(1,2.5,abc)', '{"(7,8,x)"}'), (2, 'the other', 20, NULL, NULL);
SET search_path = val, public;
SELECT define('val.names', '
{ "table": "val.step",
  "input": [ {"name": "id", "type": "integer", "default": 2}, {"name": "place", "type": "val.point3", "required": false} ],
  "output": [ {"name": "from_target", "type": "text", "default": "{{target.title}} {{target.place.x}} {{(target.place).name}} {{target.places[1].y}}"},
              {"name": "from_table", "type": "text", "default": "=(select title from val.target where target.id = 1)"},
              {"name": "from_alias", "type": "text", "default": "=(select t.title from val.target as t where t.id = target.id)"},
              {"name": "from_step", "type": "text", "default": "{{step.title}} {{step}} {{step.place.name}}"},
              {"name": "whole", "type": "val.step", "default": "=target"},
              {"name": "as_json", "type": "jsonb", "default": "=to_jsonb(target) - ''places''"},
              {"name": "from_input", "type": "text", "default": "{{input.id}} {{input.place.name}} {{input.place}}"},
              {"name": "counted", "type": "bigint", "default": "=(select count(*) from step where step.n = 20 and n >= 20)"} ],
  "steps": [ {"get": "val.step", "as": "step", "id": "=input.id"},
             {"update": "target", "set": {"n": "=n + this.n + target.n + step.n", "title": "={{"}, "enabled": false},
             {"update": "target", "set": {"n": "=n + this.n + target.n + step.n + (select max(s.n) from val.step as s where s.id <> this.id)",
                                          "place": {"x": "=target.place.x + 1", "y": "=(place).y", "name": "=this.place.name"}}} ] }');
SELECT * FROM val.names(1, place => '(3,4,in)') \gx
SELECT define('val.capture', '
{ "table": "val.step",
  "steps": [ {"update": "target", "set": {"n": "=(select max(n) from val.step where title <> target.title)"}} ] }');
SELECT define('val.dotless', '
{ "table": "val.step", "output": [ {"name": "x", "type": "text", "default": "=input"} ] }');
SELECT create_action('val.unknown', '
{ "table": "val.step", "output": [ {"name": "x", "type": "text", "default": "=target.nothing"}, {"name": "y", "type": "text", "default": "=nobody.title"},
  {"name": "z", "type": "text", "default": "=input.nothing"}, {"name": "w", "type": "text", "default": "=target.place.z"}, {"name": "v", "type": "text", "default": "=context.nothing"}, {"name": "u", "type": "text", "default": "=this.n"}, {"name": "t", "type": "text", "default": "=target.*"}, {"name": "s", "type": "text", "default": "=error.message"} ] }');
SELECT location, message, detail, hint FROM check_action('val.unknown');

SELECT define('val.context', '
{ "output": [ {"name": "fields", "type": "text", "default": "{{context.action}} {{context.version}} {{context.depth}} {{context.caller = current_user}} {{context.session_user = session_user}}"},
              {"name": "same", "type": "boolean", "default": "=context.invocation = let.first and context.correlation is not null"},
              {"name": "started", "type": "boolean", "default": "=context.started_at between now() and clock_timestamp()"},
              {"name": "shared", "type": "jsonb", "default": "=context.shared"},
              {"name": "id", "type": "uuid", "default": "=context.invocation"} ],
  "steps": [ {"let": {"first": "=context.invocation"}} ] }');
SELECT fields, same, started, shared, id IS NOT NULL AS id FROM val.context();
