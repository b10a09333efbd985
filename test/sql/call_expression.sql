-- What a call step does, in a transaction that is undone: call_expression.sql compares expressions and statements.
SELECT pg_stat_force_next_flush();
BEGIN;
-- it sees what was written before it, and what it writes is seen after it
SELECT count_up(3), count_up(3);
SELECT n FROM lib.counted ORDER BY n;
-- it has a limit, and its errors are dealt with
SELECT waits(ARRAY[0, 0, 30]);
SELECT halve(ARRAY[2, 0, 4, 0, 1]);
-- defaults, VARIADIC, domains, STRICT, void, polymorphic results
SELECT * FROM various(ARRAY[2, 3]);
SELECT * FROM various(ARRAY[5, NULL]);
-- a function that is declared to be immutable runs as often as PostgreSQL finds necessary
SELECT told(2);
-- budgets count it
SAVEPOINT before;
SET LOCAL custom_actions.max_statements = 4;
SELECT count_up(3);
ROLLBACK TO before;
-- a function is replaced, made one of another language, or what it reads changes: inside of an action, too
SELECT twice_around('SELECT 1');
SAVEPOINT original;
SELECT twice_around($$CREATE OR REPLACE FUNCTION lib.next(n integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN n + 10; END'$$);
SELECT twice_around($$CREATE OR REPLACE FUNCTION lib.next(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n + 1000'$$);
SELECT twice_around($$CREATE OR REPLACE FUNCTION lib.next(n integer) RETURNS integer LANGUAGE sql AS 'INSERT INTO lib.counted VALUES (n + 70) RETURNING counted.n'$$);
SELECT twice_around($$ALTER TABLE lib.counted ADD COLUMN m integer DEFAULT 7, ALTER COLUMN n TYPE bigint$$);
SELECT twice_around($$ALTER TABLE lib.counted DROP COLUMN m, ALTER COLUMN n TYPE integer$$);
SELECT twice_around($$CREATE SCHEMA other$$);
SAVEPOINT before;
SET LOCAL custom_actions.follow_renames = off;
SET LOCAL custom_actions.ddl_check = off;
SELECT twice_around($$ALTER FUNCTION lib.next RENAME TO was_next; CREATE FUNCTION lib.next(n integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN n + 100; END'$$);
ROLLBACK TO before;
SET LOCAL custom_actions.follow_renames = off;
SET LOCAL custom_actions.ddl_check = off;
SELECT twice_around($$ALTER FUNCTION lib.next RENAME TO was_next$$);
ROLLBACK TO original;
-- EXECUTE is asked for each time: revoked from the caller, or from the role that gave it
SAVEPOINT before;
SET LOCAL ROLE regress_lib_caller;
SELECT twice_around('SELECT 1');
SELECT twice_around($$REVOKE EXECUTE ON FUNCTION lib.next FROM PUBLIC, regress_lib_group$$);
ROLLBACK TO before;
SET LOCAL ROLE regress_lib_caller;
SELECT twice_around('SELECT 1');
SELECT twice_around($$REVOKE EXECUTE ON FUNCTION lib.next FROM PUBLIC$$);
SELECT twice_around($$REVOKE regress_lib_group FROM regress_lib_caller$$);
ROLLBACK TO before;
-- and of who is the user by then
SELECT twice_around($$REVOKE EXECUTE ON FUNCTION lib.next FROM PUBLIC$$);
SELECT twice_as('regress_lib_caller');
SELECT twice_as('regress_lib_stranger');
ROLLBACK TO before;
-- statistics of functions
SELECT count_up(2);
SET LOCAL track_functions = 'all';
SELECT count_up(2);
SELECT funcname, calls FROM pg_stat_xact_user_functions WHERE schemaname = 'lib' ORDER BY funcname;
ROLLBACK;
