-- Limits of harm: how many rows the steps of an action may write, and how many rows and
-- statements a role may in one call.
\i test/sql/prelude.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text NOT NULL DEFAULT 'open', owner_id integer,
	note text, CHECK (status <> 'bad'));
CREATE TABLE desk.task (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id integer, title text);
INSERT INTO desk.case (id) SELECT i FROM generate_series(1, 100) AS i;
-- What failed, as JSON tells it
CREATE FUNCTION failure(action text, input jsonb) RETURNS TABLE (sqlstate text, message text, detail text, hint text)
LANGUAGE sql AS $$
	SELECT e.* FROM try_invoke_action(action, input) AS answer, jsonb_to_record(answer -> 'error') AS e (sqlstate text, message text, detail text, hint text)
$$;

-- max_rows: a step that changes more than allowed changes nothing
SELECT define('desk.close_old', '{"max_rows": 50, "input": [{"name": "up_to", "type": "integer"}],
	"steps": [{"update": "desk.case", "as": "closed", "where": "id <= input.up_to", "set": {"status": "closed"}}],
	"output": [{"name": "closed", "type": "bigint", "default": "=closed.count"}]}');
SELECT desk.close_old(50);
SELECT desk.close_old(51);
SELECT invoke_action('desk.close_old', '{"up_to": 100}');
SELECT * FROM failure('desk.close_old', '{"up_to": 99}');
SELECT status, count(*) FROM desk.case GROUP BY status ORDER BY status;
SELECT describe_action('desk.close_old');
SELECT sqlstate, message, "when" FROM action_errors('desk.close_old') WHERE sqlstate = 'UA009';
SELECT action_definition('desk.close_old') ->> 'max_rows' AS max_rows,
	(SELECT max_rows FROM custom_actions.action WHERE name = 'desk.close_old') AS of_row;
UPDATE desk.case SET status = 'open';

-- Steps add up: loops, steps that are merged into one statement, create, delete
SELECT define('desk.many', '{"max_rows": 4, "input": [{"name": "n", "type": "integer"}],
	"steps": [{"for_each": "=ARRAY(SELECT generate_series(1, input.n))", "as": "i",
		"do": [{"create": "desk.task", "set": {"case_id": "=i.value"}}]}]}');
SELECT desk.many(4);
SELECT desk.many(5);
SELECT define('desk.two', '{"max_rows": 2, "table": "desk.case", "input": [{"name": "third", "type": "boolean", "default": false}],
	"steps": [{"update": "target", "set": {"owner_id": 1}}, {"update": "target", "set": {"note": "said"}},
		{"delete": "desk.task", "when": "input.third", "where": "case_id = target.id"}]}');
SELECT desk.two(1);
SELECT desk.two(1, true);
SELECT define('desk.pair', '{"max_rows": 1, "table": "desk.case",
	"steps": [{"update": "target", "set": {"owner_id": 1}}, {"update": "target", "set": {"note": "said"}}]}');
SELECT desk.pair(2);
SELECT id, owner_id, note FROM desk.case WHERE id <= 2 ORDER BY id;

-- What is not a step's does not count: triggers, called functions, plug-ins; a row that is not changed
CREATE FUNCTION desk.echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.task (case_id, title) SELECT new.id, 'echo' FROM generate_series(1, 10);
	RETURN NULL;
END $$;
CREATE TRIGGER echo AFTER UPDATE OF note ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.echo();
CREATE FUNCTION desk.fill() RETURNS void LANGUAGE sql AS $$INSERT INTO desk.task (title) SELECT 'filled' FROM generate_series(1, 10)$$;
SELECT define('desk.noise', '{"max_rows": 1, "table": "desk.case",
	"steps": [{"update": "target", "set": {"note": "loud"}}, {"call": "desk.fill"},
		{"update": "desk.case", "where": "id = -1", "set": {"note": "none"}}]}');
SELECT desk.noise(3);
SELECT title, count(*) FROM desk.task WHERE title IS NOT NULL GROUP BY title ORDER BY title;

-- Actions inside count for themselves and for what they run in: performed ones, those that a trigger or a function invokes
SELECT define('desk.fill_in', '{"max_rows": 3, "input": [{"name": "n", "type": "integer"}],
	"steps": [{"create": "desk.task", "from": "=ARRAY(SELECT generate_series(1, input.n))", "set": {"title": "filled in"}}]}');
