-- What the log says an invocation's own steps wrote: touched
\i test/sql/prelude.sql
CREATE SCHEMA support;
CREATE TABLE support.case (id integer PRIMARY KEY, title text, owner_id integer, n integer CHECK (n < 100));
CREATE TABLE support.task (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, due date);
CREATE TABLE support.tag (a text, "B" uuid, on_day date, PRIMARY KEY (a, "B", on_day));
CREATE TABLE support.note (text text);
INSERT INTO support.case SELECT i, 'case ' || i, 1, 0 FROM generate_series(1, 9) AS i;
-- what was touched since the last time
CREATE FUNCTION touched() RETURNS TABLE (action text, status text, touched text) LANGUAGE sql AS $$
	WITH gone AS (DELETE FROM custom_actions.log RETURNING *)
	SELECT action, status, touched::text FROM gone ORDER BY started_at, depth
$$;

\echo # each row once, whatever was done to it
SELECT define('support.work', '{"table": "support.case", "steps": [
	{"update": "target", "set": {"title": "new"}},
	{"assign": "target", "to": 7, "column": "owner_id"},
	{"create": "support.task", "as": "task", "set": {"title": "t"}},
	{"update": "task", "set": {"due": "2026-01-02"}},
	{"update": "support.case", "where": "id > 7", "set": {"n": 1}},
	{"update": "support.case", "id": 8, "set": {"n": 2}},
	{"create": "support.case", "set": {"id": 20}},
	{"delete": "support.case", "where": "id BETWEEN 9 AND 19"},
	{"delete": "support.case", "id": 20},
	{"delete": "support.case", "where": "id > 20"}]}');
SELECT support.work(1);
SELECT * FROM touched();
\echo # keys that change, of several columns, of any type; rows without a key
SELECT define('support.tags', '{"steps": [
	{"create": "support.tag", "set": {"a": "x", "B": "00000000-0000-0000-0000-00000000000a", "on_day": "2026-01-02"}, "as": "made"},
	{"update": "made", "set": {"on_day": "2026-01-03"}},
	{"update": "support.case", "id": 2, "set": {"id": 22}},
	{"create": "support.note", "from": "=array[1, 2, 3]", "set": {"text": "=value"}},
	{"update": "support.note", "where": "text = ''2''", "set": {"text": "two"}}]}');
SELECT support.tags();
SELECT * FROM touched();
\echo # beyond the limit: counted
SET custom_actions.log_touched_limit = 2;
SELECT define('support.many', '{"steps": [
	{"for_each": "=array[3, 4, 5, 3, 6]", "as": "v", "do": [{"update": "support.case", "id": "=v.value", "set": {"n": "=n + 1"}}]},
	{"update": "support.case", "where": "id < 9", "set": {"n": "=n + 1"}},
	{"create": "support.task", "from": "=array[1, 2]", "set": {"title": "=value"}}]}');
SELECT support.many();
SELECT * FROM touched();
SET custom_actions.log_touched_limit = 0;
SELECT support.many();
SELECT * FROM touched();
SET custom_actions.log_touched_limit = -1;
SELECT support.many();
SELECT support.work(1);
SELECT * FROM touched();
RESET custom_actions.log_touched_limit;
\echo # what is undone has not been touched
SELECT define('support.careful', '{"table": "support.case", "steps": [
	{"update": "support.case", "id": 4, "set": {"n": 10}},
	{"group": "risky", "do": [
		{"update": "support.case", "id": 4, "set": {"n": 11}},
		{"update": "support.case", "id": 5, "set": {"n": 10}},
		{"create": "support.note", "set": {"text": "undone"}},
		{"delete": "support.note", "where": "true"},
		{"update": "target", "set": {"n": 100}}],
	 "on_error": [{"create": "support.note", "set": {"text": "handled"}}]}]}');
