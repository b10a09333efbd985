-- Frames, and the states of expressions that last, are kept from one transaction to the next; nothing else tells.
\i test/sql/prelude.sql
CREATE SCHEMA lib;
GRANT USAGE ON SCHEMA lib, desk TO PUBLIC;
CREATE VIEW lib.frames AS SELECT count(*) FILTER (WHERE name = 'custom action frame') AS frames,
	count(*) FILTER (WHERE name = 'custom action passing') AS passing, count(*) FILTER (WHERE name = 'custom action plug-ins') AS plugins
	FROM pg_backend_memory_contexts;
SELECT define('desk.computes', '{ "input": [ {"name": "n", "type": "integer"}, {"name": "s", "type": "text", "default": "a"} ],
  "output": [ {"name": "said", "type": "text", "default": "{{upper(input.s)}} {{let.m}}"} ],
  "steps": [ {"let": {"m": "=100 / input.n"}}, {"require": "input.s in (''a'', ''b'', ''c'', ''d'', ''e'', ''f'', ''g'', ''h'', ''i'', ''x'')"} ] }');

-- a frame stays when its transaction commits, not when it fails
SELECT * FROM lib.frames;
SELECT desk.computes(7);
SELECT * FROM lib.frames;
SELECT desk.computes(8, 'b');
SELECT desk.computes(0);
SELECT * FROM lib.frames;
SELECT desk.computes(9, 'none');
SELECT desk.computes(9, 'c');
BEGIN;
SELECT desk.computes(10);
ROLLBACK;
SELECT * FROM lib.frames;
SELECT desk.computes(10);
BEGIN;
SAVEPOINT a;
SELECT desk.computes(11);
ROLLBACK TO a;
SELECT desk.computes(12);
SAVEPOINT b;
SELECT desk.computes(0);
ROLLBACK TO b;
SELECT desk.computes(13);
COMMIT;
SELECT desk.computes(14);
SELECT * FROM lib.frames;
DO $$ BEGIN FOR i IN 1 .. 4 LOOP RAISE NOTICE '%', desk.computes(i); IF i % 2 = 0 THEN COMMIT; ELSIF i = 3 THEN ROLLBACK; END IF; END LOOP; END $$;
SELECT * FROM lib.frames;

-- and not where tests leave it out
SET custom_actions.plain_path = 'frames';
SELECT desk.computes(1);
SELECT * FROM lib.frames;
RESET custom_actions.plain_path;
SELECT desk.computes(1);
SELECT * FROM lib.frames;

-- a new version
SELECT define('desk.computes', '{ "input": [ {"name": "n", "type": "integer"}, {"name": "s", "type": "text", "default": "a"} ],
  "output": [ {"name": "said", "type": "text", "default": "{{lower(input.s)}} {{let.m}}"} ], "steps": [ {"let": {"m": "=200 / input.n"}} ] }');
SELECT desk.computes(7, 'B');
SELECT * FROM lib.frames;

-- EXECUTE on a function of PostgreSQL's, and who has it: by role, by membership, inside a transaction and between
CREATE ROLE regress_frame_group;
CREATE ROLE regress_frame_one IN ROLE regress_frame_group;
CREATE ROLE regress_frame_two;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO PUBLIC;
SET ROLE regress_frame_one;
SELECT desk.computes(1, 'K');
SET ROLE regress_frame_two;
SELECT desk.computes(1, 'K');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION lower(text) FROM PUBLIC;
SET ROLE regress_frame_two;
SELECT desk.computes(1, 'K');
RESET ROLE;
SELECT desk.computes(1, 'K');
GRANT EXECUTE ON FUNCTION lower(text) TO regress_frame_group;
SET ROLE regress_frame_one;
SELECT desk.computes(1, 'K');
SET ROLE regress_frame_two;
SELECT desk.computes(1, 'K');
SET ROLE regress_frame_one;
SELECT desk.computes(2, 'K');
RESET ROLE;
REVOKE regress_frame_group FROM regress_frame_one;
SET ROLE regress_frame_one;
SELECT desk.computes(2, 'K');
RESET ROLE;
GRANT EXECUTE ON FUNCTION lower(text) TO PUBLIC;
SET ROLE regress_frame_one;
SELECT desk.computes(2, 'K');
RESET ROLE;
BEGIN;
SET LOCAL ROLE regress_frame_one;
SELECT desk.computes(3, 'K');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION lower(text) FROM PUBLIC;
SET LOCAL ROLE regress_frame_one;
SELECT desk.computes(3, 'K');
ROLLBACK;
SET ROLE regress_frame_one;
SELECT desk.computes(3, 'K');
RESET ROLE;

