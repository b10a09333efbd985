-- available_actions(): which verbs apply to a row now, and why the others do not.
\i test/sql/prelude.sql

CREATE TABLE desk.issue (
	id integer PRIMARY KEY,
	status text NOT NULL DEFAULT 'open',
	priority integer,
	owner text,
	note text);
CREATE TABLE desk.part (issue integer, number integer, done boolean NOT NULL DEFAULT false, PRIMARY KEY (issue, number));
INSERT INTO desk.issue VALUES (1, 'open', 2, 'ada'), (2, 'closed', 1, NULL), (3, 'open', NULL, 'ben');
INSERT INTO desk.part VALUES (1, 1, false), (1, 2, true);

-- What is told of a row: the action without its schema, the row if it is not alone.
CREATE FUNCTION told(key anyelement, like_name text DEFAULT '%', tab text DEFAULT 'desk.issue')
RETURNS TABLE (action text, available boolean, reason text, sqlstate text, hint text)
LANGUAGE sql AS $$
	SELECT replace(a.action, 'desk.', ''), a.available, a.reason, a.sqlstate, a.hint
	FROM available_actions(tab, key) AS a
	WHERE a.action LIKE 'desk.' || like_name;
$$;

-- The leading require steps, in their order, with the message that the action gives
SELECT define('desk.close', '{"table": "desk.issue",
	"input": [{"name": "why", "type": "text"}, {"name": "bump", "type": "integer", "default": 1},
		{"name": "who", "type": "text", "required": false}],
	"steps": [
		{"require": "target.status <> ''closed''", "message": "Issue {{target.id}} is closed",
			"hint": "Reopen {{target.id}} first.", "sqlstate": "UX001"},
		{"require": "target.priority > 1"},
		{"update": "target", "set": {"status": "closed"}},
		{"require": "target.owner = ''nobody''"}]}');
SELECT * FROM available_actions('desk.issue', '1');
SELECT * FROM available_actions('desk.issue', '2');
SELECT * FROM available_actions('desk.issue', '3');
SELECT invoke_action('desk.close', '{"target": 2, "why": "x"}');
SELECT invoke_action('desk.close', '{"target": 3, "why": "x"}');

-- The key in all its forms; one that means no row, or nothing
SELECT i.id, a.available FROM desk.issue AS i, available_actions('desk.issue', i.id) AS a ORDER BY i.id;
SELECT i.id, a.available FROM desk.issue AS i, available_actions('desk.issue', i) AS a ORDER BY i.id;
SELECT available FROM available_actions('desk.issue', '1'::jsonb);
SELECT available FROM available_actions('desk.issue', '"1"');
SELECT available FROM available_actions('desk.issue', '{"id": 1}');
SELECT available FROM available_actions('desk.issue', target_key => 1::bigint);
SELECT available FROM available_actions('desk.issue', 1::text);
SELECT available, reason, sqlstate, hint FROM available_actions('desk.issue', 4711);
SELECT available, reason, sqlstate, hint FROM available_actions('desk.issue', 'x');
SELECT available, reason, sqlstate, hint FROM available_actions('desk.issue', '{"idd": 1}');
SELECT * FROM available_actions('desk.nothing', 1);
SELECT * FROM available_actions('nothing', 1);
SELECT * FROM available_actions(NULL, 1);
SET search_path = desk, public;
SELECT action, available FROM available_actions('issue', 1);
RESET search_path;

-- What depends on input, on chance, or uses something up is left out, and told
CREATE SEQUENCE desk.numbers;
SELECT define('desk.open1', '{"table": "desk.issue", "input": [{"name": "n", "type": "integer"}],
	"steps": [{"require": "input.n > 1"}, {"require": "target.status = ''open''"},
		{"require": "nextval(''desk.numbers'') > 100"}, {"require": "random() > 2"},
		{"require": "target.priority > input.n", "when": "target.id = 1"},
		{"require": "target.owner = ''ada''", "when": "input.n = 7"}]}');
