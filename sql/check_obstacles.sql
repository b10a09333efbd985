-- check_action finds all that would stop the activation, and UA005 says of each
-- problem what check_action says.  What a user may not do comes with the GRANT.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
CREATE ROLE regress_designer;
CREATE ROLE regress_stranger;
CREATE TABLE desk.note (id bigint PRIMARY KEY, body text NOT NULL, n integer NOT NULL DEFAULT 0);
INSERT INTO desk.note VALUES (1, 'one');

-- Nobody's design
SET ROLE regress_stranger;
SELECT create_action('desk.a');
SELECT * FROM check_action('desk.a');
SELECT activate_action('desk.a');
SELECT describe_action('desk.a');
SELECT unregister_plugin(1);
SELECT grant_action_design('regress_stranger');
RESET ROLE;
SELECT grant_action_design('regress_designer');
-- What is behind the functions that people call is for designers, at each call
CREATE FUNCTION desk.both(other text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text := '';
BEGIN
	FOR i IN 1..2 LOOP
		said := said || ' ' || (SELECT count(*) FROM check_action('desk.a'));
		EXECUTE format('SET LOCAL ROLE %I', other);
	END LOOP;
	RETURN said;
END
$$;
SELECT create_action('desk.a', '{"table": "desk.note", "steps": [{"update": "target", "set": {"body": "x"}}]}');
GRANT USAGE ON SCHEMA desk TO regress_designer;
GRANT regress_stranger TO regress_designer;
SET ROLE regress_designer;
SELECT desk.both('regress_stranger');
RESET ROLE;

-- Schema, language, owner
SET ROLE regress_designer;
SELECT create_action('desk.b', '{"table": "desk.note", "steps": [{"update": "target", "set": {"body": "x"}}]}');
RESET ROLE;
GRANT CREATE ON SCHEMA desk TO regress_designer;
SET ROLE regress_designer;
SELECT create_action('desk.b', '{"table": "desk.note", "steps": [{"update": "target", "set": {"body": "x"}}]}');
SELECT * FROM check_action('desk.b');
SELECT activate_action('desk.b');
SELECT * FROM check_action('desk.a');
RESET ROLE;
GRANT USAGE ON LANGUAGE custom_action TO regress_designer;
REVOKE CREATE ON SCHEMA desk FROM regress_designer;
SET ROLE regress_designer;
SELECT * FROM check_action('desk.b');
SELECT activate_action('desk.b');
RESET ROLE;
REVOKE USAGE ON SCHEMA desk FROM regress_designer;
SET ROLE regress_designer;
SELECT * FROM check_action('desk.b');
RESET ROLE;
GRANT USAGE, CREATE ON SCHEMA desk TO regress_designer;
SET ROLE regress_designer;
SELECT * FROM check_action('desk.b');
SELECT activate_action('desk.b');
RESET ROLE;
-- Somebody else's function, which was not an action's
CREATE FUNCTION desk.c(i integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT create_action('desk.c', '{"table": "desk.note", "steps": [{"update": "target", "set": {"body": "x"}}]}');
SELECT * FROM check_action('desk.c');
SELECT activate_action('desk.c');
-- The function has another owner than the draft
SELECT activate_action('desk.a');
ALTER FUNCTION desk.a OWNER TO regress_designer;
SELECT severity, location, message FROM check_action('desk.a');
-- A schema that is no longer there
CREATE SCHEMA gone;
SELECT create_action('gone.a', '{"steps": [{"let": {"x": 1}}, {"require": "let.x = 1"}]}');
DROP SCHEMA gone;
SELECT * FROM check_action('gone.a');
SELECT activate_action('gone.a');
SELECT drop_action('gone.a');

-- The signature
SELECT create_action('desk.s', $${
	"table": "desk.note",
	"input": [{"name": "why", "type": "text"}],
	"steps": [{"update": "target", "set": {"body": "=input.why"}}]}$$);
SELECT activate_action('desk.s');
UPDATE custom_actions.parameter SET type = 'integer' WHERE action = 'desk.s';
SELECT severity, location, message, detail FROM check_action('desk.s');
\set VERBOSITY terse
SELECT activate_action('desk.s');
\set VERBOSITY default

-- Actions that are not there or not active, plug-ins that cannot be
CREATE FUNCTION desk.hook(context jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
SELECT create_action('desk.p', $${
	"table": "desk.note",
	"steps": [
		{"perform": "desk.nothing"},
		{"perform": "desk.c", "with": {"target": "=target.id"}},
		{"perform": "desk.b", "with": {"target": "=target"}}],
	"plugins": [{"stage": "pre_operation", "function": "desk.hook"}]}$$);
DROP FUNCTION desk.hook;
SELECT * FROM check_action('desk.p');
SELECT activate_action('desk.p');

-- UA005: place, message, detail and hint of each
SELECT create_action('desk.u', $${
	"table": "desk.note",
	"steps": [
		{"update": "target", "set": {"n": "=n == 2", "bdy": "x"}},
		{"update": "target", "set": {"body": "{{title}}"}},
		{"require": "n = 1"}]}$$);
SELECT activate_action('desk.u');
CREATE FUNCTION desk.by_hand(target bigint) RETURNS void LANGUAGE custom_action SET search_path = desk AS $$
{"format": 1, "version": 1, "active": true, "definition": {"table": "desk.note", "steps": [{"update": "target", "set": {"n": "=IF(1, 2, 3)"}}]}}$$;

-- Privileges below a step
GRANT EXECUTE ON FUNCTION desk.s TO regress_stranger;
SET ROLE regress_stranger;
SELECT invoke_action('desk.s', '{"target": 1, "why": "x"}');
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO regress_stranger;
SET ROLE regress_stranger;
SELECT invoke_action('desk.s', '{"target": 1, "why": "x"}');
SELECT desk.s(1, 'x');
RESET ROLE;
-- Not where a policy said no, nor where the step runs as somebody else
GRANT SELECT, UPDATE ON desk.note TO regress_stranger;
ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON desk.note FOR SELECT USING (true);
CREATE POLICY writing ON desk.note FOR UPDATE USING (true) WITH CHECK (false);
SET ROLE regress_stranger;
SELECT desk.s(1, 'x');
RESET ROLE;
ALTER TABLE desk.note DISABLE ROW LEVEL SECURITY;
CREATE TABLE desk.secret (n integer);
CREATE FUNCTION desk.peek() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT count(*) FROM desk.secret';
ALTER FUNCTION desk.peek() OWNER TO regress_designer;
SELECT create_action('desk.peeks', '{"output": [{"name": "n", "type": "bigint", "default": "=desk.peek()"}]}');
SELECT activate_action('desk.peeks');
GRANT EXECUTE ON FUNCTION desk.peeks TO regress_stranger;
SET ROLE regress_stranger;
SELECT desk.peeks();
RESET ROLE;
-- As its owner
SELECT create_action('desk.owned', '{"run_as": "owner", "output": [{"name": "n", "type": "bigint", "default": "=(SELECT count(*) FROM desk.secret)"}]}');
SELECT activate_action('desk.owned');
ALTER FUNCTION desk.owned OWNER TO regress_designer;
SELECT desk.owned();

-- Rows that others hold
SELECT create_action('desk.next', '{"steps": [{"get": "desk.note", "where": "n > 5", "order_by": "id", "lock": "skip", "as": "x"}, {"require": "x.id > 0"}]}');
SELECT activate_action('desk.next');
SELECT desk.next();

-- Functions of one name
CREATE FUNCTION desk.put(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION desk.put(a text) RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION desk.put(b text, c text) RETURNS integer LANGUAGE sql AS 'SELECT 3';
SELECT create_action('desk.calls', $${"steps": [{"call": "desk.put", "with": {"a": 1}}, {"call": "desk.put", "with": {"d": 1}}, {"call": "upper", "with": {"1": "x"}}]}$$);
SELECT * FROM check_action('desk.calls');

DROP SCHEMA desk CASCADE;
DROP OWNED BY regress_designer, regress_stranger;
DROP ROLE regress_designer, regress_stranger;
