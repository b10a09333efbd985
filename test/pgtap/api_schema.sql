-- Why the functions want a schema of their own, as doc/concepts.md says.
BEGIN;
SET LOCAL client_min_messages = error;
SELECT plan(8);

CREATE ROLE api_schema_planter;
CREATE SCHEMA desk;
CREATE TABLE desk.secret (code integer UNIQUE CHECK (code < 10), word text);
INSERT INTO desk.secret VALUES (7, 'top secret');
SELECT lives_ok($$SELECT create_action('desk.pay'), activate_action('desk.pay')$$, 'an action');
GRANT CREATE ON SCHEMA public TO api_schema_planter;
SET ROLE api_schema_planter;
CREATE FUNCTION public.invoke_action(text, text) RETURNS text LANGUAGE sql AS 'SELECT ''planted''';
RESET ROLE;
SELECT is(public.invoke_action('desk.pay', '{}')::text, 'planted', 'a function that fits better is called instead');
SELECT is(public.invoke_action('desk.pay', '{}'::jsonb)::text, '{}', 'unless the types are given');
SET ROLE api_schema_planter;
DROP FUNCTION public.invoke_action(text, text);
RESET ROLE;

-- What errors of an action that runs as its owner show
SELECT lives_ok($$SELECT create_action('desk.seven', '{"run_as": "owner", "settings": {"search_path": "pg_catalog, pg_temp"},
	"steps": [{"update": "desk.secret", "where": "code = 7", "set": {"code": 77}}]}'), activate_action('desk.seven')$$, 'an action over a table of secrets');
GRANT USAGE ON SCHEMA desk TO PUBLIC;
GRANT EXECUTE ON FUNCTION desk.seven TO api_schema_planter;
SET ROLE api_schema_planter;
SELECT matches(try_invoke_action('desk.seven') -> 'error' ->> 'detail', 'top secret', 'PostgreSQL''s own message shows the row');
RESET ROLE;
SELECT lives_ok($$SELECT create_action('desk.discreet', '{"run_as": "owner", "settings": {"search_path": "pg_catalog, pg_temp"},
	"steps": [{"update": "desk.secret", "where": "code = 7", "set": {"code": 77}, "on_error": [{"stop": "canceled", "message": "not possible"}]}]}'),
	activate_action('desk.discreet')$$, 'an action that says so itself');
GRANT EXECUTE ON FUNCTION desk.discreet TO api_schema_planter;
SET ROLE api_schema_planter;
SELECT doesnt_match(try_invoke_action('desk.discreet')::text, 'secret', 'shows nothing of it');
RESET ROLE;
SELECT throws_ok('SET ROLE api_schema_planter; SELECT * FROM desk.secret', '42501', NULL, 'that the caller may not read');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
