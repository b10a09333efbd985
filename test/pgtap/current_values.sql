-- Literals whose text the clock or a setting interprets are read at every
-- invocation, and the CHECK of a domain sees what the action did before.
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/sql/prelude.sql
SELECT plan(9);


-- Times of day in ranges, multiranges, arrays, composites and domains over them
CREATE TYPE desk.slot AS (at timestamptz, title text);
CREATE DOMAIN desk.shift AS tstzrange;
CREATE TABLE desk.visit (id integer PRIMARY KEY, during tstzrange, often tstzmultirange, times timestamptz[], slot desk.slot, shift desk.shift, pause interval);
INSERT INTO desk.visit (id) VALUES (1);
SELECT is(define('desk.plan',
	'{"table": "desk.visit", "input": [{"name": "from_default", "type": "tstzrange", "default": "[2024-01-01 00:00,2024-01-02 00:00)"}],
	"steps": [{"update": "target", "set": {
		"during": "[2024-01-01 00:00,2024-01-02 00:00)", "often": "{[2024-01-01 00:00,2024-01-02 00:00)}", "times": "{2024-01-01 00:00}",
		"slot": "(2024-01-01 00:00,x)", "shift": "[2024-01-01 00:00,2024-01-02 00:00)", "pause": "-1 2:03:04"}}],
	"output": [{"name": "same_default", "type": "boolean", "default": "=input.from_default = target.during"}]}'), 1, 'activated');
SET LOCAL TimeZone = 'UTC';
SELECT is(invoke_action('desk.plan', '{"target": 1}'), '{"same_default": true}', 'invoked in one time zone');
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL IntervalStyle = 'sql_standard';
SELECT is(invoke_action('desk.plan', '{"target": 1}'), '{"same_default": true}', 'and in another one');
SELECT is(during, '[2024-01-01 00:00,2024-01-02 00:00)', 'a range') FROM desk.visit;
SELECT is(often, '{[2024-01-01 00:00,2024-01-02 00:00)}', 'a multirange') FROM desk.visit;
SELECT is(times, '{2024-01-01 00:00}', 'an array') FROM desk.visit;
SELECT is(((slot).at, shift::text), ('2024-01-01 00:00'::timestamptz, tstzrange '[2024-01-01 00:00,2024-01-02 00:00)'::text),
	'a composite and a domain') FROM desk.visit;
SELECT is(pause, '-1 2:03:04', 'an interval') FROM desk.visit;

-- A domain that looks something up
CREATE TABLE desk.agent (id integer PRIMARY KEY);
CREATE FUNCTION desk.is_agent(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM desk.agent WHERE id = $1);
END $$;
CREATE DOMAIN desk.agent_id AS integer CHECK (desk.is_agent(VALUE));
DO $$ BEGIN
	PERFORM define('desk.hire', '{"input": [{"name": "id", "type": "integer"}], "output": [{"name": "hired", "type": "desk.agent_id"}],
		"steps": [{"create": "desk.agent", "set": {"id": "=input.id"}}, {"output": {"hired": "=input.id"}}]}');
END $$;
SELECT is(invoke_action('desk.hire', '{"id": 5}'), '{"hired": 5}', 'a CHECK sees the row that the action made');

SELECT * FROM finish();
ROLLBACK;
