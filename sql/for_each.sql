-- for_each: over tables and arrays, their rows and elements, and what is visible when.
\i test/sql/prelude.sql
\i test/sql/for_each.sql

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

-- the outline, and back
SELECT describe_action('shop.docs');
SELECT describe_action('shop.total');
SELECT create_action('shop.total_copy', (action_definition('shop.total')::jsonb - 'action')::json);
SELECT activate_action('shop.total_copy');
SELECT * FROM shop.total_copy(10);
SELECT action_definition('shop.total_copy');
