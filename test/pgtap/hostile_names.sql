-- Objects that a caller puts before the real ones are never used, and text is
-- data wherever it comes from.
BEGIN;
SET LOCAL client_min_messages = warning;
\i test/sql/prelude.sql
SELECT plan(49);

CREATE ROLE hostile_names_caller;
CREATE SCHEMA good;
CREATE SCHEMA evil AUTHORIZATION hostile_names_caller;
GRANT USAGE ON SCHEMA good TO hostile_names_caller;
CREATE TABLE good.box (id integer PRIMARY KEY, body text, n integer NOT NULL DEFAULT 0);
INSERT INTO good.box VALUES (1, 'real', 5);
CREATE TABLE good.other (id integer PRIMARY KEY, body text);
INSERT INTO good.other VALUES (1, 'real other');
CREATE FUNCTION good.f(text) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'good ' || $1$$;
CREATE TYPE good.kind AS ENUM ('a', 'b');
SET LOCAL search_path = good, public;

CREATE FUNCTION pg_temp.body(run_as text, settings text) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"table": "good.box", "run_as": %s, %s
		"input": [{"name": "k", "type": "kind", "default": "a"}],
		"output": [{"name": "r", "type": "text", "default": %s}],
		"steps": [{"update": "target", "set": {"n": "=this.n + 0"}},
			{"update": "good.box", "id": 1, "set": {"body": "=body"}}]}', to_json(run_as), settings,
		to_json('=concat_ws('','', f(target.body), (SELECT o.body FROM other AS o WHERE o.id = 1), target.n + 1,
			input.k::kind, lower(''X''), length(''abc''), ''x'' || ''y'')'::text))
$$;
SELECT define('good.as_owner', pg_temp.body('owner', '')::json);
SELECT define('good.as_caller', pg_temp.body('caller', '')::json);
SELECT define('good.own_path', pg_temp.body('owner', '"settings": {"search_path": "good"},')::json);
SELECT create_action('good.no_path', replace(replace(replace(replace(pg_temp.body('owner', ''),
	' f(', ' good.f('), 'FROM other', 'FROM good.other'), '"kind"', '"good.kind"'), '::kind', '::good.kind')::json);
UPDATE custom_actions.action SET settings = '{}' WHERE name = 'good.no_path';
SELECT activate_action('good.no_path');
GRANT EXECUTE ON FUNCTION good.as_owner, good.as_caller, good.own_path, good.no_path TO PUBLIC;
GRANT ALL ON good.box, good.other TO hostile_names_caller;

SET ROLE hostile_names_caller;
CREATE TABLE evil.box (id integer PRIMARY KEY, body text, n integer);
INSERT INTO evil.box VALUES (1, 'EVIL', 666);
CREATE TABLE evil.other AS SELECT 1 AS id, 'EVIL'::text AS body;
CREATE FUNCTION evil.f(text) RETURNS text LANGUAGE sql AS $$SELECT 'EVIL'$$;
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'EVIL'$$;
CREATE FUNCTION evil.length(text) RETURNS integer LANGUAGE sql AS $$SELECT 666$$;
CREATE FUNCTION evil.plus(integer, integer) RETURNS integer LANGUAGE sql AS $$SELECT 666$$;
CREATE OPERATOR evil.+ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = evil.plus);
CREATE FUNCTION evil.never(integer, integer) RETURNS boolean LANGUAGE sql AS $$SELECT false$$;
CREATE OPERATOR evil.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = evil.never);
CREATE FUNCTION evil.join(text, text) RETURNS text LANGUAGE sql AS $$SELECT 'EVIL'$$;
CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.join);
CREATE TYPE evil.kind AS ENUM ('EVIL');
CREATE TEMPORARY TABLE box (id integer PRIMARY KEY, body text, n integer);
INSERT INTO pg_temp.box VALUES (1, 'EVIL', 666);
CREATE TEMPORARY TABLE other AS SELECT 1 AS id, 'EVIL'::text AS body;
CREATE TYPE pg_temp.kind AS ENUM ('EVIL');
RESET ROLE;

