-- What changes is seen by the next invocation, also in the same transaction.
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/sql/prelude.sql
SELECT plan(43);

CREATE ROLE invalidation_other;
GRANT USAGE ON SCHEMA desk TO PUBLIC;
CREATE SCHEMA one;
CREATE SCHEMA two;
CREATE TABLE desk.note (id integer PRIMARY KEY, body varchar(5), n integer NOT NULL DEFAULT 0);
INSERT INTO desk.note VALUES (1, 'a');
CREATE FUNCTION desk.helper(text) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'first ' || $1$$;
CREATE FUNCTION desk.fixed() RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'first'::text$$;
CREATE FUNCTION desk.changes(text) RETURNS text LANGUAGE plpgsql STABLE AS $$BEGIN RETURN 'first'; END$$;

DO $$ BEGIN
	PERFORM define('desk.v', '{"output": [{"name": "r", "type": "text", "default": "v1"}]}');
	PERFORM define('desk.upd', '{"table": "desk.note", "input": [{"name": "b", "type": "text"}],
		"steps": [{"update": "target", "as": "u", "set": {"body": "=input.b"}}],
		"output": [{"name": "r", "type": "text", "default": "=u.body || '' '' || target.n"}]}');
	PERFORM define('desk.row', '{"table": "desk.note", "output": [{"name": "r", "type": "jsonb", "default": "=to_jsonb(target)"}]}');
	PERFORM define('desk.ins', '{"input": [{"name": "id", "type": "integer"}],
		"steps": [{"create": "desk.note", "as": "c", "set": {"id": "=input.id", "body": "x"}}],
		"output": [{"name": "r", "type": "text", "default": "=c.body || c.n"}]}');
	PERFORM define('desk.help', '{"output": [{"name": "r", "type": "text", "default": "=desk.helper(''x'')"}]}');
	PERFORM define('desk.help_fixed', '{"output": [{"name": "r", "type": "text", "default": "=desk.fixed()"}]}');
	PERFORM define('desk.help_changes', '{"steps": [{"get": "desk.note", "where": "desk.changes(body) IS NOT NULL", "order_by": "id", "as": "g"}],
		"output": [{"name": "r", "type": "text", "default": "=desk.changes(g.body)"}]}');
	PERFORM define('desk.who', '{"output": [{"name": "r", "type": "text", "default": "=current_user::text || '' '' || current_setting(''search_path'')"}]}');
	PERFORM define('desk.count', '{"output": [{"name": "r", "type": "bigint", "default": "=(SELECT count(*) FROM desk.note)"}]}');
END $$;
PREPARE typed AS SELECT desk.v();
CREATE FUNCTION pg_temp.typed() RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN EXECUTE 'EXECUTE typed' INTO r; RETURN r; END $$;

-- Reactivation
SELECT is(invoke_action('desk.v') ->> 'r', 'v1', 'version 1');
SELECT is(pg_temp.typed(), 'v1', 'prepared');
SELECT is(define('desk.v', '{"output": [{"name": "r", "type": "text", "default": "v2"}]}'), 2, 'activated anew');
SELECT is(invoke_action('desk.v') ->> 'r', 'v2', 'version 2');
SELECT is(pg_temp.typed(), 'v2', 'prepared');
SAVEPOINT s;
SELECT is(define('desk.v', '{"output": [{"name": "r", "type": "text", "default": "v3"}]}'), 3, 'activated in a savepoint');
SELECT is(desk.v(), 'v3', 'version 3');
ROLLBACK TO s;
SELECT is(desk.v(), 'v2', 'version 2 after the rollback');
SELECT is(invoke_action('desk.v') ->> 'r', 'v2', 'by name too');
SELECT lives_ok('SELECT deactivate_action(''desk.v'')', 'deactivated');
SELECT throws_ok('SELECT desk.v()', 'UA001', 'action "desk.v" is not active', 'refused');
SELECT throws_ok('SELECT invoke_action(''desk.v'')', 'UA001', NULL, 'by name too');
SELECT is(activate_action('desk.v'), 2, 'the same version again');
SELECT is(desk.v(), 'v2', 'runs again');

