-- purge_action_log deletes what is older, failures perhaps later, and says how many.
\i test/sql/prelude.sql

-- An invocation of an age, with a step
CREATE FUNCTION recorded(age interval, status text DEFAULT 'succeeded') RETURNS void LANGUAGE sql AS $$
	WITH invocation AS (
		INSERT INTO custom_actions.log (id, correlation, action, version, status, started_at, duration, depth, rows_written)
		VALUES (gen_random_uuid(), gen_random_uuid(), 'desk.a', 1, status, now() - age, '1 ms', 1, 0) RETURNING id)
	INSERT INTO custom_actions.log_step (invocation, number, kind, outcome, started_at) SELECT id, 1, 'let', 'run', now() - age FROM invocation;
$$;
CREATE VIEW kept AS
	SELECT l.status, extract(day FROM date_trunc('day', now() - l.started_at))::integer AS days, count(s.*) AS steps
	FROM custom_actions.log AS l LEFT JOIN custom_actions.log_step AS s ON s.invocation = l.id GROUP BY l.id ORDER BY 2, 1;
DO $$BEGIN PERFORM recorded(d * interval '1 day', s) FROM unnest('{1,5,20,100}'::integer[]) AS d, unnest('{succeeded,failed,canceled,unknown}'::text[]) AS s; END$$;
INSERT INTO custom_actions.log_step (invocation, number, kind, outcome, started_at) VALUES
	(gen_random_uuid(), 1, 'let', 'run', now() - interval '20 days'), (gen_random_uuid(), 1, 'let', 'run', now() - interval '40 days'),
	(gen_random_uuid(), 1, 'let', 'run', now());

SELECT purge_action_log('30 days');
SELECT * FROM kept;
SELECT purge_action_log('30 days');
SELECT purge_action_log(older_than => '3 days', failures_older_than => '10 days');
SELECT * FROM kept;
SELECT count(*) FROM custom_actions.log_step WHERE invocation NOT IN (SELECT id FROM custom_actions.log);
SELECT purge_action_log('3 days', failures_older_than => '2 days');
SELECT * FROM kept;
SELECT purge_action_log('0');
SELECT count(*) AS invocations, (SELECT count(*) FROM custom_actions.log_step) AS steps FROM custom_actions.log;

-- what is no age
SELECT purge_action_log(NULL);
SELECT purge_action_log('-1 day');
SELECT purge_action_log('1 day', '-1 day');

-- more than a batch, found by the index
INSERT INTO custom_actions.log (id, correlation, action, version, status, started_at, duration, depth, rows_written)
SELECT gen_random_uuid(), gen_random_uuid(), 'desk.a', 1, 'succeeded', now() - interval '100 days' + n * interval '1 min', '1 ms', 1, 0 FROM generate_series(1, 60000) AS n;
INSERT INTO custom_actions.log_step (invocation, number, kind, outcome, started_at)
SELECT id, 1, 'let', 'run', started_at FROM custom_actions.log WHERE started_at < now() - interval '90 days';
ANALYZE custom_actions.log;
SELECT purge_action_log('99 days');
SELECT pg_stat_force_next_flush();
SELECT idx_scan > 0 AS by_index FROM pg_stat_user_indexes WHERE indexrelname = 'log_started_at';
SELECT purge_action_log('92 days');
SELECT (SELECT count(*) FROM custom_actions.log) AS invocations, (SELECT count(*) FROM custom_actions.log_step) AS steps;
SELECT purge_action_log('70 days');
SELECT (SELECT count(*) FROM custom_actions.log) AS invocations, (SELECT count(*) FROM custom_actions.log_step) AS steps;

-- who may; he need not be able to read what goes
CREATE ROLE purge_clerk;
SELECT grant_action_design('purge_clerk');
SET ROLE purge_clerk;
SELECT purge_action_log('1 day');
SELECT custom_actions.purge_action_log('1 day');
SELECT custom_actions.purge_invocations('{}', now());
SELECT custom_actions.point_record_views('custom_actions.log', 'custom_actions.log');
RESET ROLE;
GRANT EXECUTE ON FUNCTION purge_action_log TO purge_clerk;
SET ROLE purge_clerk;
SELECT purge_action_log('1 day');
SELECT count(*) FROM custom_actions.log;
