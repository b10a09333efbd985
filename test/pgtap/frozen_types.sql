-- Types of columns and text search configurations: what an active action means by their names is frozen, too.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(14);

CREATE ROLE frozen_owner;
CREATE ROLE frozen_planter;
SELECT grant_action_design('frozen_owner');
GRANT USAGE ON LANGUAGE custom_action TO frozen_owner;
CREATE SCHEMA frozen_shared;
CREATE SCHEMA frozen_own AUTHORIZATION frozen_owner;
GRANT USAGE ON SCHEMA frozen_own TO frozen_planter;
GRANT USAGE, CREATE ON SCHEMA frozen_shared TO frozen_planter;
GRANT USAGE ON SCHEMA frozen_shared TO frozen_owner;

SET ROLE frozen_owner;
CREATE DOMAIN frozen_own.code AS text;
CREATE TABLE frozen_own.secret (content text);
INSERT INTO frozen_own.secret VALUES ('s');
CREATE TEXT SEARCH CONFIGURATION frozen_own.plain (COPY = pg_catalog.simple);
CREATE TEXT SEARCH DICTIONARY frozen_own.lower (TEMPLATE = pg_catalog.simple);
SELECT lives_ok($$SELECT create_action('frozen_own.codes', '{"run_as": "owner",
	"settings": {"search_path": "frozen_shared, frozen_own"}, "output": [{"name": "codes", "type": "text"}],
	"steps": [
		{"for_each": "=''[{\"c\": \"x\"}]''::jsonb", "as": "r", "columns": {"c": "code"},
			"do": [{"output": {"codes": "{{output.codes}}{{r.c}}"}}]}]}')$$, 'an action whose columns have a type of its own');
SELECT lives_ok($$SELECT create_action('frozen_own.words', '{"settings": {"search_path": "frozen_shared, frozen_own"},
	"output": [{"name": "words", "type": "text", "default": "=to_tsvector(''plain'', ''running dogs'')::text"}]}')$$, 'one with a text search configuration');
SELECT lives_ok($$SELECT create_action('frozen_own.lexeme', '{"settings": {"search_path": "frozen_shared, frozen_own"},
	"output": [{"name": "lexeme", "type": "text[]", "default": "=ts_lexize(''lower'', ''Dogs'')"}]}')$$, 'and one with a dictionary');
CREATE DOMAIN frozen_own."a""b" AS text;
CREATE DOMAIN frozen_own.label AS text;
SELECT lives_ok($$SELECT create_action('frozen_own.quoted', '{"run_as": "owner", "settings": {"search_path": "frozen_shared, frozen_own"},
	"output": [{"name": "o", "type": "text", "default": "=''x''::\"a\"\"b\""}]}')$$, 'one that has a quote in the name of a type');
SELECT lives_ok($$SELECT create_action('frozen_own.escaped', '{"run_as": "owner", "settings": {"search_path": "frozen_shared, frozen_own"},
	"output": [{"name": "o", "type": "text", "default": "=''x''::U&\"l\\0061bel\""}]}')$$, 'one that writes a type with escapes');
SELECT results_eq($$SELECT activate_action('frozen_own.' || n) FROM unnest('{codes,words,lexeme}'::text[]) AS n$$, '{1,1,1}'::integer[], 'are active');
SELECT is(action_definition('frozen_own.words', 1) -> 'frozen' ->> 0, 'text search configuration frozen_own.plain', 'what is meant is in the definition');
SELECT results_eq($$SELECT activate_action('frozen_own.' || n) FROM unnest('{quoted,escaped}'::text[]) AS n$$, '{1,1}'::integer[], 'all of them');
RESET ROLE;

-- Planted where they are found first
SET ROLE frozen_planter;
CREATE TABLE frozen_shared.seen (who text);
GRANT INSERT ON frozen_shared.seen TO PUBLIC;
CREATE FUNCTION frozen_shared.spy(text) RETURNS boolean LANGUAGE sql AS 'INSERT INTO frozen_shared.seen VALUES (current_user); SELECT true';
CREATE DOMAIN frozen_shared.code AS text CHECK (frozen_shared.spy(value));
CREATE DOMAIN frozen_shared."a""b" AS text CHECK (frozen_shared.spy(value));
CREATE DOMAIN frozen_shared.label AS text CHECK (frozen_shared.spy(value));
CREATE TEXT SEARCH CONFIGURATION frozen_shared.plain (COPY = pg_catalog.english);
CREATE TEXT SEARCH DICTIONARY frozen_shared.lower (TEMPLATE = pg_catalog.snowball, language = english);
RESET ROLE;
SELECT is(invoke_action('frozen_own.codes'), '{"codes": "x"}', 'columns are of the type that was there at activation');
SELECT throws_ok($$SELECT invoke_action('frozen_own.quoted')$$, 'UA011', NULL, 'another of a name with a quote is refused');
SELECT throws_ok($$SELECT invoke_action('frozen_own.escaped')$$, 'UA011', NULL, 'and of one that is written with escapes');
SELECT is_empty('SELECT * FROM frozen_shared.seen', 'and nothing of a planted one runs');
SELECT throws_ok($$SELECT invoke_action('frozen_own.words')$$, 'UA011', NULL, 'a planted configuration is refused');
SELECT throws_ok($$SELECT invoke_action('frozen_own.lexeme')$$, 'UA011', NULL, 'a planted dictionary as well');

SELECT * FROM finish();
ROLLBACK;
