-- The planner knows the values of a statement: partial indexes, prefixes of LIKE
-- and partitions are found as for constants.
\i test/sql/prelude.sql
SET client_min_messages = warning;
CREATE FUNCTION action(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('public.' || name, definition, or_replace => true);
	PERFORM activate_action('public.' || name);
END $$;

-- How often a call reads a table (and the tables below it) as a whole, and by an index
CREATE FUNCTION scans(query text, name regclass, OUT whole bigint, OUT by_index bigint) LANGUAGE plpgsql AS $$
DECLARE
	counts CONSTANT text := 'SELECT coalesce(sum(seq_scan), 0), coalesce(sum(idx_scan), 0) FROM pg_stat_xact_user_tables
		WHERE relid IN (SELECT relid FROM pg_partition_tree($1) UNION SELECT $1)';
	whole_before bigint;
	index_before bigint;
BEGIN
	EXECUTE counts INTO whole_before, index_before USING name;
	EXECUTE query;
	EXECUTE counts INTO whole, by_index USING name;
	whole := whole - whole_before;
	by_index := by_index - index_before;
END $$;

CREATE TABLE job (id bigint PRIMARY KEY, status text NOT NULL, title text NOT NULL, n integer NOT NULL DEFAULT 0) WITH (autovacuum_enabled = off);
INSERT INTO job SELECT i, CASE WHEN i % 5000 = 0 THEN 'pending' ELSE 'done' END, 'title ' || i FROM generate_series(1, 20000) i;
CREATE INDEX job_pending ON job (id) WHERE status = 'pending';
CREATE INDEX job_title ON job (title text_pattern_ops);
ANALYZE job;

-- a partial index, in every kind of step and formula that reads rows
SELECT action('by_status', '{"input": [{"name": "s", "type": "text"}], "output": [{"name": "n", "type": "bigint", "default": "=u.count"}],
	"steps": [{"update": "job", "as": "u", "where": "status = input.s", "set": {"n": "=n + 1"}}]}');
SELECT * FROM scans($$SELECT by_status('pending')$$, 'job');
SELECT * FROM scans($$SELECT by_status('pending') FROM generate_series(1, 10)$$, 'job');

SELECT action('count_status', '{"input": [{"name": "s", "type": "text"}], "read_only": true,
	"output": [{"name": "n", "type": "bigint", "default": "=(select count(*) from job where status = input.s)"}]}');
SELECT * FROM scans($$SELECT count_status('pending') FROM generate_series(1, 10)$$, 'job');
SELECT action('first_of_status', '{"input": [{"name": "s", "type": "text"}], "output": [{"name": "id", "type": "bigint", "default": "=j.id"}],
	"steps": [{"get": "job", "as": "j", "where": "status = input.s", "order_by": "id desc"}]}');
SELECT * FROM scans($$SELECT first_of_status('pending') FROM generate_series(1, 10)$$, 'job');
SELECT action('each_of_status', '{"input": [{"name": "s", "type": "text"}], "output": [{"name": "last", "type": "bigint"}],
	"steps": [{"for_each": "job", "as": "j", "where": "status = input.s", "order_by": "id", "do": [{"output": {"last": "=j.id"}}]}]}');
SELECT * FROM scans($$SELECT each_of_status('pending') FROM generate_series(1, 10)$$, 'job');
CREATE TABLE copy (LIKE job INCLUDING DEFAULTS);
SELECT action('copy_status', '{"input": [{"name": "s", "type": "text"}],
	"steps": [{"create": "copy", "from": "job", "where": "status = input.s", "set": {"id": "=this.id", "status": "=input.s", "title": "=this.title"}}]}');
SELECT * FROM scans($$SELECT copy_status('pending') FROM generate_series(1, 10)$$, 'job');
SELECT action('delete_status', '{"input": [{"name": "s", "type": "text"}], "steps": [{"delete": "job", "where": "status = input.s"}]}');
BEGIN;
SELECT * FROM scans($$SELECT delete_status('pending') FROM generate_series(1, 10)$$, 'job');
ROLLBACK;

-- a prefix of LIKE
SELECT action('by_title', '{"input": [{"name": "pattern", "type": "text"}], "output": [{"name": "n", "type": "bigint", "default": "=u.count"}],
	"steps": [{"update": "job", "as": "u", "where": "title like input.pattern", "set": {"n": "=n + 1"}}]}');
SELECT by_title('title 1234%');
SELECT * FROM scans($$SELECT by_title('title 1234%') FROM generate_series(1, 10)$$, 'job');

-- partitions: only those that the value leaves are read
CREATE TABLE part (day integer, id integer, n integer NOT NULL DEFAULT 0, PRIMARY KEY (day, id)) PARTITION BY LIST (day);
SELECT format('CREATE TABLE part_%s PARTITION OF part FOR VALUES IN (%1$s)', i) FROM generate_series(1, 9) i \gexec
INSERT INTO part SELECT i % 9 + 1, i FROM generate_series(1, 180) i;
ANALYZE part;
SELECT action('by_day', '{"input": [{"name": "day", "type": "integer"}], "output": [{"name": "n", "type": "bigint", "default": "=u.count"}],
	"steps": [{"update": "part", "as": "u", "where": "day = input.day", "set": {"n": "=n + 1"}}]}');
SELECT by_day(5);
SELECT * FROM scans($$SELECT by_day(5) FROM generate_series(1, 10)$$, 'part');

-- who says by plan_cache_mode that values do not matter is obeyed, and who says they do
SET plan_cache_mode = force_generic_plan;
SELECT * FROM scans($$SELECT by_status('pending') FROM generate_series(1, 10)$$, 'job');
SET plan_cache_mode = force_custom_plan;
SELECT * FROM scans($$SELECT by_status('pending') FROM generate_series(1, 10)$$, 'job');
SELECT action('by_key', '{"table": "job", "output": [{"name": "n", "type": "integer", "default": "=target.n"}], "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT count(by_key(7)) FROM generate_series(1, 10);
RESET plan_cache_mode;
