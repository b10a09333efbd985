-- activate_action(change_signature => true): the function stays what it is, with other
-- arguments; what depends on it is in the way.
\i test/sql/prelude.sql
SET quote_all_identifiers = off;		-- names of functions are compared below
CREATE TABLE desk.note (id bigint PRIMARY KEY, body text);
INSERT INTO desk.note VALUES (1, 'one');
CREATE ROLE shape_owner;
CREATE ROLE shape_caller;
GRANT USAGE, CREATE ON SCHEMA desk TO shape_owner;
GRANT USAGE ON SCHEMA desk TO shape_caller;
GRANT ALL ON desk.note TO shape_owner;
GRANT USAGE ON LANGUAGE custom_action TO shape_owner;
SELECT grant_action_design('shape_owner');
CREATE FUNCTION desk.plug(context jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'plug-in with %', context -> 'input'; END $$;

SET ROLE shape_owner;
SELECT create_action('desk.say', '{"table": "desk.note", "description": "Says it", "run_as": "owner",
	"input": [{"name": "word", "type": "text"}, {"name": "times", "type": "integer", "default": 1}],
	"output": [{"name": "said", "type": "text", "default": "=repeat(input.word, input.times)"}]}');
SELECT activate_action('desk.say', 'first');
SELECT register_plugin('desk.say', 'pre_operation', 'desk.plug', configuration => '1') IS NOT NULL AS registered;
GRANT EXECUTE ON FUNCTION desk.say TO shape_caller WITH GRANT OPTION;
ALTER FUNCTION desk.say SET work_mem = '9MB';
ALTER FUNCTION desk.say COST 77 PARALLEL RESTRICTED;
CREATE VIEW desk.kept AS
SELECT p.oid, p.proowner::regrole, p.proacl, p.proconfig, p.procost, p.proparallel, p.prosecdef, obj_description(p.oid) AS comment
FROM pg_proc AS p WHERE p.oid::regproc::text = 'desk.say';
SELECT count(*) FROM desk.kept;
CREATE TEMP TABLE before AS SELECT k FROM desk.kept AS k;
PREPARE planned AS SELECT * FROM desk.say(1, 'planned ');
EXECUTE planned;
CREATE FUNCTION desk.caller() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT s FROM desk.say(1, 'caller ') AS s); END $$;
SELECT desk.caller();

-- Another type, another order, an output more, and one of another name
SELECT create_action('desk.say', '{"table": "desk.note", "description": "Says it", "run_as": "owner",
	"input": [{"name": "times", "type": "numeric"}, {"name": "text", "type": "text", "default": "x"}],
	"output": [{"name": "said", "type": "text", "default": "=repeat(input.text, input.times::integer)"}, {"name": "count", "type": "integer", "default": 7}]}', true);
SELECT severity, message, detail, hint FROM check_action('desk.say');
SELECT activate_action('desk.say');
SELECT activate_action('desk.say', 'numbers first', change_signature => true);
SELECT signature, version FROM custom_actions.actions WHERE name = 'desk.say';
SELECT k = b.k AS kept FROM desk.kept AS k, before AS b;
SELECT id IS NOT NULL AS registered, stage FROM custom_actions.plugin_step WHERE action = 'desk.say';
SELECT version, note FROM custom_actions.version WHERE action = 'desk.say' ORDER BY 1;
SELECT * FROM desk.say(1, 2.0, 'ab');
SELECT invoke_action('desk.say', '{"target": 1, "times": 2}');
EXECUTE planned;
SELECT desk.caller();
SET ROLE shape_caller;
SELECT said FROM desk.say(1, 3);
SET ROLE shape_owner;

-- Back to what it was: a version of its own, and no other way
SELECT restore_action('desk.say', 1);
SELECT activate_action('desk.say', change_signature => true);
EXECUTE planned;
SELECT desk.caller();
SELECT k = b.k AS kept FROM desk.kept AS k, before AS b;

-- Nothing changed, or nothing that needs it
SELECT activate_action('desk.say', change_signature => true);
SELECT add_action_parameter('desk.say', 'mark', 'text', required => false);
SELECT activate_action('desk.say', change_signature => true);

-- No output any more, and no input
SELECT create_action('desk.say', '{"run_as": "owner", "steps": [{"let": {"a": 1}}]}', true);
SELECT activate_action('desk.say', change_signature => true);
SELECT signature FROM custom_actions.actions WHERE name = 'desk.say';
SELECT desk.say();
SELECT create_action('desk.say', '{"run_as": "owner", "input": [{"name": "n", "type": "integer"}], "output": [{"name": "m", "type": "integer", "default": "=input.n"}]}', true);
SELECT activate_action('desk.say', change_signature => true);
SELECT desk.say(5);

