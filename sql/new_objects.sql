-- Warnings of new objects that formulas of active actions would use
\i test/sql/prelude.sql

CREATE SCHEMA early;
CREATE TABLE desk.acct (id integer PRIMARY KEY, code varchar(20));
CREATE TYPE desk.money2 AS (amount numeric);
CREATE FUNCTION act(name text, formula text) RETURNS integer LANGUAGE sql AS $$
	SELECT create_action('desk.' || name, json_build_object('table', 'desk.acct', 'settings', json_build_object('search_path', 'early, desk, pg_catalog, pg_temp'),
		'output', json_build_array(json_build_object('name', 'o', 'type', 'text', 'default', '=' || formula))));
	SELECT activate_action('desk.' || name)
$$;
SELECT act('one', 'upper(target.code)'), act('two', '(target.code like ''a%'')::text'), act('three', '(select count(*) from acct)::text'),
	act('four', 'concat(''x'', row(5)::money2::varchar)'), act('five', 'lower(upper(target.code))');
CREATE FUNCTION early.upper(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''planted''';
DROP FUNCTION early.upper(varchar);
CREATE FUNCTION early.upper(date) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''planted''';
CREATE FUNCTION early.vl(varchar, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR early.~~ (leftarg = varchar, rightarg = text, function = early.vl);
CREATE TEMP TABLE acct (id integer);
DROP TABLE acct;
CREATE TABLE early.acct (id integer);
DROP TABLE early.acct;
CREATE VIEW early.acct AS SELECT 1 AS id;
DROP VIEW early.acct;
CREATE TABLE early.other (id integer);
ALTER TABLE early.other RENAME TO acct;
ALTER TABLE early.acct ADD COLUMN more integer;
DROP TABLE early.acct;
CREATE FUNCTION early.vc(desk.money2) RETURNS varchar LANGUAGE sql IMMUTABLE AS 'SELECT ''m5''::varchar';
CREATE CAST (desk.money2 AS varchar) WITH FUNCTION early.vc(desk.money2);
-- one warning, also where a function of the name is used
CREATE FUNCTION desk.pick(anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1';
SELECT act('six', 'pick(target.id)::text');
CREATE FUNCTION early.pick(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 666';
DROP FUNCTION early.pick(integer);
-- what is off is off
SET custom_actions.ddl_check = off;
CREATE FUNCTION early.upper(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''planted''';
RESET custom_actions.ddl_check;
-- a function of the language
CREATE FUNCTION desk.by_hand(OUT o integer) LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
	'{"format": 1, "version": 1, "active": true, "definition": {"output": [{"name": "o", "type": "integer", "default": 1}]}}';
CREATE OR REPLACE FUNCTION desk.by_hand(OUT o integer) LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS
	'{"format": 1, "version": 2, "active": true, "definition": {"output": [{"name": "o", "type": "integer", "default": 1}]}}';
-- activating again takes the new meaning, and says so
SELECT activate_action('desk.one');
SELECT invoke_action('desk.two', '{"target": 1}');
SELECT activate_action('desk.two');
