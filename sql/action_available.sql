-- action_available(): would an action begin for this row? For lists and views.
\i test/sql/prelude.sql
SET compute_query_id = off;

CREATE TABLE desk.issue (
	id integer PRIMARY KEY,
	gone text,
	status text NOT NULL DEFAULT 'open',
	priority integer,
	opened_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE desk.issue DROP COLUMN gone;
CREATE TABLE desk.part (issue integer REFERENCES desk.issue, number integer, PRIMARY KEY (issue, number));
INSERT INTO desk.issue VALUES (1, 'open', 2), (2, 'closed', 1), (3, 'open', NULL), (4, 'open', 2147483647);
INSERT INTO desk.part VALUES (1, 1);

-- Conditions that cannot fail stand in the plan in the place of the call
SELECT define('desk.safe', '{"table": "desk.issue", "input": [{"name": "n", "type": "integer"}], "steps": [
	{"require": "target.status <> ''closed'' AND coalesce(target.priority, 0) > 1"},
	{"require": "target.opened_at > now() - interval ''1 day''", "when": "target.id <> 3"},
	{"require": "input.n > 1"},
	{"update": "target", "set": {"priority": 1}}]}');
SELECT id, action_available('desk.safe', i) FROM desk.issue AS i ORDER BY id;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query; END $$;
SELECT plan($$SELECT id FROM desk.issue AS i WHERE action_available('desk.safe', i)$$);

-- Those that compute only, but may fail, are evaluated on the row; a failure is no answer but "no"
SELECT define('desk.pure', '{"table": "desk.issue", "steps": [{"require": "100 / (target.priority - 1) + target.priority > 1"}]}');
SELECT id, action_available('desk.pure', i) FROM desk.issue AS i ORDER BY id;
SELECT plan($$SELECT action_available('desk.pure', i) FROM desk.issue AS i$$);

-- All others ask the action itself, on the row that is given
CREATE FUNCTION desk.is_open(text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN $1 = 'open'; END $$;
SELECT define('desk.asked', '{"table": "desk.issue", "steps": [
	{"let": {"level": "=target.priority"}},
	{"require": "desk.is_open(target.status) AND let.level > 1"},
	{"if": "context.depth = 1", "then": [{"require": "EXISTS (SELECT FROM desk.part AS p WHERE p.issue = target.id)"}]}]}');
SELECT id, action_available('desk.asked', i) FROM desk.issue AS i ORDER BY id;
SELECT action_available('desk.asked', ROW(1, 'closed', 2, now())::desk.issue) AS closed,
	action_available('desk.asked', ROW(1, 'open', 2, now())::desk.issue) AS open,
	action_available('desk.safe', ROW(1, 'closed', 2, now())::desk.issue) AS safe_closed,
	action_available('desk.safe', ROW(1, 'open', 2, now())::desk.issue) AS safe_open;

-- What works on the row as a whole
SELECT define('desk.whole', '{"table": "desk.issue", "steps": [{"require": "(to_jsonb(target) ->> ''status'') = ''open''"}]}');
SELECT id, action_available('desk.whole', i) FROM desk.issue AS i ORDER BY id;

-- Names that are no constants; no row; an action without conditions
SELECT define('desk.free', '{"table": "desk.issue", "steps": [{"update": "target", "set": {"priority": 1}}]}');
SELECT i.id, v.name, action_available('desk.' || v.name, i)
FROM desk.issue AS i, (VALUES ('safe'), ('pure'), ('asked'), ('free')) AS v (name) WHERE i.id < 3 ORDER BY 1, 2;
SELECT action_available('desk.safe', NULL::desk.issue), action_available(NULL, i) FROM desk.issue AS i WHERE id = 1;
SELECT p.number, action_available('desk.safe', i), action_available('desk.free', i)
FROM generate_series(1, 2) AS p (number) LEFT JOIN desk.issue AS i ON i.id = p.number AND i.status = 'open' ORDER BY 1;
SET search_path = desk, public;
SELECT action_available('safe', i) FROM issue AS i WHERE id = 1;
RESET search_path;
DO $$
DECLARE i desk.issue;
BEGIN
	FOR i IN SELECT * FROM desk.issue ORDER BY id LOOP
		RAISE NOTICE '%: % % %', i.id, action_available('desk.safe', i), action_available('desk.pure', i), action_available('desk.asked', i);
	END LOOP;
END $$;
WITH written AS (UPDATE desk.issue AS i SET status = 'open' WHERE id = 2 RETURNING i.id, i.priority, action_available('desk.free', i) AS free, action_available('desk.safe', i) AS safe)
SELECT * FROM written;
UPDATE desk.issue SET status = 'closed' WHERE id = 2;

-- What it is not for
SELECT action_available('desk.nothing', i) FROM desk.issue AS i;
SELECT action_available('desk.safe', p) FROM desk.part AS p;
SELECT action_available('desk.safe', s) FROM (SELECT * FROM desk.issue) AS s LIMIT 1;
SELECT action_available('desk.safe', 1);
SELECT define('desk.unbound', '{"steps": [{"require": "true"}]}');
SELECT action_available('desk.unbound', i) FROM desk.issue AS i;

-- Views: bound ones, and those over the table, whoever owns them
CREATE ROLE available_reader;
GRANT USAGE ON SCHEMA desk TO available_reader;
CREATE VIEW desk.work AS SELECT i.id, i.status, lower(i.status) AS state,
	action_available('desk.safe', i) AS safe, action_available('desk.pure', i) AS pure FROM desk.issue AS i;
