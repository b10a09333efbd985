-- JSON Schema of what actions take, give and raise: every family of types.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;

CREATE SCHEMA web;
GRANT USAGE ON SCHEMA web TO PUBLIC;
SET search_path = web, public;

-- An action that gives back what it takes, of these types; prints what is said of each.
CREATE PROCEDURE echoes(VARIADIC types text[]) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('web.echo', json_build_object(
		'input', (SELECT json_agg(json_build_object('name', 'i' || n, 'type', type, 'required', n % 2 = 1) ORDER BY n)
			FROM unnest(types) WITH ORDINALITY AS t (type, n)),
		'output', (SELECT json_agg(json_build_object('name', 'o' || n, 'type', type, 'default', '=input.i' || n) ORDER BY n)
			FROM unnest(types) WITH ORDINALITY AS t (type, n)),
		'steps', '[]'::json), true);
	DROP FUNCTION IF EXISTS web.echo;
	PERFORM activate_action('web.echo');
END
$$;
CREATE VIEW said AS
	SELECT 'in' AS direction, e.key, e.value FROM json_each(action_schema('web.echo') -> 'properties') AS e
	UNION ALL
	SELECT 'out', e.key, e.value FROM json_each(action_schema('web.echo', 'out') -> 'properties') AS e
	UNION ALL
	SELECT 'in as string', e.key, e.value FROM json_each(action_schema('web.echo', 'in', 'string') -> 'properties') AS e
	WHERE e.value::jsonb NOT IN (SELECT i.value::jsonb FROM json_each(action_schema('web.echo') -> 'properties') AS i)
	UNION ALL
	SELECT 'out as string', e.key, e.value FROM json_each(action_schema('web.echo', 'out', 'string') -> 'properties') AS e
	WHERE e.value::jsonb NOT IN (SELECT i.value::jsonb FROM json_each(action_schema('web.echo', 'out') -> 'properties') AS i);

-- numbers
CALL echoes('smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric', 'numeric(12,2)', 'numeric(4,0)', 'numeric(2,-3)', 'numeric(3,5)', 'oid');
SELECT direction, key, value FROM said;
-- texts, bits, bytes
CALL echoes('text', 'varchar', 'varchar(5)', 'char(3)', 'char', 'bpchar', 'name', 'bit(3)', 'varbit(4)', 'varbit', 'bytea', 'boolean', 'xml', 'inet');
SELECT direction, key, value FROM said;
-- times
CALL echoes('date', 'time', 'timetz', 'timestamp', 'timestamptz', 'timestamp(3)', 'interval', 'uuid');
SELECT direction, key, value FROM said;
-- JSON, arrays, ranges
CALL echoes('json', 'jsonb', 'integer[]', 'varchar(3)[]', 'numeric(5,1)[]', 'jsonb[]', 'int4range', 'numrange', 'daterange', 'tstzrange', 'int4multirange');
SELECT direction, key, value FROM said;

-- enums and domains
CREATE TYPE tier AS ENUM ('gold', 'silver', 'it''s');
CREATE DOMAIN percent AS integer CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE DOMAIN half_open AS integer CHECK (VALUE > 0) CHECK (10 > VALUE);
CREATE DOMAIN ratio AS numeric(5,4) CHECK (VALUE BETWEEN 0 AND 1);
CREATE DOMAIN probability AS float8 CHECK (VALUE > 0 AND VALUE < 0.5);
CREATE DOMAIN small_percent AS percent CHECK (VALUE < 50);
CREATE DOMAIN priority AS text CHECK (VALUE IN ('low', 'normal', 'high'));
CREATE DOMAIN priority2 AS varchar(10) CHECK (VALUE = ANY (ARRAY['low', 'high']));
CREATE DOMAIN upper_tier AS tier CHECK (VALUE IN ('gold', 'silver'));
CREATE DOMAIN code AS text CHECK (VALUE ~ '^[A-Z]{2}\d+$') CHECK (length(VALUE) <= 8 AND char_length(VALUE) > 2);
CREATE DOMAIN word AS text CHECK (VALUE ~ '^\w+$');
CREATE DOMAIN address AS text NOT NULL CHECK (VALUE ~ '^[^@]+@.+$') CHECK (VALUE ~ '\.');
CREATE DOMAIN given AS text CHECK (VALUE IS NOT NULL);
CREATE DOMAIN odd AS integer CHECK (VALUE % 2 = 1);
CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) <= 3);
COMMENT ON DOMAIN percent IS 'of a hundred';
CALL echoes('tier', 'percent', 'half_open', 'ratio', 'probability', 'small_percent', 'priority', 'priority2', 'upper_tier',
	'code', 'word', 'address', 'given', 'odd', 'tags', 'percent[]', 'address[]');
