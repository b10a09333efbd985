-- Functions published while check_function_bodies is off: running them checks what the validator could not.
BEGIN;
SET LOCAL client_min_messages = error;
SELECT plan(30);

CREATE SCHEMA desk;
CREATE TABLE desk.done (x integer);
CREATE FUNCTION desk.writes() RETURNS integer LANGUAGE sql VOLATILE AS 'INSERT INTO desk.done VALUES (7) RETURNING x';
CREATE FUNCTION pg_temp.publish(name text, attributes text, definition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('check_function_bodies', 'off', true);
	EXECUTE format('CREATE FUNCTION %s RETURNS integer LANGUAGE custom_action %s AS %L', name, attributes,
		format('{"format": 1, "version": 1, "active": true, "definition": %s}', definition));
	PERFORM set_config('check_function_bodies', 'on', true);
END
$$;
CREATE FUNCTION pg_temp.refused(name text, arguments text, message text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT throws_ok(format('SELECT %s(%s)', name, arguments), NULL, message, name || ' is refused');
	RETURN NEXT throws_ok(format('SELECT invoke_action(%L)', name), NULL, message, name || ' is refused by invoke_action');
	RETURN NEXT throws_ok(format('EXPLAIN SELECT %s(%s)', name, arguments), NULL, message, name || ' is refused by the planner')
		FROM pg_proc AS p WHERE p.oid = name::regproc AND p.provolatile = 'i';
END
$$;
CREATE FUNCTION pg_temp.writing() RETURNS text LANGUAGE sql AS
	$$SELECT '{"output": [{"name": "o", "type": "integer"}], "steps": [{"create": "desk.done", "set": {"x": 1}}]}'$$;

SELECT pg_temp.publish('desk.stable_writes(OUT o integer)', 'STABLE SET search_path = pg_catalog, pg_temp', pg_temp.writing());
SELECT pg_temp.refused('desk.stable_writes', '', 'function of action "desk.stable_writes" must be VOLATILE');
SELECT pg_temp.publish('desk.immutable_writes(OUT o integer)', 'IMMUTABLE SET search_path = pg_catalog, pg_temp', pg_temp.writing());
SELECT pg_temp.refused('desk.immutable_writes', '', 'function of action "desk.immutable_writes" must be VOLATILE');
SELECT pg_temp.publish('desk.immutable_reads(OUT o integer)', 'IMMUTABLE SET search_path = pg_catalog, pg_temp',
	'{"read_only": true, "output": [{"name": "o", "type": "integer"}], "steps": [{"output": {"o": 1}}]}');
SELECT pg_temp.refused('desk.immutable_reads', '', 'function of action "desk.immutable_reads" must be STABLE');
SELECT pg_temp.publish('desk.volatile_reads(OUT o integer)', 'VOLATILE SET search_path = pg_catalog, pg_temp',
	'{"read_only": true, "output": [{"name": "o", "type": "integer"}], "steps": [{"output": {"o": 1}}]}');
SELECT pg_temp.refused('desk.volatile_reads', '', 'function of action "desk.volatile_reads" must be STABLE');
SELECT pg_temp.publish('desk.volatile_formula(OUT o integer)', 'SET search_path = pg_catalog, pg_temp',
	'{"output": [{"name": "o", "type": "integer"}], "steps": [{"output": {"o": "=desk.writes()"}}]}');
SELECT pg_temp.refused('desk.volatile_formula', '', 'a formula cannot call the volatile function desk.writes()');
SELECT pg_temp.publish('desk.read_only_formula(OUT o integer)', 'STABLE SET search_path = pg_catalog, pg_temp',
	'{"read_only": true, "output": [{"name": "o", "type": "integer"}], "steps": [{"output": {"o": "=(select desk.writes())"}}]}');
SELECT pg_temp.refused('desk.read_only_formula', '', 'a formula cannot call the volatile function desk.writes()');
SELECT pg_temp.publish('desk.definer(OUT o integer)', 'SECURITY DEFINER',
	'{"run_as": "owner", "output": [{"name": "o", "type": "integer"}], "steps": [{"output": {"o": 1}}]}');
SELECT pg_temp.refused('desk.definer', '', 'function of action "desk.definer" must set search_path');
SELECT pg_temp.publish('desk.secret_definer(OUT o integer)', 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp',
	'{"output": [{"name": "o", "type": "integer"}], "steps": [{"output": {"o": 1}}]}');
SELECT pg_temp.refused('desk.secret_definer', '', 'function of action "desk.secret_definer" must be SECURITY INVOKER');
SELECT is_empty('SELECT * FROM desk.done', 'none has written');

-- With checks on, ALTER FUNCTION does not make such a function either
SELECT lives_ok($$SELECT create_action('desk.reads', '{"read_only": true, "run_as": "owner", "output": [{"name": "o", "type": "integer", "default": 1}]}'),
	activate_action('desk.reads')$$, 'a read-only action');
SELECT throws_ok('ALTER FUNCTION desk.reads() IMMUTABLE', '2BP01', NULL, 'does not become IMMUTABLE');
SELECT throws_ok('ALTER FUNCTION desk.reads() VOLATILE', '2BP01', NULL, 'nor VOLATILE');
SELECT throws_ok('ALTER FUNCTION desk.reads() RESET ALL', '2BP01', NULL, 'nor loses its search_path');
SELECT throws_ok('ALTER FUNCTION desk.reads() RESET search_path', '2BP01', NULL, 'in either way');
SELECT throws_ok($$CREATE FUNCTION desk.careless(OUT o integer) SECURITY DEFINER LANGUAGE custom_action AS
	'{"format": 1, "version": 1, "active": true, "definition": {"run_as": "owner", "output": [{"name": "o", "type": "integer"}],
	"steps": [{"output": {"o": 1}}]}}'$$,
	'42P13', 'function of action "desk.careless" must set search_path', 'nor is one made without');
SELECT lives_ok('ALTER FUNCTION desk.reads() SET search_path = pg_catalog, desk', 'another search_path is taken');
SELECT is(invoke_action('desk.reads'), '{"o": 1}', 'and it runs');
-- A formula's function that becomes volatile while nobody looks
SELECT lives_ok($$CREATE FUNCTION desk.one() RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1';
	SELECT create_action('desk.asks', '{"output": [{"name": "o", "type": "integer", "default": "=desk.one()"}]}'), activate_action('desk.asks')$$,
	'a formula calls a function');
SET LOCAL custom_actions.ddl_check = off;
SELECT is(invoke_action('desk.asks'), '{"o": 1}', 'which runs');
CREATE OR REPLACE FUNCTION desk.one() RETURNS integer LANGUAGE sql VOLATILE AS 'INSERT INTO desk.done VALUES (7) RETURNING x';
SELECT throws_ok($$SELECT invoke_action('desk.asks')$$, '0A000', 'a formula cannot call the volatile function desk.one()', 'until it is volatile');

SELECT * FROM finish();
ROLLBACK;
