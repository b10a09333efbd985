-- for_each: over tables and arrays, nested, and what is visible when.
\i test/sql/prelude.sql

CREATE SCHEMA shop;
CREATE TYPE shop.pair AS (a integer, b text);
CREATE DOMAIN shop.pairs AS shop.pair[];
CREATE TYPE shop.mood AS ENUM ('sad', 'glad');
CREATE TABLE shop.line (id integer PRIMARY KEY, item text NOT NULL, quantity integer, price numeric(10,2), pair shop.pair);
INSERT INTO shop.line VALUES (1, 'bolt', 10, 0.5, '(1,x)'), (2, 'nut', 20, 0.25, NULL), (3, 'screw', NULL, 1, '(,y)'), (4, 'nail', 5, 3, NULL);
CREATE TABLE shop.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE VIEW shop.cheap AS SELECT id, item FROM shop.line WHERE price < 1;

-- a table: where, order_by, columns, index; the sum in a let
SELECT define('shop.total', '
{ "input": [ {"name": "least", "type": "integer", "default": 0} ],
  "output": [ {"name": "total", "type": "numeric", "default": "=let.total"}, {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"total": "=0.00::numeric", "trace": ""}},
    {"for_each": "shop.line", "as": "l", "where": "quantity >= input.least", "order_by": "price desc",
     "do": [ {"let": {"total": "=let.total + l.quantity * l.price", "trace": "{{let.trace}} {{l.index}}:{{l.item}}"}} ]} ] }');
SELECT * FROM shop.total();
SELECT * FROM shop.total(10);
SELECT * FROM shop.total(1000);

-- order_by: formulas, directions, nulls; ties by the second
SELECT define('shop.ordered', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "shop.line", "order_by": ["quantity asc nulls first", "=length(item)"], "do": [ {"let": {"trace": "{{let.trace}} {{item.item}}"}} ]},
    {"for_each": "shop.line", "order_by": "price * coalesce(quantity, 0) desc, id", "do": [ {"let": {"trace": "{{let.trace}} {{item.id}}"}} ]},
    {"for_each": "shop.cheap", "as": "c", "order_by": "id desc", "do": [ {"let": {"trace": "{{let.trace}} {{c.item}}"}} ]} ] }');
SELECT shop.ordered();

-- arrays: scalars, with NULL elements, empty, NULL, of two dimensions; enums, domains
SELECT define('shop.scalars', '
{ "input": [ {"name": "list", "type": "integer[]", "required": false} ],
  "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": "", "sum": 0}},
    {"for_each": "=input.list", "as": "e",
     "do": [ {"let": {"sum": "=let.sum + coalesce(e.value, 100)", "trace": "{{let.trace}}[{{e.index}}:{{e.value}}]"}} ]},
    {"let": {"trace": "{{let.trace}}={{let.sum}}"}} ] }');
SELECT list, shop.scalars(list) FROM (VALUES ('{3,1,2}'::integer[]), ('{5,NULL,7}'), ('{}'), (NULL), ('{{1,2},{3,4}}'), ('[5:6]={1,2}')) AS v(list);
SELECT invoke_action('shop.scalars', '{"list": [1, null, 2]}');
SELECT define('shop.kinds', '
{ "input": [ {"name": "moods", "type": "shop.mood[]"}, {"name": "dates", "type": "date[]"} ],
  "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "=input.moods", "as": "m", "where": "value = ''glad''", "do": [ {"let": {"trace": "{{let.trace}} {{m.value}}"}} ]},
    {"for_each": "=input.dates", "as": "d", "order_by": "value desc", "do": [ {"let": {"trace": "{{let.trace}} {{d.value + d.index::integer}}"}} ]},
    {"for_each": "=array[''a'', ''b'']", "as": "s", "do": [ {"let": {"trace": "{{let.trace}} {{s.value}}"}} ]},
    {"for_each": "=array(select item from shop.line where quantity > 5 order by item)", "as": "i", "do": [ {"let": {"trace": "{{let.trace}} {{i.value}}"}} ]},
    {"for_each": "=string_to_array(''x,y'', '','')", "do": [ {"let": {"trace": "{{let.trace}} {{item.value}}{{item.index}}"}} ]} ] }');
