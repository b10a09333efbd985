-- The planner knows the values of a statement: partial indexes, prefixes of LIKE
-- and partitions are found as for constants.
\set VERBOSITY default
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
