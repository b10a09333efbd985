-- Functions of the language that arrive by CREATE FUNCTION are taken from PUBLIC.
BEGIN;
SET LOCAL client_min_messages = error;
SELECT plan(8);

CREATE SCHEMA desk;
CREATE ROLE public_execute_any;
GRANT USAGE ON SCHEMA desk TO PUBLIC;
CREATE FUNCTION pg_temp.public_may(function regprocedure) RETURNS boolean LANGUAGE sql AS
	$$SELECT has_function_privilege('public_execute_any', function, 'EXECUTE')$$;

-- Taken from PUBLIC
CREATE FUNCTION desk.by_hand(OUT o integer) LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
	'{"format": 1, "version": 1, "active": true, "definition": {"output": [{"name": "o", "type": "integer", "default": 1}]}}';
SELECT is(pg_temp.public_may('desk.by_hand()'), false, 'a new function of the language is not PUBLIC''s');
SELECT is((SELECT proacl::text FROM pg_proc WHERE oid = 'desk.by_hand'::regproc), format('{%s=X/%1$s}', session_user), 'it is its owner''s');
GRANT EXECUTE ON FUNCTION desk.by_hand TO PUBLIC;
CREATE OR REPLACE FUNCTION desk.by_hand(OUT o integer) LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
	'{"format": 1, "version": 2, "active": true, "definition": {"output": [{"name": "o", "type": "integer", "default": 2}]}}';
SELECT is(pg_temp.public_may('desk.by_hand()'), true, 'one that is replaced keeps its grants');
SET LOCAL check_function_bodies = off;
CREATE FUNCTION desk.restored(OUT o integer) LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
	'{"format": 1, "version": 1, "active": true, "definition": {"output": [{"name": "o", "type": "integer", "default": 1}]}}';
RESET check_function_bodies;
SELECT is(pg_temp.public_may('desk.restored()'), true, 'a restore has its own GRANT and REVOKE');
CREATE FUNCTION desk.sql() RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT is(pg_temp.public_may('desk.sql()'), true, 'functions of other languages are as they are');
SELECT lives_ok($$SELECT create_action('desk.activated'), activate_action('desk.activated')$$, 'an activated one');
SELECT is(pg_temp.public_may('desk.activated()'), false, 'is not PUBLIC''s either');
SET LOCAL custom_actions.ddl_check = off;
CREATE FUNCTION desk.by_hand2(OUT o integer) LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
	'{"format": 1, "version": 1, "active": true, "definition": {"output": [{"name": "o", "type": "integer", "default": 1}]}}';
SELECT is(pg_temp.public_may('desk.by_hand2()'), false, 'whatever is checked of DDL');
RESET custom_actions.ddl_check;

SELECT * FROM finish();
ROLLBACK;