SELECT shop.kinds('{glad,sad,glad}', '{2024-02-28,2024-12-31}');

-- arrays of composites: their columns; a NULL element, a domain over the array, a table's row type
SELECT define('shop.composites', '
{ "input": [ {"name": "pairs", "type": "shop.pair[]"}, {"name": "domain_pairs", "type": "shop.pairs", "required": false}, {"name": "lines", "type": "shop.line[]", "required": false} ],
  "output": [ {"name": "trace", "type": "text", "default": "=let.trace"}, {"name": "last", "type": "shop.pair", "default": "=let.last"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "=input.pairs", "as": "p", "do": [ {"let": {"trace": "{{let.trace}} {{p.index}}{{p.b}}{{p.a}}", "last": "=p"}} ]},
    {"for_each": "=input.domain_pairs", "as": "q", "where": "a > 1", "order_by": "b", "do": [ {"let": {"trace": "{{let.trace}} {{q.b}}"}} ]},
    {"for_each": "=input.lines", "as": "l", "do": [ {"let": {"trace": "{{let.trace}} {{l.item}}{{l.pair.b}}{{l.price}}"}} ]} ] }');
SELECT * FROM shop.composites('{"(1,x)","(2,y)",NULL,"(,)"}', '{"(3,c)","(2,b)","(1,a)"}', array(SELECT l FROM shop.line l ORDER BY id));
SELECT invoke_action('shop.composites', '{"pairs": [{"a": 7, "b": "seven"}, {"b": "only"}, null]}');

-- jsonb: value, or columns; objects with less and more; what is no array
SELECT define('shop.docs', '
{ "input": [ {"name": "items", "type": "jsonb", "required": false} ],
  "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "=input.items", "as": "v", "do": [ {"let": {"trace": "{{let.trace}} {{v.index}}:{{v.value ->> ''sku''}}"}} ]},
    {"for_each": "=input.items", "as": "i", "columns": {"sku": "text", "n": "numeric(5,1)", "tags": "text[]", "Odd Name": "jsonb"},
     "where": "n is distinct from 0", "order_by": "n",
     "do": [ {"let": {"trace": "{{let.trace}} {{i.index}}:{{i.sku}}={{i.n}}{{array_length(i.tags, 1)}}{{i.\"Odd Name\"}}"}} ]} ] }');
SELECT shop.docs('[{"sku": "a", "n": 2.55}, {"sku": "b", "n": 1, "tags": ["x", "y"], "more": 1}, {"n": 0}, {"Odd Name": {"k": 1}}]');
SELECT shop.docs('[]'), shop.docs(NULL) AS null_result;
SELECT shop.docs('{"sku": "a"}');
SELECT shop.docs('7');
SELECT shop.docs('[1, 2]');
SELECT shop.docs('[{"sku": "a", "n": "many"}]');
SELECT invoke_action('shop.docs', '{"items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 0}]}');
SELECT define('shop.json_values', '
{ "input": [ {"name": "items", "type": "jsonb"} ], "output": [ {"name": "sum", "type": "numeric", "default": "=let.sum"} ],
  "steps": [ {"let": {"sum": "=0::numeric"}}, {"for_each": "=input.items", "as": "v", "do": [ {"let": {"sum": "=let.sum + coalesce(v.value::numeric, 0)"}, "when": "jsonb_typeof(v.value) = ''number''"} ]} ] }');
SELECT shop.json_values('[1, 2.5, null, "x", [3]]');
-- the rows are those at the start: rows that the body adds, changes or deletes
SELECT define('shop.grow', '
{ "output": [ {"name": "turns", "type": "bigint", "default": "=let.turns"}, {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"turns": "=0::bigint", "trace": ""}},
    {"for_each": "shop.line", "as": "l", "where": "id < 1000", "do": [
      {"create": "shop.line", "set": {"id": "=l.id + 100", "item": "copy of {{l.item}}"}},
      {"update": "shop.line", "where": "id > l.id and id < 100", "set": {"quantity": "=coalesce(quantity, 0) + 1"}},
      {"let": {"turns": "=l.index", "trace": "{{let.trace}} {{l.id}}={{l.quantity}}"}} ]} ] }');
BEGIN;
SELECT * FROM shop.grow();
SELECT id, item, quantity FROM shop.line ORDER BY id;
ROLLBACK;
SELECT define('shop.shrink', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "shop.line", "as": "l", "order_by": "id", "do": [
      {"delete": "shop.line", "as": "d", "where": "id >= l.id and id < l.id + 2"},
      {"let": {"trace": "{{let.trace}} {{l.id}}:{{d.count}}"}} ]} ] }');
