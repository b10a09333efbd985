-- The log by months: the way that doc/record.md shows, and what goes on working.
\i test/sql/prelude.sql
SELECT define('desk.hello', '{"output": [{"name": "word", "type": "text", "default": "hello"}]}');
SELECT desk.hello();
CREATE ROLE partitions_monitor IN ROLE pg_monitor;

BEGIN;
ALTER EXTENSION custom_actions DROP TABLE custom_actions.log;
ALTER TABLE custom_actions.log RENAME TO log_before;
ALTER TABLE custom_actions.log_before DROP CONSTRAINT log_pkey;
ALTER INDEX custom_actions.log_started_at RENAME TO log_before_started_at;
ALTER INDEX custom_actions.log_touched RENAME TO log_before_touched;
CREATE TABLE custom_actions.log (LIKE custom_actions.log_before INCLUDING COMMENTS, PRIMARY KEY (id, started_at)) PARTITION BY RANGE (started_at);
CREATE INDEX log_started_at ON custom_actions.log USING brin (started_at);
CREATE INDEX log_touched ON custom_actions.log USING gin (touched_rows) WHERE touched_rows IS NOT NULL;
ALTER TABLE custom_actions.log ATTACH PARTITION custom_actions.log_before FOR VALUES FROM (MINVALUE) TO ('2100-01-01');
CREATE TABLE custom_actions.log_other PARTITION OF custom_actions.log DEFAULT;
ALTER EXTENSION custom_actions ADD TABLE custom_actions.log;
ALTER EXTENSION custom_actions ADD TABLE custom_actions.log_before;
ALTER EXTENSION custom_actions ADD TABLE custom_actions.log_other;
SELECT custom_actions.point_record_views('custom_actions.log_before', 'custom_actions.log');
COMMIT;

SELECT desk.hello();
SELECT tableoid::regclass, action, status FROM custom_actions.log;
INSERT INTO custom_actions.log (id, correlation, action, version, status, started_at, duration, depth, rows_written, sqlstate, message)
VALUES (gen_random_uuid(), gen_random_uuid(), 'desk.hello', 1, 'failed', '2150-01-01', '1 ms', 1, 0, 'P0001', 'later');
SELECT tableoid::regclass, count(*) FROM custom_actions.log GROUP BY 1 ORDER BY 1;
SET ROLE partitions_monitor;
SELECT count(*) FROM custom_actions.invocations;
SELECT action, message FROM custom_actions.failures;
SELECT count(*) FROM custom_actions.log;
SELECT count(*) FROM custom_actions.log_other;
RESET ROLE;
SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'custom_actions'::regnamespace AND relkind = 'v' AND reloptions IS NOT NULL ORDER BY relname;
SELECT DISTINCT d.refobjid::regclass FROM pg_depend AS d JOIN pg_rewrite AS r ON r.oid = d.objid JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind = 'v'
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid::regclass::text IN ('custom_actions.log', 'custom_actions.log_before');
SELECT purge_action_log('0');
SELECT tableoid::regclass, count(*) FROM custom_actions.log GROUP BY 1 ORDER BY 1;

-- a partition goes
ALTER TABLE custom_actions.log DETACH PARTITION custom_actions.log_before;
DROP TABLE custom_actions.log_before;
ALTER EXTENSION custom_actions DROP TABLE custom_actions.log_before;
DROP TABLE custom_actions.log_before;
SELECT desk.hello();
SELECT tableoid::regclass, status FROM custom_actions.invocations, LATERAL (SELECT l.tableoid FROM custom_actions.log AS l WHERE l.id = invocations.id) AS t ORDER BY started_at;
DROP FUNCTION desk.hello();
DROP EXTENSION custom_actions;
