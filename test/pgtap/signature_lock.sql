-- The signature of a published action stays; never does an overload appear.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(41);

CREATE SCHEMA desk;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text);
CREATE TABLE desk.other (id integer PRIMARY KEY);
CREATE TABLE desk.big (id bigint PRIMARY KEY);
CREATE TABLE desk.pair (a integer, b integer, PRIMARY KEY (a, b));

CREATE FUNCTION activate(definition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM create_action('desk.act', definition::json, or_replace => true);
	RETURN 'version ' || activate_action('desk.act');
EXCEPTION WHEN SQLSTATE 'UA006' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN detail;
END $$;
CREATE FUNCTION functions() RETURNS bigint LANGUAGE sql AS
	$$SELECT count(*) FROM pg_proc WHERE proname = 'act' AND pronamespace = 'desk'::regnamespace$$;

SELECT is(activate('{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
	"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}'),
	'version 1', 'published');

SELECT is(activate(definition), expected, title)
FROM (VALUES
	('type of an input', '{"table": "desk.note", "input": [{"name": "a", "type": "bigint"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Input "a" is of type bigint, but was integer.'),
	('name of an input', '{"table": "desk.note", "input": [{"name": "c", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		E'Input "c" is new.\nInput "a" is missing.'),
	('order of inputs', '{"table": "desk.note", "input": [{"name": "b", "type": "text"}, {"name": "a", "type": "integer"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		E'Input 2 is "b", but was "a": the order differs.'),
	('a new required input',
		'{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}, {"name": "c", "type": "text"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Input "c" is new.'),
	('a new input before another',
		'{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "c", "type": "text", "default": "x"},
			{"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Input "c" is new.'),
	('a missing input', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Input "b" is missing.'),
	('optional made required', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Input "b" is required, but was optional.'),
	('type of an output', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "bigint", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Output "r" is of type bigint, but was integer.'),
	('name of an output', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "q", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		E'Output "q" is new.\nOutput "r" is missing.'),
	('order of outputs', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "s", "type": "text", "default": "y"}, {"name": "r", "type": "integer", "default": 1}]}',
		'Output 1 is "s", but was "r": the order differs.'),
	('a new output', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}, {"name": "t", "type": "text", "default": "y"}]}',
		'Output "t" is new.'),
	('a missing output', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}]}',
		'Output "s" is missing.'),
	('no outputs', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}]}',
		E'Output "r" is missing.\nOutput "s" is missing.'),
	('type of the key', '{"table": "desk.big", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}',
		'Input "target" is of type bigint, but was integer.'),
	('a composite key', '{"table": "desk.pair", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}', NULL),
	('no target', '{"input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}', NULL),
	('several at once', '{"table": "desk.note", "input": [{"name": "a", "type": "bigint"}, {"name": "b", "type": "integer", "default": 1}],
		"output": [{"name": "r", "type": "text", "default": "1"}, {"name": "s", "type": "text", "default": "y"}]}',
		E'Input "a" is of type bigint, but was integer.\nInput "b" is of type integer, but was text.\nOutput "r" is of type text, but was integer.')
) AS t (title, definition, expected)
WHERE expected IS NOT NULL;
SELECT matches(activate('{"table": "desk.pair", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
	"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}'),
	'Input "target" is missing', 'a composite key');
SELECT matches(activate('{"input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "x"}],
	"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}'),
	'Input "target" is missing', 'no target');
SELECT is(functions(), 1::bigint, 'no overload appeared');
SELECT is((SELECT array_agg(version) FROM custom_actions.version WHERE action = 'desk.act'), '{1}', 'and no version');

-- What may change
SELECT is(activate(definition), expected, title)
FROM (VALUES
	(1, 'the value of a default', '{"table": "desk.note", "input": [{"name": "a", "type": "integer"}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}', 'version 2'),
	(2, 'a description',
		'{"description": "new", "table": "desk.note", "input": [{"name": "a", "type": "integer", "description": "x"}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}', 'version 3'),
	(3, 'required made optional',
		'{"table": "desk.note", "input": [{"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 1}, {"name": "s", "type": "text", "default": "y"}]}', 'version 4'),
	(4, 'the default of an output',
		'{"table": "desk.note", "input": [{"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 2}, {"name": "s", "type": "text", "default": "y"}]}', 'version 5'),
	(5, 'an output made required',
		'{"table": "desk.note", "input": [{"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 2, "required": true}, {"name": "s", "type": "text", "default": "y"}]}', 'version 6'),
	(6, 'the steps', '{"table": "desk.note", "input": [{"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 2}, {"name": "s", "type": "text", "default": "y"}],
		"steps": [{"update": "target", "set": {"body": "=input.b"}}]}', 'version 7'),
	(7, 'another table with a key of that type',
		'{"table": "desk.other", "input": [{"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "text", "default": "z"}],
		"output": [{"name": "r", "type": "integer", "default": 2}, {"name": "s", "type": "text", "default": "y"}]}', 'version 8')
) AS t (number, title, definition, expected)
ORDER BY number;
INSERT INTO desk.other VALUES (1);
SELECT results_eq('SELECT * FROM desk.act(1)', 'VALUES (2, ''y''::text)', 'it works, with the optional input left out');
SELECT is(functions(), 1::bigint, 'one function still');

-- By other ways
SELECT throws_ok($$CREATE FUNCTION desk.act(x text) RETURNS void LANGUAGE custom_action AS
	'{"format": 1, "version": 1, "active": true, "definition": {"input": [{"name": "x", "type": "text"}]}}'$$,
	'42723', 'action "desk.act" exists already with other arguments', 'a function made by hand');
SET LOCAL check_function_bodies = off;
SELECT throws_ok($$CREATE FUNCTION desk.act(x text) RETURNS void LANGUAGE custom_action AS
	'{"format": 1, "version": 1, "active": true, "definition": {"input": [{"name": "x", "type": "text"}]}}'$$,
	'42723', NULL, 'also unchecked');
SET LOCAL check_function_bodies = on;
SELECT throws_ok($$SELECT custom_actions.publish('desk.act', '{"input": [{"name": "x", "type": "text"}]}', 99, true, '[]')$$, 'UA006', NULL,
	'the inner function');
DO $$ BEGIN
	PERFORM create_action('desk.act_two', '{"steps": [{"let": {"x": 1}}]}');
	PERFORM activate_action('desk.act_two');
END $$;
CREATE SCHEMA elsewhere;
DO $$ BEGIN
	PERFORM create_action('elsewhere.act', '{"steps": [{"let": {"x": 1}}]}');
	PERFORM activate_action('elsewhere.act');
END $$;
SELECT throws_ok('ALTER FUNCTION desk.act_two() RENAME TO act', NULL, NULL, 'ALTER FUNCTION RENAME');
SELECT throws_ok('ALTER FUNCTION elsewhere.act() SET SCHEMA desk', NULL, NULL, 'ALTER FUNCTION SET SCHEMA');
SELECT is(functions(), 1::bigint, 'one function still');
-- A function of another language is no action, whatever its name
CREATE FUNCTION desk.plain() RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT is(create_action('desk.plain', '{"steps": [{"let": {"x": 1}}]}'), 'desk.plain', 'a draft may have the name of a function');
SELECT throws_ok('SELECT activate_action(''desk.plain'')', '42723', 'function desk.plain() already exists and is not an action', 'but cannot replace it');
SELECT is(desk.plain(), 1, 'which is untouched');
SELECT throws_ok('SELECT invoke_action(''desk.plain'')', '42883', NULL, 'and cannot be invoked');
CREATE FUNCTION desk.act(text, text, text, text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT is(activate('{"table": "desk.other", "input": [{"name": "a", "type": "integer", "required": false}, {"name": "b", "type": "text", "default": "zz"}],
		"output": [{"name": "r", "type": "integer", "default": 3}, {"name": "s", "type": "text", "default": "y"}]}'), 'version 9',
	'an ordinary function of the same name is not in the way');
SELECT is(invoke_action('desk.act', '{"target": 1}') ->> 'r', '3', 'and never called');

SELECT * FROM finish();
ROLLBACK;
