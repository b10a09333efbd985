-- call: privileges, errors, and functions that change after the activation.
\i test/sql/prelude.sql
\i test/sql/call.sql

-- read-only: nothing volatile
SELECT create_action('lib.reader', '{ "read_only": true, "output": [ {"name": "n", "type": "integer", "default": "=a.result"} ],
  "steps": [ {"call": "lib.twice", "as": "a", "with": {"n": 21}}, {"call": "lib.write", "with": {"body": "no"}} ] }');
SELECT activate_action('lib.reader');
SELECT define('lib.reader', '{ "read_only": true, "output": [ {"name": "n", "type": "integer", "default": "=a.result"} ],
  "steps": [ {"call": "lib.twice", "as": "a", "with": {"n": 21}}, {"call": "lib.an_item", "as": "b", "with": {"id": 1}}, {"require": "b.name = ''bolt''"} ] }');
SELECT lib.reader(), invoke_action('lib.reader');

-- EXECUTE and USAGE are the caller's, also after they are revoked
CREATE ROLE regress_lib_user;
GRANT USAGE ON SCHEMA lib TO regress_lib_user;
SELECT define('lib.private', '{ "output": [ {"name": "n", "type": "integer", "default": "=a.result"} ], "steps": [ {"call": "lib.twice", "as": "a", "with": {"n": 1}} ] }');
GRANT EXECUTE ON FUNCTION lib.private TO regress_lib_user;
SET ROLE regress_lib_user;
SELECT lib.private();
RESET ROLE;
REVOKE EXECUTE ON FUNCTION lib.twice FROM PUBLIC;
SET ROLE regress_lib_user;
SELECT lib.private();
SELECT invoke_action('lib.private');
RESET ROLE;
GRANT EXECUTE ON FUNCTION lib.twice TO regress_lib_user;
SET ROLE regress_lib_user;
SELECT lib.private();
RESET ROLE;
SELECT define('lib.private', '{ "run_as": "owner", "output": [ {"name": "n", "type": "integer", "default": "=a.result"} ], "steps": [ {"call": "lib.twice", "as": "a", "with": {"n": 1}} ] }');
REVOKE EXECUTE ON FUNCTION lib.twice FROM regress_lib_user;
SET ROLE regress_lib_user;
SELECT lib.private();
RESET ROLE;

-- the call is pinned to the function that was chosen: a better match that comes later changes nothing
CREATE FUNCTION lib.wide(n numeric) RETURNS text LANGUAGE sql AS 'SELECT ''numeric ''|| n';
SELECT define('lib.pinned', '{ "output": [ {"name": "s", "type": "text", "default": "=a.result"} ], "steps": [ {"call": "lib.wide", "as": "a", "with": {"n": "=1::integer"}} ] }');
CREATE FUNCTION lib.wide(n integer) RETURNS text LANGUAGE sql AS 'SELECT ''integer ''|| n';
SELECT lib.pinned();
\c -
SELECT lib.pinned();
-- replaced: seen at once; dropped: refused; with another result: refused
CREATE OR REPLACE FUNCTION lib.wide(n numeric) RETURNS text LANGUAGE sql AS 'SELECT ''replaced ''|| n';
SELECT lib.pinned();
DROP FUNCTION lib.wide(numeric);
SET custom_actions.follow_renames = off;
ALTER FUNCTION lib.wide(numeric) RENAME TO renamed;
SELECT lib.pinned();
SELECT deactivate_action('lib.pinned');
DROP FUNCTION lib.wide(numeric);
CREATE FUNCTION lib.wide(n numeric) RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT activate_action('lib.pinned');
DROP FUNCTION lib.wide(integer);
SELECT activate_action('lib.pinned');
SELECT lib.pinned();
-- the same name may come to mean another function only by a signature of its own
CREATE OR REPLACE FUNCTION lib.wide(n numeric) RETURNS integer LANGUAGE sql AS 'SELECT 2';
SELECT lib.pinned();

-- errors of the function carry its context and ours
CREATE FUNCTION lib.fail(n integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1 / n; END';
SELECT define('lib.fails', '{ "steps": [ {"call": "lib.fail", "with": {"n": 0}} ] }');
\set SHOW_CONTEXT errors
SELECT lib.fails();
\set SHOW_CONTEXT never
-- a function that calls the action again, and one that uses a cursor, savepoints and its own action
CREATE FUNCTION lib.again(n integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	c refcursor;
	found_id integer;
BEGIN
	OPEN c FOR SELECT id FROM lib.item ORDER BY id;
	BEGIN
		PERFORM lib.fails();
	EXCEPTION WHEN division_by_zero THEN
		NULL;
	END;
	FETCH c INTO found_id;
	CLOSE c;
	RETURN found_id + n + CASE WHEN n > 0 THEN (invoke_action('lib.agains', jsonb_build_object('n', n - 1)) ->> 'n_out')::integer ELSE 0 END;
END $$;
SELECT define('lib.agains', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "n_out", "type": "integer", "default": "=a.result"} ], "steps": [ {"call": "lib.again", "as": "a", "with": {"n": "=input.n"}} ] }');
SELECT lib.agains(5);
DROP OWNED BY regress_lib_user;
DROP ROLE regress_lib_user;