SELECT direction, key, value FROM said;
SELECT action_schema('web.echo') -> 'required';

-- composites, rows of tables
CREATE TYPE point3 AS (x float8, y float8, "The Z" numeric(4,1));
CREATE TABLE node (id integer PRIMARY KEY, parent integer, mail address, at point3, tags varchar(4)[]);
ALTER TABLE node DROP COLUMN parent;
COMMENT ON TABLE node IS 'a knot';
COMMENT ON COLUMN node.tags IS 'what is said of it';
CALL echoes('point3', 'node', 'node[]');
SELECT action_schema('web.echo');
SELECT action_schema('web.echo', 'out') -> '$defs' -> 'web.node';

-- what people call things, defaults, options, references, sensitive, deprecated
CREATE TABLE customer (id bigint PRIMARY KEY, name text);
CREATE TABLE line (order_id integer, pos smallint, amount numeric(8,2), PRIMARY KEY (order_id, pos));
SELECT create_action('web.offer', '{
  "title": "All of it", "description": "Everything that can be said.", "deprecated": "use web.other",
  "table": "web.line",
  "input": [
    {"name": "customer", "references": "web.customer", "title": "Customer", "description": "who pays"},
    {"name": "others", "references": "web.customer", "type": "bigint[]", "required": false},
    {"name": "pin", "type": "text", "sensitive": true},
    {"name": "size", "type": "text", "options": ["S", "M", "==L"], "default": "M"},
    {"name": "many", "type": "integer", "options": [1, "2"], "required": false},
    {"name": "several", "type": "text[]", "options": ["a", "b"], "default": ["a"]},
    {"name": "computed", "type": "text", "options": "=array[input.size]", "default": "=current_user"},
    {"name": "labels", "type": "text", "options": "web.tier", "required": false},
    {"name": "d_int", "type": "integer", "default": "12"},
    {"name": "d_num", "type": "numeric(6,2)", "default": 1.50},
    {"name": "d_big", "type": "bigint", "default": 9007199254740993},
    {"name": "d_bool", "type": "boolean", "default": "yes"},
    {"name": "d_text", "type": "text", "default": "==x"},
    {"name": "d_null", "type": "text", "default": null},
    {"name": "d_json", "type": "jsonb", "default": {"a": [1, "==b"]}},
    {"name": "d_date", "type": "date", "default": "2026-02-28"},
    {"name": "d_day", "type": "date", "default": "tomorrow"},
    {"name": "d_interval", "type": "interval", "default": "1 day 4 hours"},
    {"name": "d_odd_interval", "type": "interval", "default": "04:00"},
    {"name": "d_range", "type": "int4range", "default": "[1,5)"},
    {"name": "d_domain", "type": "web.percent", "default": 50}],
  "output": [
    {"name": "total", "type": "numeric(8,2)", "required": true, "title": "Total", "default": "=target.amount"},
    {"name": "note", "type": "text", "description": "if any", "default": null}],
  "steps": []}');
SELECT activate_action('web.offer');
SELECT action_schema('web.offer');
SELECT action_schema('web.offer', 'out');
SELECT action_schema('web.offer', 'error');
SELECT e.key, e.value FROM json_each(action_schema('web.offer', 'in', 'string') -> 'properties') AS e
WHERE e.key IN ('customer', 'others', 'd_num', 'd_big');

-- nothing in, nothing out; a table as a whole
SELECT create_action('web.nothing', '{"table": "web.line", "binding": "collection", "steps": []}');
SELECT activate_action('web.nothing');
SELECT action_schema('web.nothing')::jsonb, action_schema('web.nothing', 'out')::jsonb;

-- names resolve as in a call
SELECT action_schema('nothing') ->> 'title';

