-- types: every kind of PostgreSQL type through both call forms, typmods, and
-- types of extensions in a schema of their own.
\i test/sql/prelude.sql
SET bytea_output = 'hex';
SET lc_monetary = 'C';

CREATE SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE SCHEMA typ;
CREATE TYPE typ.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN typ.percent AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN typ.sure AS integer NOT NULL;
CREATE DOMAIN typ.tags AS text[] CHECK (cardinality(VALUE) < 4);
CREATE TYPE typ.pair AS (n integer, t text);
CREATE TYPE typ.tree AS (name text, pair typ.pair, pairs typ.pair[], mood typ.mood, part typ.percent);
CREATE TYPE typ.floatrange AS RANGE (subtype = double precision);
CREATE DOMAIN typ.positive AS int4range CHECK (lower(VALUE) > 0);
CREATE TABLE typ.thing (id integer PRIMARY KEY, gone text, name text NOT NULL, pair typ.pair);
ALTER TABLE typ.thing DROP COLUMN gone;

-- an action that gives back what it gets, one per type; the value given by
-- name, and the one given to the function, must come out the same
CREATE FUNCTION typ.echo(type text, value jsonb) RETURNS TABLE (type_name text, by_name jsonb, typed text, same boolean)
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL client_min_messages = warning;
	IF to_regproc('typ.echo_action') IS NOT NULL THEN
		PERFORM drop_action('typ.echo_action');
	END IF;
	PERFORM create_action('typ.echo_action', json_build_object(
		'input', json_build_array(json_build_object('name', 'v', 'type', type, 'required', false)),
		'output', json_build_array(json_build_object('name', 'w', 'type', type, 'default', '=input.v'),
			json_build_object('name', 't', 'type', 'text', 'default', '=input.v::text'))));
	PERFORM activate_action('typ.echo_action');
	by_name := invoke_action('typ.echo_action', jsonb_build_object('v', value));
	EXECUTE format('SELECT a.w::text, to_jsonb(a.w) IS NOT DISTINCT FROM nullif($2 -> ''w'', ''null'') FROM typ.echo_action($1::%s) AS a', type)
		USING by_name ->> 't', by_name INTO typed, same;
	type_name := type;
	by_name := by_name -> 'w';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	type_name := type;
	by_name := NULL;
	typed := SQLSTATE || ' ' || SQLERRM;
	RETURN NEXT;
END
$$;