BEGIN;
SELECT shop.shrink();
SELECT count(*) FROM shop.line;
ROLLBACK;
-- the row of the loop is the subject of update, delete and get
SELECT define('shop.by_row', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "shop.line", "as": "l", "order_by": "id", "do": [
      {"update": "l", "as": "u", "set": {"quantity": "=coalesce(quantity, 0) * 2"}, "when": "l.id <> 2"},
      {"delete": "l", "when": "l.id = 2"},
      {"get": "l", "as": "again", "required": false},
      {"let": {"trace": "{{let.trace}} {{l.id}}:{{l.quantity}}/{{u.quantity}}/{{again.item}}"}} ]} ] }');
BEGIN;
SELECT shop.by_row();
SELECT id, quantity FROM shop.line ORDER BY id;
ROLLBACK;

-- nested: the inner loop sees the outer row; the same default name inside
SELECT define('shop.pairs_of', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "shop.line", "as": "l", "where": "id <= 2", "order_by": "id", "do": [
      {"for_each": "shop.line", "as": "m", "where": "id > l.id", "order_by": "id", "do": [
        {"for_each": "=array_fill(m.item, array[m.index::integer])", "do": [
          {"let": {"trace": "{{let.trace}} {{l.index}}{{m.index}}{{item.index}}{{l.item}}-{{item.value}}"}} ]} ]},
      {"let": {"trace": "{{let.trace}};"}} ]} ] }');
SELECT shop.pairs_of();
SELECT define('shop.items', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": ""}},
    {"for_each": "=array[1, 2]", "do": [
      {"for_each": "=array[''a'', ''b'']", "do": [ {"let": {"trace": "{{let.trace}} {{item.value}}"}} ]},
      {"let": {"trace": "{{let.trace}} {{item.value}}"}} ]} ] }');
SELECT shop.items();