-- ALTER TABLE
SELECT is(desk.upd(1, 'b'), 'b 0', 'before');
SELECT throws_ok('SELECT desk.upd(1, ''too long'')', '22001', NULL, 'varchar(5)');
ALTER TABLE desk.note ALTER body TYPE varchar(50), ADD COLUMN extra text DEFAULT 'e';
SELECT is(desk.upd(1, 'long enough'), 'long enough 0', 'a wider type is used at once');
SELECT is(desk.row(1) ->> 'extra', 'e', 'a new column is part of the row');
ALTER TABLE desk.note ALTER body TYPE text;
SELECT is(invoke_action('desk.upd', '{"target": 1, "b": "another type"}') ->> 'r', 'another type 0', 'another type');
ALTER TABLE desk.note DROP COLUMN extra;
SELECT is(desk.row(1) ? 'extra', false, 'a dropped column is not');
ALTER TABLE desk.note ALTER n SET DEFAULT 9;
SELECT is(desk.ins(2), 'x9', 'a new default');
ALTER TABLE desk.note ADD CHECK (n < 9) NOT VALID;
SELECT throws_ok('SELECT desk.ins(3)', '23514', NULL, 'a new constraint');

-- Triggers, policies
ALTER TABLE desk.note ALTER n SET DEFAULT 0;
CREATE FUNCTION desk.shout() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.body := upper(NEW.body); RETURN NEW; END$$;
CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.shout();
SELECT is(desk.ins(4), 'X0', 'a new trigger');
SELECT is(desk.upd(1, 'quiet'), 'QUIET 0', 'in an update too');
ALTER TABLE desk.note DISABLE TRIGGER shout;
SELECT is(desk.upd(1, 'quiet'), 'quiet 0', 'disabled');
GRANT SELECT ON desk.note TO invalidation_other;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO invalidation_other;
SET ROLE invalidation_other;
SELECT is(desk.count(), 3::bigint, 'all rows');
RESET ROLE;
ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY;
SET ROLE invalidation_other;
SELECT is(desk.count(), 0::bigint, 'row level security enabled');
RESET ROLE;
CREATE POLICY first ON desk.note USING (id = 1);
SET ROLE invalidation_other;
SELECT is(desk.count(), 1::bigint, 'a new policy');
RESET ROLE;
SELECT is(desk.count(), 3::bigint, 'another role');

-- Functions
SELECT is(desk.help() || desk.help_fixed() || desk.help_changes(), 'first xfirstfirst', 'helpers');
CREATE OR REPLACE FUNCTION desk.helper(text) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'second ' || $1$$;
CREATE OR REPLACE FUNCTION desk.fixed() RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'second'::text$$;
CREATE OR REPLACE FUNCTION desk.changes(text) RETURNS text LANGUAGE plpgsql STABLE AS $$BEGIN RETURN 'second'; END$$;
SELECT is(desk.help() || desk.help_fixed() || desk.help_changes(), 'second xsecondsecond', 'replaced helpers');

-- ALTER FUNCTION, SET search_path
SELECT is(desk.who(), format('%s %s', current_user, (SELECT settings ->> 'search_path' FROM custom_actions.action WHERE name = 'desk.who')),
	'settings of the action');
SET LOCAL search_path = one, public;
SELECT is(desk.who(), format('%s %s', current_user, (SELECT settings ->> 'search_path' FROM custom_actions.action WHERE name = 'desk.who')),
	'whatever the caller''s are');
SET LOCAL search_path = public;
ALTER FUNCTION desk.who() SET search_path = two, pg_temp;
SELECT is(desk.who(), current_user || ' two, pg_temp', 'ALTER FUNCTION SET');
SELECT is(invoke_action('desk.who') ->> 'r', current_user || ' two, pg_temp', 'by name too');
ALTER FUNCTION desk.v() OWNER TO invalidation_other;
SELECT is((SELECT owner FROM custom_actions.actions WHERE name = 'desk.v'), 'invalidation_other', 'ALTER FUNCTION OWNER');
SELECT is(desk.v(), 'v2', 'goes on working');
SELECT throws_ok('ALTER FUNCTION desk.v() SECURITY DEFINER', NULL, NULL, 'SECURITY is the definition''s business');

-- DROP and made anew
DROP FUNCTION desk.v();
SELECT throws_ok('SELECT invoke_action(''desk.v'')', '42883', NULL, 'dropped');
SELECT is((SELECT state FROM custom_actions.actions WHERE name = 'desk.v'), 'dropped', 'its draft is left');
SELECT is(activate_action('desk.v'), 3, 'published anew with the next version');
SELECT is(invoke_action('desk.v') ->> 'r', 'v2', 'and runs');
SELECT is(pg_temp.typed(), 'v2', 'prepared too');

SELECT * FROM finish();
ROLLBACK;