CREATE TABLE typ.sample (n integer GENERATED ALWAYS AS IDENTITY, type text, value jsonb);
INSERT INTO typ.sample (type, value) VALUES
	('boolean', 'true'), ('boolean', '"off"'), ('boolean', 'null'), ('boolean', '1'), ('boolean', '"maybe"'),
	('smallint', '-32768'), ('smallint', '32768'), ('integer', '2147483647'), ('integer', '"12"'), ('integer', '1.5'), ('integer', 'true'), ('integer', '[1]'), ('integer', '""'),
	('bigint', '9223372036854775807'), ('bigint', '9007199254740993'), ('bigint', '9223372036854775808'), ('bigint', '1e3'),
	('numeric', '123456789012345678901234567890.123456789012345678901234567890'), ('numeric', '1.10'), ('numeric', '"NaN"'), ('numeric', '"Infinity"'), ('numeric', '"1e400"'),
	('numeric(6,2)', '1234.567'), ('numeric(6,2)', '12345'), ('numeric(4,-2)', '123456'),
	('real', '1.1'), ('double precision', '0.1'), ('double precision', '"-Infinity"'), ('double precision', '1e-320'), ('double precision', '1e400'), ('money', '"1,234.50"'),
	('text', '"Ünï ☃ \"q\" \\ \n"'), ('text', '""'), ('text', '12.50'), ('text', 'true'), ('text', '{"a": 1}'), ('varchar(3)', '"abc"'), ('varchar(3)', '"abcd"'), ('varchar(3)', '"abc  "'), ('char(3)', '"a"'),
	('"char"', '"a"'), ('name', '"n"'), ('bytea', '"\\xdeadBEEF"'), ('bytea', '"abc"'),
	('date', '"2024-02-29"'), ('date', '"infinity"'), ('date', '"2023-02-29"'), ('date', '20240229'), ('time', '"23:59:59.123456"'), ('time(1)', '"23:59:59.16"'), ('timetz', '"10:00+02"'),
	('timestamp', '"2024-02-29T12:00:00.123456"'), ('timestamp(0)', '"2024-02-29 12:00:00.7"'), ('timestamptz', '"2024-02-29T12:00:00+02:00"'), ('timestamptz(3)', '"2024-02-29 12:00:00.12345Z"'),
	('interval', '"1 year 2 mons -3 days 04:05:06.7"'), ('interval', '"P1DT2H"'), ('interval day to second(0)', '"1 day 02:03:04.6"'),
	('uuid', '"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"'), ('inet', '"192.168.0.1/24"'), ('cidr', '"10.0.0.0/8"'), ('macaddr', '"08-00-2b-01-02-03"'), ('macaddr8', '"08:00:2b:01:02:03:04:05"'),
	('bit(3)', '"101"'), ('bit(3)', '"11"'), ('varbit(4)', '"10"'),
	('point', '"(1,2.5)"'), ('line', '"{1,2,3}"'), ('lseg', '"[(0,0),(1,1)]"'), ('box', '"(1,1),(0,0)"'), ('path', '"((0,0),(1,1),(2,0))"'), ('polygon', '"((0,0),(1,1),(2,0))"'), ('circle', '"<(0,0),2>"'),
	('json', '{"b": [1, 2.0, null], "a": "x"}'), ('json', '"text"'), ('jsonb', '{"b": {"c": []}, "a": 1.10}'), ('jsonb', '"a string"'), ('jsonb', '[1, "2", null]'), ('jsonb', 'false'), ('jsonb', 'null'), ('jsonpath', '"$.a[*]"'),
	('tsvector', '"a:1 b:2"'), ('tsquery', '"a & b"'), ('pg_lsn', '"16/B374D848"'), ('pg_snapshot', '"10:20:10,14"'), ('xid', '"7"'), ('xid8', '"8"'), ('oid', '4294967295'), ('tid', '"(0,1)"'),
	('regclass', '"typ.thing"'), ('regtype', '"integer"'), ('regprocedure', '"lower(text)"'), ('int2vector', '"1 2"'), ('oidvector', '"1 2"'),
	('int4range', '"[1,5]"'), ('int4range', '"empty"'), ('numrange', '"[1.0,)"'), ('tstzrange', '"[2024-01-01,2024-02-01)"'), ('daterange', '"[2024-01-01,2024-01-31]"'), ('int8multirange', '"{[1,2],[5,7)}"'), ('typ.floatrange', '"[0.5,1)"'), ('int4range', '"[5,1]"'), ('typ.positive', '"[1,3)"'), ('typ.positive', '"[-1,3)"'),
	('integer[]', '[1, null, "3"]'), ('integer[]', '[[1, 2], [3, 4]]'), ('integer[]', '[[1, 2], [3]]'), ('integer[]', '[]'), ('integer[]', '"{7,8}"'), ('integer[]', '5'), ('integer[]', '[1, "x"]'), ('text[]', '["a", "b,c", "", null, "null", "{}"]'), ('boolean[]', '[true, false, null]'), ('numeric(4,1)[]', '[1.25, 2]'), ('varchar(2)[]', '["abc"]'),
	('jsonb[]', '[{"a": 1}, [1, 2], null, "x"]'), ('timestamptz[]', '["2024-01-01 00:00Z"]'), ('int4range[]', '["[1,2]", null]'), ('bytea[]', '["\\x00"]'),
	('typ.mood', '"ok"'), ('typ.mood', '"angry"'), ('typ.mood', '1'), ('typ.mood[]', '["sad", null, "happy"]'),
	('typ.percent', '12.345'), ('typ.percent', '101'), ('typ.percent', 'null'), ('typ.sure', '1'), ('typ.sure', 'null'), ('typ.tags', '["a", "b"]'), ('typ.tags', '["a", "b", "c", "d"]'), ('typ.percent[]', '[1, 2.005]'), ('typ.percent[]', '[1, 200]'),
	('typ.pair', '{"n": 1, "t": "x"}'), ('typ.pair', '{"t": "only"}'), ('typ.pair', '{}'), ('typ.pair', 'null'), ('typ.pair', '"(5,\"a b\")"'), ('typ.pair', '{"n": 1, "m": 2}'), ('typ.pair', '{"n": "x"}'), ('typ.pair', '[1, "x"]'), ('typ.pair', '7'),
	('typ.pair[]', '[{"n": 1}, null, {"t": "y"}]'), ('typ.tree', '{"name": "root", "pair": {"n": 1}, "pairs": [{"n": 2}, {"t": "z"}], "mood": "ok", "part": 50}'), ('typ.tree', '{"pairs": [{"n": 1}, {"n": "two"}]}'), ('typ.tree', '{"part": 500}'), ('typ.tree', '{"pairs": [{"k": 1}]}'),
	('typ.thing', '{"id": 1, "name": "row", "pair": {"n": 3, "t": "in"}}'), ('typ.thing', '{"gone": 1}'), ('typ.thing[]', '[{"id": 1, "name": "a"}, {"id": 2, "name": null}]'),
	('ext.citext', '"MiXed"'), ('ext.citext[]', '["A", "b"]'), ('ext.hstore', '"a=>1, b=>NULL"'), ('ext.hstore', '{"a": "1"}');