SELECT * FROM told(1, 'open1');
SELECT * FROM told(2, 'open1');
SELECT nextval('desk.numbers');

-- Groups, branches, let, "when", stop; up to the first step that does something
SELECT define('desk.branch', '{"table": "desk.issue", "steps": [
	{"group": "First", "do": [
		{"let": {"level": "=coalesce(target.priority, 0) * 10"}},
		{"if": "let.level > 15",
			"then": [{"require": "target.owner = ''ben''", "message": "high: {{let.level}}"}],
			"else": [{"let": {"level": -1}}, {"stop": "canceled", "message": "low: {{let.level}}"}]}]},
	{"choose": null, "cases": [
		{"when": "let.level = 20", "do": [{"require": "target.status = ''open''"}]},
		{"when": "let.level > 0", "do": [{"require": "false"}]}],
		"else": []},
	{"require": "target.note IS NOT NULL", "when": "target.id = 1", "message": "no note"}]}');
UPDATE desk.issue SET owner = 'ben' WHERE id = 1;
SELECT id, t.* FROM desk.issue, told(id, 'branch') AS t ORDER BY id;
UPDATE desk.issue SET note = 'here', priority = 2 WHERE id IN (1, 3);
SELECT id, t.* FROM desk.issue, told(id, 'branch') AS t ORDER BY id;
UPDATE desk.issue SET note = NULL, owner = 'ada' WHERE id = 1;
UPDATE desk.issue SET note = NULL, priority = NULL WHERE id = 3;
SELECT define('desk.end1', '{"table": "desk.issue", "steps": [
	{"stop": "succeeded", "when": "target.id = 1"}, {"require": "false"}]}');
SELECT define('desk.end2', '{"table": "desk.issue", "steps": [
	{"require": "false", "on_error": []}, {"require": "true"}]}');
SELECT define('desk.end3', '{"table": "desk.issue", "steps": [
	{"require": "false", "enabled": false}, {"stop": "failed", "message": "never"}]}');
SELECT define('desk.end4', '{"table": "desk.issue", "steps": [
	{"create": "desk.part", "set": {"issue": "=target.id", "number": 7}}, {"require": "false"}]}');
SELECT id, t.* FROM desk.issue, told(id, 'end_') AS t ORDER BY id, t.action;

-- A condition that fails: so would the action. A cancel is none of its
SELECT define('desk.fails', '{"table": "desk.issue", "steps": [
	{"require": "100 / (target.priority - 1) > 1", "message": "never"}]}');
SELECT id, t.* FROM desk.issue, told(id, 'fails') AS t ORDER BY id;
CREATE FUNCTION desk.sleeps(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN PERFORM pg_sleep(10); RETURN true; END $$;
SELECT define('desk.slow', '{"table": "desk.issue", "timeout": "50 ms", "steps": [{"require": "desk.sleeps(target.id)"}]}');
SELECT * FROM told(1, 'slow');
SELECT define('desk.slow', '{"table": "desk.issue", "steps": [{"require": "desk.sleeps(target.id)"}]}');
SET statement_timeout = '50ms';
SELECT * FROM told(1, 'slow');
RESET statement_timeout;
SELECT drop_action('desk.slow');

-- Sub-SELECTs and functions of users'; what one of them writes is undone, and nothing is logged
CREATE TABLE desk.trail (what text);
CREATE FUNCTION desk.leaves_trail(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN PERFORM desk.write_trail($1); RETURN true; END $$;
CREATE FUNCTION desk.write_trail(integer) RETURNS void LANGUAGE sql VOLATILE AS 'INSERT INTO desk.trail VALUES ($1)';
SELECT define('desk.asks', '{"table": "desk.issue", "steps": [
	{"require": "desk.leaves_trail(target.id)"},
	{"require": "EXISTS (SELECT FROM desk.part AS p WHERE p.issue = target.id AND NOT p.done)", "message": "nothing to do"}]}');
SELECT id, t.* FROM desk.issue, told(id, 'asks') AS t ORDER BY id;
SELECT count(*) AS trail FROM desk.trail;
SELECT count(*) AS logged FROM custom_actions.log WHERE action = 'desk.asks';
SELECT locktype, mode FROM pg_locks WHERE relation = 'desk.issue'::regclass AND pid = pg_backend_pid();
SELECT drop_action('desk.asks');
BEGIN;
SELECT count(*) FROM told(1);
SELECT pg_current_xact_id_if_assigned() IS NULL AS nothing_written;
COMMIT;
BEGIN READ ONLY;
SELECT count(*) FROM told(1);
COMMIT;

-- Context
SELECT define('desk.context', '{"table": "desk.issue", "steps": [
	{"require": "context.caller = current_user AND context.depth = 1 AND context.action = ''desk.context''"},
	{"require": "context.shared = ''{}''"}]}');
