-- try_invoke_action: failures as values.
\i test/sql/prelude.sql

-- the answer without what differs from run to run
CREATE FUNCTION answer(j jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT j - 'invocation' || jsonb_build_object('has_invocation', (j ->> 'invocation') IS NOT NULL)
$$;

CREATE TABLE desk.ticket (id integer PRIMARY KEY, title text NOT NULL, status text DEFAULT 'open', n integer CONSTRAINT small CHECK (n < 100));
INSERT INTO desk.ticket (id, title) VALUES (1, 'One'), (2, 'Two');
CREATE TABLE desk.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE FUNCTION desk.fail(sqlstate text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = sqlstate, MESSAGE = 'failed on purpose', DETAIL = 'its detail', HINT = 'its hint';
END $$;
SELECT define('desk.set_n', '
{ "table": "desk.ticket", "input": [ {"name": "n", "type": "integer"}, {"name": "divisor", "type": "integer", "default": 1} ],
  "output": [ {"name": "n_now", "type": "integer", "default": "=target.n / input.divisor"}, {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [
    {"create": "desk.log", "set": {"body": "n {{input.n}}"}},
    {"group": "work", "do": [ {"update": "target", "set": {"n": "=input.n"}}, {"require": "input.n <> 13", "message": "unlucky {{input.n}}", "detail": "d", "hint": "h"} ]} ] }');
SELECT define('desk.quiet', '{ "steps": [ {"create": "desk.log", "set": {"body": "quiet"}} ] }');

-- both shapes; the id; what is undone
SELECT jsonb_pretty(answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 7}')));
SELECT jsonb_pretty(answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 700}')));
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 13}'));
SELECT answer(try_invoke_action('desk.set_n', '{"target": 9, "n": 1}'));
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 1, "divisor": 0}'));
SELECT answer(try_invoke_action('desk.quiet'));
SELECT answer(try_invoke_action(action => 'desk.quiet', input => '{}', idempotency_key => NULL));
SELECT * FROM desk.ticket ORDER BY id;
SELECT body FROM desk.log ORDER BY id;
SELECT define('desk.my_id', '{ "output": [ {"name": "id", "type": "uuid", "default": "=context.invocation"} ], "steps": [] }');
SELECT j ->> 'invocation' = j -> 'output' ->> 'id' AS same FROM try_invoke_action('desk.my_id') AS j;

-- a bad request is reported too: unknown action, inputs, no privilege, not active, depth
SELECT answer(try_invoke_action('desk.nothing'));
SELECT answer(try_invoke_action('not a name'));
SELECT answer(try_invoke_action(''));
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1}'));
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 1, "x": 2}'));
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": "one"}'));
SELECT answer(try_invoke_action('desk.set_n', '{"target": null, "n": 1}'));
SELECT answer(try_invoke_action('desk.set_n', '[]'));
SELECT answer(try_invoke_action('desk.set_n', '"text"'));
SELECT create_action('desk.draft', '{}');
SELECT answer(try_invoke_action('desk.draft'));
SELECT deactivate_action('desk.my_id');
SELECT answer(try_invoke_action('desk.my_id'));
CREATE ROLE regress_desk_stranger;
GRANT USAGE ON SCHEMA desk TO regress_desk_stranger;
SET ROLE regress_desk_stranger;
SELECT answer(try_invoke_action('desk.quiet'));
RESET ROLE;
-- too deep: the innermost call is refused, the step of the outermost is named
SELECT define('desk.deep', '{ "input": [ {"name": "n", "type": "integer"} ], "steps": [ {"let": {"x": 1}}, {"perform": "desk.deep", "with": {"n": "=input.n + 1"}, "when": "input.n < 20"} ] }');
SELECT answer(try_invoke_action('desk.deep', '{"n": 1}'));
SELECT answer(try_invoke_action('desk.deep', '{"n": 13}')) ->> 'ok' AS eight_levels;
-- a call that is no call
SELECT try_invoke_action(NULL);
SELECT try_invoke_action('desk.quiet', NULL);

-- the step of the innermost action that this call names; nested; a step in a loop; a re-raised error
SELECT define('desk.outside', '
{ "input": [ {"name": "n", "type": "integer"} ],
  "steps": [ {"for_each": "=array[1, 2]", "as": "t", "do": [ {"if": "true", "then": [ {"perform": "desk.set_n", "with": {"target": "=t.value", "n": "=input.n"}} ]} ]} ] }');
SELECT answer(try_invoke_action('desk.outside', '{"n": 13}'));
SELECT answer(try_invoke_action('desk.outside', '{"n": 14}'));
SELECT define('desk.reraise', '
{ "steps": [ {"group": null, "do": [ {"let": {"x": 1}}, {"call": "desk.fail", "with": {"sqlstate": "DESK1"}} ], "on_error": [ {"let": {"y": 1}}, {"stop": "failed"} ]} ] }');
SELECT answer(try_invoke_action('desk.reraise'));
SELECT define('desk.passes', '
{ "steps": [ {"group": null, "do": [ {"call": "desk.fail", "with": {"sqlstate": "DESK1"}} ], "on_error_when": "false", "on_error": []} ] }');
SELECT answer(try_invoke_action('desk.passes'));
-- try inside an action, by a function
CREATE FUNCTION desk.try_n(id integer, n integer) RETURNS boolean LANGUAGE sql AS $$ SELECT (try_invoke_action('desk.set_n', jsonb_build_object('target', id, 'n', n)) ->> 'ok')::boolean $$;
SELECT define('desk.tries', '
{ "input": [ {"name": "list", "type": "integer[]"} ], "output": [ {"name": "seen", "type": "text", "default": "=let.seen"} ],
  "steps": [ {"let": {"seen": ""}}, {"for_each": "=input.list", "as": "i", "do": [ {"call": "desk.try_n", "as": "c", "with": {"id": 1, "n": "=i.value"}}, {"let": {"seen": "{{let.seen}} {{i.value}}:{{c.result}}"}} ]} ] }');
TRUNCATE desk.log;
SELECT desk.tries('{1,13,500,5}');
SELECT body FROM desk.log ORDER BY id;

-- a savepoint's semantics: in a transaction that goes on, or is rolled back to one
TRUNCATE desk.log;
BEGIN;
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 20}')) ->> 'ok';
SAVEPOINT s;
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 13}')) ->> 'ok';
SELECT answer(try_invoke_action('desk.set_n', '{"target": 1, "n": 21}')) ->> 'ok';
ROLLBACK TO s;
SELECT answer(try_invoke_action('desk.set_n', '{"target": 2, "n": 22}')) ->> 'ok';
COMMIT;
SELECT id, n FROM desk.ticket ORDER BY id;
SELECT body FROM desk.log ORDER BY id;

-- 1,000 inputs of which 100 fail
CREATE TABLE desk.item (id integer PRIMARY KEY, n integer CONSTRAINT not_negative CHECK (n >= 0));
SELECT define('desk.add_item', '{ "input": [ {"name": "id", "type": "integer"}, {"name": "n", "type": "integer"} ], "output": [ {"name": "n_now", "type": "integer", "default": "=c.n"} ],
  "steps": [ {"create": "desk.log", "set": {"body": "adding"}}, {"create": "desk.item", "as": "c", "set": {"id": "=input.id", "n": "=input.n"}} ] }');
TRUNCATE desk.log;
CREATE TABLE desk.seen (ok boolean, step text, "constraint" text, sqlstate text);
DO $$
DECLARE
	j jsonb;
BEGIN
	FOR i IN 1..1000 LOOP
		j := try_invoke_action('desk.add_item', jsonb_build_object('id', i, 'n', CASE WHEN i % 10 = 0 THEN -1 ELSE i END));
		INSERT INTO desk.seen VALUES ((j ->> 'ok')::boolean, j #>> '{error,step}', j #>> '{error,constraint}', j #>> '{error,sqlstate}');
	END LOOP;
END $$;
SELECT *, count(*) FROM desk.seen GROUP BY 1, 2, 3, 4 ORDER BY 1;
SELECT (SELECT count(*) FROM desk.item) AS items, (SELECT count(*) FROM desk.log) AS logs;
SELECT count(*) FILTER (WHERE try_invoke_action('desk.add_item', jsonb_build_object('id', i, 'n', 1)) ->> 'ok' = 'false') AS failed FROM generate_series(985, 1015) AS i;

-- what passes: lost races, lack of resources, bugs, cancels
SELECT define('desk.fails', '{ "input": [ {"name": "state", "type": "text"} ], "steps": [ {"call": "desk.fail", "with": {"sqlstate": "=input.state"}} ] }');
SELECT state, try_invoke_action('desk.fails', jsonb_build_object('state', state)) -> 'error' ->> 'sqlstate' AS reported FROM unnest('{P0001,23505,UA002,25006,42P01}'::text[]) AS state;
\set VERBOSITY sqlstate
SELECT try_invoke_action('desk.fails', '{"state": "40001"}');
SELECT try_invoke_action('desk.fails', '{"state": "40P01"}');
SELECT try_invoke_action('desk.fails', '{"state": "53200"}');
SELECT try_invoke_action('desk.fails', '{"state": "XX000"}');
SELECT try_invoke_action('desk.fails', '{"state": "P0004"}');
SELECT try_invoke_action('desk.fails', '{"state": "57014"}');
SELECT try_invoke_action('desk.fails', '{"state": "57P01"}');
\set VERBOSITY default
SELECT define('desk.sleeps', '{ "steps": [ {"call": "pg_catalog.pg_sleep", "with": {"1": 10}} ] }');
SET statement_timeout = '200ms';
SELECT try_invoke_action('desk.sleeps');
RESET statement_timeout;
-- its own time limit is reported
SELECT define('desk.sleeps', '{ "timeout": "50 ms", "steps": [ {"call": "pg_catalog.pg_sleep", "with": {"1": 10}} ] }');
SELECT answer(try_invoke_action('desk.sleeps'));
SELECT answer(try_invoke_action('desk.quiet')) ->> 'ok' AS ok;
-- in a read-only transaction, subtransactions are allowed, writes are reported
BEGIN READ ONLY;
SELECT answer(try_invoke_action('desk.quiet'));
SELECT 1 AS alive;
COMMIT;

DROP OWNED BY regress_desk_stranger;
DROP ROLE regress_desk_stranger;
