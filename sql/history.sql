-- action_history(): everything that actions did to one row
\i test/sql/prelude.sql
CREATE SCHEMA support;
CREATE ROLE history_designer; CREATE ROLE history_agent; CREATE ROLE history_keeper; CREATE ROLE history_watcher; CREATE ROLE history_nobody;
GRANT pg_monitor TO history_watcher;
CREATE TABLE support.customer (id integer PRIMARY KEY, name text, status text DEFAULT 'open', n integer DEFAULT 0 CHECK (n < 100));
CREATE TABLE support.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer integer, title text);
INSERT INTO support.customer SELECT i, 'customer ' || i FROM generate_series(41, 44) AS i;
GRANT USAGE ON SCHEMA support TO PUBLIC;
-- a story without times and ids
CREATE FUNCTION story(target_table text, key text) RETURNS TABLE (actor text, action text, touched text, status text) LANGUAGE sql AS $$
	SELECT actor, action, touched, status FROM action_history(target_table, key)
$$;

\echo # one row, touched by five actions, and by one that failed
SELECT define('support.escalate', '{"table": "support.customer", "steps": [
	{"update": "target", "set": {"status": "escalated"}},
	{"create": "support.task", "set": {"customer": "=target.id", "title": "call back"}}]}');
SELECT define('support.handle', '{"table": "support.customer", "steps": [{"perform": "support.escalate", "with": {"target": "=target.id"}}]}');
SELECT define('support.count_up', '{"steps": [{"for_each": "=(SELECT array_agg(c.id ORDER BY c.id) FROM support.customer AS c)", "as": "c", "do": [
	{"update": "support.customer", "id": "=c.value", "set": {"n": "=n + 1"}}]}]}');
SELECT define('support.sweep', '{"steps": [{"update": "support.customer", "where": "n = 1 AND id < 44", "set": {"status": "done"}}]}');
SELECT define('support.too_many', '{"table": "support.customer", "input": [{"name": "n", "type": "integer"}], "steps": [{"update": "target", "set": {"n": "=input.n"}}]}');
SELECT define('support.forget', '{"steps": [{"delete": "support.customer", "where": "status = ''done''"}, {"delete": "support.task", "where": "true"}]}');
SELECT support.handle(42);
SELECT support.count_up();
SELECT try_invoke_action('support.too_many', '{"target": 42, "n": 100}') ->> 'ok' AS ok;
SET custom_actions.actor = 'anne';
SELECT support.sweep();
RESET custom_actions.actor;
SELECT support.forget();
SELECT * FROM story('support.customer', '42');
SELECT * FROM story('support.customer', '44');
SELECT * FROM story('support.task', '1');
SELECT * FROM story('support.task', '2');
\echo # newest first, and what it says is what the log says
SELECT h.time = l.started_at AND h.invocation = l.id AND h.action = l.action AS same, h.time < lag(h.time) OVER () AS before
FROM action_history('support.customer', '42') AS h LEFT JOIN custom_actions.log AS l ON l.id = h.invocation;