\t on
\pset format unaligned
SELECT e.* FROM typ.sample AS s, typ.echo(s.type, s.value) AS e ORDER BY s.n;
\pset format aligned
\t off

-- what is no type of a value
SELECT create_action('typ.bad', '
{ "input": [ {"name": "a", "type": "nothing"}, {"name": "b", "type": "record"}, {"name": "c", "type": "anyelement"}, {"name": "d", "type": "integer; drop"}, {"name": "e", "type": "varchar(x)"},
             {"name": "f", "type": "trigger"}, {"name": "g", "type": "setof integer"}, {"name": "h", "type": "typ.sample.type%type"}, {"name": "i", "type": "void"}, {"name": "j", "type": "citext"}, {"name": "k", "type": "cstring"}, {"name": "l", "type": ""} ],
  "output": [ {"name": "m", "type": "internal"}, {"name": "n", "type": "unknown"} ] }');
SELECT location, message, hint FROM check_action('typ.bad');
SELECT drop_action('typ.bad');

-- typmods bind inputs, outputs, lets and columns alike
SELECT define('typ.typmods', '
{ "input": [ {"name": "v", "type": "varchar(3)", "required": false}, {"name": "n", "type": "numeric(5,1)", "required": false}, {"name": "s", "type": "timestamp(0)", "required": false}, {"name": "c", "type": "char(4)", "required": false} ],
  "output": [ {"name": "v_out", "type": "varchar(2)", "default": "=input.v"}, {"name": "n_out", "type": "numeric(5,2)", "default": "=input.n"}, {"name": "n_int", "type": "numeric(3)", "default": "=input.n"},
              {"name": "s_out", "type": "timestamp(3)", "default": "=input.s"}, {"name": "c_out", "type": "text", "default": "<{{input.c}}>"}, {"name": "l", "type": "text", "default": "=let.x"} ],
  "steps": [ {"let": {"x": "=input.n::numeric(6,3)"}, "types": {"x": "numeric(6,3)"}}, {"let": {"x": 1.23456}, "when": "input.n is null"} ] }');
SELECT * FROM typ.typmods('ab', 12.345, '2024-01-01 00:00:00.6', 'x');
SELECT invoke_action('typ.typmods', '{"v": "ab", "n": 12.345, "s": "2024-01-01 00:00:00.6", "c": "x"}');
SELECT * FROM typ.typmods('abcd');
SELECT invoke_action('typ.typmods', '{"v": "abcd"}');
SELECT * FROM typ.typmods('abc');
SELECT * FROM typ.typmods('ab  ');
SELECT * FROM typ.typmods(n => 123456);
SELECT * FROM typ.typmods(n => 999.96);

-- extension types without their schema on the path: keys, operators, casts
CREATE TABLE typ.word (word ext.citext PRIMARY KEY, data ext.hstore, alias ext.citext UNIQUE);
INSERT INTO typ.word VALUES ('Hello', 'a=>1', 'Greeting'), ('World', NULL, 'Globe');
SELECT define('typ.find_word', '
{ "table": "typ.word",
  "output": [ {"name": "stored", "type": "text", "default": "=target.word"}, {"name": "data", "type": "ext.hstore", "default": "=target.data"}, {"name": "alias", "type": "ext.citext", "default": "=a.word"} ],
  "steps": [ {"get": "typ.word", "as": "a", "id": {"alias": "GLOBE"}},
             {"update": "target", "set": {"data": "b=>2"}},
             {"update": "typ.word", "id": "world", "set": {"data": "=target.data OPERATOR(ext.||) ''c=>3''"}},
             {"create": "typ.word", "set": {"word": "HELLO", "data": "x=>1"}, "on_conflict": {"columns": ["word"], "do": "nothing"}} ] }');
SELECT * FROM typ.find_word('hELLO');
SELECT invoke_action('typ.find_word', '{"target": "hello"}');
SELECT * FROM typ.word ORDER BY word;

-- other key types: text with a collation, char, uuid, date, range, composite of a domain
CREATE TABLE typ.k_char (id char(4) PRIMARY KEY, n integer);
CREATE TABLE typ.k_uuid (id uuid PRIMARY KEY, n integer);
CREATE TABLE typ.k_range (id int4range PRIMARY KEY, n integer);
CREATE TABLE typ.k_collate (id text COLLATE "C" PRIMARY KEY, n integer);
CREATE TABLE typ.k_domain (id typ.percent PRIMARY KEY, n integer);
CREATE TABLE typ.k_enum (id typ.mood PRIMARY KEY, n integer);
CREATE TABLE typ.k_pair (id typ.pair PRIMARY KEY, n integer);
CREATE TABLE typ.k_array (id integer[] PRIMARY KEY, n integer);
INSERT INTO typ.k_char VALUES ('ab', 1);
INSERT INTO typ.k_uuid VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 2);
INSERT INTO typ.k_range VALUES ('[1,5)', 3);
INSERT INTO typ.k_collate VALUES ('Key', 4);
INSERT INTO typ.k_domain VALUES (7.5, 5);
INSERT INTO typ.k_enum VALUES ('ok', 6);
INSERT INTO typ.k_pair VALUES ('(1,x)', 7);
INSERT INTO typ.k_array VALUES ('{1,2}', 8);
SELECT t.name, define(t.name || '_get', format('{"table": "%s", "output": [{"name": "n", "type": "integer", "default": "=target.n"}], "steps": [{"update": "target", "set": {"n": "=n + 10"}}]}', t.name)::json)
FROM unnest('{char,uuid,range,collate,domain,enum,pair,array}'::text[]) AS k, concat('typ.k_', k) AS t(name);
SELECT typ.k_char_get('ab'), typ.k_uuid_get('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'), typ.k_range_get('[1,4]'), typ.k_collate_get('Key'), typ.k_domain_get(7.50), typ.k_enum_get('ok'), typ.k_pair_get('(1,x)'), typ.k_array_get('{1,2}');
SELECT invoke_action('typ.k_char_get', '{"target": "ab"}'), invoke_action('typ.k_uuid_get', '{"target": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}'), invoke_action('typ.k_range_get', '{"target": "[1,5)"}'), invoke_action('typ.k_collate_get', '{"target": "Key"}');
SELECT invoke_action('typ.k_domain_get', '{"target": 7.5}'), invoke_action('typ.k_enum_get', '{"target": "ok"}'), invoke_action('typ.k_pair_get', '{"target": {"n": 1, "t": "x"}}'), invoke_action('typ.k_array_get', '{"target": [1, 2]}');
SELECT invoke_action('typ.k_domain_get', '{"target": 700}');
SELECT invoke_action('typ.k_collate_get', '{"target": "KEY"}');