-- what it refuses, as a call would
SELECT action_schema('web.nothin');
SELECT create_action('web.draft', '{"steps": []}');
SELECT action_schema('web.draft');
SELECT action_schema('web.offer', 'both');
SELECT action_schema('web.offer', 'in', 'text');
SELECT action_schema(NULL);
SELECT action_schema('web.offer', NULL);
CREATE ROLE regress_web_nobody;
SET ROLE regress_web_nobody;
SELECT action_schema('web.offer');
SELECT invoke_action('web.offer');
RESET ROLE;
GRANT EXECUTE ON FUNCTION web.offer TO regress_web_nobody;
SET ROLE regress_web_nobody;
SELECT action_schema('web.offer') ->> 'title';
RESET ROLE;
DROP OWNED BY regress_web_nobody;
DROP ROLE regress_web_nobody;

-- a whole number is one however it is written
SELECT define('web.whole', '{"input": [{"name": "n", "type": "integer"}, {"name": "b", "type": "bigint"}],
	"output": [{"name": "total", "type": "bigint", "default": "=input.n + input.b"}], "steps": []}');
SELECT invoke_action('web.whole', '{"n": 1.0, "b": 2e3}'), invoke_action('web.whole', '{"n": "1", "b": "9007199254740993"}');
SELECT invoke_action('web.whole', '{"n": 1.5, "b": 2}');

-- rounding casts, unknown list members and numbers beyond doubles narrow nothing
CREATE DOMAIN rounded AS numeric CHECK (VALUE::integer <= 4) CHECK (VALUE < 9.6::integer) CHECK (VALUE::bigint <> 3);
CREATE DOMAIN widened AS integer CHECK (VALUE::numeric <= 4.5);
CREATE DOMAIN perhaps AS text CHECK (VALUE = ANY ('{a,NULL}'::text[]));
CREATE DOMAIN endless AS numeric CHECK (VALUE < 1e400 AND VALUE > -1e300);
-- points in names do not make two types one
CREATE SCHEMA "a.b";
CREATE SCHEMA a;
CREATE TYPE "a.b".c AS (x integer);
CREATE TYPE a."b.c" AS (y text);
SELECT define('web.unusual', '{"input": [{"name": "rounded", "type": "rounded"}, {"name": "widened", "type": "widened"},
	{"name": "perhaps", "type": "perhaps"}, {"name": "endless", "type": "endless"},
	{"name": "ab", "type": "\"a.b\".c"}, {"name": "bc", "type": "a.\"b.c\""}], "steps": []}');
SELECT regexp_replace(action_schema('web.unusual')::text, '0{99,}', '...', 'g');
SELECT invoke_action('web.unusual', '{"rounded": 4.4, "widened": 4, "perhaps": "b", "endless": 1, "ab": {"x": 1}, "bc": {"y": "z"}}');

-- whoever may make functions cannot keep lists from others by a forged type
SET check_function_bodies = off;
CREATE FUNCTION web.forged(n integer) RETURNS void LANGUAGE custom_action
AS '{"format": 1, "version": 1, "active": true, "definition": {"action": "web.forged", "input": [{"name": "n", "type": "integer("}], "steps": []}}';
SELECT action_schema('web.forged') -> 'properties';
SELECT length(action_typescript('web.forged')) > 0, action_openapi('plain', 'web.forged') IS NOT NULL;
DROP FUNCTION web.forged;
RESET check_function_bodies;

