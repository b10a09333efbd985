-- Types with a cast to json: what invoke_action gives can be sent again.
\i test/sql/prelude.sql
SET client_min_messages = warning;
CREATE EXTENSION hstore;
RESET client_min_messages;

CREATE TABLE desk.thing (id integer PRIMARY KEY, h hstore, gone integer, list hstore[]);
ALTER TABLE desk.thing DROP COLUMN gone;
INSERT INTO desk.thing VALUES (1, 'a=>1, b=>NULL, "c d"=>"x\"y"', '{"a=>1",NULL}'), (2, NULL, '{}');
CREATE DOMAIN desk.labels AS hstore CHECK (VALUE ? 'a');

-- hstore: no function makes it of JSON, so it is text in both directions; alone, in arrays, rows and domains
SELECT define('desk.echo', '
{ "input":  [ {"name": "h", "type": "hstore", "required": false}, {"name": "l", "type": "hstore[]", "required": false}, {"name": "t", "type": "desk.thing", "required": false}, {"name": "d", "type": "desk.labels", "required": false}, {"name": "ts", "type": "desk.thing[]", "required": false} ],
  "output": [ {"name": "h_out", "type": "hstore", "default": "=input.h"}, {"name": "l_out", "type": "hstore[]", "default": "=input.l"}, {"name": "t_out", "type": "desk.thing", "default": "=input.t"}, {"name": "d_out", "type": "desk.labels", "default": "=input.d"}, {"name": "ts_out", "type": "desk.thing[]", "default": "=input.ts"} ] }');
CREATE FUNCTION again(output jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_object_agg(replace(key, '_out', ''), value) FROM jsonb_each(output) $$;
SELECT jsonb_pretty(first) AS first, first = invoke_action('desk.echo', again(first)) AS same
FROM (SELECT to_jsonb(e) AS typed FROM desk.echo() AS e) AS q,
	invoke_action('desk.echo', jsonb_build_object('h', 'a=>1, b=>NULL, "c d"=>"x\"y"', 'l', jsonb_build_array('a=>1', NULL, ''), 't', jsonb_build_object('id', 7, 'h', 'k=>v', 'list', jsonb_build_array(jsonb_build_array('a=>1', 'b=>2'), jsonb_build_array('c=>3', 'd=>4'))),
		'd', 'a=>1', 'ts', jsonb_build_array(jsonb_build_object('id', 1, 'list', '[]'::jsonb), NULL))) AS first;
SELECT define('desk.read', '{ "table": "desk.thing", "output": [ {"name": "t", "type": "desk.thing", "default": "=target"}, {"name": "h", "type": "hstore", "default": "=target.h"} ] }');
SELECT invoke_action('desk.read', jsonb_build_object('target', id)) FROM desk.thing ORDER BY id;
SELECT invoke_action('desk.echo', jsonb_build_object('t', invoke_action('desk.read', '{"target": 1}') -> 't')) -> 't_out' = invoke_action('desk.read', '{"target": 1}') -> 't' AS same;
SELECT invoke_action('desk.echo', '{"h": {"a": "1"}}');
SELECT invoke_action('desk.echo', '{"d": "b=>1"}');
-- what plug-ins see and give back
CREATE FUNCTION desk.pass(context jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('input', context -> 'input') $$;
SELECT register_plugin('desk.echo', 'pre_operation', 'desk.pass') IS NOT NULL AS registered;
SELECT invoke_action('desk.echo', '{"h": "x=>y", "t": {"id": 3, "h": "k=>v"}}') -> 't_out' AS t_out;

-- a type that JSON makes: by a cast, or by the one function of its extension
CREATE TYPE desk.shape;
SET client_min_messages = warning;	-- shells are remarked upon
CREATE FUNCTION desk.shape_in(cstring) RETURNS desk.shape LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION desk.shape_out(desk.shape) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE desk.shape (INPUT = desk.shape_in, OUTPUT = desk.shape_out, LIKE = text);
RESET client_min_messages;
CREATE CAST (desk.shape AS text) WITHOUT FUNCTION;
CREATE CAST (text AS desk.shape) WITHOUT FUNCTION;
CREATE FUNCTION desk.shape_json(desk.shape) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN $1::text = 'point' THEN to_json($1::text) ELSE json_build_object('sides', length($1::text), 'name', $1::text) END $$;
CREATE CAST (desk.shape AS json) WITH FUNCTION desk.shape_json(desk.shape);
SELECT define('desk.draw', '
{ "input":  [ {"name": "s", "type": "desk.shape"}, {"name": "l", "type": "desk.shape[]", "default": []} ],
  "output": [ {"name": "s_out", "type": "desk.shape", "default": "=input.s"}, {"name": "l_out", "type": "desk.shape[]", "default": "=input.l"} ] }');
-- nothing reads its JSON yet
SELECT invoke_action('desk.draw', '{"s": "box", "l": ["a", "point"]}');
SELECT invoke_action('desk.draw', '{"s": {"sides": 3, "name": "box"}}');
-- a function of somebody is not asked; a cast is, and so is the function of the type's own extension
CREATE FUNCTION desk.shape_of_json(jsonb) RETURNS desk.shape LANGUAGE sql IMMUTABLE AS $$ SELECT ($1 ->> 'name')::text::desk.shape $$;
SELECT invoke_action('desk.draw', '{"s": {"sides": 3, "name": "box"}}');
CREATE CAST (jsonb AS desk.shape) WITH FUNCTION desk.shape_of_json(jsonb);
SELECT invoke_action('desk.draw', '{"s": {"sides": 3, "name": "box"}, "l": ["a", {"name": "bc"}, "point"]}') AS once,
	invoke_action('desk.draw', again(invoke_action('desk.draw', '{"s": {"sides": 3, "name": "box"}, "l": ["a", {"name": "bc"}, "point"]}'))) AS twice;
DROP CAST (jsonb AS desk.shape);
SELECT invoke_action('desk.draw', '{"s": {"sides": 3, "name": "box"}}');
ALTER EXTENSION hstore ADD TYPE desk.shape;
ALTER EXTENSION hstore ADD FUNCTION desk.shape_of_json(jsonb);
\c
SELECT invoke_action('desk.draw', '{"s": {"sides": 3, "name": "box"}, "l": [{"name": "bc"}]}');
-- two of them: nobody knows which
CREATE FUNCTION desk.other_shape(jsonb) RETURNS desk.shape LANGUAGE sql IMMUTABLE AS $$ SELECT 'other'::text::desk.shape $$;
ALTER EXTENSION hstore ADD FUNCTION desk.other_shape(jsonb);
\c
SELECT invoke_action('desk.draw', '{"s": "box"}');
ALTER EXTENSION hstore DROP FUNCTION desk.other_shape(jsonb);
-- the reader is called with the caller's rights
\c
REVOKE EXECUTE ON FUNCTION desk.shape_of_json FROM PUBLIC;
CREATE ROLE regress_values_reader;
GRANT USAGE ON SCHEMA desk TO regress_values_reader;
GRANT EXECUTE ON FUNCTION desk.draw TO regress_values_reader;
SET ROLE regress_values_reader;
SELECT invoke_action('desk.draw', '{"s": {"name": "box"}}');
SELECT invoke_action('desk.draw', '{"s": "box"}');
RESET ROLE;
DROP OWNED BY regress_values_reader;
DROP ROLE regress_values_reader;