SELECT * FROM told(1, 'context');

-- Plug-ins do not run; what they may hand on is not known
CREATE FUNCTION desk.refuses(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN RAISE 'refused by a plug-in'; END $$;
SELECT register_plugin('desk.context', 'pre_validation', 'desk.refuses') > 0 AS registered;
SELECT * FROM told(1, 'context');

-- Not active; not bound to this table; bound to the table as a whole
SELECT deactivate_action('desk.context');
SELECT * FROM told(1, 'context');
SELECT define('desk.free', '{"steps": [{"require": "true"}]}');
SELECT define('desk.sweep', '{"table": "desk.issue", "binding": "collection", "input": [{"name": "n", "type": "integer"}],
	"steps": [{"require": "EXISTS (SELECT FROM desk.issue WHERE status = ''stale'')", "message": "no stale issue"}]}');
SELECT * FROM available_actions('desk.issue');
SELECT * FROM available_actions('desk.issue', NULL::integer);
SELECT count(*) FROM told(1, 'sweep');
SELECT count(*) FROM told(1, 'free');

-- A composite key, with a proof by the first step alone
SELECT define('desk.finish', '{"table": "desk.part", "steps": [{"require": "NOT target.done", "message": "part {{target.issue}}-{{target.number}} is done"}]}');
SELECT define('desk.remove', '{"table": "desk.part", "steps": [{"delete": "target"}]}');
SELECT p.issue, p.number, t.* FROM desk.part AS p, told(p, '%', 'desk.part') AS t ORDER BY p.number, t.action;
SELECT action, available, reason FROM available_actions('desk.part', '{"issue": 1, "number": 2}');
SELECT action, available, reason, sqlstate FROM available_actions('desk.part', '{"issue": 1, "number": 9}');
SELECT action, available, reason, sqlstate FROM available_actions('desk.part', '{"issue": 1}');
SELECT action, available, reason, sqlstate FROM available_actions('desk.part', 1);
SELECT count(*) AS parts FROM desk.part;

-- Views, partitions, children
CREATE VIEW desk.open_issue AS SELECT id, owner FROM desk.issue WHERE status = 'open';
SELECT define('desk.take', '{"table": "desk.open_issue", "key": ["id"], "steps": [{"require": "target.owner IS NULL", "message": "{{target.owner}} has it"}]}');
SELECT i.id, a.action, a.available, a.reason FROM desk.issue AS i, available_actions('desk.open_issue', i.id) AS a ORDER BY i.id;
CREATE TABLE desk.event (id integer, day integer, state text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE desk.event_1 PARTITION OF desk.event FOR VALUES FROM (1) TO (10) PARTITION BY LIST (id);
CREATE TABLE desk.event_1_1 PARTITION OF desk.event_1 FOR VALUES IN (1);
INSERT INTO desk.event VALUES (1, 5, 'new');
SELECT define('desk.see', '{"table": "desk.event", "steps": [{"require": "target.state = ''new''"}]}');
SELECT e.tableoid::regclass, a.* FROM desk.event AS e, available_actions(e.tableoid::regclass::text, jsonb_build_object('id', 1, 'day', 5)) AS a;
CREATE TABLE desk.big_issue (size integer) INHERITS (desk.issue);
INSERT INTO desk.big_issue VALUES (9, 'open', 3, 'eve');
SELECT replace(action, 'desk.', '') AS action, available, reason FROM available_actions('desk.big_issue', 9) WHERE action LIKE '%close';

-- Whose rights: who asks, and as whom the action runs
CREATE ROLE available_agent;
CREATE ROLE available_owner;
GRANT USAGE ON SCHEMA desk TO available_agent, available_owner;
GRANT CREATE ON SCHEMA desk TO available_owner;
GRANT USAGE ON LANGUAGE custom_action TO available_owner;
GRANT SELECT ON desk.issue TO available_agent;
GRANT ALL ON desk.issue TO available_owner;
SELECT grant_action_design('available_owner');
SET ROLE available_owner;
SELECT define('desk.owned', '{"table": "desk.issue", "run_as": "owner", "steps": [
	{"require": "current_user = ''available_owner'' AND context.caller <> current_user", "message": "{{current_user}}"},
	{"update": "target", "set": {"note": "x"}}]}');
SELECT define('desk.asked', '{"table": "desk.issue", "steps": [
	{"require": "target.status = ''open''"},
	{"update": "target", "set": {"note": "x"}}]}');
