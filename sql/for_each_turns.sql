-- for_each: loops in loops, turns that stop or fail, and whose rows they are.
\i test/sql/prelude.sql
\i test/sql/for_each.sql

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
