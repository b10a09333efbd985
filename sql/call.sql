-- call: functions by name and by signature, their arguments, their results.
\i test/sql/prelude.sql
\i test/sql/call.sql

-- results of every kind
SELECT define('lib.results', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "seen", "type": "text[]"} ],
  "steps": [
    {"call": "lib.twice", "as": "a", "with": {"n": "=input.n"}},
    {"call": "lib.write", "with": {"body": "n {{input.n}} {{a.result}}"}},
    {"call": "lib.one_out", "as": "b", "with": {"n": "=a.result"}},
    {"call": "lib.two_out", "as": "c", "with": {"n": "=input.n"}},
    {"call": "lib.as_pair", "as": "d", "with": {"n": "=input.n"}},
    {"call": "lib.an_item", "as": "e", "with": {"id": "=input.n"}},
    {"call": "lib.items", "as": "f"},
    {"output": {"seen": "=array[a.result::text, b.half::text, c.n || c.word, d.a || d.b, e.name || e.price, (f.result[2]).name, (e.id is null)::text, pg_typeof(e.price)::text]"}} ] }');
SELECT lib.results(2);
SELECT lib.results(-3);
SELECT body FROM lib.log;
-- a function whose result nobody uses runs all the same
CREATE FUNCTION lib.writes(body text, OUT id integer, OUT length integer) LANGUAGE sql AS 'INSERT INTO lib.log (body) VALUES ($1) RETURNING id, length($1)';
SELECT define('lib.unused', '{ "steps": [ {"call": "lib.writes", "with": {"body": "unused"}}, {"call": "lib.writes", "as": "w", "with": {"body": "also unused"}}, {"call": "lib.writes", "as": "v", "with": {"body": "half used"}}, {"require": "v.length = 9"} ] }');
SELECT lib.unused();
SELECT body FROM lib.log ORDER BY id;

