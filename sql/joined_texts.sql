-- Templates, whose parts are joined at once, print what joining them in pairs prints.
\i test/sql/prelude.sql
SET search_path = desk, public, custom_actions;
CREATE TYPE desk.mood AS ENUM ('sad', 'glad');
CREATE TYPE desk.pair AS (a integer, b text);
CREATE DOMAIN desk.odd AS integer CHECK (VALUE % 2 <> 0);
CREATE DOMAIN desk.code AS text CHECK (VALUE <> 'no');
CREATE TABLE desk.every (id integer PRIMARY KEY, i2 smallint, i8 bigint, n numeric(8, 3), f real, d double precision, b boolean, t text, v varchar(9), c character(6), ch "char", na name, by bytea,
	dt date, ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, ip inet, net cidr, m desk.mood, p desk.pair, o desk.odd, code desk.code, a integer[], ta text[], r int4range, bits bit(5), money money);
INSERT INTO desk.every VALUES
	(1, 1, 2, 3.100, 4.5, 1e100, true, 'tëxt', 'var', 'ch', 'x', 'name', '\x0102', '2026-01-02', '2026-01-02 03:04', '2026-01-02 03:04+01', '1 day 2 h', '00000000-0000-0000-0000-00000000000a',
		'"a \"quoted\" text"', '"jsonb"', '10.0.0.1', '10.0.0.0/8', 'glad', '(1,"a b")', 3, 'yes', '{1,NULL}', '{"a b",c}', '[1,5)', B'10101', '12.34'),
	(2, -1, -2, 'NaN', 'Infinity', '-0', false, '', '', '', '', '', '', 'infinity', '-infinity', 'infinity', '-1 month', NULL, '{"a": 1}', '[1, null]', '::1/64', '::/0', 'sad', '(,)', -1, '', '{}', '{}', 'empty', B'00000', '0');
INSERT INTO desk.every (id) VALUES (3);
SELECT define('desk.' || name, json_build_object('table', 'desk.every', 'output', json_build_array(json_build_object('name', 'told', 'type', 'text', 'default', '=let.told')), 'steps', json_build_array(
		json_build_object('let', json_build_object('told', template))))::json)
FROM (SELECT 'everything', (SELECT string_agg(format('%s=<{{target.%s}}>', attname, attname), ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'desk.every'::regclass AND attnum > 0)
	UNION ALL SELECT 'short', '{{target.t}}{{target.i8}}'
	UNION ALL SELECT 'inside', '{{upper(''{'' || coalesce(target.t, '''') || coalesce(target.v, '''') || ''}'')}}: {{target.t || ''+'' || target.v}}.'
	UNION ALL SELECT 'casts', '{{target.i8::text}} {{target.c::text}} {{target.b::text}} {{target.ip::text}} {{target.b}}{{null}}{{''''}}'
	UNION ALL SELECT 'long', (SELECT string_agg(format('%s{{target.i8 + %s}}', i, i), '') FROM generate_series(1, 120) AS i)
	UNION ALL SELECT 'fails', 'a {{1 / (target.id - 1)}} b {{target.i8}}') AS v (name, template);
CREATE VIEW desk.printed AS SELECT id, everything(id), short(id), inside(id), casts(id), long(id) FROM desk.every;
SELECT everything FROM desk.printed ORDER BY id;
SELECT short, inside, casts, md5(long) FROM desk.printed ORDER BY id;
\set SHOW_CONTEXT always
SELECT fails(1);
SELECT fails(2);
\set SHOW_CONTEXT never
CREATE TEMP TABLE joined AS SELECT * FROM desk.printed;
SET custom_actions.plain_path = 'templates';
SELECT count(*) FROM (SELECT * FROM desk.printed INTERSECT SELECT * FROM joined) AS same;
SELECT fails(2);
RESET custom_actions.plain_path;

-- settings between calls; EXECUTE on what joins, which everybody has as it comes
SET datestyle = 'German';
SET bytea_output = 'escape';
SET extra_float_digits = 0;
SELECT everything FROM desk.printed WHERE id = 1;
BEGIN;
REVOKE EXECUTE ON FUNCTION pg_catalog.concat("any") FROM PUBLIC;
CREATE ROLE regress_ca_reads;
GRANT USAGE ON SCHEMA desk TO regress_ca_reads;
GRANT SELECT ON desk.every TO regress_ca_reads;
GRANT EXECUTE ON FUNCTION desk.short TO regress_ca_reads;
SET LOCAL custom_actions.plain_path = 'merge';
SET LOCAL ROLE regress_ca_reads;
SELECT short(1);
ROLLBACK;
