-- Idempotency keys and types: an answer comes back as it was, whatever its types and
-- the settings of who asks; a request is the same, however its values are written.
\i test/sql/prelude.sql
SET client_min_messages = error;

CREATE TYPE desk.mood AS ENUM ('calm', 'angry');
CREATE DOMAIN desk.positive AS numeric CHECK (VALUE > 0);
CREATE TYPE desk.pair AS (a integer, b text, c desk.mood[]);
CREATE DOMAIN desk.some_pair AS desk.pair CHECK ((VALUE).a <> 7);
CREATE TYPE desk.span AS RANGE (subtype = numeric);
CREATE TABLE desk.ran (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dropped text, pair desk.pair, long text);
ALTER TABLE desk.ran DROP COLUMN dropped;
-- all types, each with a value
CREATE TABLE desk.sample (number integer GENERATED ALWAYS AS IDENTITY, name text, type text, value text);
INSERT INTO desk.sample (name, type, value) VALUES
	('t_float8', 'float8', '0.1::float8 + 0.2'), ('t_zero', 'float8', '''-0''::float8'), ('t_nan', 'float4', '''NaN''::float4'),
	('t_numeric', 'numeric', '1.5000'), ('t_int8', 'bigint', '9007199254740993'), ('t_money', 'money', '12.34::money'),
	('t_bool', 'boolean', 'true'), ('t_bytea', 'bytea', '''\x00ff5c27''::bytea'), ('t_text', 'text', '''a \ "b" é'''),
	('t_long', 'text', '(SELECT string_agg(md5(g::text), '''') FROM generate_series(1, 3000) AS g)'),
	('t_char', 'character(5)', '''ab'''), ('t_byte', '"char"', '''x'''), ('t_name', 'name', '''n'''),
	('t_time', 'timestamptz', '''2026-03-29 01:59:59.123456+01''::timestamptz'), ('t_old', 'timestamptz', '''1890-01-01 00:00:00.5+00:17:30''::timestamptz'),
	('t_never', 'timestamptz', '''-infinity''::timestamptz'), ('t_date', 'date', '''2026-02-01 BC''::date'), ('t_zoned', 'timetz', '''10:00:01.5-07:30''::timetz'),
	('t_interval', 'interval', '''1 mon -3 days 26:00:00.000001''::interval'),
	('t_range', 'tstzrange', 'tstzrange(''2026-01-01 00:00+00'', NULL)'), ('t_span', 'desk.span', 'desk.span(1.50, 2)'), ('t_spans', 'int4multirange', '''{[1,3), [5,9)}''::int4multirange'),
	('t_array', 'integer[]', '''[0:1][2:3]={{1,NULL},{3,4}}''::integer[]'), ('t_arrays', 'text[]', 'array[NULL, '''', ''NULL'', ''a,b{}'']'), ('t_empty', 'text[]', '''{}''::text[]'),
	('t_enum', 'desk.mood', '''angry''::desk.mood'), ('t_domain', 'desk.positive', '2.50'), ('t_pair', 'desk.pair', 'ROW(1, ''x, "y"'', array[''calm'', NULL])::desk.pair'),
	('t_pairs', 'desk.pair[]', 'array[ROW(1, NULL, NULL)::desk.pair, NULL]'), ('t_some_pair', 'desk.some_pair', 'ROW(2, '''', NULL)::desk.pair'),
	('t_row', 'desk.ran', '(SELECT r FROM desk.ran AS r ORDER BY id LIMIT 1)'), ('t_rows', 'desk.ran[]', '(SELECT array_agg(r ORDER BY id) FROM desk.ran AS r)'),
	('t_json', 'json', '''{"b": 1.0,  "a": 1e0, "a": 2}''::json'), ('t_jsonb', 'jsonb', '''{"b": 1.0, "a": [1.50]}''::jsonb'), ('t_jnull', 'jsonb', '''null''::jsonb'),
	('t_uuid', 'uuid', '''3f333df6-90a4-4fda-8dd3-9485d27cee36''::uuid'), ('t_inet', 'inet', '''10.1.2.3/8''::inet'), ('t_bits', 'bit varying', 'B''10110'''),
	('t_words', 'tsvector', '''a:1A b''::tsvector'), ('t_class', 'regclass', '''desk.ran''::regclass'), ('t_point', 'point', '''(1.1,-2.2)''::point'),
	('t_null', 'text', 'NULL'), ('t_null_pair', 'desk.pair', 'NULL::desk.pair');
INSERT INTO desk.ran (pair, long) VALUES ((1, 'pair', NULL), (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 3000) AS g));
SELECT define('desk.give', json_build_object(
	'output', (SELECT json_agg(json_build_object('name', name, 'type', type, 'default', '=' || value) ORDER BY number) FROM desk.sample),
	'steps', '[{"create": "desk.ran", "set": {"long": "a run"}}]'::json));

CREATE TABLE desk.answer AS SELECT a.* FROM desk.give() AS a LIMIT 0;
SET custom_actions.idempotency_key = 'all';
INSERT INTO desk.answer SELECT * FROM desk.give();
SELECT count(*) FROM desk.ran;
-- the same typed values
INSERT INTO desk.ran (long) VALUES ('somebody else''s');
SET datestyle = 'SQL, DMY';
SET timezone = 'America/St_Johns';
SET intervalstyle = 'iso_8601';
SET extra_float_digits = 0;
SET bytea_output = 'escape';
SELECT a *= g AS same FROM desk.answer AS a, desk.give() AS g;
-- the same jsonb, though it was a typed call that was carried out
RESET custom_actions.idempotency_key;
SELECT invoke_action('desk.give', '{}', 'all') AS json \gset
SELECT count(*) FROM jsonb_each(:'json'::jsonb);
SELECT name, s.a, s.b FROM (SELECT key AS name, g.value AS a, a.value AS b FROM jsonb_each(:'json'::jsonb) AS g
	FULL JOIN (SELECT key, e.value FROM desk.answer AS a, jsonb_each(to_jsonb(a)) AS e) AS a USING (key)) AS s
	WHERE a IS DISTINCT FROM b AND name NOT IN ('t_json') ORDER BY name;
RESET datestyle;
RESET timezone;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET extra_float_digits = 1;
RESET bytea_output;
-- the other way round
SELECT invoke_action('desk.give', '{}', 'json first') AS json \gset
SELECT invoke_action('desk.give', '{}', 'json first') = :'json'::jsonb AS same;
SET custom_actions.idempotency_key = 'json first';
SELECT count(*) FROM desk.answer AS a, desk.give() AS g WHERE a.t_pair *= g.t_pair AND a.t_numeric::text = g.t_numeric::text AND a.t_array = g.t_array;
RESET custom_actions.idempotency_key;
SELECT count(*) FROM desk.ran WHERE long = 'a run';

-- one output, and none
SELECT define('desk.one', '{"input": [{"name": "p", "type": "desk.pair", "default": null}], "output": [{"name": "r", "type": "desk.pair", "default": "=input.p"}], "steps": [{"create": "desk.ran", "set": {"long": "one"}}]}');
SET custom_actions.idempotency_key = 'one';
SELECT (desk.one(ROW(1, 'x', '{calm}'))).*;
SELECT (r).* FROM desk.one(ROW(1, 'x', '{calm}')) AS r;
SELECT desk.one(NULL);
SET custom_actions.idempotency_key = 'null';
SELECT desk.one() IS NULL AS is_null, desk.one(NULL) IS NULL AS is_null;
RESET custom_actions.idempotency_key;

-- names are not part of a row
ALTER TYPE desk.pair RENAME ATTRIBUTE b TO renamed;
SELECT invoke_action('desk.one', '{"p": {"a": 1, "renamed": "x", "c": ["calm"]}}', 'one');
ALTER TYPE desk.pair RENAME ATTRIBUTE renamed TO b;
SELECT count(*) FROM desk.ran WHERE long = 'one';

-- a row type that was changed: the answer cannot be read, and nothing is run
CREATE TABLE desk.book (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text);
CREATE DOMAIN desk.books AS desk.book[];
SELECT define('desk.write', '{"output": [{"name": "written", "type": "desk.book", "default": "=(select b from desk.book as b where b.id = book.id)"},
	{"name": "shelf", "type": "desk.books", "default": "=(select array_agg(b) from desk.book as b)"}], "steps": [{"create": "desk.book", "as": "book", "set": {"title": "One"}}]}');
SELECT invoke_action('desk.write', '{}', 'book');
SELECT invoke_action('desk.write', '{}', 'book');
ALTER TABLE desk.book ADD COLUMN author text DEFAULT 'nobody';
SELECT invoke_action('desk.write', '{}', 'book');
\echo :LAST_ERROR_SQLSTATE
ALTER TABLE desk.book DROP COLUMN author;
SELECT invoke_action('desk.write', '{}', 'book');
SELECT count(*) FROM desk.book;

-- requests
SELECT define('desk.take', '{"input": [
	{"name": "i", "type": "bigint", "default": null}, {"name": "n", "type": "numeric", "default": null}, {"name": "m", "type": "numeric(6,2)", "default": null},
	{"name": "f", "type": "float8", "default": null}, {"name": "c", "type": "character(5)", "default": null}, {"name": "b", "type": "bpchar", "default": null},
	{"name": "j", "type": "json", "default": null}, {"name": "k", "type": "jsonb", "default": null}, {"name": "a", "type": "numeric[]", "default": null},
	{"name": "p", "type": "desk.pair", "default": null}, {"name": "r", "type": "desk.span", "default": null}, {"name": "s", "type": "nummultirange", "default": null},
	{"name": "t", "type": "timestamptz", "default": null}, {"name": "d", "type": "desk.positive", "default": null}, {"name": "x", "type": "text", "default": null}],
	"output": [{"name": "id", "type": "integer", "default": "=ran.id"}], "steps": [{"create": "desk.ran", "as": "ran", "set": {"long": "taken"}}]}');
-- is the second call the same request?
CREATE FUNCTION desk.same(one text, other text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	first integer;
	second integer;
BEGIN
	PERFORM set_config('custom_actions.idempotency_key', one || other, true);
	EXECUTE format('SELECT desk.take(%s)', one) INTO first;
	EXECUTE format('SELECT desk.take(%s)', other) INTO second;
	RETURN CASE WHEN first = second THEN 'same' ELSE 'run again' END;
EXCEPTION WHEN SQLSTATE 'UA004' THEN
	RETURN 'other';
END $$;
SELECT one, other, desk.same(one, other) FROM (VALUES
	(1, 'i => 1', 'i => 1'), (2, 'i => 1', 'i => 4294967296'), (3, 'i => 1', 'n => 1'), (4, 'i => NULL', ''),
	(10, 'n => 1', 'n => 1.000'), (11, 'n => 1', 'n => 1.0001'), (12, 'm => 1.001', 'm => 1'), (13, 'n => ''NaN''', 'n => ''NaN'''),
	(20, 'f => 1', 'f => 1e0'), (21, 'f => 0', 'f => ''-0'''), (22, 'f => ''NaN''', 'f => ''NaN'''), (23, 'f => 0.1', 'f => 0.10000000000000002'),
	(30, 'c => ''a''', 'c => ''a  '''), (31, 'b => ''a''', 'b => ''a  '''), (32, 'x => ''a''', 'x => ''a '''), (33, 'x => ''''', 'x => NULL'), (34, 'x => ''a''', 'x => ''A'''),
	(40, 'j => ''{"a": 1.0, "b": [null]}''', 'j => ''{"b":[null],"a":1}'''), (41, 'j => ''[1]''', 'j => ''[1, 1]'''), (42, 'j => ''"\u0000"''', 'j => ''"\u0000"'''),
	(43, 'k => ''{"a": 1.0, "b": [1e2]}''', 'k => ''{"b": [100.00], "a": 1}'''), (44, 'k => ''[1]''', 'k => ''["1"]'''), (45, 'k => ''[[], {}]''', 'k => ''[{}, []]'''), (46, 'k => ''1''', 'k => ''[1]'''),
	(50, 'a => ''{1, 2.0}''', 'a => ''{1.0, 2}'''), (51, 'a => ''{1, 2}''', 'a => ''{{1}, {2}}'''), (52, 'a => ''{1, 2}''', 'a => ''[0:1]={1, 2}'''), (53, 'a => ''{1, NULL}''', 'a => ''{1}'''),
	(60, 'p => (1, ''x'', ''{calm}'')', 'p => ROW(1, ''x'', ''{calm}'')'), (61, 'p => (1, ''x'', ''{calm}'')', 'p => (1, ''x'', ''{angry}'')'), (62, 'p => (NULL, NULL, NULL)', 'p => NULL'),
	(70, 'r => ''[1, 2.0)''', 'r => ''[1.00, 2)'''), (71, 'r => ''[1, 2)''', 'r => ''[1, 2]'''), (72, 'r => ''empty''', 'r => ''[1, 1)'''), (73, 'r => ''(,)''', 'r => ''[1,)'''),
	(74, 's => ''{[1, 2), [3, 4)}''', 's => ''{[3, 4), [1, 2.0)}'''), (75, 's => ''{[1, 2)}''', 's => ''{}'''),
	(80, 't => ''2026-01-01 12:00+00''', 't => ''2026-01-01 14:00+02'''), (81, 't => ''2026-01-01 12:00+00''', 't => ''2026-01-01 12:00:00.000001+00'''),
	(90, 'd => 1.5', 'd => 1.50'), (91, 'd => 1.5', 'd => 2')) AS v (number, one, other) ORDER BY number;

-- a type of an extension is its text, under settings of ours
CREATE TYPE desk.fraction;
CREATE FUNCTION desk.fraction_in(cstring) RETURNS desk.fraction LANGUAGE internal IMMUTABLE STRICT AS 'float8in';
CREATE FUNCTION desk.fraction_out(desk.fraction) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'float8out';
CREATE TYPE desk.fraction (INPUT = desk.fraction_in, OUTPUT = desk.fraction_out, LIKE = float8);
SELECT define('desk.cut', '{"input": [{"name": "by", "type": "desk.fraction"}], "output": [{"name": "id", "type": "desk.fraction", "default": "=input.by"}], "steps": [{"create": "desk.ran", "set": {"long": "cut"}}]}');
SET custom_actions.idempotency_key = 'cut';
SELECT desk.cut('0.30000000000000004'), desk.cut('0.30000000000000004');
SET extra_float_digits = 0;
SELECT desk.cut('0.30000000000000004');
SHOW extra_float_digits;
SELECT desk.cut('0.3');