-- at each turn the results of the steps inside are NULL again, an accumulator is not
SELECT define('shop.fresh', '
{ "output": [ {"name": "trace", "type": "text[]", "default": "=let.trace"} ],
  "steps": [
    {"let": {"trace": "=array[]::text[]"}},
    {"for_each": "=array[1, 2, 3, 4, 9]", "as": "n", "do": [
      {"get": "shop.line", "as": "g", "id": "=n.value", "required": false},
      {"get": "shop.line", "as": "m", "id": 1, "when": "n.value = 2"},
      {"update": "shop.line", "as": "u", "id": "=n.value + 1", "set": {"quantity": "=n.value"}, "required": false},
      {"update": "shop.line", "as": "w", "where": "id = n.value", "set": {"item": "=item"}, "when": "n.value <> 3"},
      {"call": "pg_catalog.upper(text)", "as": "f", "with": {"1": "=g.item"}, "when": "n.index <> 4"},
      {"perform": "shop.total", "as": "p", "with": {"least": "=n.value"}, "when": "n.value = 1"},
      {"if": "n.value = 1", "then": [ {"create": "shop.log", "as": "c", "set": {"body": "first"}} ]},
      {"let": {"trace": "=array_append(let.trace, concat_ws('','', g.item, m.item, u.id, w.count, f.result, round(p.total), c.body, g is null))"}} ]} ] }');
BEGIN;
SELECT unnest(shop.fresh());
ROLLBACK;

-- an outer row that the body changes keeps what it was given
SELECT define('shop.outer_row', '
{ "table": "shop.line",
  "output": [ {"name": "quantity", "type": "integer", "default": "=target.quantity"}, {"name": "last", "type": "text", "default": "=first.item"} ],
  "steps": [
    {"get": "shop.line", "as": "first", "id": 4},
    {"for_each": "=array[1, 2, 3]", "do": [
      {"update": "target", "set": {"quantity": "=quantity + item.value"}},
      {"update": "first", "set": {"item": "{{first.item}}{{item.value}}"}} ]} ] }');
BEGIN;
SELECT * FROM shop.outer_row(1);
ROLLBACK;

-- names inside are not visible outside; those of an array element are its own
SELECT create_action('shop.bad', '
{ "input": [ {"name": "j", "type": "jsonb"}, {"name": "n", "type": "integer"}, {"name": "list", "type": "integer[]"} ],
  "output": [ {"name": "o", "type": "text", "default": "{{l.item}}"} ],
  "steps": [
    {"for_each": "shop.line", "as": "l", "where": "l.id = 1", "order_by": "l.id", "do": [ {"get": "shop.line", "as": "g", "id": "=l.nothing"} ]},
    {"let": {"x": "=l.item", "y": "=g.item", "z": "=item.index"}},
    {"for_each": "shop.nowhere", "do": [ {"let": {"x": "=item.value"}} ]},
    {"for_each": "=input.n", "do": []},
    {"for_each": "=input.list", "columns": {"a": "integer"}, "do": []},
    {"for_each": "shop.line", "columns": {"a": "integer"}, "do": []},
    {"for_each": "=input.j", "columns": {"a": "nothing", "b": "anyelement"}, "do": [ {"let": {"w": "=item.c"}} ]},
    {"for_each": "=input.list", "as": "e", "where": "value", "order_by": "nothing", "do": [ {"let": {"w": "=e.item"}}, {"update": "e", "set": {"value": 1}} ]},
    {"for_each": "=input.list", "do": [ {"for_each": "=item.value", "do": [ {"require": "item.value"} ]} ]},
    {"for_each": "input.list", "do": []} ] }');
SELECT severity, location, message, hint FROM check_action('shop.bad');
SELECT brief($$SELECT create_action('shop.worse', '{"steps": [ {"for_each": "shop.line"} ]}')$$);
SELECT create_action('shop.worse', '{"steps": [ {"for_each": 1, "do": []} ]}');
SELECT create_action('shop.worse', '{"steps": [ {"for_each": "shop.line", "as": "target", "do": []} ]}');
SELECT create_action('shop.worse', '{"steps": [ {"for_each": "shop.line", "as": "l", "do": [ {"get": "shop.line", "as": "l", "id": 1} ]} ]}');

-- stop succeeded inside nested loops ends the action, nothing after it runs
SELECT define('shop.find', '
{ "input": [ {"name": "wanted", "type": "text"} ],
  "output": [ {"name": "id", "type": "integer"}, {"name": "turns", "type": "integer", "default": "=let.turns"} ],
  "steps": [
    {"let": {"turns": 0}},
    {"for_each": "=array[1, 2, 3]", "as": "a", "do": [
      {"for_each": "shop.line", "as": "l", "order_by": "id", "do": [
        {"let": {"turns": "=let.turns + 1"}},
        {"if": "l.item = input.wanted and a.index = 2", "then": [ {"output": {"id": "=l.id"}}, {"stop": "succeeded"} ]},
        {"output": {"id": -1}} ]} ]},
    {"output": {"id": -2}} ] }');
SELECT * FROM shop.find('screw');
SELECT * FROM shop.find('gear');
SELECT name FROM pg_cursors;

-- canceled and failing turns undo them all; the iteration is named
SELECT define('shop.strict', '
{ "input": [ {"name": "limit_to", "type": "integer"} ],
  "steps": [ {"for_each": "shop.line", "as": "l", "order_by": "id", "do": [
    {"create": "shop.log", "set": {"body": "{{l.item}}"}},
    {"group": "check", "do": [ {"require": "l.quantity <= input.limit_to", "message": "{{l.item}}: {{l.quantity}} is too much"} ]} ]} ] }');
\set SHOW_CONTEXT errors
SELECT shop.strict(15);
\set SHOW_CONTEXT never
SELECT count(*) FROM shop.log;

-- by-reference values across turns, more than one fetch
SELECT define('shop.long', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "output": [ {"name": "longest", "type": "text", "default": "=left(let.longest, 20)"}, {"name": "length", "type": "integer", "default": "=length(let.joined)"},
              {"name": "kept", "type": "text[]", "default": "=let.kept"}, {"name": "line", "type": "shop.line", "default": "=let.line"} ],
  "steps": [
    {"let": {"joined": "", "longest": "", "kept": "=array[]::text[]", "line": "=null::shop.line"}},
    {"for_each": "=array(select repeat(chr(65 + i % 26), i) from generate_series(1, input.n) i)", "as": "s", "do": [
      {"let": {"joined": "=let.joined || s.value"}},
      {"let": {"longest": "=s.value"}, "when": "length(s.value) > length(let.longest)"},
      {"let": {"kept": "=let.kept || left(s.value, 3)"}, "when": "s.index % 50 = 0"},
      {"get": "shop.line", "as": "g", "id": "=(s.index % 4) + 1"},
      {"let": {"line": "=g"}} ]} ] }');
SELECT * FROM shop.long(130);
SELECT * FROM shop.long(50);
SELECT * FROM shop.long(51);

-- a read-only action loops too
SELECT define('shop.count_items', '
{ "read_only": true, "output": [ {"name": "n", "type": "bigint", "default": "=let.n"} ],
  "steps": [ {"let": {"n": "=0::bigint"}}, {"for_each": "shop.line", "do": [ {"let": {"n": "=item.index"}} ]} ] }');
BEGIN READ ONLY;
SELECT shop.count_items();
COMMIT;

-- rows that privileges and row security leave
CREATE ROLE regress_shop_clerk;
GRANT USAGE ON SCHEMA shop TO regress_shop_clerk;
GRANT EXECUTE ON FUNCTION shop.count_items() TO regress_shop_clerk;
GRANT SELECT ON shop.line TO regress_shop_clerk;
ALTER TABLE shop.line ENABLE ROW LEVEL SECURITY;
CREATE POLICY cheap ON shop.line FOR SELECT TO regress_shop_clerk USING (price < 1);
SET ROLE regress_shop_clerk;
SELECT shop.count_items();
RESET ROLE;
REVOKE SELECT ON shop.line FROM regress_shop_clerk;
SET ROLE regress_shop_clerk;
SELECT shop.count_items();
RESET ROLE;
ALTER TABLE shop.line DISABLE ROW LEVEL SECURITY;
DROP OWNED BY regress_shop_clerk;
DROP ROLE regress_shop_clerk;

-- index in the statements of the steps inside, and of an inner loop
SELECT define('shop.numbered', '
{ "output": [ {"name": "seen", "type": "text[]", "default": "=array(select body from shop.log order by body)"} ],
  "steps": [
    {"for_each": "shop.line", "as": "l", "order_by": "id", "where": "id > 1", "do": [
      {"create": "shop.log", "as": "c", "set": {"body": "{{l.index}} {{l.item}}"}},
      {"update": "c", "set": {"body": "=body || l.index * 11"}},
      {"for_each": "shop.line", "as": "m", "where": "id = l.index", "order_by": "id * l.index", "do": [
        {"update": "shop.log", "where": "id = c.id", "set": {"body": "=body || m.index || m.item"}} ]} ]} ] }');
BEGIN;
SELECT shop.numbered();
ROLLBACK;

-- a loop follows its table: a dropped column is refused, an added one seen in whole rows
CREATE TABLE shop.box (id integer PRIMARY KEY, size text);
INSERT INTO shop.box VALUES (1, 'small');
SELECT define('shop.boxes', '
{ "output": [ {"name": "trace", "type": "text", "default": "=let.trace"} ],
  "steps": [ {"let": {"trace": ""}}, {"for_each": "shop.box", "as": "b", "where": "id = 1", "do": [ {"let": {"trace": "{{to_jsonb(b)}} {{b.size}}"}} ]} ] }');
SELECT shop.boxes();
ALTER TABLE shop.box DROP COLUMN size;
DROP TABLE shop.box;
ALTER TABLE shop.box ADD COLUMN extra text DEFAULT 'new';
SELECT shop.boxes();

-- the outline, and back
SELECT describe_action('shop.docs');
SELECT describe_action('shop.total');
SELECT create_action('shop.total_copy', (action_definition('shop.total')::jsonb - 'action')::json);
SELECT activate_action('shop.total_copy');
SELECT * FROM shop.total_copy(10);
SELECT action_definition('shop.total_copy');