GRANT EXECUTE ON FUNCTION desk.owned, desk.asked TO available_agent;
SET ROLE available_agent;
SELECT * FROM told(1);
RESET ROLE;
GRANT UPDATE (note) ON desk.issue TO available_agent;
SET ROLE available_agent;
SELECT * FROM told(1) WHERE available;
RESET ROLE;
REVOKE USAGE ON SCHEMA desk FROM available_agent;
SET ROLE available_agent;
SELECT DISTINCT available, reason, hint FROM available_actions('desk.issue', 1);
RESET ROLE;
GRANT USAGE ON SCHEMA desk TO available_agent;

-- Rows that the role does not see are none to it
CREATE POLICY own ON desk.issue FOR SELECT TO available_agent USING (owner = 'ada');
CREATE POLICY change ON desk.issue FOR UPDATE TO available_agent USING (priority = 2);
CREATE POLICY all_of_them ON desk.issue TO available_owner USING (true);
ALTER TABLE desk.issue ENABLE ROW LEVEL SECURITY;
UPDATE desk.issue SET owner = 'ada', priority = CASE id WHEN 1 THEN 2 ELSE 1 END WHERE id IN (1, 2);
UPDATE desk.issue SET status = 'open' WHERE id = 2;
GRANT SELECT, UPDATE ON desk.issue TO available_agent;
SET ROLE available_agent;
SELECT k AS id, t.* FROM generate_series(1, 3) AS k, told(k, '%ed') AS t ORDER BY k, t.action;
SELECT k AS id, try_invoke_action('desk.asked', jsonb_build_object('target', k)) -> 'ok' AS ok FROM generate_series(1, 3) AS k;
RESET ROLE;
ALTER TABLE desk.issue DISABLE ROW LEVEL SECURITY;

-- Where it is asked in an action, that one's depth counts
SELECT define('desk.deep', '{"table": "desk.issue", "steps": [{"require": "context.depth = 2", "message": "depth {{context.depth}}"}]}');
SELECT define('desk.around', '{"output": [{"name": "a", "type": "boolean", "default": "=let.a"}],
	"steps": [{"let": {"a": "=(SELECT a.available FROM available_actions(''desk.issue'', 1) AS a WHERE a.action = ''desk.deep'')"}}]}');
SELECT invoke_action('desk.around');
SELECT * FROM told(1, 'deep');
SET custom_actions.max_depth = 1;
SELECT invoke_action('desk.around');
RESET custom_actions.max_depth;

-- An action that does not compile any more, and a table that has gone
SET custom_actions.ddl_check = off;
ALTER TABLE desk.issue DROP COLUMN owner CASCADE;
SELECT action, available, reason, sqlstate FROM available_actions('desk.issue', 1) WHERE action LIKE '%branch';

DROP OWNED BY available_owner CASCADE;
DROP OWNED BY available_agent;
DROP ROLE available_owner, available_agent;
