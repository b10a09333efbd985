-- create: one row, DEFAULT VALUES, set-based from a table or an array, and
-- on_conflict.  What the database fills in is seen by later steps.
\i test/sql/prelude.sql

CREATE SCHEMA shop;
SET search_path = shop, public;

CREATE TABLE shop.item (
	id		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code	text UNIQUE,
	name	text NOT NULL DEFAULT 'unnamed',
	price	numeric(8,2) NOT NULL DEFAULT 1.5,
	vat		numeric GENERATED ALWAYS AS (price * 0.2) STORED,
	slug	text,
	made_by	text DEFAULT upper('default')
);

CREATE FUNCTION shop.make_slug() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	NEW.slug := lower(replace(NEW.name, ' ', '-'));
	RETURN NEW;
END
$$;

CREATE TRIGGER make_slug BEFORE INSERT OR UPDATE ON shop.item
	FOR EACH ROW EXECUTE FUNCTION shop.make_slug();

-- one row: identity, defaults, generated column and trigger are seen at once
SELECT define('shop.add_item', '
{ "input": [ {"name": "title", "type": "text"} ],
  "output": [ {"name": "id", "type": "bigint", "default": "=i.id"},
              {"name": "price", "type": "numeric", "default": "=i.price"},
              {"name": "vat", "type": "numeric", "default": "=i.vat"},
              {"name": "slug", "type": "text", "default": "=i.slug"},
              {"name": "made_by", "type": "text", "default": "=i.made_by"} ],
  "steps": [ {"create": "shop.item", "as": "i", "set": {"name": "=input.title"}} ] }');
SELECT * FROM shop.add_item('Red Shoe');
SELECT invoke_action('shop.add_item', '{"title": "Blue Shoe"}');

-- a later step uses what an earlier one created
SELECT define('shop.add_pair', '
{ "output": [ {"name": "ids", "type": "bigint[]", "default": "=array[a.id, b.id]"},
              {"name": "names", "type": "text", "default": "{{a.name}} / {{b.name}} / {{b.slug}}"} ],
  "steps": [
    {"create": "shop.item", "as": "a", "set": {"name": "First One", "price": 10}},
    {"create": "shop.item", "as": "b", "set": {"name": "Like {{a.slug}} {{a.id}}", "price": "=a.vat * 2"}} ] }');
SELECT * FROM shop.add_pair();
SELECT id, name, price, vat, slug FROM shop.item ORDER BY id;

-- no set, and an empty one: DEFAULT VALUES
SELECT define('shop.add_default', '
{ "output": [ {"name": "made", "type": "shop.item", "default": "=i"},
              {"name": "also", "type": "text", "default": "=j.name"} ],
  "steps": [ {"create": "shop.item", "as": "i"}, {"create": "shop.item", "as": "j", "set": {}} ] }');
SELECT (made).name, (made).price, (made).vat, (made).slug, also FROM shop.add_default();
SELECT invoke_action('shop.add_default') #- '{made,id}';

-- an explicit null and NULL formulas
SELECT define('shop.add_null', '
{ "input": [ {"name": "code", "type": "text", "required": false} ],
  "output": [ {"name": "made_by", "type": "text", "default": "=i.made_by"},
              {"name": "made_code", "type": "text", "default": "=i.code"} ],
  "steps": [ {"create": "shop.item", "as": "i", "set": {"made_by": null, "code": "=input.code"}} ] }');
SELECT * FROM shop.add_null();
SELECT * FROM shop.add_null('X1');
SELECT invoke_action('shop.add_null', '{"code": null}');

-- a row that the database refuses
SELECT * FROM shop.add_null('X1');

-- from a table, with a condition; the result is a count
CREATE TABLE shop.offer (item bigint, title text, price numeric, active boolean DEFAULT true);
INSERT INTO shop.offer VALUES (1, 'One', 1, true), (2, 'Two', 2, true), (3, 'Three', 3, false), (4, 'Four', 4, NULL);
SELECT define('shop.take_offers', '
{ "input": [ {"name": "factor", "type": "numeric"} ],
  "output": [ {"name": "made", "type": "bigint", "default": "=o.count"} ],
  "steps": [ {"create": "shop.item", "as": "o", "from": "shop.offer", "where": "active",
              "set": {"name": "=title", "code": "offer {{this.item}}", "price": "=this.price * input.factor", "made_by": "=this.active::text"}} ] }');
SELECT * FROM shop.take_offers(10);
SELECT name, code, price, made_by FROM shop.item WHERE code LIKE 'offer%' ORDER BY code;
DELETE FROM shop.item;

-- from a table without a condition, unqualified and quoted names
CREATE TABLE shop."Odd Name" ("Key" integer, "select" text);
INSERT INTO shop."Odd Name" VALUES (1, 'a'), (2, 'b');
SELECT define('shop.odd', '
{ "output": [ {"name": "n", "type": "bigint", "default": "=o.count"} ],
  "steps": [ {"create": "item", "as": "o", "from": "\"Odd Name\"", "set": {"name": "odd", "code": "=\"select\" || this.\"Key\""}},
             {"create": "shop.\"Odd Name\"", "set": {"Key": 3, "select": "=o.count"}} ] }');
SELECT * FROM shop.odd();
SELECT name, code FROM shop.item ORDER BY code;
SELECT * FROM shop."Odd Name" ORDER BY 1;
DELETE FROM shop.item;

-- from arrays: scalars, composites, jsonb, a JSON array with formulas
CREATE TYPE shop.line AS (title text, amount integer);
SELECT define('shop.from_arrays', '
{ "input": [ {"name": "names", "type": "text[]", "required": false},
             {"name": "lines", "type": "shop.line[]", "required": false},
             {"name": "items", "type": "shop.item[]", "required": false},
             {"name": "data", "type": "jsonb", "required": false} ],
  "output": [ {"name": "counts", "type": "bigint[]", "default": "=array[a.count, b.count, c.count, d.count, e.count]"} ],
  "steps": [
    {"create": "shop.item", "as": "a", "from": "=input.names", "set": {"name": "=this.value", "code": "scalar {{value}}"}},
    {"create": "shop.item", "as": "b", "from": "=input.lines", "where": "amount > 1",
     "set": {"name": "=title", "price": "=this.amount", "code": "line {{this.title}}"}},
    {"create": "shop.item", "as": "c", "from": "=input.items", "set": {"name": "=this.name", "code": "row {{this.name}}"}},
    {"create": "shop.item", "as": "d", "from": "=input.data",
     "set": {"name": "=this.value ->> ''name''", "price": "=(value ->> ''price'')::numeric", "code": "json {{value ->> ''name''}}"}},
    {"create": "shop.item", "as": "e", "from": [1, "two", "=a.count", {"n": "=d.count + 1"}],
     "set": {"code": "literal {{value}}"}} ] }');
SELECT * FROM shop.from_arrays(
	names => '{x,y}',
	lines => array[('small', 1), ('big', 2), ('bigger', 3)]::shop.line[],
	items => array[(7, 'c', 'copied', 9, 1, 's', 'm')]::shop.item[],
	data => '[{"name": "j1", "price": 3.25}, {"name": "j2", "price": 4}]');
SELECT code, name, price FROM shop.item ORDER BY code;
SELECT invoke_action('shop.from_arrays', '
{ "names": ["x"], "lines": [{"title": "l", "amount": 5}, {"title": "m"}],
  "items": [{"name": "n"}], "data": [] }');
DELETE FROM shop.item;
SELECT invoke_action('shop.from_arrays', '
{ "names": ["x"], "lines": [{"title": "l", "amount": 5}, {"title": "m"}],
  "items": [{"name": "n"}], "data": [] }');
SELECT code, name, price FROM shop.item ORDER BY code;
DELETE FROM shop.item;
SELECT * FROM shop.from_arrays();

-- what cannot be a source
SELECT create_action('shop.bad_from', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "steps": [
    {"create": "shop.item", "from": "=input.n", "set": {"name": "x"}},
    {"create": "shop.item", "from": "shop.nothing", "set": {"name": "x"}},
    {"create": "shop.item", "from": "shop.offer"},
    {"create": "shop.item", "where": "true", "set": {"name": "x"}},
    {"create": "shop.item", "set": {"vat": 1}},
    {"create": "shop.item", "set": {"id": 1}},
    {"create": "shop.item", "set": {"none": 1}},
    {"create": "shop.item", "set": {"price": "cheap"}},
    {"create": "shop.item", "on_conflict": {"columns": ["name"], "do": "nothing"}},
    {"create": "shop.item", "on_conflict": {"do": "update", "set": {"name": "x"}}},
    {"create": "shop.item", "on_conflict": {"columns": ["code"], "do": "update"}},
    {"create": "shop.line", "set": {"title": "x"}} ] }');
SELECT * FROM check_action('shop.bad_from');
SELECT drop_action('shop.bad_from');
SELECT create_action('shop.bad_from', '{"steps": [{"create": "shop.item", "on_conflict": {"columns": ["code"], "do": "replace"}}]}');
SELECT create_action('shop.bad_from', '{"steps": [{"create": "shop.item", "on_conflict": {"column": ["code"]}}]}');

-- on_conflict: nothing leaves the result NULL, update gives the row
TRUNCATE shop.item RESTART IDENTITY;
INSERT INTO shop.item (code, name, price) VALUES ('A', 'Apple', 2);
SELECT define('shop.upsert', '
{ "input": [ {"name": "code", "type": "text"}, {"name": "price", "type": "numeric"} ],
  "output": [ {"name": "found", "type": "text", "default": "=a.name"},
              {"name": "any_found", "type": "text", "default": "=b.name"},
              {"name": "new_price", "type": "numeric", "default": "=c.price"},
              {"name": "new_name", "type": "text", "default": "=c.name"},
              {"name": "is_null", "type": "boolean", "default": "=a is null"} ],
  "steps": [
    {"create": "shop.item", "as": "a", "set": {"code": "=input.code", "name": "Nothing"},
     "on_conflict": {"columns": ["code"], "do": "nothing"}},
    {"create": "shop.item", "as": "b", "set": {"code": "=input.code", "name": "Any"}, "on_conflict": {"do": "nothing"}},
    {"create": "shop.item", "as": "c", "set": {"code": "=input.code", "name": "New", "price": "=input.price"},
     "on_conflict": {"columns": ["code"], "do": "update",
                     "set": {"price": "=this.price + excluded.price", "name": "{{this.name}} was {{excluded.name}}"}}} ] }');
SELECT * FROM shop.upsert('A', 3);
SELECT invoke_action('shop.upsert', '{"code": "B", "price": 7}');
SELECT code, name, price FROM shop.item ORDER BY code;

-- on_conflict in a set-based create, with "set" alone meaning update
SELECT define('shop.merge_offers', '
{ "output": [ {"name": "n", "type": "bigint", "default": "=m.count"} ],
  "steps": [
    {"create": "shop.item", "as": "m", "from": "=array[''A'', ''C'', ''D'']", "set": {"code": "=value", "name": "merged"},
     "on_conflict": {"columns": ["code"], "set": {"name": "=excluded.name || ''!''"}}} ] }');
SELECT * FROM shop.merge_offers();
SELECT code, name, price FROM shop.item ORDER BY code;

-- this is the row that exists, excluded the one that was to be, the source is gone
SELECT define('shop.merge_self', '
{ "output": [ {"name": "n", "type": "bigint", "default": "=m.count"} ],
  "steps": [
    {"create": "shop.item", "as": "m", "from": "shop.item", "where": "this.price < 5",
     "set": {"code": "=code", "name": "=this.name", "price": "=this.price + 100"},
     "on_conflict": {"columns": ["code"], "set": {"price": "=this.price + excluded.price", "made_by": "=code || this.code || excluded.code"}}} ] }');
SELECT define('shop.merge_self', '
{ "output": [ {"name": "n", "type": "bigint", "default": "=m.count"} ],
  "steps": [
    {"create": "shop.item", "as": "m", "from": "shop.item", "where": "this.price < 5",
     "set": {"code": "=code", "name": "=this.name", "price": "=this.price + 100"},
     "on_conflict": {"columns": ["code"], "set": {"price": "=this.price + excluded.price", "made_by": "=this.code || excluded.code"}}} ] }');
SELECT * FROM shop.merge_self();
SELECT code, name, price, made_by FROM shop.item ORDER BY code;

-- on_conflict over a composite key, columns in any order
CREATE TABLE shop.stock (house text, item bigint, amount integer NOT NULL DEFAULT 0, PRIMARY KEY (house, item));
SELECT define('shop.receive', '
{ "input": [ {"name": "house", "type": "text"}, {"name": "item", "type": "bigint"}, {"name": "amount", "type": "integer"} ],
  "output": [ {"name": "total", "type": "integer", "default": "=s.amount"} ],
  "steps": [
    {"create": "shop.stock", "as": "s", "set": {"house": "=input.house", "item": "=input.item", "amount": "=input.amount"},
     "on_conflict": {"columns": ["item", "house"], "do": "update", "set": {"amount": "=this.amount + excluded.amount"}}} ] }');
SELECT shop.receive('north', 1, 5), shop.receive('north', 1, 6), shop.receive('south', 1, 7);
SELECT * FROM shop.stock ORDER BY house;

-- columns without a value: an error, or a warning if a trigger may set them
CREATE TABLE shop.strict (id integer PRIMARY KEY, must text NOT NULL, may text);
SELECT define('shop.add_strict', '{ "steps": [ {"create": "shop.strict", "set": {"may": "x"}} ] }');
CREATE TRIGGER set_it BEFORE INSERT ON shop.strict FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT define('shop.add_strict', '{ "steps": [ {"create": "shop.strict", "set": {"id": 1}} ] }');

-- identity BY DEFAULT may be given a value
CREATE TABLE shop.numbered (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n serial);
SELECT define('shop.add_numbered', '
{ "output": [ {"name": "ids", "type": "text", "default": "{{a.id}} {{a.n}}, {{b.id}} {{b.n}}"} ],
  "steps": [ {"create": "shop.numbered", "as": "a", "set": {"id": 77}}, {"create": "shop.numbered", "as": "b"} ] }');
SELECT shop.add_numbered();
SELECT shop.add_numbered();

-- a trigger that suppresses the row: nothing was created
CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER refuse BEFORE INSERT ON shop.numbered FOR EACH ROW EXECUTE FUNCTION shop.refuse();
SELECT shop.add_numbered();
