-- "not_found": the SQLSTATE of an error for a target that is not there.
\i test/sql/prelude.sql
SET client_min_messages = warning;
CREATE TABLE item (id integer PRIMARY KEY, n integer DEFAULT 0);
CREATE TABLE pair (a integer, b text, n integer, PRIMARY KEY (a, b));
INSERT INTO item VALUES (1);

-- The state and message that a call ends with
CREATE FUNCTION state(action text, input jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', result #>> '{error,sqlstate}', result #>> '{error,message}')
	FROM try_invoke_action(action, input) AS result
$$;
CREATE FUNCTION action(name text, definition jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('public.' || name, definition::json, or_replace => true);
	PERFORM activate_action('public.' || name);
	RETURN state('public.' || name, CASE definition ->> 'table' WHEN 'pair' THEN '{"target": {"a": 9, "b": "x"}}' ELSE '{"target": 9}' END::jsonb);
END $$;

-- whatever finds it missing
SELECT name, action(name, '{"table": "item", "not_found": "PT404"}' || definition::jsonb)
FROM (VALUES
	('loads', '{"steps": [{"require": "target.n = 0"}]}'),
	('proves', '{"steps": []}'),
	('updates', '{"steps": [{"update": "target", "set": {"n": 1}}]}'),
	('deletes', '{"steps": [{"delete": "target"}]}'),
	('gets', '{"steps": [{"get": "target", "as": "t"}]}'),
	('gives', '{"output": [{"name": "n", "type": "integer", "default": "=target.n"}]}'),
	('reads', '{"read_only": true, "output": [{"name": "n", "type": "integer", "default": "=target.n"}]}'),
	('pairs', '{"table": "pair", "steps": [{"update": "target", "set": {"n": 1}}]}')) AS t (name, definition);
\set VERBOSITY sqlstate
SELECT public.updates(9);
\set VERBOSITY default
SELECT public.updates(9);
SELECT invoke_action('public.updates', '{"target": 1}');

-- of the target alone: another row, and a condition that does not hold, have what they have
SELECT name, action(name, definition::jsonb), state('public.' || name, '{"target": 1}')
FROM (VALUES
	('without', '{"table": "item", "steps": [{"update": "target", "set": {"n": 1}}]}'),
	('other', '{"table": "item", "not_found": "ZZ123", "steps": [{"get": "item", "id": 8}]}'),
	('condition', '{"table": "item", "not_found": "ZZ123", "steps": [{"update": "target", "where": "n = 77", "set": {"n": 1}}]}'),
	('handled', '{"table": "item", "not_found": "ZZ123", "input": [{"name": "other", "type": "integer", "default": 9}], "steps": [{"perform": "public.loads", "with": {"target": "=input.other"}, "on_error_when": "error.sqlstate = ''PT404''",
			"on_error": [{"stop": "failed", "message": "handled {{error.sqlstate}}"}]}]}')) AS t (name, definition);

-- it is kept, shown, part of the version, and a change of it a change
SELECT action_definition('public.other');
SELECT describe_action('public.other');
SELECT not_found FROM custom_actions.action WHERE name = 'public.other';
UPDATE custom_actions.action SET not_found = 'PT410' WHERE name = 'public.other';
SET client_min_messages = notice;
SELECT activate_action('public.other');
SELECT state('public.other', '{"target": 9}');
UPDATE custom_actions.action SET not_found = NULL WHERE name = 'public.other';
SELECT activate_action('public.other');
SELECT state('public.other', '{"target": 9}');

-- what it cannot be
SELECT create_action('public.bad', '{"not_found": "PT404"}');
SELECT create_action('public.bad', '{"table": "item", "binding": "collection", "not_found": "PT404"}');
SELECT create_action('public.bad', '{"table": "item", "not_found": "404"}');
SELECT create_action('public.bad', '{"table": "item", "not_found": "pt404"}');
SELECT create_action('public.bad', '{"table": "item", "not_found": "00000"}');
SELECT create_action('public.bad', '{"table": "item", "not_found": "02000"}');
SELECT create_action('public.bad', '{"table": "item", "not_found": 404}');
SELECT create_action('public.bad', '{"table": "item"}');
\set VERBOSITY terse
UPDATE custom_actions.action SET not_found = 'abc' WHERE name = 'public.bad';
UPDATE custom_actions.action SET not_found = '01000' WHERE name = 'public.bad';
SELECT severity, location, message, hint FROM check_action('public.bad');