SELECT support.careful(3);
SELECT * FROM touched();
\echo # counts as well, in a loop with a handler in each turn
SET custom_actions.log_touched_limit = 1;
SELECT define('support.turns', '{"steps": [
	{"for_each": "=(SELECT array_agg(g) FROM generate_series(1, 200) AS g)", "as": "v", "do": [
		{"group": "turn", "do": [
			{"create": "support.note", "set": {"text": "=v.value"}},
			{"update": "support.case", "id": 6, "set": {"n": "=v.value % 2 * 100"}}],
		 "on_error": [{"create": "support.task", "set": {"title": "failed"}}]}]}]}');
SELECT support.turns();
SELECT * FROM touched();
SELECT count(*) FROM support.note WHERE text ~ '^\d+$' AND text::int <= 200;
RESET custom_actions.log_touched_limit;
\echo # actions inside have their own; a target that nothing is done to
SELECT define('support.chain', '{"table": "support.case", "steps": [
	{"perform": "support.work", "with": {"target": "=target.id"}},
	{"create": "support.note", "set": {"text": "outer"}}]}');
INSERT INTO support.case VALUES (9, 'again', 1, 0);
SELECT support.chain(1);
SELECT * FROM touched();
\echo # a failure has touched nothing but has been called for its target
SELECT define('support.fail', '{"table": "support.case", "steps": [{"update": "target", "set": {"n": 100}}]}');
SELECT try_invoke_action('support.fail', '{"target": 1}') ->> 'ok' AS ok;
SELECT * FROM touched();
\echo # rows in a view, and what on_conflict did
CREATE TABLE support.sku (code text PRIMARY KEY, stock integer);
INSERT INTO support.sku VALUES ('a', 1);
SELECT define('support.stock', '{"steps": [
	{"create": "support.sku", "from": "=array[''a'', ''b'']", "set": {"code": "=value", "stock": 1}, "on_conflict": {"columns": ["code"], "set": {"stock": "=this.stock + 1"}}}]}');
SELECT support.stock();
SELECT * FROM touched();
\echo # keys that are JSON, arrays, ranges, null in a view
CREATE TABLE support.odd (doc jsonb, tags text[], during daterange, sure boolean, PRIMARY KEY (doc, tags, during, sure));
CREATE VIEW support.notes AS SELECT text AS no, text FROM support.note;
CREATE FUNCTION support.take_note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER take_note INSTEAD OF INSERT ON support.notes FOR EACH ROW EXECUTE FUNCTION support.take_note();
SELECT define('support.oddities', '{"table": "support.notes", "key": ["no"], "steps": [
	{"create": "support.odd", "set": {"doc": {"a": [1, {"b": null}]}, "tags": ["x", "y"], "during": "[2026-01-01,2026-02-01)", "sure": true}},
	{"create": "support.notes", "set": {"text": "x"}}]}');
SELECT support.oddities('handled');
SELECT * FROM touched();
\echo # what keeps foreign rows is not asked to return any
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database()); END $$;
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE TABLE support.there (id integer NOT NULL, region text NOT NULL, n integer);
CREATE FOREIGN TABLE support.far (id integer NOT NULL, region text NOT NULL, n integer) SERVER loopback OPTIONS (schema_name 'support', table_name 'there');
CREATE TABLE support.near (id integer NOT NULL, region text NOT NULL, n integer) PARTITION BY LIST (region);
CREATE TABLE support.near_a PARTITION OF support.near FOR VALUES IN ('a');
SELECT define('support.go_far', '{"table": "support.far", "key": ["id", "region"], "steps": [
	{"update": "target", "set": {"n": 3}},
	{"create": "support.far", "set": {"id": 2, "region": "x"}}]}');
SELECT define('support.spread', '{"table": "support.near", "key": ["id", "region"], "steps": [
	{"create": "support.near", "set": {"id": 4, "region": "a"}},
	{"update": "support.near", "where": "id = 4", "set": {"n": 3}}]}');
INSERT INTO support.there VALUES (1, 'x', 1);
INSERT INTO support.near VALUES (1, 'a', 1);
SELECT support.go_far(1, 'x');
SELECT support.spread(1, 'a');
SELECT * FROM touched();
ALTER TABLE support.near ATTACH PARTITION support.far FOR VALUES IN ('x');
SELECT support.spread(1, 'a');
SELECT * FROM touched();