-- A statement that was running all the while
BEGIN;
DECLARE running CURSOR FOR SELECT desk.say(i) FROM generate_series(1, 3) AS i;
FETCH running;
SELECT create_action('desk.say', '{"run_as": "owner", "input": [{"name": "n", "type": "text"}], "output": [{"name": "m", "type": "text", "default": "=input.n"}]}', true);
SELECT activate_action('desk.say', change_signature => true);
FETCH running;
ROLLBACK;
BEGIN;
DECLARE running CURSOR FOR SELECT desk.say(i) FROM generate_series(1, 3) AS i;
FETCH running;
SELECT create_action('desk.say', '{"run_as": "owner"}', true);
SELECT activate_action('desk.say', change_signature => true);
FETCH running;
ROLLBACK;

-- Inputs, or outputs, of one type that trade places: types alone do not tell
SELECT create_action('desk.pair', '{"input": [{"name": "a", "type": "text"}, {"name": "b", "type": "text"}], "output": [{"name": "c", "type": "text", "default": "=input.a"}, {"name": "d", "type": "text", "default": "=input.b"}]}');
SELECT activate_action('desk.pair');
CREATE FUNCTION desk.pair_as(inputs text, outputs text) RETURNS text LANGUAGE sql AS $$
	SELECT create_action('desk.pair', format('{"input": [%s], "output": [%s]}',
		(SELECT string_agg(format('{"name": "%s", "type": "text"}', n), ', ') FROM string_to_table(inputs, ' ') AS n),
		(SELECT string_agg(format('{"name": "%s", "type": "text", "default": "=input.%s"}', n, translate(n, 'cd', 'ab')), ', ') FROM string_to_table(outputs, ' ') AS n))::json, true) $$;
BEGIN;
DECLARE running CURSOR FOR SELECT desk.pair(a => 'a' || i, b => 'b' || i) FROM generate_series(1, 3) AS i;
FETCH running;
SELECT desk.pair_as('b a', 'c d'), activate_action('desk.pair', change_signature => true);
SELECT desk.pair(a => 'a', b => 'b');
FETCH running;
ROLLBACK;
BEGIN;
DECLARE running CURSOR FOR SELECT * FROM generate_series(1, 3) AS i CROSS JOIN LATERAL desk.pair(a => 'a' || i, b => 'b' || i);
SELECT desk.pair_as('a b', 'd c'), activate_action('desk.pair', change_signature => true);
FETCH running;
ROLLBACK;
-- A version with the same signature, and what is optional and last, are none of that
BEGIN;
DECLARE running CURSOR FOR SELECT desk.pair(a => 'a' || i, b => 'b' || i) FROM generate_series(1, 3) AS i;
FETCH running;
SELECT set_action_value('desk.pair', 'description', 'Gives back'), activate_action('desk.pair');
FETCH running;
SELECT add_action_parameter('desk.pair', 'more', 'text', required => false);
SELECT activate_action('desk.pair');
FETCH running;
ROLLBACK;

-- In the way: views, functions, actions; not actions that are deactivated
CREATE VIEW desk.said AS SELECT desk.say(1) AS m;
CREATE FUNCTION desk.stored() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT desk.say(1); END;
SELECT create_action('desk.above', '{"steps": [{"perform": "desk.say", "with": {"n": 1}}]}');
SELECT activate_action('desk.above');
SELECT create_action('desk.say', '{"run_as": "owner", "input": [{"name": "n", "type": "text"}]}', true);
SELECT activate_action('desk.say', change_signature => true);
DROP VIEW desk.said;
DROP FUNCTION desk.stored();
SELECT activate_action('desk.say', change_signature => true);
SELECT deactivate_action('desk.above');
SELECT activate_action('desk.say', change_signature => true);
SELECT activate_action('desk.above');
UPDATE custom_actions.step SET arguments = '{"with": {"n": "one"}}' WHERE action = 'desk.above';
SELECT activate_action('desk.above');
SELECT desk.above();

-- Actions that perform each other: one of the two has no dependency
SELECT create_action('desk.ping', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"if": "input.n > 0", "then": [{"perform": "desk.pong", "with": {"n": "=input.n - 1"}}]}]}'),
	create_action('desk.pong', '{"input": [{"name": "n", "type": "integer"}], "steps": [{"if": "input.n > 0", "then": [{"perform": "desk.ping", "with": {"n": "=input.n - 1"}}]}]}');
SELECT action, version FROM activate_actions('{desk.ping,desk.pong}');
SELECT create_action('desk.ping', '{"input": [{"name": "m", "type": "text"}]}', true), create_action('desk.pong', '{"input": [{"name": "m", "type": "text"}]}', true);
SELECT activate_action('desk.ping', change_signature => true);
SELECT activate_action('desk.pong', change_signature => true);

-- Another function has these arguments already: there is one action of a name
CREATE FUNCTION desk.other(n text) RETURNS void LANGUAGE sql AS '';
SELECT create_action('desk.other', '{"input": [{"name": "n", "type": "text"}]}');
SELECT activate_action('desk.other', change_signature => true);
RESET ROLE;

-- Somebody who is not its owner
CREATE ROLE shape_stranger;
SELECT grant_action_design('shape_stranger');
GRANT USAGE ON LANGUAGE custom_action TO shape_stranger;
GRANT USAGE, CREATE ON SCHEMA desk TO shape_stranger;
SET ROLE shape_stranger;
SELECT activate_action('desk.say', change_signature => true);
RESET ROLE;
