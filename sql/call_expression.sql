-- call: what gives one value runs as an expression, and nothing can tell.
\i test/sql/prelude.sql
CREATE SCHEMA lib;
SET search_path = lib, public, custom_actions;
CREATE TABLE lib.counted (n integer);
CREATE FUNCTION lib.counted() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM lib.counted); END';
CREATE FUNCTION lib.seen() RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM lib.counted); END';
CREATE FUNCTION lib.add(n integer) RETURNS void LANGUAGE plpgsql AS 'BEGIN INSERT INTO lib.counted VALUES (n); END';
CREATE FUNCTION lib.half(n integer) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RETURN 1.0 / n; END';
CREATE FUNCTION lib.next(n integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN n + 1; END';
CREATE FUNCTION lib.run(command text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS 'BEGIN IF command IS NOT NULL THEN EXECUTE command; END IF; END';
CREATE FUNCTION lib.become(role text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE format(''SET LOCAL ROLE %I'', role); END';
CREATE FUNCTION lib.wait(n integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(n); RETURN n; END';
CREATE FUNCTION lib.tell(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE NOTICE ''told %'', n; RETURN n; END';
CREATE DOMAIN lib.odd AS integer CHECK (VALUE % 2 = 1);
CREATE FUNCTION lib.as_odd(n integer, by integer DEFAULT 0) RETURNS lib.odd LANGUAGE sql AS 'SELECT (n + by)::lib.odd';
CREATE FUNCTION lib.sum_of(VARIADIC n integer[]) RETURNS bigint LANGUAGE sql STRICT AS 'SELECT sum(i) FROM unnest(n) AS i';
CREATE FUNCTION lib.same(n anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT n';
CREATE FUNCTION lib.strictly(n integer) RETURNS integer LANGUAGE plpgsql STRICT AS 'BEGIN RETURN n; END';


-- loops, so that each call runs as a statement first and as an expression then
SELECT define('lib.count_up', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}}, {"for_each": "=array(select generate_series(1, input.n))", "as": "i", "do": [
    {"create": "lib.counted", "set": {"n": "=i.value"}},
    {"call": "lib.counted", "as": "a"}, {"call": "lib.seen", "as": "b"},
    {"call": "lib.add", "with": {"n": "=i.value * 10"}},
    {"call": "lib.counted", "as": "d"},
    {"let": {"told": "{{let.told}} {{a.result}} {{b.result}} {{d.result}},"}} ]} ] }');
SELECT define('lib.halve', '{ "input": [ {"name": "n", "type": "integer[]"} ], "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}}, {"for_each": "=input.n", "as": "i", "do": [
    {"call": "lib.half", "as": "a", "with": {"n": "=i.value"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}}"}} ]},
    {"let": {"told": "{{let.told}} {{round(a.result, 1)}},"}} ]} ] }');
SELECT define('lib.waits', '{ "input": [ {"name": "n", "type": "integer[]"} ], "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}}, {"for_each": "=input.n", "as": "i", "do": [
    {"call": "lib.wait", "as": "a", "with": {"n": "=i.value"}, "timeout": "200 ms", "on_error": [ {"let": {"told": "{{let.told}} {{error.message}}"}} ]},
    {"let": {"told": "{{let.told}} {{a.result}},"}} ]} ] }');
SELECT define('lib.various', '{ "input": [ {"name": "n", "type": "integer[]"} ], "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}}, {"for_each": "=input.n", "as": "i", "do": [
    {"call": "lib.as_odd", "as": "a", "with": {"n": "=i.value"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}}"}} ]},
    {"call": "lib.as_odd", "as": "b", "with": {"n": "=i.value", "by": "=i.value + 1"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}}"}} ]},
    {"call": "lib.sum_of", "as": "c", "with": {"n": ["=i.value", 1]}}, {"call": "lib.same", "as": "d", "with": {"n": "=i.value"}},
    {"call": "lib.strictly", "as": "e", "with": {"n": "=i.value"}},
    {"call": "lib.next", "as": "f", "with": {"n": "=(select i.value)"}},
    {"let": {"told": "{{let.told}} {{a.result}} {{b.result}} {{c.result}} {{d.result}} {{e.result}} {{f.result}},"}} ]} ] }');
SELECT define('lib.told', '{ "input": [ {"name": "n", "type": "integer"} ],
  "steps": [ {"for_each": "=array(select generate_series(1, input.n))", "as": "i", "do": [
    {"call": "lib.tell", "with": {"n": -1}}, {"call": "lib.tell", "with": {"n": "=i.value"}} ]} ] }');
SELECT define('lib.twice_around', '{ "input": [ {"name": "command", "type": "text"} ], "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}}, {"for_each": "=array[null, null, input.command, null]", "as": "i", "do": [
    {"call": "lib.run", "with": {"command": "=i.value"}},
    {"call": "lib.next", "as": "a", "with": {"n": "=i.index"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}} {{error.message}}"}} ]},
    {"let": {"told": "{{let.told}} {{a.result}},"}} ]} ] }');
SELECT define('lib.twice_as', '{ "input": [ {"name": "role", "type": "name"} ], "output": [ {"name": "told", "type": "text", "default": "=let.told"} ],
  "steps": [ {"let": {"told": ""}}, {"for_each": "=array[current_user, current_user, input.role, input.role]", "as": "i", "do": [
    {"call": "lib.become", "with": {"role": "=i.value"}},
    {"call": "lib.next", "as": "a", "with": {"n": "=i.index"}, "on_error": [ {"let": {"told": "{{let.told}} {{error.sqlstate}}"}} ]},
    {"let": {"told": "{{let.told}} {{a.result}},"}} ]} ] }');
CREATE ROLE regress_lib_group;
CREATE ROLE regress_lib_caller IN ROLE regress_lib_group;
CREATE ROLE regress_lib_stranger;
GRANT USAGE ON SCHEMA lib, custom_actions TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lib TO PUBLIC;
GRANT EXECUTE ON FUNCTION lib.next TO regress_lib_group;

-- as expressions: the frame of a transaction keeps their states
BEGIN;
SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'custom action call';
SELECT count_up(3);
SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'custom action call';
-- they do not grow
CREATE VIEW lib.memory AS SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'custom action%';
SELECT count(count_up(1)) FROM generate_series(1, 20);
SELECT sum AS before FROM lib.memory \gset
SELECT count(count_up(10)) FROM generate_series(1, 20);
SELECT sum - :before AS grown FROM lib.memory;
ROLLBACK;
\i test/sql/call_expression.sql

-- as statements
SET custom_actions.plain_path = 'expressions';
BEGIN;
SELECT count_up(3);
SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'custom action call';
ROLLBACK;
\i test/sql/call_expression.sql
RESET custom_actions.plain_path;

-- who measures statements sees them, and errors name them, the third time, too
SELECT step, runs, rows, statement FROM explain_action('lib.count_up', '{"n": 3}', "analyze" => true) WHERE does LIKE '%CALL%';
\set SHOW_CONTEXT errors
SELECT define('lib.fails', '{ "input": [ {"name": "n", "type": "integer[]"} ], "steps": [ {"for_each": "=input.n", "as": "i", "do": [ {"call": "lib.half", "with": {"n": "=i.value"}} ]} ] }');
SELECT fails(ARRAY[0]);
SELECT fails(ARRAY[1, 1, 0]);
DROP OWNED BY regress_lib_group, regress_lib_caller, regress_lib_stranger;
DROP ROLE regress_lib_group, regress_lib_caller, regress_lib_stranger;
