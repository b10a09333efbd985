-- values: formulas, templates, and what names in them mean.
\i test/sql/prelude.sql
\i test/sql/values.sql

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