\echo # keys of all sorts, as their types read them
CREATE TABLE support.code (code text PRIMARY KEY, n integer);
CREATE TABLE support.token (id uuid PRIMARY KEY);
CREATE TABLE support.price (amount numeric(10, 2) PRIMARY KEY);
CREATE TABLE support.booking (room integer, day date, who text, PRIMARY KEY (room, day));
CREATE TABLE support.note (note text);
SELECT define('support.fill', '{"steps": [
	{"create": "support.code", "set": {"code": "42"}}, {"create": "support.code", "set": {"code": "{a}"}},
	{"create": "support.token", "set": {"id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
	{"create": "support.price", "set": {"amount": 10}},
	{"create": "support.booking", "set": {"room": 7, "day": "2026-01-02"}},
	{"create": "support.note", "set": {"note": "x"}}]}');
SELECT support.fill();
SELECT 'code', count(*) FROM action_history('support.code', '42')
UNION ALL SELECT 'code in braces', count(*) FROM action_history('support.code', '{a}')
UNION ALL SELECT 'code as json', count(*) FROM action_history('support.code', '"42"'::jsonb)
UNION ALL SELECT 'code as a number', count(*) FROM action_history('support.code', '42'::jsonb)
UNION ALL SELECT 'uuid', count(*) FROM action_history('support.token', 'A0EEBC999C0B4EF8BB6D6BB9BD380A11')
UNION ALL SELECT 'numeric', count(*) FROM action_history('support.price', '10')
UNION ALL SELECT 'numeric as json', count(*) FROM action_history('support.price', '{"amount": 10.000}'::jsonb)
UNION ALL SELECT 'integer as json', count(*) FROM action_history('support.customer', to_jsonb(42))
UNION ALL SELECT 'integer as json object', count(*) FROM action_history('support.customer', '{"id": "42"}'::jsonb)
UNION ALL SELECT 'two columns', count(*) FROM action_history('support.booking', '{"day": "January 2, 2026", "room": "7"}')
UNION ALL SELECT 'two columns as json', count(*) FROM action_history('support.booking', '{"day": "2026-01-02", "room": 7}'::jsonb)
UNION ALL SELECT 'another day', count(*) FROM action_history('support.booking', '{"day": "2026-01-03", "room": 7}'::jsonb)
UNION ALL SELECT 'null', count(*) FROM action_history('support.code', NULL::text);
SELECT touched FROM story('support.booking', '{"day": "2026-01-02", "room": 7}');
SELECT count(*) FROM action_history('support.customer', 'x');
SELECT count(*) FROM action_history('support.booking', '7');
SELECT count(*) FROM action_history('support.booking', '[7]'::jsonb);
SELECT count(*) FROM action_history('support.note', '7');
SELECT count(*) FROM action_history('support.nothing', '7');
\echo # names as the caller means them, and those of tables that are gone
SET search_path = support, public;
SELECT count(*) FROM action_history('customer', '42');
RESET search_path;
SELECT deactivate_action('support.fill');
ALTER TABLE support.token RENAME TO badge;
SELECT count(*) FROM action_history('support.token', '{"id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}');
SELECT count(*) FROM action_history('support.badge', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
SELECT count(*) FROM action_history('support.code', '{"code": "42"}');
SELECT count(*) FROM action_history('support.customer', '{"id": 42}');
SELECT count(*) FROM action_history('support.customer', '{"name": "customer 42"}');

\echo # a key that changes is found by both; a long list is cut
SELECT define('support.renumber', '{"steps": [{"update": "support.customer", "id": 44, "set": {"id": 440}},
	{"create": "support.code", "from": "=(SELECT array_agg(i) FROM generate_series(1, 150) AS i)", "set": {"code": "=value + 1000"}}]}');
SELECT support.renumber();
SELECT * FROM story('support.customer', '44') LIMIT 1;
SELECT * FROM story('support.customer', '440');
SELECT count(*) FROM action_history('support.code', '1100');

\echo # who sees it: owners of the action and of the table, watchers, and callers what they called
ALTER FUNCTION support.escalate(integer) OWNER TO history_designer;
ALTER TABLE support.customer OWNER TO history_keeper;
INSERT INTO support.customer VALUES (42, 'again');
GRANT SELECT, INSERT, UPDATE ON support.customer, support.task TO history_agent;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA support TO history_agent;
TRUNCATE custom_actions.log;
SET ROLE history_agent;
SELECT support.handle(42);
SELECT support.escalate(42);
SELECT * FROM story('support.customer', '42');
SELECT * FROM story('support.task', '3');
SET ROLE history_designer;
SELECT * FROM story('support.customer', '42');
SET ROLE history_keeper;
SELECT * FROM story('support.customer', '42');
SELECT * FROM story('support.task', '3');
SET ROLE history_watcher;
SELECT * FROM story('support.customer', '42');
SET ROLE history_nobody;
SELECT * FROM story('support.customer', '42');
RESET ROLE;
SELECT has_function_privilege('history_nobody', 'custom_actions.row_history(text, oid, jsonb, oid)', 'EXECUTE');

\echo # a JSON form of a type that raises makes no action fail: its rows are known by text
CREATE TYPE support.mood AS ENUM ('calm', 'loud');
CREATE TABLE support.room (mood support.mood PRIMARY KEY, n integer);
INSERT INTO support.room VALUES ('calm', 1), ('loud', 2);
CREATE FUNCTION support.mood_json(support.mood) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE 'no form'; END $$;
CREATE FUNCTION support.mood_read(json) RETURNS support.mood LANGUAGE sql AS $$ SELECT 'calm'::support.mood $$;
CREATE CAST (support.mood AS json) WITH FUNCTION support.mood_json(support.mood);
CREATE CAST (json AS support.mood) WITH FUNCTION support.mood_read(json);
SELECT define('support.count_room', '{"table": "support.room", "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT define('support.count_rooms', '{"steps": [{"update": "support.room", "where": "true", "set": {"n": "=n + 1"}}]}');
SELECT support.count_room('loud');
SELECT support.count_rooms();
SELECT target, touched FROM custom_actions.log WHERE action LIKE 'support.count_room%' ORDER BY started_at, id;
SELECT action, touched FROM action_history('support.room', 'loud');

\echo # by the index
INSERT INTO custom_actions.log (id, correlation, action, version, status, started_at, duration, depth, rows_written, touched, touched_rows)
SELECT gen_random_uuid(), gen_random_uuid(), 'support.many', 1, 'succeeded', now(), '0 s', 1, 1,
	jsonb_build_object('support.customer', jsonb_build_object('updated', jsonb_build_array(jsonb_build_object('id', i)))),
	ARRAY[custom_actions.row_hash('support.customer', jsonb_build_object('id', i))]
FROM generate_series(1000, 21000) AS i;
ANALYZE custom_actions.log;
BEGIN;
SELECT pg_stat_get_xact_numscans('custom_actions.log_touched'::regclass) AS index_scans, pg_stat_get_xact_numscans('custom_actions.log'::regclass) AS table_scans \gset
SELECT touched FROM action_history('support.customer', '1500');
SELECT pg_stat_get_xact_numscans('custom_actions.log_touched'::regclass) > :index_scans AS by_index, pg_stat_get_xact_numscans('custom_actions.log'::regclass) - :table_scans AS by_table;
ROLLBACK;
\echo # a row has one name, whatever the settings of the session and of the action
CREATE TABLE support.slot (since timestamptz, length interval, code bytea, span tstzrange, weight float8, n integer,
	PRIMARY KEY (since, length, code, span, weight));
INSERT INTO support.slot VALUES ('2026-07-01 12:00+00', '1 day 2 hours', '\xff00', '[2026-07-01 12:00+00,)', 0.1, 0);
SELECT define('support.count_slot', '{"table": "support.slot", "settings": {"TimeZone": "Pacific/Auckland"}, "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT define('support.check_slot', '{"table": "support.slot", "steps": [{"require": "target.n = 2"}, {"update": "support.slot", "where": "n = 2", "set": {"n": 3}}]}');
SELECT support.count_slot(since, length, code, span, weight) FROM support.slot;
SELECT try_invoke_action('support.check_slot', jsonb_build_object('target', to_jsonb(slot) - 'n')) -> 'ok' AS ok FROM support.slot;
SET timezone = 'America/New_York';
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'iso_8601';
SET bytea_output = 'escape';
SET extra_float_digits = -12;
SELECT support.count_slot(since, length, code, span, weight) FROM support.slot;
SELECT support.check_slot(since, length, code, span, weight) FROM support.slot;
SELECT action, touched FROM support.slot, action_history('support.slot', jsonb_build_object('since', since, 'length', length, 'code', code, 'span', span, 'weight', weight));
RESET extra_float_digits;
RESET bytea_output;
SET intervalstyle = 'postgres';
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SELECT action, status FROM support.slot, action_history('support.slot', to_jsonb(slot) - 'n');
SELECT count(*) AS rows, count(DISTINCT target) AS targets FROM custom_actions.log WHERE action LIKE 'support.%_slot';
\echo # rows that are known by JSON
CREATE TABLE support.document (body jsonb PRIMARY KEY, n integer);
INSERT INTO support.document VALUES ('{"b": [1, {"c": null}], "a": 1.50}', 0), ('[]', 0), ('"text"', 0), ('null', 0);
SELECT define('support.count_document', '{"table": "support.document", "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT support.count_document(body) FROM support.document;
SELECT target, touched FROM custom_actions.log WHERE action = 'support.count_document' ORDER BY started_at, id;
SELECT h.touched FROM support.document, action_history('support.document', jsonb_build_object('body', body)) AS h WHERE body <> 'null';
SET client_min_messages = warning;
DROP SCHEMA support CASCADE;
DROP OWNED BY history_designer, history_agent, history_keeper, history_watcher, history_nobody;
DROP ROLE history_designer, history_agent, history_keeper, history_watcher, history_nobody;
