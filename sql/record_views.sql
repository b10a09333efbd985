-- What a role sees of the record: its own invocations, those of actions it owns, or all.
\i test/sql/prelude.sql
CREATE ROLE record_owner;
CREATE ROLE record_caller;
CREATE ROLE record_stranger NOINHERIT;
CREATE ROLE record_team ROLE record_stranger;
CREATE ROLE record_monitor IN ROLE pg_monitor;
CREATE ROLE record_reader IN ROLE pg_read_all_data;
CREATE SCHEMA bank;
GRANT USAGE, CREATE ON SCHEMA bank TO PUBLIC;
CREATE TABLE bank.account (id integer PRIMARY KEY, amount integer CHECK (amount >= 0));
INSERT INTO bank.account VALUES (1, 100), (2, 50);
GRANT SELECT, UPDATE ON bank.account TO record_owner, record_caller;
SELECT grant_action_design('record_owner');
GRANT USAGE ON LANGUAGE custom_action TO record_owner;

SET ROLE record_owner;
SELECT define('bank.draw', '{"table": "bank.account", "run_as": "owner", "log": "full",
	"settings": {"search_path": "pg_catalog, pg_temp"}, "input": [{"name": "sum", "type": "integer"}],
	"output": [{"name": "rest", "type": "integer", "default": "=target.amount"}],
	"steps": [{"update": "target", "set": {"amount": "=amount - input.sum"}}]}');
SELECT define('bank.move', '{"input": [{"name": "sum", "type": "integer"}], "run_as": "owner",
	"settings": {"search_path": "pg_catalog, pg_temp"}, "steps": [
	{"perform": "bank.draw", "with": {"target": 1, "sum": "=input.sum"}},
	{"perform": "bank.draw", "with": {"target": 2, "sum": "=-input.sum"}}]}');
GRANT EXECUTE ON FUNCTION bank.draw, bank.move TO record_caller, record_team;

-- what each of these roles sees
RESET ROLE;
SET custom_actions.actor = 'anne';
SET ROLE record_caller;
SELECT bank.draw(1, 10);
SELECT bank.move(5);
SELECT try_invoke_action('bank.draw', '{"target": 1, "sum": 1000}') #>> '{error,message}' AS message;
SET ROLE record_owner;
SELECT bank.draw(2, 1);
RESET ROLE;
SET SESSION AUTHORIZATION record_stranger;
SET ROLE record_team;
SELECT bank.draw(2, 2);
RESET SESSION AUTHORIZATION;
DO $$BEGIN PERFORM bank.draw(2, 3); END$$;
-- rows that the library does not write yet have what it would write
UPDATE custom_actions.log SET summary = action || ' did it', touched = '{"bank.account": {"updated": 1}}', input = '{"sum": 7}', output = '{"rest": 1}';

\set seen 'SELECT action, status, CASE WHEN invoker LIKE ''record%'' THEN invoker ELSE ''superuser'' END AS invoker, depth, input IS NOT NULL AS input, output IS NOT NULL AS output, summary IS NOT NULL AS summary, touched IS NOT NULL AS touched, message IS NOT NULL AS message FROM custom_actions.invocations ORDER BY started_at, id;'
:seen
SET ROLE record_owner;
:seen
SET ROLE record_caller;
:seen
SET ROLE record_team;
:seen
-- who may become a role, and does not inherit from it, sees what it did when he has become it
SET ROLE record_stranger;
:seen
SET ROLE record_monitor;
:seen
SET ROLE record_reader;
:seen
SET ROLE record_monitor;
SELECT count(*) FROM custom_actions.failures;
SET ROLE record_caller;
SELECT path, message, invoker, actor, input FROM custom_actions.failures;
SELECT count(*) FROM custom_actions.invocation_steps;