-- an output is not null where that is proven: by what is always given, by columns that are NOT NULL and of its type
SET client_min_messages = error;
CREATE TABLE web.proof (id integer PRIMARY KEY, code text NOT NULL, note text, j jsonb NOT NULL DEFAULT 'null');
CREATE TABLE web.heir () INHERITS (web.proof);
CREATE TABLE web.plain (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, code text NOT NULL, note text);
CREATE FUNCTION nullable(VARIADIC parts text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	-- table; outputs; steps; a blank follows where OData may have null
	PERFORM create_action('web.proven', format('{%s "input": [{"name": "given", "type": "text"}, {"name": "perhaps", "type": "text", "required": false}], "output": [%s], "steps": [%s]}',
		'"table": ' || to_json(parts[1]) || ', ', parts[2], parts[3])::json, true);
	DROP FUNCTION IF EXISTS web.proven;
	PERFORM activate_action('web.proven');
	RETURN (SELECT string_agg(e.key || CASE WHEN e.value::jsonb = '{}' OR e.value::text ~ '"null"' AND NOT e.value::jsonb ? 'not' THEN ' may be null' ELSE ' is never null' END
			|| CASE WHEN (action_csdl('json', pattern => 'web.proven')::json #> ARRAY['web', 'provenResponse', e.key])::jsonb ? '$Nullable' THEN ' ' ELSE '' END, ', ')
		FROM json_each(action_schema('web.proven', 'out') -> 'properties') AS e);
END
$$;
SELECT nullable(NULL, '{"name": "a", "type": "text", "default": "x"}', '');
SELECT nullable(NULL, '{"name": "a", "type": "text", "default": null}', '');
SELECT nullable(NULL, '{"name": "a", "type": "text", "default": "=input.given"}, {"name": "b", "type": "varchar", "default": "=input.given"}, {"name": "c", "type": "text", "default": "=input.perhaps"}', '');
SELECT nullable(NULL, '{"name": "a", "type": "text", "default": "=coalesce(input.perhaps, input.given)"}, {"name": "b", "type": "text", "default": "=coalesce(input.perhaps, '''')"}, {"name": "c", "type": "text", "default": "=coalesce(input.perhaps, null)"}, {"name": "d", "type": "text", "default": "=coalesce(input.perhaps, upper(''x''))"}, {"name": "e", "type": "text", "default": "=coalesce(input.given) || input.perhaps"}', '');
SELECT nullable('web.plain', '{"name": "a", "type": "integer", "default": "=target.id"}, {"name": "b", "type": "text", "default": "=target.code"}, {"name": "c", "type": "text", "default": "=target.note"}, {"name": "d", "type": "bigint", "default": "=target.id"}', '{"delete": "target"}');
INSERT INTO web.plain (code) VALUES ('c');
SELECT invoke_action('web.proven', '{"target": 1, "given": "x"}');
SELECT nullable('web.proof', '{"name": "a", "type": "text", "default": "=target.code"}', '');
SELECT nullable('web.proof', '{"name": "j", "type": "jsonb", "required": true, "default": "=target.j"}', '');
INSERT INTO web.proof VALUES (1, 'x');
SELECT invoke_action('web.proven', '{"target": 1, "given": "x"}');
SELECT nullable(NULL, '{"name": "a", "type": "integer", "default": "=made.id"}, {"name": "b", "type": "text", "default": "=made.note"}', '{"create": "web.plain", "as": "made", "set": {"code": "c"}}');
SELECT nullable(NULL, '{"name": "a", "type": "integer", "default": "=made.id"}', '{"create": "web.plain", "as": "made", "when": "input.perhaps is null", "set": {"code": "c"}}');
SELECT nullable(NULL, '{"name": "a", "type": "integer", "default": "=made.id"}', '{"stop": "succeeded", "when": "input.perhaps is null"}, {"create": "web.plain", "as": "made", "set": {"code": "c"}}');
SELECT nullable(NULL, '{"name": "a", "type": "text"}', '{"output": {"a": "x"}}');
SELECT nullable(NULL, '{"name": "a", "type": "text"}', '{"output": {"a": "x"}, "when": "input.perhaps is null"}');
SELECT nullable(NULL, '{"name": "a", "type": "text"}', '{"output": {"a": "x"}}, {"if": "input.perhaps is null", "then": [{"output": {"a": "=input.perhaps"}}]}');
SELECT nullable(NULL, '{"name": "a", "type": "text", "default": "y"}', '{"if": "input.perhaps is null", "then": [{"output": {"a": "x"}}]}');
-- a trigger may keep a row from being made
SELECT nullable(NULL, '{"name": "a", "type": "integer", "default": "=made.id"}', '{"create": "web.plain", "as": "made", "set": {"code": "c"}}');
CREATE FUNCTION web.none() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER none BEFORE INSERT ON web.plain FOR EACH ROW EXECUTE FUNCTION web.none();
SELECT action_schema('web.proven', 'out') #> '{properties,a,type}';
DROP TRIGGER none ON web.plain;
-- and a constraint may go
SELECT nullable('web.plain', '{"name": "b", "type": "text", "default": "=target.code"}', '');
ALTER TABLE web.plain ALTER code DROP NOT NULL;
SELECT action_schema('web.proven', 'out') #> '{properties,b,type}';
