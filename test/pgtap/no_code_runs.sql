-- Checking, activating, describing and DDL never run what a designer planted:
-- domain CHECKs, casts, operators, functions of defaults. Each of them would
-- advance the sequence "runs", which no rollback takes back.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(43);

CREATE ROLE no_code_runs_designer;
GRANT USAGE ON LANGUAGE custom_action TO no_code_runs_designer;
DO $$ BEGIN PERFORM grant_action_design('no_code_runs_designer'); END $$;
CREATE SCHEMA plant AUTHORIZATION no_code_runs_designer;
CREATE SEQUENCE public.runs;
GRANT USAGE ON SEQUENCE public.runs TO PUBLIC;

SET ROLE no_code_runs_designer;
CREATE FUNCTION plant.spy(what text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN nextval('public.runs') > 0;
END $$;
CREATE DOMAIN plant.small AS integer CHECK (plant.spy(VALUE::text));
CREATE DOMAIN plant.word AS text CHECK (plant.spy(VALUE));
CREATE DOMAIN plant.query AS text
	CHECK (query_to_xml(VALUE, false, false, '') IS NOT NULL);
CREATE TYPE plant.pair AS (a plant.small, b text);
CREATE TYPE plant.span AS RANGE (subtype = plant.small);
CREATE DOMAIN plant.pairs AS plant.pair[];
CREATE FUNCTION plant.make_pair(text) RETURNS plant.pair LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM plant.spy('cast');
	RETURN ROW(1, $1);
END $$;
CREATE CAST (text AS plant.pair) WITH FUNCTION plant.make_pair(text) AS IMPLICIT;
CREATE TYPE plant.mood AS ENUM ('good', 'bad');
CREATE FUNCTION plant.mood_is(plant.mood, plant.mood) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN plant.spy('operator');
END $$;
CREATE OPERATOR plant.= (LEFTARG = plant.mood, RIGHTARG = plant.mood, FUNCTION = plant.mood_is);
CREATE FUNCTION plant.takes_pairs(plant.pair[]) RETURNS integer LANGUAGE sql IMMUTABLE
	AS 'SELECT 1';
CREATE TABLE plant.thing (
	id     integer PRIMARY KEY,
	small  plant.small DEFAULT 7,
	smalls plant.small[],
	word   plant.word,
	query  plant.query,
	pair   plant.pair,
	pairs  plant.pair[],
	more   plant.pairs,
	span   plant.span,
	mood   plant.mood,
	CHECK (plant.spy(word)));
CREATE VIEW plant.view AS SELECT plant.spy('view') AS spied, id FROM plant.thing;
RESET ROLE;

-- What a superuser may do with the designer's draft; the problems it has.
CREATE FUNCTION problems(steps text, input text DEFAULT '[]') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	SET LOCAL ROLE no_code_runs_designer;
	PERFORM create_action('plant.act', format(
		'{"table": "plant.thing", "input": %s, "steps": [%s]}', input, steps)::json,
		or_replace => true);
	RESET ROLE;
	SELECT string_agg(message, '; ') INTO result FROM check_action('plant.act') WHERE message NOT LIKE 'nothing uses %';
	PERFORM describe_action('plant.act'), action_hash('plant.act');
	BEGIN
		PERFORM activate_action('plant.act');
		PERFORM refresh_action_dependencies();
		ALTER TABLE plant.thing ADD COLUMN extra integer;
		ALTER TABLE plant.thing DROP COLUMN extra;
		ALTER TYPE plant.mood ADD VALUE IF NOT EXISTS 'fine';
		PERFORM FROM custom_actions.actions;
		PERFORM drop_action('plant.act');
	EXCEPTION WHEN SQLSTATE 'UA005' THEN
		NULL;
	END;
	RETURN result;
END $$;

SELECT is(problems(steps), expected, title)
FROM (VALUES
	('a literal of a domain', '{"update": "target", "set": {"small": 5}}', NULL),
	('a literal of an array of domains, as JSON', '{"update": "target", "set": {"smalls": [1, 2]}}', NULL),
	('a literal of an array of domains, as text', '{"update": "target", "set": {"smalls": "{1,2}"}}', NULL),
	('a literal of a composite, as JSON', '{"update": "target", "set": {"pair": {"a": 1, "b": "x"}}}', NULL),
	('a literal of a composite, as text', '{"update": "target", "set": {"pair": "(1,x)"}}', NULL),
	('a literal of an array of composites', '{"update": "target", "set": {"pairs": "{\"(1,x)\"}"}}', NULL),
	('a literal of a domain over an array of composites', '{"update": "target", "set": {"more": "{\"(1,x)\"}"}}', NULL),
	('a literal of a range', '{"update": "target", "set": {"span": "[1,2]"}}', NULL),
	('a literal of a domain that holds a query', '{"update": "target", "set": {"query": "SELECT nextval(''public.runs'')"}}', NULL),
	('a template of a domain', '{"update": "target", "set": {"word": "x{{1}}"}}', NULL),
	('a formula cast to a domain', '{"update": "target", "set": {"small": "=''1''::plant.small"}}', NULL),
	('a formula, text cast to an array of domains', '{"update": "target", "set": {"smalls": "=(text ''{1}'')::plant.small[]"}}', NULL),
	('a formula cast to an array of domains', '{"update": "target", "set": {"smalls": "=''{1}''::plant.small[]"}}',
		'function plant.spy(text) would run while the action is checked'),
	('a formula cast to a composite', '{"update": "target", "set": {"pair": "=''(1,x)''::plant.pair"}}',
		'function plant.spy(text) would run while the action is checked'),
	('a formula cast to a range', '{"update": "target", "set": {"span": "=''[1,2]''::plant.span"}}',
		'function plant.spy(text) would run while the action is checked'),
	('a formula cast to an array of domains that hold queries',
		'{"require": "''{\"SELECT nextval(public.runs)\"}''::plant.query[] IS NULL"}',
		'function query_to_xml(text,boolean,boolean,text) would run while the action is checked'),
	('an argument of a function', '{"let": {"n": "=plant.takes_pairs(''{\"(1,x)\"}'')"}}',
		'function plant.spy(text) would run while the action is checked'),
	('a comparison', '{"require": "target.pairs = ''{\"(1,x)\"}''"}',
		'function plant.spy(text) would run while the action is checked'),
	('an element of an ARRAY', '{"require": "ARRAY[NULL::plant.pair, ''(1,x)''] IS NULL"}',
		'function plant.spy(text) would run while the action is checked'),
	('a branch of CASE', '{"require": "CASE WHEN true THEN ''(1,x)'' ELSE target.pair END IS NULL"}',
		'function plant.spy(text) would run while the action is checked'),
	('a sub-SELECT', '{"require": "(SELECT ''(1,x)''::plant.pair) IS NULL"}',
		'function plant.spy(text) would run while the action is checked'),
	('a bare literal formula', '{"update": "target", "set": {"pair": "=''(1,x)''"}}', NULL),
	('an operator', '{"require": "target.mood OPERATOR(plant.=) ''good''"}', NULL),
	('an implicit cast', '{"require": "plant.takes_pairs(ARRAY[target.word::text]) = 1"}', NULL),
	('a function with constant arguments', '{"require": "plant.spy(''formula'')"}', NULL),
	('a view', '{"require": "(SELECT spied FROM plant.view AS v WHERE v.id = 1)"}', NULL),
	('a default of a column and a CHECK', '{"create": "plant.thing", "set": {"id": 1}}', NULL)
) AS t (title, steps, expected);

SELECT is(problems('{"let": {"x": 1}}', input), expected, title)
FROM (VALUES
	('default of a domain', '[{"name": "i", "type": "plant.small", "default": 5}]', NULL),
	('default of an array of domains', '[{"name": "i", "type": "plant.small[]", "default": [1, 2]}]', NULL),
	('default of an array of domains, as text', '[{"name": "i", "type": "plant.small[]", "default": "{1,2}"}]', NULL),
	('default of a composite', '[{"name": "i", "type": "plant.pair", "default": "(1,x)"}]', NULL),
	('default of an array of composites', '[{"name": "i", "type": "plant.pair[]", "default": ["(1,x)"]}]', NULL),
	('default of a range', '[{"name": "i", "type": "plant.span", "default": "[1,2]"}]', NULL),
	('default that is a bare literal formula', '[{"name": "i", "type": "plant.pair", "default": "=''(1,x)''"}]', NULL),
	('default that is a formula with a cast', '[{"name": "i", "type": "plant.pair", "default": "=''(1,x)''::plant.pair"}]',
		'function plant.spy(text) would run while the action is checked'),
	('default that is a formula with a cast inside', '[{"name": "i", "type": "boolean", "default": "=''{1}''::plant.small[] IS NULL"}]',
		'function plant.spy(text) would run while the action is checked'),
	('default that calls a function', '[{"name": "i", "type": "boolean", "default": "=plant.spy(''default'')"}]', NULL)
) AS t (title, input, expected);

-- CREATE FUNCTION reads the literals of defaults once more, after the check. The
-- event triggers of others run all the same.
CREATE TABLE public.heard (event text);
CREATE FUNCTION public.hear(event text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN event; END';
CREATE FUNCTION public.listen() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.heard VALUES (public.hear(tg_event));
	IF tg_event = 'ddl_command_end' THEN
		INSERT INTO public.heard SELECT public.hear(object_identity) FROM pg_event_trigger_ddl_commands();
	END IF;
END $$;
CREATE FUNCTION public.tighten() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	ALTER DOMAIN plant.late ADD CHECK (plant.spy(VALUE::text));
END $$;
CREATE DOMAIN plant.early AS integer;
CREATE DOMAIN plant.late AS integer;
CREATE EVENT TRIGGER listen_start ON ddl_command_start WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION public.listen();
CREATE EVENT TRIGGER listen_end ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION public.listen();
DO $$ BEGIN
	PERFORM create_action('plant.late', '{"input": [{"name": "i", "type": "boolean", "default": "=''{1}''::plant.early[] IS NULL"}], "steps": []}');
END $$;
SELECT lives_ok('SELECT activate_action(''plant.late'')', 'a default that is read as a type without a CHECK');
SELECT results_eq('SELECT event FROM public.heard', ARRAY['ddl_command_start', 'ddl_command_end', 'plant.late(boolean)'],
	'event triggers may call functions');
CREATE EVENT TRIGGER tighten ON ddl_command_start WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION public.tighten();
DO $$ BEGIN
	PERFORM create_action('plant.late',
		'{"input": [{"name": "i", "type": "boolean", "default": "=''{1}''::plant.late[] IS NULL"}], "steps": []}', or_replace => true);
END $$;
SELECT throws_ok('SELECT activate_action(''plant.late'')', '0A000', 'function plant.spy(text) would run while the action is checked',
	'a CHECK that comes between check and CREATE FUNCTION');
DROP EVENT TRIGGER tighten;
DROP EVENT TRIGGER listen_start;
DROP EVENT TRIGGER listen_end;

SELECT is((SELECT is_called FROM public.runs), false, 'none of it ran');

-- The same objects do their work when the action runs.
DO $$ BEGIN
	PERFORM create_action('plant.act', '{"steps": [{"require": "plant.spy(context.caller)"}]}');
	PERFORM activate_action('plant.act');
END $$;
SELECT is(invoke_action('plant.act'), '{}', 'an invocation runs them');
SELECT is((SELECT is_called FROM public.runs), true, 'which can be seen');

SELECT * FROM finish();
ROLLBACK;
