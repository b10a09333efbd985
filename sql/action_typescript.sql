-- Actions as types of TypeScript, and the functions that call them.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TYPE size AS ENUM ('S', 'it''s "M"');
COMMENT ON TYPE size IS 'as on */ the label';
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN level AS text CHECK (VALUE IN ('low', 'high'));
CREATE DOMAIN amount AS numeric(8,2);
CREATE DOMAIN given AS text NOT NULL;
CREATE TYPE spot AS (x float8, "The */ y" bigint, sizes size[]);
CREATE TABLE item (id bigint PRIMARY KEY, name given, price amount, at spot, stock integer);
COMMENT ON TABLE item IS 'what is sold';
COMMENT ON COLUMN item.price IS 'of one piece';
ALTER TABLE item DROP COLUMN stock;
CREATE TABLE line (order_id integer, pos smallint, PRIMARY KEY (order_id, pos));
SELECT create_action('shop.sell', '{
  "title": "Sell", "description": "Sells some */ of an item\nfor money", "deprecated": "use shop.order", "table": "shop.item",
  "input": [{"name": "pieces", "type": "integer", "default": 1, "title": "How many", "description": "at least one"},
            {"name": "size", "type": "shop.size"}, {"name": "rebate", "type": "shop.percent", "required": false},
            {"name": "way", "type": "text", "options": ["cash", "a \"card\""]},
            {"name": "tags", "type": "text[]", "options": ["new", "old"], "required": false}],
  "output": [{"name": "item", "type": "shop.item", "default": "=target"}, {"name": "paid", "type": "shop.amount", "default": "=target.price", "required": true}],
  "steps": [{"require": "target.price > 0", "message": "It has no price", "sqlstate": "PT422"}]}');
SELECT create_action('shop.types', '{
  "input": [{"name": "a_bigint", "type": "bigint"}, {"name": "a_numeric", "type": "numeric"}, {"name": "a_real", "type": "real"}, {"name": "a_boolean", "type": "boolean"},
            {"name": "a_date", "type": "date"}, {"name": "a_uuid", "type": "uuid"}, {"name": "a_jsonb", "type": "jsonb"}, {"name": "a_range", "type": "int4range"},
            {"name": "a_level", "type": "shop.level"}, {"name": "a_given", "type": "shop.given"}, {"name": "several", "type": "integer[]"}, {"name": "amounts", "type": "shop.amount[]"},
            {"name": "a_spot", "type": "shop.spot"}, {"name": "an_inet", "type": "inet"}],
  "output": [{"name": "out_spot", "type": "shop.spot", "default": "=input.a_spot"}, {"name": "out_jsonb", "type": "jsonb", "default": "=input.a_jsonb"},
             {"name": "out_bigint", "type": "bigint", "default": "=input.a_bigint"}, {"name": "amounts_out", "type": "shop.amount[]", "default": "=input.amounts"},
             {"name": "out_given", "type": "shop.given", "default": "=input.a_given"}],
  "steps": []}');
SELECT create_action('shop.move', '{"table": "shop.line", "input": [{"name": "goal", "type": "smallint"}], "steps": []}');
SELECT create_action('shop.tidy', '{"steps": []}');
SELECT activate_action(name) FROM custom_actions.actions ORDER BY name COLLATE "C";

SELECT action_typescript();
SELECT action_typescript('shop.t%', numbers => 'string');
-- of nothing
SELECT substr(action_typescript('nothing'), 1, 250);
SELECT action_typescript(numbers => 'roman');
SELECT action_typescript(visibility => 'secret');
CREATE ROLE regress_typescript_nobody;
SET ROLE regress_typescript_nobody;
SELECT action_typescript() LIKE '%shop.%';
RESET ROLE;
SELECT drop_action(name) FROM custom_actions.actions WHERE name LIKE 'shop.%' ORDER BY name COLLATE "C";
DROP ROLE regress_typescript_nobody;
DROP SCHEMA shop CASCADE;
