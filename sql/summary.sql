-- "summary": what the log says of a call in the author's words
\i test/sql/prelude.sql
\set ON_ERROR_STOP off
SET custom_actions.log_level = basic;
CREATE TABLE desk.ticket (id integer PRIMARY KEY, title text, status text DEFAULT 'open', note text, priority integer DEFAULT 1);
INSERT INTO desk.ticket VALUES (1, 'Printer'), (2, 'Screen'), (3, 'Mouse'), (4, 'Desk');

-- Summaries of the calls since the last time, in their order
CREATE FUNCTION desk.said() RETURNS TABLE (action text, summary text) LANGUAGE sql AS $$
	WITH gone AS (DELETE FROM custom_actions.log RETURNING *)
	SELECT action, summary FROM gone ORDER BY started_at $$;

-- All that there is when the action ends
SELECT define('desk.close', '{"table": "desk.ticket", "input": [{"name": "reason", "type": "text"}], "output": [{"name": "status", "type": "text", "default": "=target.status"}, {"name": "n", "type": "integer"}],
	"summary": "Closed {{target.id}} ({{target.title}}), {{target.status}} {{target.priority}}: {{input.reason}}. {{output.status}} {{output.n}} {{let.twice}} {{made.title}} {{context.depth}} {{context.actor}}",
	"steps": [{"update": "target", "set": {"status": "closed", "priority": "=priority + 1"}}, {"let": {"twice": "=target.priority * 2"}}, {"output": {"n": 7}},
		{"create": "desk.ticket", "set": {"id": "=target.id + 100", "title": "follow-up"}, "as": "made"}]}');
SET custom_actions.actor = 'anne';
SELECT desk.close(1, 'done');
SELECT invoke_action('desk.close', '{"target": 2, "reason": null}');
SELECT invoke_action('desk.close', '{"target": 2, "reason": "again"}');
SELECT * FROM desk.said();
RESET custom_actions.actor;

-- A formula, a text without any, and one with nothing in it
SELECT define('desk.formula', '{"input": [{"name": "n", "type": "integer"}], "summary": "=input.n + 1", "steps": []}');
SELECT define('desk.plain', '{"summary": "Nothing to say", "steps": []}');
SELECT define('desk.void', '{"input": [{"name": "n", "type": "integer", "default": null}], "summary": "=input.n", "steps": [{"require": "input.n IS NULL"}]}');
SELECT define('desk.query', '{"summary": "{{(select count(*) from desk.ticket)}} tickets", "steps": [{"delete": "desk.ticket", "where": "id > 100"}]}');
SELECT desk.formula(1), desk.plain(), desk.void(), desk.query();
SELECT * FROM desk.said() ORDER BY action;

-- Nested ones, each with its own
SELECT define('desk.above', '{"summary": "above {{p.status}}", "steps": [{"perform": "desk.formula", "with": {"n": 5}}, {"perform": "desk.plain"}, {"get": "desk.ticket", "id": 1, "as": "p"}]}');
SELECT desk.above();
SELECT * FROM desk.said() ORDER BY summary;

-- The target as it was, where the action has deleted it
SELECT define('desk.remove', '{"table": "desk.ticket", "summary": "Removed {{target.id}}, {{target.title}}", "steps": [{"delete": "target"}]}');
SELECT define('desk.remove_if', '{"table": "desk.ticket", "summary": "Removed {{target.id}}, {{target.title}}", "steps": [{"delete": "target", "when": "target.status = ''open''"}]}');
SELECT desk.remove(3), desk.remove_if(4);
SELECT * FROM desk.said() ORDER BY action;