-- the tables are closed, and the rest of the schema with them
SELECT * FROM custom_actions.log;
SELECT * FROM custom_actions.log_step;
SELECT * FROM custom_actions.action;
SELECT * FROM custom_actions.actions;
SELECT custom_actions.draft_is_news('a.b');
DELETE FROM custom_actions.invocations;
RESET ROLE;
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE p.pronamespace = 'custom_actions'::regnamespace AND has_function_privilege('record_stranger', p.oid, 'EXECUTE') ORDER BY p.proname, p.oid::regprocedure::text COLLATE "C";
SELECT c.oid::regclass FROM pg_class AS c
WHERE c.relnamespace = 'custom_actions'::regnamespace AND c.relkind IN ('r', 'v', 'S')
	AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('record_stranger', c.oid, 'USAGE, SELECT, UPDATE')
		ELSE has_any_column_privilege('record_stranger', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END ORDER BY c.relname;
SELECT has_schema_privilege('record_stranger', 'custom_actions', 'CREATE') AS may_create;

-- a condition that tells what it was asked does not see what others did
CREATE FUNCTION public.tell(VARIADIC what anyarray) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$BEGIN RAISE NOTICE 'asked about %', what; RETURN true; END$$;
SET ROLE record_team;
SELECT count(*) FROM custom_actions.invocations WHERE tell(action, invoker);
SELECT count(*) FROM custom_actions.invocations WHERE tell(summary, input::text);
SELECT count(*) FROM custom_actions.failures WHERE tell(message);
SELECT count(*) FROM custom_actions.invocation_steps WHERE tell(message);
SELECT count(*) FROM custom_actions.invocations WHERE 1 / (depth - 2) < 0;
RESET ROLE;

-- who owns the function counts, not what it is called
CREATE FUNCTION bank.borrow() RETURNS void LANGUAGE sql AS '';
ALTER FUNCTION bank.borrow() OWNER TO record_stranger;
ALTER FUNCTION bank.move(integer) OWNER TO record_stranger;
GRANT record_stranger TO record_reader;
SET SESSION AUTHORIZATION record_stranger;
SELECT action, input FROM custom_actions.invocations;
RESET SESSION AUTHORIZATION;
SET ROLE record_owner;
SELECT DISTINCT action FROM custom_actions.invocations;
RESET ROLE;
SELECT drop_action('bank.move');
SET SESSION AUTHORIZATION record_stranger;
SELECT action, input FROM custom_actions.invocations;
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM custom_actions.invocations WHERE action = 'bank.move';

-- one row, or one day, of many is found by the indexes
INSERT INTO custom_actions.log (id, correlation, action, version, status, started_at, duration, depth, rows_written)
SELECT gen_random_uuid(), gen_random_uuid(), 'bank.old', 1, 'succeeded', timestamptz '2020-01-01 00:00' + n * interval '1 min', '1 ms', 1, 0
FROM generate_series(1, 20000) AS n;
ANALYZE custom_actions.log;
SET ROLE record_team;
CREATE FUNCTION pg_temp.reads_all(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		IF line ~ 'Seq Scan on log\M' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END
$$;
SELECT pg_temp.reads_all(query), query FROM unnest(ARRAY[
	$$SELECT * FROM custom_actions.invocations WHERE id = '00000000-0000-0000-0000-000000000000'$$,
	$$SELECT * FROM custom_actions.invocations WHERE started_at > '2020-01-14 20:00'$$,
	$$SELECT * FROM custom_actions.failures WHERE started_at > '2020-01-14 20:00'$$,
	$$SELECT * FROM custom_actions.invocations WHERE action = 'bank.draw'$$]) AS query;
-- what the path is found by, too: here it would not end
RESET ROLE;
UPDATE custom_actions.log SET status = 'failed', message = 'late' WHERE action = 'bank.old';
ANALYZE custom_actions.log;
SELECT count(path) FROM (SELECT path FROM custom_actions.failures WHERE started_at < '2020-01-01 02:00' LIMIT 100) AS old;
RESET ROLE;

-- without USAGE on the schema the views are for those who watch the server; calls need it not
TRUNCATE custom_actions.log;
UPDATE bank.account SET amount = 100;
REVOKE USAGE ON SCHEMA custom_actions FROM PUBLIC;
SET ROLE record_caller;
SELECT bank.draw(1, 10);
SELECT invoke_action('bank.draw', '{"target": 1, "sum": 1}', idempotency_key => 'k');
SELECT try_invoke_action('bank.draw', '{"target": 1, "sum": 1000}') -> 'ok' AS ok;
SELECT action_trace('here');
SELECT action, status FROM action_history('bank.account', '1');
SELECT * FROM custom_actions.invocations;
SET ROLE record_monitor;
SELECT action, status FROM custom_actions.invocations ORDER BY started_at;
SELECT path, next FROM custom_actions.failures;
