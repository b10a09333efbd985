-- Actions as operations of OpenAPI, as PostgREST and the plain gateway serve them.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

CREATE SCHEMA shop;
CREATE SCHEMA "The {shop}";
COMMENT ON SCHEMA shop IS 'What the shop does';
SET search_path = shop, public;
CREATE TABLE item (id bigint PRIMARY KEY, name text NOT NULL, price numeric(8,2), stock integer CHECK (stock >= 0));
CREATE TABLE line (order_id integer, pos smallint, PRIMARY KEY (order_id, pos));
CREATE TYPE size AS ENUM ('S', 'M');
CREATE TYPE point AS (x float8, y float8);
SELECT create_action('shop.sell', '{
  "title": "Sell", "description": "Sells some of an item", "deprecated": "use shop.order", "table": "shop.item",
  "input": [{"name": "pieces", "type": "integer", "default": 1}, {"name": "size", "type": "shop.size"}],
  "output": [{"name": "remaining", "type": "integer", "default": "=target.stock", "required": true}],
  "steps": [{"require": "target.stock >= input.pieces", "message": "There are {{target.stock}} left", "sqlstate": "PT422"},
            {"update": "target", "set": {"stock": "=stock - input.pieces"}}]}');
SELECT create_action('shop.count', '{"read_only": true,
  "input": [{"name": "cheaper", "type": "numeric(8,2)"}, {"name": "names", "type": "text[]", "required": false}, {"name": "at", "type": "shop.point", "required": false}],
  "output": [{"name": "items", "type": "bigint", "default": "=(SELECT count(*) FROM shop.item AS i WHERE i.price < input.cheaper)"}], "steps": []}');
SELECT create_action('shop.move', '{"table": "shop.line", "input": [{"name": "goal", "type": "shop.point"}], "output": [{"name": "at", "type": "shop.point", "default": "=input.goal"}], "steps": []}');
SELECT create_action('shop.tidy', '{"steps": []}');
SELECT create_action('"The {shop}".close', '{"steps": []}');
SELECT activate_action(name) FROM custom_actions.actions ORDER BY name COLLATE "C";

-- the whole document
SELECT action_openapi('plain', 'shop.sell');
SELECT action_openapi(pattern => 'shop.sell', server => 'https://api.example.org', title => 'Shop', version => '2.1', info => '{"contact": {"name": "Ada"}}');

-- the parts of others
\set api 'SELECT action_openapi(:''gateway'')::jsonb AS api'
\set gateway postgrest
SELECT path, verb, operation ->> 'operationId', operation -> 'parameters', operation -> 'requestBody',
	(SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_object_keys(operation -> 'responses') AS key)
FROM (:api) AS a, jsonb_each(api -> 'paths') AS p (path, item), jsonb_each(item) AS o (verb, operation) ORDER BY path COLLATE "C", verb;
SELECT key, value FROM (:api) AS a, jsonb_each(api #> '{components,schemas}') ORDER BY key COLLATE "C";
\set gateway plain
SELECT path, verb, operation ->> 'operationId', operation -> 'parameters', operation -> 'requestBody',
	(SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_object_keys(operation -> 'responses') AS key)
FROM (:api) AS a, jsonb_each(api -> 'paths') AS p (path, item), jsonb_each(item) AS o (verb, operation) ORDER BY path COLLATE "C", verb;
SELECT key, value FROM (:api) AS a, jsonb_each(api #> '{components,schemas}') ORDER BY key COLLATE "C";

-- long numbers as strings
SELECT action_openapi(pattern => 'shop.count', numbers => 'string') #> '{components,schemas,shop.count.output,properties}';
-- nothing to list, and what cannot be asked
SELECT action_openapi(pattern => 'nothing');
SELECT action_openapi('soap');
SELECT action_openapi(numbers => 'roman');
SELECT action_openapi(visibility => 'secret');
SELECT action_openapi(info => '[]');
-- one path of PostgREST for two
CREATE SCHEMA other;
SELECT create_action('other.count', '{"steps": []}'), activate_action('other.count');
SELECT action_openapi();
SELECT path FROM json_object_keys(action_openapi('plain') -> 'paths') AS path ORDER BY path COLLATE "C";
-- what the current role may execute
CREATE ROLE regress_openapi_nobody;
SET ROLE regress_openapi_nobody;
SELECT json_object_keys(action_openapi('plain') -> 'paths');
RESET ROLE;
SELECT drop_action(name) FROM custom_actions.actions WHERE name LIKE 'shop.%' OR name LIKE 'other.%' OR name LIKE '%close' ORDER BY name COLLATE "C";
DROP ROLE regress_openapi_nobody;
DROP SCHEMA shop, other, "The {shop}" CASCADE;