GRANT SELECT ON desk.work TO available_reader;
SELECT define('desk.on_view', '{"table": "desk.work", "key": ["id"], "steps": [{"require": "target.state = ''open''"}]}');
SELECT id, safe, pure, action_available('desk.on_view', w) FROM desk.work AS w ORDER BY id;
SELECT plan($$SELECT action_available('desk.on_view', w) FROM desk.work AS w$$);
SET ROLE available_reader;
SELECT id, safe, pure FROM desk.work ORDER BY id;
PREPARE list AS SELECT id, safe, pure FROM desk.work WHERE id = 1;
EXECUTE list;
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.safe, desk.pure TO available_reader;
SET ROLE available_reader;
EXECUTE list;
RESET ROLE;
CREATE ROLE available_group;
REVOKE EXECUTE ON FUNCTION desk.safe, desk.pure FROM available_reader;
GRANT EXECUTE ON FUNCTION desk.safe, desk.pure TO available_group;
SET ROLE available_reader;
EXECUTE list;
RESET ROLE;
GRANT available_group TO available_reader;
SET ROLE available_reader;
EXECUTE list;
RESET ROLE;
REVOKE available_group FROM available_reader;
SET ROLE available_reader;
EXECUTE list;
RESET ROLE;
EXECUTE list;
DEALLOCATE list;

-- A plan that was kept notices what has become of the action
PREPARE list AS SELECT id, action_available('desk.safe', i), action_available('desk.pure', i) FROM desk.issue AS i WHERE id = 1;
EXECUTE list;
SELECT deactivate_action('desk.safe'), deactivate_action('desk.pure');
EXECUTE list;
SELECT activate_action('desk.pure');
SELECT define('desk.safe', '{"table": "desk.issue", "input": [{"name": "n", "type": "integer"}], "steps": [{"require": "target.priority > input.n"}, {"require": "target.id > 1"}]}');
EXECUTE list;
SELECT define('desk.safe', '{"table": "desk.issue", "input": [{"name": "n", "type": "integer"}], "steps": [{"require": "target.priority > input.n"}, {"require": "target.id < 2"}]}');
EXECUTE list;

-- As its owner, and under its settings
CREATE ROLE available_chief;
GRANT USAGE, CREATE ON SCHEMA desk TO available_chief;
GRANT USAGE ON LANGUAGE custom_action TO available_chief;
GRANT ALL ON desk.issue, desk.part TO available_chief;
SELECT grant_action_design('available_chief');
SET ROLE available_chief;
SELECT define('desk.owned', '{"table": "desk.issue", "run_as": "owner", "steps": [
	{"require": "current_user = ''available_chief'' AND EXISTS (SELECT FROM desk.part AS p WHERE p.issue = target.id)"}]}');
SELECT define('desk.owned_safe', '{"table": "desk.issue", "run_as": "owner", "steps": [{"require": "target.status = ''open''"}]}');
SELECT define('desk.zoned', '{"table": "desk.issue", "settings": {"TimeZone": "Asia/Tokyo"}, "steps": [
	{"require": "current_setting(''TimeZone'') = ''Asia/Tokyo'' AND date_part(''hour'', target.opened_at) = 9"}]}');
GRANT EXECUTE ON FUNCTION desk.owned, desk.owned_safe, desk.zoned TO available_reader;
RESET ROLE;
GRANT SELECT ON desk.issue TO available_reader;
UPDATE desk.issue SET opened_at = CASE id WHEN 1 THEN '2026-01-01 00:00+00' ELSE '2026-01-01 05:00+00' END::timestamptz WHERE id < 3;
SET ROLE available_reader;
SELECT id, action_available('desk.owned', i) AS owned, action_available('desk.owned_safe', i) AS owned_safe,
	action_available('desk.zoned', i) AS zoned FROM desk.issue AS i WHERE id < 3 ORDER BY id;
RESET ROLE;

-- Rows of a part of the table
CREATE TABLE desk.event (id integer, day integer, state text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE desk.event_1 (state text, day integer NOT NULL, id integer NOT NULL);
ALTER TABLE desk.event ATTACH PARTITION desk.event_1 FOR VALUES FROM (1) TO (10);
INSERT INTO desk.event VALUES (1, 5, 'new'), (2, 5, 'old');
SELECT define('desk.see', '{"table": "desk.event", "steps": [{"require": "target.state = ''new''"}]}');
SELECT id, action_available('desk.see', e) FROM desk.event AS e ORDER BY id;
SELECT id, action_available('desk.see', e) FROM desk.event_1 AS e ORDER BY id;
SELECT plan($$SELECT id FROM desk.event_1 AS e WHERE action_available('desk.see', e)$$);

-- What a call has found out is for the user who asked
CREATE FUNCTION desk.ask(i desk.issue) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN action_available('desk.pure', i); END $$;
REVOKE EXECUTE ON FUNCTION desk.pure FROM PUBLIC, available_reader, available_group;
BEGIN;
SELECT desk.ask(i) FROM desk.issue AS i WHERE id = 1;
SET LOCAL ROLE available_reader;
SELECT desk.ask(i) FROM desk.issue AS i WHERE id = 1;
COMMIT;

-- A cancel is no answer
CREATE FUNCTION desk.sleeps(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN PERFORM pg_sleep(10); RETURN true; END $$;
SELECT define('desk.slow', '{"table": "desk.issue", "steps": [{"require": "desk.sleeps(target.id)"}]}');
SET statement_timeout = '50ms';
SELECT action_available('desk.slow', i) FROM desk.issue AS i;
RESET statement_timeout;

DROP OWNED BY available_chief, available_reader, available_group CASCADE;
DROP ROLE available_chief, available_reader, available_group;