CREATE FUNCTION good.expected() RETURNS text LANGUAGE sql AS $$SELECT 'good real,real other,6,a,x,3,xy'$$;
GRANT EXECUTE ON FUNCTION good.expected() TO PUBLIC;
CREATE FUNCTION pg_temp.all_paths(path text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	action text;
	by_name text;
	typed text;
BEGIN
	FOREACH action IN ARRAY '{as_owner,as_caller,own_path,no_path}'::text[] LOOP
		PERFORM set_config('search_path', path, true);
		by_name := public.invoke_action(pg_catalog.format('good.%s', action), '{"target": 1}') OPERATOR(pg_catalog.->>) 'r';
		EXECUTE pg_catalog.format('SELECT r FROM good.%I(1) AS t (r)', action) INTO typed;
		PERFORM pg_catalog.set_config('search_path', 'public', true);
		RETURN NEXT is(by_name, good.expected(), format('%s by name under "%s"', action, path));
		RETURN NEXT is(typed, good.expected(), format('%s as a typed call under "%s"', action, path));
	END LOOP;
END $$;
SET ROLE hostile_names_caller;
SELECT pg_temp.all_paths(path) FROM unnest(ARRAY[
	'evil, public', 'evil, pg_catalog, good, public', 'pg_temp, evil, pg_catalog, good', '']) AS path;
RESET ROLE;
SELECT results_eq('SELECT n FROM evil.box UNION ALL SELECT n FROM pg_temp.box', 'VALUES (666), (666)', 'nothing else was written');

-- Unqualified names of actions mean what the caller's path says, but only actions count
SET LOCAL search_path = evil, good, public;
CREATE FUNCTION evil.as_caller(target integer, k good.kind DEFAULT 'a') RETURNS text LANGUAGE sql AS $$SELECT 'EVIL'$$;
SELECT is(invoke_action('as_caller', '{"target": 1}') ->> 'r', good.expected(), 'a function that is no action is passed over');
SET LOCAL search_path = good, public;

-- Text is data
SELECT define('good.store', '{"input": [{"name": "body", "type": "text"}, {"name": "id", "type": "integer"}],
	"steps": [{"create": "other", "as": "c", "set": {"id": "=input.id", "body": "=input.body"}}],
	"output": [{"name": "r", "type": "text", "default": "=c.body"}, {"name": "t", "type": "text", "default": "<{{input.body}}>"}]}');
SELECT results_eq(format('SELECT r, t FROM good.store(%L, %s)', body, 100 + n), format('VALUES (%L, %L)', body, '<' || body || '>'),
	'input ' || body)
FROM unnest(ARRAY['''); DROP TABLE good.other; --', '=1+1', '{{ current_user }}', '$1', '\'' OR 1=1 --', 'a''b"c\d']) WITH ORDINALITY AS x (body, n);
SELECT define('good.literal', format('{"description": %1$s, "steps": [{"create": "other", "as": "c", "description": %1$s,
	"set": {"id": 200, "body": %1$s}}],
	"output": [{"name": "r", "type": "text", "default": "=c.body", "description": %1$s}, {"name": "t", "type": "text", "default": %2$s}]}',
	to_json('''); DROP TABLE good.other; --'::text), to_json('''); DROP TABLE good.other; -- {{1}}'::text))::json);
SELECT is(invoke_action('good.literal'), jsonb_build_object('r', '''); DROP TABLE good.other; --', 't', '''); DROP TABLE good.other; -- 1'),
	'literals, templates and descriptions');
SELECT is(obj_description('good.literal'::regproc), '''); DROP TABLE good.other; --', 'the description is the function''s comment');
SELECT throws_ok($$SELECT invoke_action('good.store', '{"id": 1, "body": "", "''); DROP TABLE good.other; --": 1}')$$,
	'22023', NULL, 'a hostile key of the input is unknown');
SELECT throws_ok($$SELECT create_action('good."x''); DROP TABLE good.other; --"')$$, '42602', NULL, 'a hostile name of an action');
SELECT throws_ok($$SELECT create_action('good.a1', '{"input": [{"name": "x''); DROP TABLE good.other; --", "type": "text"}]}')$$, '42602', NULL, 'of an input');
SELECT throws_ok($$SELECT create_action('good.a2', '{"steps": [{"get": "other", "id": 1, "as": "x''); --"}]}')$$, '42602', NULL, 'of a step');
SELECT throws_ok($$SELECT create_action('good.a3', '{"input": [{"name": "x", "type": "text); DROP TABLE good.other; --"}]}'), activate_action('good.a3')$$,
	NULL, NULL, 'a hostile type');
CREATE TABLE good."odd ""; DROP TABLE good.other; --" ("a "";--" integer PRIMARY KEY, "'); --" text);
SELECT define('good.odd', $${"table": "good.\"odd \"\"; DROP TABLE good.other; --\"",
	"steps": [{"update": "target", "set": {"'); --": "='x' || this.\"a \"\";--\""}}],
	"output": [{"name": "r", "type": "text", "default": "=target.\"'); --\""}]}$$);
INSERT INTO good."odd ""; DROP TABLE good.other; --" VALUES (7);
SELECT is(invoke_action('good.odd', '{"target": 7}'), '{"r": "x7"}', 'odd names of tables and columns');
SELECT has_table('good', 'other', 'the table is still there');

SELECT * FROM finish();
ROLLBACK;
