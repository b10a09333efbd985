-- Who may invoke, and with whose privileges an action works.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(40);

CREATE ROLE invoke_privileges_owner;
CREATE ROLE invoke_privileges_ann;
CREATE ROLE invoke_privileges_bob;
CREATE SCHEMA desk AUTHORIZATION invoke_privileges_owner;
GRANT USAGE ON LANGUAGE custom_action TO invoke_privileges_owner;
DO $$ BEGIN PERFORM grant_action_design('invoke_privileges_owner'); END $$;

SET ROLE invoke_privileges_owner;
CREATE TABLE desk.note (id integer PRIMARY KEY, who text NOT NULL, body text, secret text);
INSERT INTO desk.note VALUES (1, 'invoke_privileges_ann', 'of ann', 's1'),
	(2, 'invoke_privileges_bob', 'of bob', 's2');
CREATE FUNCTION desk.helper(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT upper($1)';
CREATE FUNCTION desk.fixed(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper($1); END';
REVOKE EXECUTE ON FUNCTION desk.helper, desk.fixed FROM PUBLIC;
CREATE PROCEDURE desk.make(name text, definition text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action(name, definition::json);
	PERFORM activate_action(name);
END $$;
CALL desk.make('desk.ping', '{"output": [{"name": "pong", "type": "text", "default": "=current_user::text"}]}');
CALL desk.make('desk.read', '{"table": "desk.note", "output": [{"name": "body", "type": "text", "default": "=target.body"}]}');
CALL desk.make('desk.read_secret', '{"table": "desk.note", "output": [{"name": "body", "type": "text", "default": "=target.secret"}]}');
CALL desk.make('desk.write', '{"table": "desk.note", "steps": [{"update": "target", "set": {"body": "=upper(body)"}}]}');
CALL desk.make('desk.write_secret', '{"table": "desk.note", "steps": [{"update": "target", "set": {"secret": "x"}}]}');
CALL desk.make('desk.count', '{"output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM desk.note)"}]}');
CALL desk.make('desk.touch_all', '{"steps": [{"update": "desk.note", "where": "true", "set": {"body": "=body"}, "as": "u"}],
	"output": [{"name": "n", "type": "bigint", "default": "=u.count"}]}');
CALL desk.make('desk.owner_read', '{"table": "desk.note", "run_as": "owner",
	"output": [{"name": "body", "type": "text", "default": "=target.secret || '' '' || context.caller || '' '' || current_user"}]}');
CALL desk.make('desk.owner_count', '{"run_as": "owner", "output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM desk.note)"}]}');
CALL desk.make('desk.help', '{"input": [{"name": "t", "type": "text"}], "output": [{"name": "r", "type": "text", "default": "=desk.helper(input.t)"}]}');
CALL desk.make('desk.help_fixed', '{"output": [{"name": "r", "type": "text", "default": "=desk.fixed(''a'')"}]}');
CALL desk.make('desk.help_where', '{"steps": [{"get": "desk.note", "where": "body = desk.helper(''x'')", "required": false, "as": "g"}]}');
RESET ROLE;

-- EXECUTE and USAGE
SELECT is(has_function_privilege('invoke_privileges_ann', 'desk.ping()', 'EXECUTE'), false,
	'nobody gets EXECUTE by default');
SET ROLE invoke_privileges_ann;
SELECT throws_ok('SELECT invoke_action(''desk.ping'')', '42501', 'permission denied for schema desk',
	'USAGE on the schema is needed');
SELECT throws_ok('SELECT desk.ping()', '42501', 'permission denied for schema desk', 'in a typed call too');
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO invoke_privileges_ann, invoke_privileges_bob;
SET ROLE invoke_privileges_ann;
SELECT throws_ok('SELECT invoke_action(''desk.ping'')', '42501', 'permission denied for action "desk.ping"',
	'EXECUTE is needed');
SELECT throws_ok('SELECT desk.ping()', '42501', 'permission denied for function ping', 'in a typed call too');
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.ping TO invoke_privileges_ann;
SET ROLE invoke_privileges_ann;
SELECT is(invoke_action('desk.ping'), '{"pong": "invoke_privileges_ann"}', 'once granted it runs');
SELECT is(desk.ping(), 'invoke_privileges_ann', 'in a typed call too');
PREPARE by_name AS SELECT invoke_action('desk.ping');
PREPARE typed AS SELECT desk.ping();
CREATE TEMPORARY TABLE out AS EXECUTE by_name;
CREATE TEMPORARY TABLE out2 AS EXECUTE typed;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.ping FROM invoke_privileges_ann;
SET ROLE invoke_privileges_ann;
SELECT throws_ok('SELECT invoke_action(''desk.ping'')', '42501', NULL, 'after REVOKE it is refused, cached handle or not');
SELECT throws_ok('EXECUTE by_name', '42501', NULL, 'as a prepared statement too');
SELECT throws_ok('EXECUTE typed', '42501', NULL, 'and as a prepared typed call');
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.ping TO invoke_privileges_ann;
REVOKE USAGE ON SCHEMA desk FROM invoke_privileges_ann;
SET ROLE invoke_privileges_ann;
SELECT throws_ok('SELECT invoke_action(''desk.ping'')', '42501', NULL, 'after REVOKE USAGE ON SCHEMA it is refused');
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO invoke_privileges_ann;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO invoke_privileges_ann, invoke_privileges_bob;
REVOKE EXECUTE ON FUNCTION desk.helper, desk.fixed FROM invoke_privileges_bob;
REVOKE EXECUTE ON FUNCTION desk.helper, desk.fixed FROM invoke_privileges_ann;

-- Table and column privileges of the caller
SET ROLE invoke_privileges_ann;
SELECT throws_ok('SELECT invoke_action(''desk.read'', ''{"target": 1}'')', '42501',
	'permission denied for table note', 'as caller, table privileges bind');
RESET ROLE;
GRANT SELECT (id, who, body) ON desk.note TO invoke_privileges_ann, invoke_privileges_bob;
SET ROLE invoke_privileges_ann;
SELECT is(invoke_action('desk.read', '{"target": 1}'), '{"body": "of ann"}', 'SELECT on the columns that are read is enough');
SELECT is(desk.read(2), 'of bob', 'in a typed call too');
SELECT throws_ok('SELECT invoke_action(''desk.read_secret'', ''{"target": 1}'')', '42501', NULL, 'column privileges bind');
SELECT throws_ok('SELECT desk.read_secret(1)', '42501', NULL, 'in a typed call too');
SELECT throws_ok('SELECT invoke_action(''desk.write'', ''{"target": 1}'')', '42501', NULL, 'UPDATE is needed to write');
RESET ROLE;
GRANT UPDATE (body) ON desk.note TO invoke_privileges_ann, invoke_privileges_bob;
SET ROLE invoke_privileges_ann;
SELECT is(invoke_action('desk.write', '{"target": 1}'), '{}', 'UPDATE on the column is enough');
SELECT throws_ok('SELECT invoke_action(''desk.write_secret'', ''{"target": 1}'')', '42501', NULL, 'column privileges bind when writing');
SELECT throws_ok('SELECT invoke_action(''desk.help'', ''{"t": "a"}'')', '42501', 'permission denied for function helper',
	'functions of formulas need EXECUTE');
SELECT throws_ok('SELECT invoke_action(''desk.help_where'')', '42501', 'permission denied for function helper', 'in a condition too');
SELECT throws_ok('SELECT invoke_action(''desk.help_fixed'')', '42501', 'permission denied for function fixed', 'also when it can be computed once');
RESET ROLE;

-- Roles change within one session and transaction
SELECT is(desk.help('a'), 'A', 'compiled by one who may');
SELECT is(desk.help_fixed(), 'A', 'computed once by one who may');
DO $$ BEGIN PERFORM desk.help_where(); END $$;
SET ROLE invoke_privileges_bob;
SELECT throws_ok('SELECT desk.help(''a'')', '42501', NULL, 'the next role is checked itself');
SELECT throws_ok('SELECT desk.help_where()', '42501', NULL, 'in a condition too');
SELECT throws_ok('SELECT desk.help_fixed()', '42501', NULL, 'also when it was computed once');
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.helper TO invoke_privileges_bob;
SET ROLE invoke_privileges_bob;
SELECT is(desk.help('a'), 'A', 'once granted it runs');
RESET ROLE;

-- Row level security
SELECT is(desk.count(), 2::bigint, 'without policies all rows are seen');
ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON desk.note USING (who = current_user);
SET ROLE invoke_privileges_ann;
SELECT is(desk.count(), 1::bigint, 'a policy that is new binds at once');
SELECT throws_ok('SELECT invoke_action(''desk.read'', ''{"target": 2}'')', 'P0002', 'there is no row (id) = (2) in desk.note',
	'an invisible target is no target');
SELECT is(invoke_action('desk.read', '{"target": 1}'), '{"body": "OF ANN"}', 'a visible one is');
SELECT is(invoke_action('desk.touch_all'), '{"n": 1}', 'a set-based update stays within the policy');
SET ROLE invoke_privileges_bob;
SELECT is(invoke_action('desk.read', '{"target": 2}'), '{"body": "of bob"}', 'another role has other rows in the same transaction');
SELECT throws_ok('SELECT desk.read(1)', 'P0002', NULL, 'and not those of the first');
SELECT is(desk.touch_all(), 1::bigint, 'also in a set-based update');
-- run_as owner: the owner of a table passes its policies unless they are forced
SELECT is(desk.owner_read(1), 's1 invoke_privileges_bob invoke_privileges_owner',
	'as owner, the owner''s privileges count, and context.caller is the caller');
SELECT is(desk.owner_count(), 2::bigint, 'the owner of the table sees all');
RESET ROLE;
ALTER TABLE desk.note FORCE ROW LEVEL SECURITY;
SET ROLE invoke_privileges_bob;
SELECT is(invoke_action('desk.owner_count'), '{"n": 0}', 'forced policies bind for the owner');
RESET ROLE;
REVOKE SELECT ON desk.note FROM invoke_privileges_owner;
SET ROLE invoke_privileges_bob;
SELECT throws_ok('SELECT desk.owner_count()', '42501', NULL, 'the owner''s missing privileges bind');

SELECT * FROM finish();
ROLLBACK;
