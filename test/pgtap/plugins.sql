-- Plug-ins in bulk: what may be returned at each stage in each language, values
-- of all sorts of types, and with whose privileges they run.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT no_plan();

CREATE ROLE plugins_owner;
CREATE ROLE plugins_caller;
CREATE ROLE plugins_vault;
CREATE SCHEMA desk;
GRANT USAGE ON SCHEMA desk TO plugins_owner, plugins_caller, plugins_vault;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text);
INSERT INTO desk.note VALUES (1, 'one');

-- Every stage, every key, in SQL and PL/pgSQL, returning jsonb and void
CREATE FUNCTION desk.give_sql(context jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$SELECT nullif(context -> 'configuration', 'null')$$;
CREATE FUNCTION desk.give_plpgsql(context jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$BEGIN RETURN nullif(context -> 'configuration', 'null'); END$$;
CREATE FUNCTION desk.void_sql(context jsonb) RETURNS void LANGUAGE sql STABLE AS $$SELECT nullif(context -> 'configuration', 'null')$$;
CREATE FUNCTION desk.void_plpgsql(context jsonb) RETURNS void LANGUAGE plpgsql VOLATILE AS $$BEGIN PERFORM context -> 'configuration'; END$$;
CREATE FUNCTION desk.atomic_sql(context jsonb) RETURNS jsonb LANGUAGE sql STABLE BEGIN ATOMIC SELECT nullif(context -> 'configuration', 'null'); END;
CREATE FUNCTION desk.set_sql(context jsonb) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog AS
	$$SELECT nullif(context -> 'configuration', 'null')$$;
DO $$
BEGIN
	PERFORM create_action('desk.matrix', '{"table": "desk.note", "input": [{"name": "x", "type": "text", "default": "x"}],
		"output": [{"name": "y", "type": "text"}, {"name": "seen", "type": "text", "default": "=input.x"},
			{"name": "shared", "type": "jsonb", "default": "=context.shared"}],
		"steps": [{"output": {"y": "{{input.x}} {{context.shared}}"}}]}');
	PERFORM activate_action('desk.matrix');
	PERFORM register_plugin('desk.matrix', 'pre_operation', 'desk.give_sql');
END $$;

CREATE FUNCTION desk.matrix_with(stage text, function text, configuration jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	named jsonb;
	typed record;
BEGIN
	UPDATE custom_actions.plugin_step AS p
	SET stage = matrix_with.stage, function = matrix_with.function, configuration = matrix_with.configuration
	WHERE action = 'desk.matrix';
	named := invoke_action('desk.matrix', '{"target": 1}');
	SELECT * INTO typed FROM desk.matrix(1);
	IF to_jsonb(typed) <> named THEN
		RETURN format('typed %s, named %s', to_jsonb(typed), named);
	END IF;
	RETURN concat_ws(' | ', typed.y, typed.seen, typed.shared);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE TEMPORARY TABLE stage (number integer, name text, takes_input boolean);
INSERT INTO stage VALUES (1, 'pre_validation', true), (2, 'pre_operation', true), (3, 'main_operation', false), (4, 'post_operation', false);
CREATE TEMPORARY TABLE language (function text, returns_void boolean);
INSERT INTO language VALUES ('give_sql', false), ('give_plpgsql', false), ('atomic_sql', false), ('set_sql', false), ('void_sql', true), ('void_plpgsql', true);

SELECT is(desk.matrix_with(s.name, format('desk.%s(jsonb)', l.function), c.configuration),
	CASE
		WHEN l.returns_void OR c.key = 'nothing' THEN 'x {} | x | {}'
		WHEN c.key = 'input' AND s.takes_input THEN 'given {} | given | {}'
		WHEN c.key = 'output' AND NOT s.takes_input THEN 'given | x | {}'
		WHEN c.key = 'shared' THEN CASE s.number
			WHEN 3 THEN 'x {} | x | {"s": 1}'
			WHEN 4 THEN 'x {} | x | {}'
			ELSE 'x {"s": 1} | x | {"s": 1}' END
		WHEN c.key = 'unknown' THEN format('22023 plug-in desk.%s(jsonb) returned the unknown key "other"', l.function)
		WHEN c.key = 'no object' THEN format('22023 plug-in desk.%s(jsonb) returned JSON that is not an object', l.function)
		ELSE format('22023 plug-in desk.%s(jsonb) returned the key "%s" at stage %s', l.function, c.key, s.name)
	END,
	format('%s at %s by %s', c.key, s.name, l.function))
FROM stage AS s, language AS l, (VALUES
	('nothing', NULL::jsonb), ('input', '{"input": {"x": "given"}}'), ('output', '{"output": {"y": "given"}}'), ('shared', '{"shared": {"s": 1}}'),
	('unknown', '{"other": {}}'), ('no object', '[1]')) AS c (key, configuration)
ORDER BY s.number, l.function, c.key;

-- Values of all sorts of types: from the context and back, as input and as output, and what the type does not take
CREATE DOMAIN desk.percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN desk.code AS varchar(4) NOT NULL CHECK (VALUE = upper(VALUE));
CREATE TYPE desk.mood AS ENUM ('good', 'bad');
CREATE TYPE desk.pair AS (a numeric(6,2), b text[]);
CREATE DOMAIN desk.low_pair AS desk.pair CHECK ((VALUE).a < 10);

CREATE FUNCTION desk.exchange(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	IF context ->> 'stage' LIKE 'pre%' THEN
		RETURN jsonb_build_object('shared', jsonb_build_object('was', context -> 'input' -> 'v'),
			'input', jsonb_build_object('v', context -> 'configuration'));
	END IF;
	RETURN jsonb_build_object('shared', jsonb_build_object('was', context -> 'input' -> 'v'),
		'output', jsonb_build_object('w', context -> 'configuration'));
END $$;

CREATE FUNCTION desk.exchange_with(type text, stage text, value jsonb, given jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM create_action('desk.exchange_value', json_build_object(
		'input', json_build_array(json_build_object('name', 'v', 'type', type, 'required', false)),
		'output', json_build_array(json_build_object('name', 'w', 'type', type, 'default', '=input.v'),
			json_build_object('name', 'was', 'type', 'jsonb')))::json);
	PERFORM activate_action('desk.exchange_value');
	PERFORM register_plugin('desk.exchange_value', stage, 'desk.exchange', configuration => given);
	PERFORM register_plugin('desk.exchange_value', 'main_operation', 'desk.tell', 2);
	result := (SELECT concat(e -> 'was', ' -> ', e -> 'w')
		FROM invoke_action('desk.exchange_value', jsonb_build_object('v', value)) AS e);
	RAISE SQLSTATE 'UX000' USING MESSAGE = result;
EXCEPTION
	WHEN SQLSTATE 'UX000' THEN RETURN result;
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION desk.tell(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('output', jsonb_build_object('was', context -> 'shared' -> 'was')) $$;

SELECT is(desk.exchange_with(v.type, s.name, v.value, v.given),
	replace(expected, '@', CASE s.name WHEN 'main_operation' THEN 'output "w"' ELSE 'input "v"' END), format('%s at %s: %s', v.type, s.name, v.given))
FROM (VALUES ('pre_validation'), ('pre_operation'), ('main_operation')) AS s (name), (VALUES
	('integer', '1'::jsonb, '2'::jsonb, '1 -> 2'),
	('integer', '1', '"2"', '1 -> 2'),
	('integer', '1', 'null', '1 -> null'),
	('integer', '1', '2147483648', '22003 value "2147483648" is out of range for type integer'),
	('bigint', '9007199254740993', '9223372036854775807', '9007199254740993 -> 9223372036854775807'),
	('numeric', '1.10', '123456789012345678901234567890.000', '1.10 -> 123456789012345678901234567890.000'),
	('numeric(8,2)', '1.005', '2.345', '1.01 -> 2.35'),
	('numeric(8,2)', '1', '1e9', '22003 numeric field overflow'),
	('boolean', 'true', 'false', 'true -> false'),
	('text', '"a"', '"b\u00e9\n"', '"a" -> "bé\n"'),
	('varchar(3)', '"abc"', '"xyz  "', '"abc" -> "xyz"'),
	('varchar(3)', '"abc"', '"abcd"', '22001 value too long for type character varying(3)'),
	('char(3)', '"a"', '"b"', '"a  " -> "b  "'),
	('bit(3)', '"101"', '"11"', '22026 bit string length 2 does not match type bit(3)'),
	('timestamptz', '"2026-01-31T12:00:00Z"', '"2026-01-31 13:00:00.123456+02"', '"2026-01-31T12:00:00+00:00" -> "2026-01-31T11:00:00.123456+00:00"'),
	('timestamptz(0)', '"2026-01-31T12:00:00Z"', '"2026-01-31 13:00:00.6Z"', '"2026-01-31T12:00:00+00:00" -> "2026-01-31T13:00:01+00:00"'),
	('date', '"2026-01-31"', '"1 February 2026"', '"2026-01-31" -> "2026-02-01"'),
	('interval', '"1 day"', '"90 minutes"', '"1 day" -> "01:30:00"'),
	('uuid', '"00000000-0000-0000-0000-000000000001"', '"00000000-0000-0000-0000-000000000002"',
		'"00000000-0000-0000-0000-000000000001" -> "00000000-0000-0000-0000-000000000002"'),
	('bytea', '"\\x01"', '"\\x02ff"', '"\\x01" -> "\\x02ff"'),
	('jsonb', '{"a": [1]}', '{"b": {"c": null}}', '{"a": [1]} -> {"b": {"c": null}}'),
	('json', '{"a": [1]}', '[1.50]', '{"a": [1]} -> [1.50]'),
	('text[]', '["a", null]', '["b", "", "c,d"]', '["a", null] -> ["b", "", "c,d"]'),
	('integer[]', '[[1, 2], [3, 4]]', '[]', '[[1, 2], [3, 4]] -> []'),
	('numeric(4,1)[]', '[1.25]', '[2.25, null]', '[1.3] -> [2.3, null]'),
	('integer[]', '[1]', '["x"]', '22P02 invalid input syntax for type integer: "x"'),
	('int4range', '"[1,5)"', '"[1,2]"', '"[1,5)" -> "[1,3)"'),
	('desk.percent', '5', '100', '5 -> 100'),
	('desk.percent', '5', '101', '23514 @ of action "desk.exchange_value" violates rule "percent_check" of domain desk.percent'),
	('desk.percent', '5', 'null', '5 -> null'),
	('desk.percent[]', '[5]', '[6, 7]', '[5] -> [6, 7]'),
	('desk.percent[]', '[5]', '[-1]', '23514 @[1] of action "desk.exchange_value" violates rule "percent_check" of domain desk.percent'),
	('desk.code', '"AB"', '"CD"', '"AB" -> "CD"'),
	('desk.code', '"AB"', '"cd"', '23514 @ of action "desk.exchange_value" violates rule "code_check" of domain desk.code'),
	('desk.code', '"AB"', '"ABCDE"', '22001 value too long for type character varying(4)'),
	('desk.code', '"AB"', 'null', '23502 @ of action "desk.exchange_value" must not be null'),
	('desk.mood', '"good"', '"bad"', '"good" -> "bad"'),
	('desk.mood', '"good"', '"mixed"', '22P02 @ of action "desk.exchange_value" cannot be "mixed"'),
	('desk.mood[]', '["good"]', '["bad", "bad"]', '["good"] -> ["bad", "bad"]'),
	('desk.pair', '{"a": 1, "b": ["x"]}', '{"a": 2.345, "b": null}', '{"a": 1.00, "b": ["x"]} -> {"a": 2.35, "b": null}'),
	('desk.pair[]', '[{"a": 1}]', '[null, {"b": []}]', '[{"a": 1.00, "b": null}] -> [null, {"a": null, "b": []}]'),
	('desk.low_pair', '{"a": 1}', '{"a": 9, "b": ["y"]}', '{"a": 1.00, "b": null} -> {"a": 9.00, "b": ["y"]}'),
	('desk.low_pair', '{"a": 1}', '{"a": 10}', '23514 @ of action "desk.exchange_value" violates rule "low_pair_check" of domain desk.low_pair'),
	('desk.note', '{"id": 1, "body": "one"}', '{"id": 2, "body": null}', '{"id": 1, "body": "one"} -> {"id": 2, "body": null}')
) AS v (type, value, given, expected)
ORDER BY v.type, v.given::text, s.name;

-- Who runs: the caller, the owner of the action, the owner of the plug-in
CREATE TABLE desk.secret (value text);
INSERT INTO desk.secret VALUES ('secret');
ALTER TABLE desk.secret OWNER TO plugins_vault;
CREATE FUNCTION desk.who(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object('who', concat_ws(' ', context ->> 'caller', current_user, context ->> 'session_user' = session_user)));
END $$;
CREATE FUNCTION desk.who_definer(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object('who', concat_ws(' ', context ->> 'caller', current_user, (SELECT value FROM desk.secret))));
END $$;
CREATE FUNCTION desk.read_secret(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object('who', (SELECT value FROM desk.secret)));
END $$;
ALTER FUNCTION desk.who_definer OWNER TO plugins_vault;
DO $$
BEGIN
	PERFORM create_action('desk.as_caller', '{"output": [{"name": "who", "type": "text"}]}');
	PERFORM create_action('desk.as_owner', '{"run_as": "owner", "output": [{"name": "who", "type": "text"}]}');
	PERFORM activate_action('desk.as_caller');
	PERFORM activate_action('desk.as_owner');
	GRANT EXECUTE ON FUNCTION desk.as_caller, desk.as_owner TO plugins_caller;
	ALTER FUNCTION desk.as_owner OWNER TO plugins_owner;
	UPDATE custom_actions.action SET owner = 'plugins_owner' WHERE name = 'desk.as_owner';
END $$;

CREATE FUNCTION desk.run(action text, function text, role text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	DELETE FROM custom_actions.plugin_step AS p WHERE p.action = run.action;
	PERFORM register_plugin(action, 'main_operation', function);
	EXECUTE format('SET LOCAL ROLE %I', role);
	result := invoke_action(action) ->> 'who';
	RESET ROLE;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(desk.run('desk.as_caller', 'desk.who', 'plugins_caller'), 'plugins_caller plugins_caller t', 'a plug-in runs as the caller');
SELECT is(desk.run('desk.as_owner', 'desk.who', 'plugins_caller'), 'plugins_caller plugins_owner t', 'or as the owner of the action');
SELECT is(desk.run('desk.as_caller', 'desk.who_definer', 'plugins_caller'), 'plugins_caller plugins_vault secret',
	'a SECURITY DEFINER plug-in as its own owner');
SELECT is(desk.run('desk.as_owner', 'desk.who_definer', 'plugins_caller'), 'plugins_caller plugins_vault secret', 'whoever the action runs as');
SELECT is(desk.run('desk.as_caller', 'desk.read_secret', 'plugins_caller'), '42501 permission denied for table secret', 'the caller''s privileges bind it');
SELECT is(desk.run('desk.as_owner', 'desk.read_secret', 'plugins_caller'), '42501 permission denied for table secret', 'or the owner''s');
SELECT is(current_user::text, session_user::text, 'the role is what it was');

-- Code of types runs as whoever the action runs as, never as the owner of a SECURITY DEFINER plug-in that looks at them
CREATE TYPE desk.spy AS ENUM ('x');
CREATE FUNCTION desk.spy_json(desk.spy) RETURNS json LANGUAGE sql STABLE AS 'SELECT json_build_object(''is'', current_user)';
CREATE FUNCTION desk.spy_of_json(jsonb) RETURNS desk.spy LANGUAGE sql STABLE AS 'SELECT ''x''::desk.spy';
CREATE CAST (desk.spy AS json) WITH FUNCTION desk.spy_json(desk.spy);
CREATE CAST (jsonb AS desk.spy) WITH FUNCTION desk.spy_of_json(jsonb);
CREATE DOMAIN desk.spy_domain AS desk.spy;
CREATE FUNCTION desk.show_input(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object('who', context -> 'input'));
END $$;
ALTER FUNCTION desk.show_input OWNER TO plugins_vault;
DO $$
BEGIN
	PERFORM create_action('desk.spied', '{"input": [{"name": "a", "type": "desk.spy", "default": "x"}, {"name": "b", "type": "desk.spy[]", "default": ["x"]},
		{"name": "c", "type": "desk.spy_domain", "default": "x"}], "output": [{"name": "who", "type": "jsonb"}]}');
	PERFORM activate_action('desk.spied');
	GRANT EXECUTE ON FUNCTION desk.spied TO plugins_caller;
END $$;
SELECT is(desk.run('desk.spied', 'desk.show_input', 'plugins_caller')::jsonb,
	'{"a": {"is": "plugins_caller"}, "b": [{"is": "plugins_caller"}], "c": {"is": "plugins_caller"}}', 'casts to json run as the caller');

-- EXECUTE, for whom the action runs as; a grant and a revoke count at the next call
REVOKE EXECUTE ON FUNCTION desk.who, desk.who_definer FROM PUBLIC;
SELECT is(desk.run(action, function, 'plugins_caller'), expected, format('%s of %s without EXECUTE', function, action))
FROM (VALUES
	('desk.as_caller', 'desk.who', '42501 permission denied for plug-in desk.who(jsonb) of action "desk.as_caller"'),
	('desk.as_caller', 'desk.who_definer', '42501 permission denied for plug-in desk.who_definer(jsonb) of action "desk.as_caller"'),
	('desk.as_owner', 'desk.who', '42501 permission denied for plug-in desk.who(jsonb) of action "desk.as_owner"'),
	('desk.as_owner', 'desk.who_definer', '42501 permission denied for plug-in desk.who_definer(jsonb) of action "desk.as_owner"')) AS t (action,
		function, expected);
GRANT EXECUTE ON FUNCTION desk.who TO plugins_caller;
SELECT is(desk.run('desk.as_caller', 'desk.who', 'plugins_caller'), 'plugins_caller plugins_caller t', 'a grant to the caller counts');
SELECT is(desk.run('desk.as_owner', 'desk.who', 'plugins_caller'), '42501 permission denied for plug-in desk.who(jsonb) of action "desk.as_owner"',
	'but not for an action that runs as its owner');
GRANT EXECUTE ON FUNCTION desk.who TO plugins_owner;
SELECT is(desk.run('desk.as_owner', 'desk.who', 'plugins_caller'), 'plugins_caller plugins_owner t', 'there the owner needs it');
PREPARE typed AS SELECT desk.as_caller();
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.as_caller';
DO $$ BEGIN PERFORM register_plugin('desk.as_caller', 'main_operation', 'desk.who'); END $$;
SET ROLE plugins_caller;
SELECT is(desk.as_caller(), 'plugins_caller plugins_caller t', 'called once');
CREATE TEMPORARY TABLE prepared AS EXECUTE typed;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.who FROM plugins_caller;
SET ROLE plugins_caller;
SELECT throws_ok('SELECT desk.as_caller()', '42501', NULL, 'a revoke counts at once');
SELECT throws_ok('EXECUTE typed', '42501', NULL, 'in a prepared statement too');
SELECT throws_ok('SELECT invoke_action(''desk.as_caller'')', '42501', NULL, 'and by name');
RESET ROLE;
SELECT is(desk.as_caller(), session_user || ' ' || session_user || ' t', 'roles that take turns are checked each');

-- Row level security binds images as it binds the steps
ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON desk.note USING (id % 2 = 1);
INSERT INTO desk.note VALUES (2, 'two');
GRANT SELECT, UPDATE, DELETE ON desk.note TO plugins_caller;
CREATE FUNCTION desk.images(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('output', jsonb_build_object('seen', concat(context -> 'pre_image', ' ', context -> 'post_image'))) $$;
DO $$
BEGIN
	PERFORM create_action('desk.change_id', '{"table": "desk.note", "input": [{"name": "body", "type": "text"}],
		"output": [{"name": "seen", "type": "text", "default": "?"}], "steps": [{"update": "target", "set": {"body": "=input.body"}}]}');
	PERFORM activate_action('desk.change_id');
	PERFORM register_plugin('desk.change_id', 'post_operation', 'desk.images', images => '{"pre": ["body"], "post": ["body"]}');
	GRANT EXECUTE ON FUNCTION desk.change_id TO plugins_caller;
END $$;
SET ROLE plugins_caller;
SELECT is(desk.change_id(1, 'new'), '{"body": "one"} {"body": "new"}', 'a visible row has images');
SELECT throws_ok('SELECT desk.change_id(2, ''new'')', 'P0002', NULL, 'an invisible one is no target');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
