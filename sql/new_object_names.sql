-- However a formula writes the name of what an object takes the place of, the warning comes
\i test/sql/prelude.sql
\set VERBOSITY terse
CREATE SCHEMA early;
CREATE SCHEMA "Sche""ma";
CREATE TABLE desk.acct (id integer PRIMARY KEY, code varchar(20));
CREATE TABLE desk.f (id integer PRIMARY KEY);
CREATE TABLE desk."a""b\c" (id integer PRIMARY KEY);
CREATE TABLE desk."two words" (id integer PRIMARY KEY);
CREATE TABLE desk.größe (id integer PRIMARY KEY);
CREATE TABLE desk.n63456789_123456789_123456789_123456789_123456789_123456789_123 (id integer PRIMARY KEY);
CREATE FUNCTION act(name text, formula text) RETURNS integer LANGUAGE sql AS $$
	SELECT create_action('desk.a_' || name, json_build_object('table', 'desk.acct', 'settings', json_build_object('search_path', '"Sche""ma", early, desk, pg_catalog, pg_temp'),
		'output', json_build_array(json_build_object('name', 'o', 'type', 'text', 'default', formula))));
	SELECT activate_action('desk.a_' || name)
$$;
-- not of identifiers that are cut
SET client_min_messages = warning;
SELECT act('plain', '=(SELECT count(*) FROM f)'), act('upper', '=(SELECT count(*) FROM F)'), act('quoted', '=(SELECT count(*) FROM"f")'),
	act('next_line', E'=(SELECT count(*) FROM\nf)'), act('next_tab', E'=(SELECT count(*) FROM\tf\t)'),
	act('template', 'ff {{(SELECT count(*) FROM f)}} xf'),
	act('constant', '=''f''::regclass::text'), act('dollars', '=$$f$$::regclass::text'), act('escaped', '=(SELECT count(*) FROM U&"\0066")'),
	act('other', '=''xf fx f_ _f f1'' || target.id'), act('words_of_it', '=(SELECT ''two'' AS words)'),
	act('special', '=(SELECT count(*) FROM "a""b\c")'), act('words', '=(SELECT count(*) FROM "two words")'), act('letters', '=(SELECT count(*) FROM GRößE)'),
	act('cut', '=(SELECT count(*) FROM n63456789_123456789_123456789_123456789_123456789_123456789_123_and_more)'),
	act('function', '=upper(target.code)'),
	act('operator', '=target.id + 1'), act('not_equal', '=target.id != 1'), act('one_of', '=target.id IN (1, 2)'),
	act('between', '=target.id BETWEEN 1 AND 2'), act('alike', '=target.code NOT LIKE ''x'''), act('similar', '=target.code SIMILAR TO ''x''');
\set VERBOSITY default
CREATE TABLE early.f (id integer);
DROP TABLE early.f;
CREATE TABLE "Sche""ma".f (id integer);
DROP TABLE "Sche""ma".f;
CREATE TABLE early.fx (id integer);
CREATE TABLE early."F" (id integer);
CREATE TABLE early.target (id integer);
CREATE TABLE early."a""b\c" (id integer);
CREATE TABLE early."two words" (id integer);
CREATE TABLE early.größe (id integer);
CREATE TABLE early.n63456789_123456789_123456789_123456789_123456789_123456789_123 (id integer);
-- functions, and operators, also those that stand behind words
CREATE FUNCTION early.upper(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''planted''';
CREATE FUNCTION early.two_integers(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION early.two_texts(varchar, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR early.+ (leftarg = integer, rightarg = integer, function = early.two_integers);
CREATE OPERATOR early.<> (leftarg = integer, rightarg = integer, function = early.two_integers);
CREATE OPERATOR early.= (leftarg = integer, rightarg = integer, function = early.two_integers);
CREATE OPERATOR early.>= (leftarg = integer, rightarg = integer, function = early.two_integers);
CREATE OPERATOR early.!~~ (leftarg = varchar, rightarg = text, function = early.two_texts);
CREATE OPERATOR early.~ (leftarg = varchar, rightarg = text, function = early.two_texts);
CREATE OPERATOR early.@@@ (leftarg = varchar, rightarg = text, function = early.two_texts);