SELECT define('desk.repeat_it', '{"max_rows": 5, "input": [{"name": "n", "type": "integer"}, {"name": "times", "type": "integer"}],
	"steps": [{"for_each": "=ARRAY(SELECT generate_series(1, input.times))", "as": "i",
		"do": [{"perform": "desk.fill_in", "with": {"n": "=input.n"}}]}]}');
SELECT desk.repeat_it(2, 2);
SELECT desk.repeat_it(4, 1);
SELECT desk.repeat_it(3, 2);
CREATE FUNCTION desk.by_function(n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM invoke_action('desk.fill_in', jsonb_build_object('n', n));
	PERFORM desk.fill_in(n);
END $$;
SELECT define('desk.calling', '{"max_rows": 5, "input": [{"name": "n", "type": "integer"}],
	"steps": [{"call": "desk.by_function", "with": {"n": "=input.n"}}]}');
SELECT desk.calling(2);
SELECT desk.calling(3);

-- What is undone no longer counts: by on_error, by a function that catches, by try_invoke_action
SELECT define('desk.careful', '{"max_rows": 3, "steps": [
	{"group": "tries", "do": [{"create": "desk.task", "from": "=ARRAY[1, 2, 3]", "set": {"title": "undone"}},
		{"update": "desk.case", "id": 1, "set": {"status": "bad"}}], "on_error": []},
	{"create": "desk.task", "from": "=ARRAY[1, 2, 3]", "set": {"title": "careful"}}]}');
SELECT desk.careful();
CREATE FUNCTION desk.catching() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.fill_in(3);
	RAISE EXCEPTION 'no';
EXCEPTION WHEN raise_exception THEN
	PERFORM try_invoke_action('desk.fill_in', '{"n": 4}');
END $$;
SELECT define('desk.recovering', '{"max_rows": 3, "steps": [{"call": "desk.catching"},
	{"create": "desk.task", "from": "=ARRAY[1, 2, 3]", "set": {"title": "recovering"}}]}');
SELECT desk.recovering();
SELECT title, count(*) FROM desk.task WHERE title <> 'filled in' GROUP BY title ORDER BY title;

-- Nobody inside deals with it: neither on_error, nor code that is called
SELECT define('desk.stubborn', '{"max_rows": 2, "steps": [
	{"create": "desk.task", "from": "=ARRAY[1, 2, 3]", "set": {"title": "stubborn"}, "on_error": []}]}');
SELECT desk.stubborn();
CREATE FUNCTION desk.swallow() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.fill_in(3);
EXCEPTION WHEN OTHERS THEN
	NULL;
END $$;
SELECT define('desk.swallowing', '{"max_rows": 2, "steps": [{"call": "desk.swallow"}]}');
SELECT desk.swallowing();
CREATE FUNCTION desk.trying() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM try_invoke_action('desk.fill_in', '{"n": 3}');
END $$;
SELECT define('desk.trying_it', '{"max_rows": 2, "steps": [{"call": "desk.trying"}]}');
SELECT desk.trying_it();
-- an action's own limit is an answer for who tries it
CREATE FUNCTION desk.try_four() RETURNS text LANGUAGE sql AS $$SELECT try_invoke_action('desk.fill_in', '{"n": 4}') #>> '{error,sqlstate}'$$;
SELECT define('desk.tolerant', '{"max_rows": 20, "steps": [{"call": "desk.try_four", "as": "four"}],
	"output": [{"name": "said", "type": "text", "default": "=four.result"}]}');
SELECT desk.tolerant();

