-- What formulas resolved to when an action was activated is all that they ever use.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL custom_actions.follow_renames = off;
SELECT plan(64);

CREATE SCHEMA desk;
CREATE SCHEMA early;
CREATE EXTENSION citext SCHEMA desk;
CREATE TYPE desk.mood AS ENUM ('sad', 'glad');
CREATE DOMAIN desk.level AS integer;
CREATE TYPE desk.money2 AS (amount numeric);
CREATE TABLE desk.acct (id integer PRIMARY KEY, code varchar(20), mood desk.mood, name desk.citext);
CREATE TABLE desk.by_name (name desk.citext PRIMARY KEY, n integer);
INSERT INTO desk.acct VALUES (1, 'abc', 'sad', 'Ann');
INSERT INTO desk.by_name VALUES ('Ann', 1);
CREATE FUNCTION desk.pick(anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION desk.amount(desk.money2) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''m'' || ($1).amount';
CREATE CAST (desk.money2 AS text) WITH FUNCTION desk.amount(desk.money2) AS ASSIGNMENT;
CREATE FUNCTION desk.note(anyelement) RETURNS text LANGUAGE sql AS 'SELECT ''noted''';
CREATE FUNCTION desk.watch(c jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';

CREATE FUNCTION pg_temp.act(name text, formula text, more jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM create_action('desk.' || name, (jsonb_build_object('table', 'desk.acct',
		'settings', jsonb_build_object('search_path', 'early, desk, pg_catalog, pg_temp'),
		'output', jsonb_build_array(jsonb_build_object('name', 'o', 'type', 'text', 'default', '=' || formula))) || more)::json);
	PERFORM activate_action('desk.' || name);
END
$$;
CREATE FUNCTION pg_temp.run(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN invoke_action('desk.' || name, '{"target": 1}') ->> 'o';
END
$$;
-- What a new backend would do: compile anew
CREATE FUNCTION pg_temp.anew(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL custom_actions.ddl_check = off;
	EXECUTE format('ALTER FUNCTION desk.%I COST %s', name, 2 + random());
	SET LOCAL custom_actions.ddl_check = error;
END
$$;
CREATE FUNCTION pg_temp.holds(name text, formula text, result text, plant text, object text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.act(name, formula);
	RETURN NEXT is(pg_temp.run(name), result, name || ' runs');
	PERFORM pg_temp.anew(name);
	RETURN NEXT is(pg_temp.run(name), result, name || ' runs when it is compiled anew');
	SET LOCAL custom_actions.ddl_check = off;
	EXECUTE plant;
	SET LOCAL custom_actions.ddl_check = error;
	PERFORM pg_temp.anew(name);
	RETURN NEXT throws_ok(format('SELECT pg_temp.run(%L)', name), 'UA011',
		format('action "desk.%s" would use %s, which it did not use when it was activated', name, object), name || ' is refused with ' || object);
	RETURN NEXT throws_ok(format('SELECT desk.%I(1)', name), 'UA011', NULL, name || ' is refused when it is typed');
	PERFORM activate_action('desk.' || name);
	RETURN NEXT lives_ok(format('SELECT pg_temp.run(%L)', name), name || ' runs with it once activated again');
END
$$;

SELECT pg_temp.holds('upper', 'upper(target.code)', 'ABC',
	'CREATE FUNCTION early.upper(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS ''SELECT ''''planted''''''', 'function early.upper(character varying)');
SELECT pg_temp.holds('starts', 'case when target.code like ''a%'' then ''yes'' end', 'yes',
	'CREATE FUNCTION early.vl(varchar, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS ''SELECT true'';
	CREATE OPERATOR early.~~ (leftarg = varchar, rightarg = text, function = early.vl)', 'operator early.~~(character varying, text)');
SELECT pg_temp.holds('typed', '(''7''::level)::text', '7', 'CREATE DOMAIN early.level AS text', 'type early.level');
SELECT pg_temp.holds('counted', '(select count(*) from acct)::text', '1', 'CREATE TABLE early.acct (id integer)', 'table early.acct');
SELECT pg_temp.holds('picked', 'pick(target.id)::text', '1',
	'CREATE FUNCTION early.pick(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS ''SELECT 666''', 'function early.pick(integer)');
SELECT pg_temp.holds('lengthy', 'length(target.name)::text', '3',
	'CREATE FUNCTION early.length(desk.citext) RETURNS integer LANGUAGE sql IMMUTABLE AS ''SELECT 666''', 'function early.length(desk.citext)');
SELECT pg_temp.holds('printed', 'concat(''x'', row(5)::money2::varchar)', 'x(5)',
	'CREATE FUNCTION early.vc(desk.money2) RETURNS varchar LANGUAGE sql IMMUTABLE AS ''SELECT ''''m5''''::varchar'';
	CREATE CAST (desk.money2 AS varchar) WITH FUNCTION early.vc(desk.money2)', 'function early.vc(desk.money2)');

-- Objects that were there go on, whatever they are: extension, domain, enum, cast, polymorphic
SELECT lives_ok($$SELECT pg_temp.act('many',
	'concat(target.name = ''ann'', pick(target.mood), row(5)::money2::text, ''1''::level, (select max(name) from by_name),
	target.mood = any(array[''sad'']::mood[]))')$$, 'many objects');
SELECT is(pg_temp.run('many'), 'tsadm51Annt', 'are used');
SELECT pg_temp.anew('many');
SELECT is(pg_temp.run('many'), 'tsadm51Annt', 'again');
SELECT bag_eq($$SELECT json_array_elements_text(definition -> 'frozen') FROM custom_actions.published('desk.many')$$,
	$$VALUES ('cast (desk.money2 as text)'), ('function desk.amount(desk.money2)'), ('function desk.max(desk.citext)'), ('function desk.pick(anyelement)'),
		('operator desk.=(desk.citext, desk.citext)'), ('table desk.by_name'), ('type desk.money2'), ('type desk.mood'), ('type early.level')$$,
	'the published definition lists them');
-- what is on the list keeps its name, however it is used
SELECT throws_ok(command, '2BP01', NULL, 'refused: ' || command)
FROM unnest(ARRAY['ALTER FUNCTION desk.amount(desk.money2) RENAME TO other', 'ALTER FUNCTION desk.pick(anyelement) SET SCHEMA early',
	'ALTER OPERATOR desk.=(desk.citext, desk.citext) SET SCHEMA early', 'ALTER EXTENSION citext SET SCHEMA early', 'ALTER TYPE desk.mood RENAME TO feeling',
	'ALTER TABLE desk.by_name RENAME TO names', 'ALTER SCHEMA desk RENAME TO bureau', 'ALTER TYPE desk.money2 SET SCHEMA early']) AS command;
SELECT is(pg_temp.run('many'), 'tsadm51Annt', 'and runs on');
-- nothing of it is the designer's
SELECT is((action_definition('desk.many') ->> 'frozen'), NULL, 'the draft does not');
SELECT lives_ok($$SELECT create_action('desk.copy', (definition::jsonb || '{"action": "desk.copy"}')::json)
	FROM custom_actions.version WHERE action = 'desk.many'$$, 'a published definition makes a draft');
SELECT is((action_definition('desk.copy') ->> 'frozen'), NULL, 'that has it not');
SELECT is(activate_action('desk.many'), 1, 'an unchanged draft is the same version');

-- call: the function that was chosen, not one that would fit better
SELECT lives_ok($$SELECT pg_temp.act('calls', '''x''',
	'{"steps": [{"call": "desk.note(anyelement)", "as": "c", "with": {"1": 1}}], "output": [{"name": "o", "type": "text", "default": "=c.result"}]}')$$,
	'an action that calls');
SELECT is(pg_temp.run('calls'), 'noted', 'what it names');
SET LOCAL custom_actions.ddl_check = off;
CREATE FUNCTION desk.note(integer) RETURNS text LANGUAGE sql AS 'SELECT ''planted''';
SET LOCAL custom_actions.ddl_check = error;
SELECT pg_temp.anew('calls');
SELECT throws_ok($$SELECT pg_temp.run('calls')$$, 'UA011',
	'action "desk.calls" would use function desk.note(integer), which it did not use when it was activated', 'and nothing else');

-- plug-ins that come later, with an image of a row whose key has operators of its own
SELECT lives_ok($$SELECT create_action('desk.keyed', '{"table": "desk.by_name", "steps": [{"let": {"x": 1}}],
	"output": [{"name": "o", "type": "desk.citext"}]}'), activate_action('desk.keyed')$$,
	'an action with a key of an extension''s type');
SELECT lives_ok($$SELECT register_plugin('desk.keyed', 'post_operation', 'desk.watch(jsonb)', images => '{"pre": true, "post": true}')$$, 'takes a plug-in');
SELECT is(invoke_action('desk.keyed', '{"target": "ANN"}'), '{"o": null}', 'that is run');

-- Definitions that were published without the list work as ever
SELECT lives_ok($$CREATE FUNCTION desk.old(OUT o text) LANGUAGE custom_action SET search_path = early, desk, pg_temp AS
	'{"format": 1, "version": 1, "active": true, "definition": {"output": [{"name": "o", "type": "text", "default": "=pick(upper(''x''::varchar))"}]}}'$$,
	'an old one');
SELECT is(invoke_action('desk.old'), '{"o": "planted"}', 'runs');
SELECT throws_ok($$CREATE FUNCTION desk.strict(OUT o text) LANGUAGE custom_action SET search_path = early, desk, pg_temp AS
	'{"format": 1, "version": 1, "active": true, "definition": {"output": [{"name": "o", "type": "text", "default": "=upper(''x''::varchar)"}], "frozen": []}}'$$,
	'UA005', NULL, 'an empty list lets nothing through');
-- a plan that is analysed anew within a compiled program
SELECT lives_ok($$SELECT pg_temp.act('planned', '(select lower(a.code) from desk.acct as a where a.id = target.id)')$$, 'a sub-SELECT');
SELECT lives_ok($$SELECT pg_temp.run('planned')$$, 'runs');
SET LOCAL custom_actions.ddl_check = off;
CREATE FUNCTION early.lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''planted''';
ALTER TABLE desk.acct ADD COLUMN extra varchar;
SET LOCAL custom_actions.ddl_check = error;
SELECT throws_ok($$SELECT pg_temp.run('planned')$$, 'UA011', NULL, 'and is refused when its plan is made anew');

SELECT * FROM finish();
ROLLBACK;