-- A summary makes no action read a row: what it names is given back by what reads or writes it anyway
CREATE FUNCTION desk.load_of(name text, definition json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	seen boolean;
BEGIN
	PERFORM define(name, definition);
	CREATE TEMP TABLE before AS SELECT coalesce(sum(seq_scan + idx_scan), 0) AS scans FROM pg_stat_xact_user_tables WHERE relid = 'desk.ticket'::regclass;
	PERFORM invoke_action(name, '{"target": 1}');
	SELECT n.scans - b.scans > 1 INTO seen FROM before b, (SELECT sum(seq_scan + idx_scan) AS scans FROM pg_stat_xact_user_tables WHERE relid = 'desk.ticket'::regclass) n;
	DROP TABLE before;
	RETURN seen;
END $$;
SELECT desk.load_of('desk.one_statement', '{"table": "desk.ticket", "summary": "{{target.id}} {{target.title}} {{target.note}}", "steps": [{"update": "target", "set": {"note": "one statement"}}]}') AS reads;
SELECT desk.load_of('desk.two_statements', '{"table": "desk.ticket", "output": [{"name": "t", "type": "text", "default": "=target.title"}], "steps": [{"update": "target", "set": {"note": "two"}}]}') AS reads;
SELECT summary FROM desk.said();

-- What is wrong with it is found by check_action
CREATE FUNCTION desk.problems(header text) RETURNS TABLE (severity text, location text, message text, hint text) LANGUAGE sql AS $$
	SELECT create_action('desk.wrong', ('{"table": "desk.ticket", "input": [{"name": "reason", "type": "text"}], ' || header || ', "steps": [{"let": {"x": "=input.reason"}}, {"if": "true", "then": [{"get": "desk.ticket", "id": 1, "as": "within"}]}, {"update": "target", "set": {"note": "=let.x"}}]}')::json, true);
	SELECT severity, location, message, hint FROM check_action('desk.wrong') $$;
\pset format unaligned
\pset tuples_only on
SELECT * FROM desk.problems('"summary": "{{input.raeson}}"');
SELECT * FROM desk.problems('"summary": "{{within.title}} {{target.titel}}"');
SELECT * FROM desk.problems('"summary": "{{output.x}}"');
SELECT * FROM desk.problems('"summary": "{{let.y}}"');
SELECT * FROM desk.problems('"summary": "{{nobody.x}}"');
SELECT * FROM desk.problems('"summary": "{{1 +}}"');
SELECT * FROM desk.problems('"summary": "{{target.id"');
SELECT * FROM desk.problems('"summary": "{{pg_sleep(1)}}"');
CREATE SEQUENCE desk.numbers;
SELECT * FROM desk.problems('"summary": "{{nextval(''desk.numbers'')}}"');
SELECT * FROM desk.problems('"summary": "{{(select id from desk.ticket for update)}}"');
SELECT * FROM desk.problems('"summary": "Case {target.id}: {{let.x}}"');
SELECT * FROM desk.problems('"summary": "input.reason || let.x"');
SELECT * FROM desk.problems('"summary": 5');
SELECT * FROM desk.problems('"summary": {"a": 1}');
SELECT * FROM desk.problems('"summary": "ok {{let.x}} {{target.title}}"');
-- what only the summary uses is used
SELECT create_action('desk.used', '{"input": [{"name": "reason", "type": "text"}], "summary": "{{input.reason}} {{let.y}} {{row.title}}", "steps": [{"let": {"y": 1}}, {"get": "desk.ticket", "id": 1, "as": "row"}]}', true);
SELECT * FROM check_action('desk.used');
-- and what it uses is needed
\set VERBOSITY terse
SELECT define('desk.needs', '{"summary": "{{desk.helps(1)}}", "steps": []}');
\set VERBOSITY default
CREATE FUNCTION desk.helps(integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'helped ' || $1 $$;
SELECT define('desk.needs', '{"summary": "{{desk.helps(1)}}", "steps": []}');
DROP FUNCTION desk.helps(integer);
\pset format aligned
\pset tuples_only off

-- An error in it never fails the action
SELECT define('desk.fails', '{"table": "desk.ticket", "input": [{"name": "by", "type": "integer"}], "summary": "{{100 / input.by}}", "steps": [{"update": "target", "set": {"priority": "=input.by"}}]}');
SELECT desk.fails(1, 0), desk.fails(2, 5);
SELECT desk.fails(1, 0);
SELECT desk.fails(1, 20);
SELECT * FROM desk.said();
SELECT id, priority FROM desk.ticket ORDER BY id;
CREATE FUNCTION desk.breaks() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE EXCEPTION 'broken by %', current_setting('desk.what', true); END $$;
SELECT define('desk.fails_in_query', '{"summary": "{{(select desk.breaks())}}", "steps": [{"delete": "desk.ticket", "where": "id > 100"}]}');
SET desk.what = 'somebody';
SELECT desk.fails_in_query();
SELECT * FROM desk.said();
-- a cancel is none of its errors
CREATE FUNCTION desk.naps() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM pg_sleep(30); RETURN 'slept'; END $$;
SELECT define('desk.slow', '{"summary": "{{desk.naps()}}", "timeout": "50 ms", "steps": []}');
SELECT desk.slow();
SELECT * FROM desk.said();
-- it is not made where nothing is recorded
SET custom_actions.log_level = failures;
SELECT desk.slow();
SET custom_actions.log_level = basic;
SELECT * FROM desk.said();

-- Long ones are cut
SELECT define('desk.long', '{"input": [{"name": "n", "type": "integer"}], "summary": "{{repeat(''ä'', input.n)}}", "steps": []}');
SELECT desk.long(1000), desk.long(1001);
SELECT length(summary), right(summary, 4) FROM desk.said() ORDER BY 2;

-- What was computed from sensitive values prints as ***
CREATE TYPE desk.card AS (number text, owner text);
SELECT define('desk.pay', '{"table": "desk.ticket",
	"input": [{"name": "card", "type": "desk.card", "sensitive": true}, {"name": "pin", "type": "integer", "sensitive": true}, {"name": "sum", "type": "integer"}],
	"output": [{"name": "receipt", "type": "text", "sensitive": true, "default": "receipt"}, {"name": "hash", "type": "text", "default": "=md5(input.pin::text)"}, {"name": "open", "type": "text", "default": "=input.sum::text"}, {"name": "step", "type": "integer"}],
	"summary": "{{input.sum}} {{input.pin % 10}} {{input.card.owner}} {{input.card}} | {{let.plain}} {{let.last}} {{let.of_last}} | {{output.receipt}} {{output.hash}} {{output.open}} {{output.step}} | {{target.id}} {{target.title}} {{target.note}} {{target.priority}} {{target}} | {{made.note}} {{made.id}} | {{changed.note}} {{changed.title}} | {{(select 1 + input.pin)}} {{(select 1 + input.sum)}}",
	"steps": [{"let": {"last": "=right((input.card).number, 4)", "plain": "=input.sum * 2"}}, {"let": {"of_last": "=upper(let.last)"}},
		{"update": "target", "set": {"note": "=left((input.card).number, 2)"}}, {"update": "target", "set": {"priority": 9}, "as": "changed"}, {"output": {"step": "=input.pin + 1"}},
		{"create": "desk.ticket", "set": {"id": 200, "note": "{{let.of_last}}"}, "as": "made"}]}');
SELECT desk.pay(1, ROW('4111222233334444', 'Anne')::desk.card, 8461, 70);
SELECT summary FROM desk.said();
SELECT define('desk.whole', '{"input": [{"name": "pin", "type": "text", "sensitive": true}], "summary": "=''pin '' || left(input.pin, 1)", "steps": []}');
SELECT define('desk.hash_of', '{"input": [{"name": "x", "type": "text"}], "output": [{"name": "hash", "type": "text", "sensitive": true, "default": "=left(input.x, 3)"}, {"name": "open", "type": "text", "default": "=left(input.x, 2)"}], "steps": []}');
SELECT define('desk.loops', '{"input": [{"name": "pins", "type": "text[]", "sensitive": true}, {"name": "data", "type": "jsonb", "sensitive": true}],
	"summary": "{{let.seen}} {{let.title}} {{let.count}} {{called.result}} {{safe.hash}} {{safe.open}} {{unsafe.open}}",
	"steps": [{"let": {"seen": "", "title": "", "count": 0}},
		{"for_each": "=input.pins", "do": [{"let": {"seen": "=let.seen || left(item.value, 1)"}}]},
		{"for_each": "=input.data", "columns": {"t": "text"}, "do": [{"let": {"title": "=upper(item.t)", "count": "=let.count + item.index"}}]},
		{"call": "pg_catalog.length(text)", "with": {"1": "=input.pins[1]"}, "as": "called"},
		{"perform": "desk.hash_of", "with": {"x": "not secret"}, "as": "safe"}, {"perform": "desk.hash_of", "with": {"x": "=input.pins[1]"}, "as": "unsafe"}]}');
SELECT desk.whole('1234'), desk.loops('{a1,b2}', '[{"t": "tt"}, {"t": "uu"}]');
SELECT * FROM desk.said() WHERE action <> 'desk.hash_of' ORDER BY action;
-- in a record, and through a table: by its value
SELECT define('desk.record', '{"table": "desk.ticket", "input": [{"name": "data", "type": "jsonb", "sensitive": true}], "summary": "{{target.id}} {{target.note}} {{row.note}}",
	"steps": [{"update": "target", "set": {"*": "=input.data"}}, {"get": "desk.ticket", "id": 2, "as": "row"}]}');
SELECT desk.record(2, '{"note": "secretive"}');
SELECT * FROM desk.said();
-- in what is said of an error, too
SELECT define('desk.leaks', '{"input": [{"name": "code", "type": "text", "sensitive": true}, {"name": "other", "type": "text"}], "summary": "{{input.other::integer}}", "steps": [{"require": "input.code <> ''''"}]}');
SELECT desk.leaks('moonlight', 'by moonlight');
SELECT summary FROM desk.said();

-- It is a key like others: described, compared, kept
SELECT describe_action('desk.fails');
SELECT definition ->> 'summary' AS summary FROM custom_actions.definition_of('desk.fails', NULL, 'draft') AS definition;
SELECT summary FROM custom_actions.action WHERE name = 'desk.fails';
UPDATE custom_actions.action SET summary = 'Set by hand: {{input.by}}' WHERE name = 'desk.fails';
SELECT activate_action('desk.fails');
SELECT desk.fails(1, 0);
SELECT summary FROM desk.said();
SELECT restore_action('desk.fails', 1);
SELECT activate_action('desk.fails');
SELECT desk.fails(1, 4);
SELECT summary FROM desk.said();
UPDATE custom_actions.action SET summary = NULL WHERE name = 'desk.fails';
SELECT activate_action('desk.fails');
SELECT desk.fails(1, 4);
SELECT summary FROM desk.said();
-- names in it are read once and for all
CREATE SCHEMA sly;
SELECT define('desk.frozen', '{"settings": {"search_path": "sly, desk"}, "summary": "{{helps(1)}}", "steps": []}');
CREATE FUNCTION sly.helps(integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'sly ' || $1 $$;
\c
SELECT desk.frozen();