-- Plug-ins run in it, too
CREATE FUNCTION desk.plug(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.fill_in(3);
	RETURN NULL;
END $$;
SELECT define('desk.plugged', '{"max_rows": 3, "steps": [{"create": "desk.task", "set": {"title": "plugged"}}]}');
SELECT register_plugin('desk.plugged', 'post_operation', 'desk.plug(jsonb)') > 0 AS registered;
SELECT desk.plugged();

-- A limit is a number of rows
SELECT brief($$SELECT create_action('desk.wrong', '{"max_rows": 0, "steps": []}')$$);
SELECT brief($$SELECT create_action('desk.wrong', '{"max_rows": -1, "steps": []}')$$);
SELECT brief($$SELECT create_action('desk.wrong', '{"max_rows": "50", "steps": []}')$$);
SELECT brief($$SELECT create_action('desk.wrong', '{"max_rows": 1.5, "steps": []}')$$);
\set VERBOSITY terse
UPDATE custom_actions.action SET max_rows = 0 WHERE name = 'desk.many';
\set VERBOSITY default
UPDATE custom_actions.action SET max_rows = 7 WHERE name = 'desk.many';
SELECT * FROM diff_action('desk.many');
SELECT activate_action('desk.many');
SELECT desk.many(7);

-- A DO block has a limit, too
DO LANGUAGE custom_action '{"max_rows": 2, "steps": [{"create": "desk.task", "from": "=ARRAY[1, 2, 3]", "set": {"title": "do"}}]}';

-- The budgets of a role: of each call with all that it leads to, not of a transaction
CREATE ROLE limits_agent;
GRANT USAGE ON SCHEMA desk TO limits_agent;
GRANT ALL ON ALL TABLES IN SCHEMA desk TO limits_agent;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO limits_agent;
SET custom_actions.max_rows = 4;
SET ROLE limits_agent;
SELECT desk.repeat_it(2, 2);
SELECT desk.repeat_it(2, 2);
SELECT desk.repeat_it(1, 5);
SELECT desk.fill_in(3), desk.fill_in(3) FROM generate_series(1, 2);
SELECT * FROM failure('desk.close_old', '{"up_to": 5}');
SET custom_actions.max_rows = 0;
ALTER ROLE limits_agent SET custom_actions.max_statements = 0;
RESET ROLE;
RESET custom_actions.max_rows;

-- Statements: each that is sent counts, that of a call step, too; those that are undone as well
SET custom_actions.max_statements = 7;
SELECT define('desk.sends', '{"table": "desk.case", "input": [{"name": "n", "type": "integer"}],
	"steps": [{"require": "target.status <> ''gone''"}, {"call": "desk.try_four"},
		{"for_each": "=ARRAY(SELECT generate_series(1, input.n))", "as": "i",
			"do": [{"update": "desk.case", "id": "=i.value", "set": {"note": "=i.value"}, "when": "i.value < 100",
				"on_error": []}]}]}');
SELECT desk.sends(1, 3);
SELECT desk.sends(1, 4);
RESET custom_actions.max_statements;
SELECT desk.sends(1, 4);

-- Many items: a limit of the action is that of each, a budget that of the call
CREATE TABLE desk.counter (id integer PRIMARY KEY, number integer NOT NULL DEFAULT 0);
INSERT INTO desk.counter SELECT i FROM generate_series(1, 100) AS i;
SELECT define('desk.count_up', '{"table": "desk.counter", "steps": [{"update": "target", "set": {"number": "=number + 1"}}]}');
SELECT define('desk.count_one', '{"max_rows": 1, "table": "desk.counter", "steps": [{"update": "target", "set": {"number": "=number + 1"}}]}');
SELECT status, count(*) FROM invoke_action_bulk('desk.count_one', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 50) AS i)) GROUP BY status;
SET custom_actions.max_rows = 40;
SELECT status, count(*) FROM invoke_action_bulk('desk.count_up', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 40) AS i)) GROUP BY status;
SELECT status, count(*) FROM invoke_action_bulk('desk.count_up', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 41) AS i)) GROUP BY status;
SELECT status, count(*) FROM invoke_action_bulk('desk.count_up', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(1, 41) AS i), mode => 'per_item') GROUP BY status;
SELECT status, count(*) FROM invoke_action_bulk('desk.count_up', (SELECT jsonb_agg(jsonb_build_object('target', i)) FROM generate_series(61, 110) AS i), mode => 'per_item') GROUP BY status ORDER BY status;
SELECT number, count(*) FROM desk.counter GROUP BY number ORDER BY number;
RESET custom_actions.max_rows;
SET custom_actions.if_match = 'x';
SELECT * FROM invoke_action_bulk('desk.count_up', '[]');
RESET custom_actions.if_match;

-- Who may set them
SELECT name, setting, context FROM pg_settings WHERE name LIKE 'custom_actions.max%s' AND name <> 'custom_actions.max_statistics' ORDER BY name;

DROP OWNED BY limits_agent;
DROP ROLE limits_agent;