-- arguments: named in any order, defaults, literals of the argument's type, NULL, templates, formulas
CREATE FUNCTION lib.describe(d date, n numeric(6,1) DEFAULT 7.5, list integer[] DEFAULT '{1,2}', p lib.pair DEFAULT '(1,x)', j jsonb DEFAULT '{}', t text DEFAULT 'text', ok boolean DEFAULT NULL)
RETURNS text LANGUAGE sql STABLE AS $$ SELECT concat_ws(' | ', d, n, list, p, j, coalesce(t, 'no text'), ok) $$;
SELECT define('lib.arguments', '
{ "input": [ {"name": "day", "type": "date"} ],
  "output": [ {"name": "seen", "type": "text[]", "default": "=array[a.result, b.result, c.result, d.result]"} ],
  "steps": [
    {"call": "lib.describe", "as": "a", "with": {"d": "=input.day"}},
    {"call": "lib.describe", "as": "b", "with": {"ok": true, "t": null, "j": {"k": ["=input.day", 1]}, "p": "(5,five)", "list": [3, "=extract(year from input.day)::integer"], "n": 3, "d": "2024-02-29"}},
    {"call": "lib.describe", "as": "c", "with": {"d": "=input.day + 1", "t": "day {{input.day}}", "n": "12.25"}},
    {"call": "lib.describe", "as": "d", "with": {"d": "=input.day::timestamp", "t": 5}} ] }');
SELECT unnest(lib.arguments('2024-12-31'));

-- overloads: told apart by the names that are given, or by the signature
CREATE FUNCTION lib.over(a integer) RETURNS text LANGUAGE sql AS 'SELECT ''one integer''';
CREATE FUNCTION lib.over(a text) RETURNS text LANGUAGE sql AS 'SELECT ''one text''';
CREATE FUNCTION lib.over(a integer, b integer, c integer DEFAULT 3) RETURNS text LANGUAGE sql AS 'SELECT ''three''';
CREATE FUNCTION lib.over() RETURNS text LANGUAGE sql AS 'SELECT ''none''';
SELECT define('lib.overloads', '
{ "output": [ {"name": "seen", "type": "text[]", "default": "=array[a.result, b.result, c.result, d.result, e.result, f.result]"} ],
  "steps": [
    {"call": "lib.over(text)", "as": "a", "with": {"a": 1}},
    {"call": "lib.over(integer)", "as": "b", "with": {"a": "1"}},
    {"call": "lib.over(int, int4, integer)", "as": "c", "with": {"a": 1, "b": 2, "c": null}},
    {"call": "lib.over", "as": "d", "with": {"a": 1, "b": 2, "c": 3}},
    {"call": "lib.over(integer,integer,integer)", "as": "e", "with": {"a": 1, "b": 2, "c": 5}},
    {"call": "lib.over", "as": "f"} ] }');
SELECT unnest(lib.overloads());
SELECT s ->> 'call' FROM custom_actions.version, json_array_elements(definition -> 'steps') s WHERE action = 'lib.overloads';

-- VARIADIC: as an array, with elements of any type, or left out
CREATE FUNCTION lib.join(separator text, VARIADIC parts text[]) RETURNS text LANGUAGE sql AS 'SELECT array_to_string(parts, separator)';
CREATE FUNCTION lib.count_parts(label text, VARIADIC parts integer[] DEFAULT '{}') RETURNS text LANGUAGE sql AS 'SELECT label || cardinality(parts)';
SELECT define('lib.variadics', '
{ "input": [ {"name": "list", "type": "text[]"} ],
  "output": [ {"name": "seen", "type": "text[]", "default": "=array[a.result, b.result, c.result, d.result, e.result, f.result, g.result]"} ],
  "steps": [
    {"call": "lib.join", "as": "a", "with": {"separator": "-", "parts": ["x", "=input.list[1]", "{{input.list}}"]}},
    {"call": "lib.join", "as": "b", "with": {"separator": "+", "parts": "=input.list"}},
    {"call": "lib.count_parts", "as": "c", "with": {"label": "n"}},
    {"call": "lib.count_parts", "as": "d", "with": {"label": "n", "parts": [1, 2, 3]}},
    {"call": "pg_catalog.format(text, \"any\")", "as": "e", "with": {"1": "%s and %s", "2": ["one", "=now() is not null"]}},
    {"call": "pg_catalog.concat", "as": "f", "with": {"1": "=input.list"}},
    {"call": "pg_catalog.concat", "as": "g", "with": {"1": [1, "=input.list", true, null, 2.5]}} ] }');
SELECT unnest(lib.variadics('{p,q}'));

-- polymorphic arguments
CREATE FUNCTION lib.same(a anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE FUNCTION lib.first_of(list anyarray, otherwise anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(list[1], otherwise)';
CREATE FUNCTION lib.widest(a anycompatible, b anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS 'SELECT greatest(a, b)';
CREATE FUNCTION lib.both(a anyelement, OUT x anyelement, OUT y anyarray) LANGUAGE sql IMMUTABLE AS 'SELECT a, array[a]';
SELECT define('lib.poly', '
{ "input": [ {"name": "d", "type": "date"}, {"name": "list", "type": "numeric[]"} ],
  "output": [ {"name": "seen", "type": "text[]", "default": "=array[a.result + 1, b.result + 1, c.result || '' '' || pg_typeof(c.result), d.result || ''!'', e.result || '' '' || pg_typeof(e.result), f.x || '' '' || pg_typeof(f.y)::text, g.result || '' '' || pg_typeof(g.result)]::text[]"} ],
  "steps": [
    {"call": "lib.same", "as": "a", "with": {"a": "=input.d"}},
    {"call": "lib.same", "as": "b", "with": {"a": 41}},
    {"call": "lib.first_of", "as": "c", "with": {"list": "=input.list", "otherwise": "=0.0"}},
    {"call": "lib.same", "as": "d", "with": {"a": "text"}},
    {"call": "lib.widest", "as": "e", "with": {"a": 1, "b": "=2.5::numeric"}},
    {"call": "lib.both", "as": "f", "with": {"a": "=input.d"}},
    {"call": "lib.first_of(anyarray,anyelement)", "as": "g", "with": {"list": "=array[input.d]", "otherwise": "=input.d"}} ] }');
SELECT unnest(lib.poly('2024-01-01', '{9.5,2}'));

-- arguments without names go by number; quoted and mixed-case names; any schema, in or off the search_path
CREATE FUNCTION lib.unnamed(integer, text DEFAULT 'second') RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION lib.half_named(a integer, text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE SCHEMA "Odd Lib";
CREATE FUNCTION "Odd Lib"."Do It"("select" integer, "My Name" text, "a""b" text DEFAULT 'c') RETURNS TABLE ("Out Put" text) LANGUAGE sql AS 'SELECT ''set''';
CREATE FUNCTION "Odd Lib"."Do.It"("select" integer, "My Name" text, "a""b" text DEFAULT 'c', OUT "Out Put" text, OUT "Other" integer) LANGUAGE sql AS 'SELECT $2 || $3, $1';
SELECT define('lib.odd', '
{ "output": [ {"name": "seen", "type": "text[]", "default": "=array[a.result, b.result, c.\"Out Put\", d.result, c.\"Other\"::text]"} ],
  "steps": [
    {"call": "lib.unnamed", "as": "a", "with": {"1": 1}},
    {"call": "lib.unnamed", "as": "b", "with": {"2": "zwei", "1": 2}},
    {"call": "\"Odd Lib\".\"Do.It\"", "as": "c", "with": {"My Name": "me", "a\"b": "ab", "select": 7}},
    {"call": "lib.half_named", "as": "d", "with": {"a": 1, "2": "two"}} ] }');
SELECT unnest(lib.odd());
SELECT describe_action('lib.odd');
SET search_path = lib, public;
SELECT define('lib.by_path', '{ "output": [ {"name": "n", "type": "integer", "default": "=a.result + b.result"} ],
  "steps": [ {"call": "twice", "as": "a", "with": {"n": 4}}, {"call": "Twice(int)", "as": "b", "with": {"n": 5}} ] }');
RESET search_path;
SELECT lib.by_path();

-- what is refused, and how to do it instead
CREATE FUNCTION lib.rows() RETURNS SETOF lib.item LANGUAGE sql STABLE AS 'SELECT * FROM lib.item';
CREATE FUNCTION lib.table_rows() RETURNS TABLE (n integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION lib.anything() RETURNS record LANGUAGE sql AS 'SELECT 1, 2';
CREATE PROCEDURE lib.proc(n integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION lib.on_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION lib.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE lib.total(integer) (SFUNC = int4pl, STYPE = integer);
SELECT create_action('lib.bad', '
{ "input": [ {"name": "d", "type": "date"} ],
  "steps": [
    {"call": "lib.rows"},
    {"call": "lib.table_rows"},
    {"call": "lib.anything"},
    {"call": "lib.proc", "with": {"n": 1}},
    {"call": "lib.on_change"},
    {"call": "lib.on_ddl"},
    {"call": "lib.total", "with": {"1": 1}},
    {"call": "pg_catalog.row_number"},
    {"call": "lib.nothing"},
    {"call": "lib.nothing(integer)"},
    {"call": "lib.twice(text)"},
    {"call": "lib.twice(nothing)"},
    {"call": "lib.twice("},
    {"call": "twice", "with": {"n": 1}},
    {"call": "lib.over", "with": {"a": 1}},
    {"call": "lib.over", "with": {"nothing": 1}},
    {"call": "lib.twice"},
    {"call": "lib.twice", "with": {"n": 1, "m": 2}},
    {"call": "lib.twice", "with": {"N": 1}},
    {"call": "lib.items", "with": {"x": 1}},
    {"call": "lib.twice", "with": {"n": "many"}},
    {"call": "lib.twice", "with": {"n": "=input.d"}},
    {"call": "lib.describe", "with": {"d": "=nothing", "list": "x"}},
    {"call": "lib.write", "as": "w", "with": {"body": "x"}},
    {"let": {"x": "=w.result"}},
    {"call": "lib.twice", "as": "t", "with": {"n": 1}},
    {"let": {"x": "=t.n"}},
    {"call": "lib.first_of", "with": {"list": "=array[1]", "otherwise": "=input.d"}},
    {"call": "lib.unnamed", "with": {"2": "x"}},
    {"call": "lib.twice", "with": {"n": 1}, "timeout": "soon"},
    {"call": "lib.same", "with": {"a": null}},
    {"call": "lib.join", "with": {"separator": "x"}},
    {"call": "lib.join(text,text[])", "with": {"separator": "x", "parts": "y"}},
    {"call": "pg_catalog.concat", "with": {"1": []}},
    {"call": "a.b.c.d"} ] }');
SELECT severity, location, message, hint FROM check_action('lib.bad') ORDER BY split_part(location, '.', 1)::integer, location;
SELECT create_action('lib.worse', '{"steps": [ {"call": ""} ]}');
SELECT create_action('lib.worse', '{"steps": [ {"call": "lib.twice", "with": [1]} ]}');
SELECT brief($$SELECT create_action('lib.worse', '{"steps": [ {"call": "lib.twice", "set": {"n": 1}} ]}')$$);
-- the way that the hint shows
SELECT define('lib.all_rows', '
{ "output": [ {"name": "names", "type": "text", "default": "=let.names"} ],
  "steps": [ {"let": {"names": ""}},
             {"for_each": "=array(select r from lib.rows() r)", "as": "r", "order_by": "id desc", "do": [ {"let": {"names": "{{let.names}} {{r.name}}"}} ]} ] }');
SELECT lib.all_rows();

-- the outline, and back
SELECT describe_action('lib.results');
SELECT action_definition('lib.variadics');