-- in the middle of an action
CREATE FUNCTION lib.run(command text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS 'BEGIN EXECUTE command; END';
CREATE FUNCTION lib.become(role text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE format(''SET LOCAL ROLE %I'', role); END';
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lib TO PUBLIC;
SELECT define('desk.revokes', '{ "input": [ {"name": "command", "type": "text"}, {"name": "s", "type": "text"} ],
  "output": [ {"name": "said", "type": "text", "default": "{{let.a}}"} ],
  "steps": [ {"let": {"a": "=lower(input.s)"}}, {"call": "lib.run", "with": {"command": "=input.command"}}, {"let": {"a": "=lower(let.a)"}} ] }');
SELECT define('desk.becomes', '{ "input": [ {"name": "role", "type": "text"}, {"name": "s", "type": "text"} ],
  "output": [ {"name": "said", "type": "text", "default": "{{lower(input.s)}} {{current_user}}"} ],
  "steps": [ {"let": {"a": "=lower(input.s)"}}, {"call": "lib.become", "with": {"role": "=input.role"}} ] }');
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO PUBLIC;
SET ROLE regress_frame_one;
SELECT desk.revokes('SELECT 1', 'Q');
SELECT desk.revokes('REVOKE EXECUTE ON FUNCTION pg_catalog.lower(text) FROM PUBLIC', 'Q');
SELECT desk.revokes('SELECT 1', 'Q');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION lower(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lower(text) TO regress_frame_one;
SELECT desk.becomes('regress_frame_one', 'R');
SELECT desk.becomes('regress_frame_one', 'R');
SELECT desk.becomes('regress_frame_two', 'R');
SELECT desk.becomes('regress_frame_one', 'R');
REVOKE EXECUTE ON FUNCTION lower(text) FROM regress_frame_one;
GRANT EXECUTE ON FUNCTION lower(text) TO PUBLIC;

-- what is a user's is looked at anew: functions, domains, enums, rows
CREATE FUNCTION lib.twice(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 2 * n; END';
CREATE FUNCTION lib.thrice(n integer) RETURNS integer LANGUAGE sql STABLE STRICT AS 'SELECT 3 * max(i) FROM generate_series(1, n) AS i';
CREATE DOMAIN lib.small AS integer;
CREATE TYPE lib.state AS ENUM ('open', 'closed');
CREATE TYPE lib.pair AS (a integer, b text);
SELECT define('desk.mixes', '{ "input": [ {"name": "n", "type": "integer"}, {"name": "state", "type": "text", "default": "open"} ],
  "output": [ {"name": "said", "type": "text", "default": "{{upper(let.said)}} {{input.n}}"} ],
  "steps": [ {"let": {"d": "=input.n::lib.small", "e": "=input.state::lib.state", "r": "=jsonb_populate_record(null::lib.pair, jsonb_build_object(''a'', input.n, ''b'', input.state))"}},
             {"let": {"said": "{{lib.twice(input.n)}} {{lib.thrice(input.n)}} {{let.d}} {{let.e}} {{let.r}} {{let.e >= ''open''}}"}} ] }');
SELECT desk.mixes(1);
SELECT * FROM lib.frames;
SELECT desk.mixes(2, 'closed');
CREATE OR REPLACE FUNCTION lib.twice(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 20 * n; END';
SELECT desk.mixes(3);
ALTER DOMAIN lib.small ADD CHECK (VALUE < 5);
SELECT desk.mixes(4);
SELECT desk.mixes(5);
ALTER TYPE lib.state ADD VALUE 'ajar' BEFORE 'open';
SELECT desk.mixes(2, 'ajar');
ALTER TYPE lib.pair ADD ATTRIBUTE c integer;
SELECT desk.mixes(2);
SELECT desk.mixes(3);
SELECT * FROM lib.frames;

-- a check that a domain gets, or loses, while the transaction goes on
CREATE DOMAIN lib.tiny AS integer CHECK (VALUE < 100);
CREATE FUNCTION lib.after(n lib.tiny) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + 1';
SELECT define('desk.tiny', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "said", "type": "text", "default": "{{let.d}}"} ], "steps": [ {"let": {"d": "=input.n::lib.tiny"}} ] }');
SELECT define('desk.after', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "said", "type": "text", "default": "{{t.result}}"} ], "steps": [ {"call": "lib.after", "with": {"n": "=input.n"}, "as": "t"} ] }');
BEGIN;
SELECT desk.tiny(n), desk.after(n) FROM generate_series(8, 10) AS n;
SAVEPOINT before;
ALTER DOMAIN lib.tiny ADD CONSTRAINT five CHECK (VALUE < 5);
SELECT desk.tiny(10);
ROLLBACK TO before;
ALTER DOMAIN lib.tiny ADD CONSTRAINT five CHECK (VALUE < 5);
SELECT desk.after(10);
ROLLBACK TO before;
SELECT desk.tiny(10), desk.after(10);
ALTER DOMAIN lib.tiny DROP CONSTRAINT tiny_check;
SELECT desk.tiny(100), desk.after(100);
ROLLBACK;

-- an operator of a user's: everything is planned anew
CREATE FUNCTION lib.same(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
CREATE OPERATOR lib.=== (FUNCTION = lib.same, LEFTARG = integer, RIGHTARG = integer);
SELECT desk.computes(7, 'K');
DISCARD PLANS;
SELECT desk.computes(7, 'L');

-- nested and recursive
SELECT define('desk.down', '{ "input": [ {"name": "n", "type": "integer"} ], "output": [ {"name": "said", "type": "text", "default": "{{input.n}} {{let.below}}"} ],
  "steps": [ {"let": {"below": "-"}}, {"if": "input.n > 0", "then": [ {"perform": "desk.down", "as": "below", "with": {"n": "=input.n - 1"}}, {"let": {"below": "=below.said"}} ]} ] }');
SELECT desk.down(3);
SELECT desk.down(2);
SELECT desk.down(4);

-- plug-ins are called anew in each transaction
CREATE FUNCTION lib.plugin(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN jsonb_build_object('output', jsonb_build_object('said', concat_ws(' ', 'plugged', context #>> '{output,said}'))); END $$;
SELECT register_plugin('desk.computes', 'post_operation', 'lib.plugin');
SELECT desk.computes(5, 'P');
SELECT desk.computes(6, 'P');
SELECT * FROM lib.frames;
REVOKE EXECUTE ON FUNCTION lib.plugin FROM PUBLIC;
SET ROLE regress_frame_one;
SELECT desk.computes(6, 'P');
RESET ROLE;
CREATE OR REPLACE FUNCTION lib.plugin(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN jsonb_build_object('output', jsonb_build_object('said', 'another')); END $$;
SELECT desk.computes(6, 'P');

-- memory: neither states that are made anew nor the frames of many actions pile up
CREATE VIEW lib.memory AS SELECT sum(total_bytes) AS bytes, count(*) AS contexts FROM pg_backend_memory_contexts WHERE name LIKE 'custom action%';
DO $$ BEGIN FOR i IN 1 .. 20 LOOP PERFORM desk.mixes(i % 4), desk.down(i % 3); COMMIT; END LOOP; END $$;
SELECT bytes, contexts FROM lib.memory \gset
DO $$ BEGIN FOR i IN 1 .. 200 LOOP PERFORM desk.mixes(i % 4), desk.down(i % 3); COMMIT; END LOOP; END $$;
SELECT bytes - :bytes AS bytes, contexts - :contexts AS contexts FROM lib.memory;
SELECT count(define('desk.large' || i, (SELECT json_build_object('input', '[{"name": "n", "type": "integer"}]'::json, 'output', json_build_array(json_build_object('name', 'said', 'type', 'text',
	'default', string_agg('{{input.n + ' || j || '}}', ' ')))) FROM generate_series(1, CASE i WHEN 1 THEN 2000 ELSE 400 END) AS j))) FROM generate_series(1, 40) AS i;
CREATE VIEW lib.kept AS SELECT count(*) AS frames, sum(total_bytes) AS bytes FROM pg_backend_memory_contexts WHERE name = 'custom action expressions';
SELECT frames FROM lib.kept \gset
SELECT length(desk.large1(1));
SELECT frames - :frames AS of_the_largest FROM lib.kept;
DO $$ BEGIN FOR i IN 2 .. 40 LOOP EXECUTE format('SELECT desk.large%s(1)', i); COMMIT; END LOOP; END $$;
SELECT frames < 40 AS not_all, bytes BETWEEN 10000000 AND 17000000 AS bound FROM lib.kept;
SELECT length(desk.large2(1)), length(desk.large40(1));
DROP OWNED BY regress_frame_one, regress_frame_two, regress_frame_group;
DROP ROLE regress_frame_one, regress_frame_two, regress_frame_group;
