-- Activation tells who else may create objects in the schemas of the path.
BEGIN;
SET LOCAL client_min_messages = error;
SELECT plan(22);

CREATE ROLE path_owner;
CREATE ROLE path_other;
CREATE ROLE path_super SUPERUSER;
CREATE ROLE path_deputy;
GRANT path_owner TO path_deputy;
CREATE SCHEMA desk AUTHORIZATION path_owner;
CREATE SCHEMA shared;
CREATE SCHEMA owned AUTHORIZATION path_other;
SELECT lives_ok('SELECT grant_action_design(''path_owner'')', 'design is granted');
GRANT USAGE ON LANGUAGE custom_action TO path_owner;
GRANT USAGE ON SCHEMA shared, owned TO PUBLIC;

CREATE FUNCTION pg_temp.found(action text) RETURNS text LANGUAGE sql AS
	$$SELECT string_agg(concat_ws(' ', severity, location, message), '; ' ORDER BY message) FROM check_action(action)$$;
CREATE FUNCTION pg_temp.says(severity text, who text, schema text) RETURNS text LANGUAGE sql AS
	$$SELECT format('%s settings.search_path %s may create objects in schema "%s" of the search_path, and formulas may mean these', severity, who, schema)$$;

SET ROLE path_owner;
SET LOCAL search_path = desk, shared, public, pg_temp;
SELECT is(create_action('desk.safe', '{"run_as": "owner"}'), 'desk.safe', 'an action whose path nobody else may write');
SELECT is(pg_temp.found('desk.safe'), NULL, 'has no finding');
RESET ROLE;
GRANT CREATE ON SCHEMA shared TO path_super, path_deputy, path_owner;
SET ROLE path_owner;
SELECT is(pg_temp.found('desk.safe'), NULL, 'superusers and members of the owner are nobody else');
RESET ROLE;
GRANT CREATE ON SCHEMA shared TO path_other;
SET ROLE path_owner;
SELECT is(pg_temp.found('desk.safe'), pg_temp.says('error', 'role "path_other"', 'shared'),
	'another role is, which is an error for an action that runs as its owner');
SELECT throws_ok($$SELECT activate_action('desk.safe')$$, 'UA005', NULL, 'so it is not activated');
SELECT lives_ok($$UPDATE custom_actions.action SET run_as = 'caller' WHERE name = 'desk.safe'$$, 'one that runs as its caller');
SELECT is(pg_temp.found('desk.safe'), pg_temp.says('warning', 'role "path_other"', 'shared'), 'is warned of');
SELECT is(activate_action('desk.safe'), 1, 'and activated');
-- by hand
SELECT is(create_action('desk.insists', '{"run_as": "owner", "settings": {"search_path": "desk, shared, public, pg_temp"}}'), 'desk.insists',
	'who writes the path himself');
SELECT is(pg_temp.found('desk.insists'), pg_temp.says('warning', 'role "path_other"', 'shared'), 'is warned');
SELECT is(activate_action('desk.insists'), 1, 'but knows');
SELECT lives_ok($$SELECT create_action('desk.later', '{"run_as": "owner"}');
	UPDATE custom_actions.action SET settings = '{"search_path": "shared"}' WHERE name = 'desk.later'$$, 'also later');
SELECT is(activate_action('desk.later'), 1, 'in the table');
SELECT lives_ok($$INSERT INTO custom_actions.action (name, run_as) VALUES ('desk.row', 'owner')$$, 'a draft made as a row');
SELECT is(pg_temp.found('desk.row'), pg_temp.says('error', 'role "path_other"', 'shared'), 'has the path of its session as well');
SELECT lives_ok($$SELECT create_action('desk.narrow', '{"run_as": "owner", "settings": {"search_path": "desk, pg_temp"}}')$$, 'a path without the schema');
SELECT is(pg_temp.found('desk.narrow'), NULL, 'has no finding');
RESET ROLE;
REVOKE CREATE ON SCHEMA shared FROM path_other;
GRANT CREATE ON SCHEMA shared TO PUBLIC;
SET ROLE path_owner;
SELECT is(pg_temp.found('desk.row'), pg_temp.says('error', 'everybody', 'shared'), 'PUBLIC is everybody');
SET LOCAL search_path = owned, public, pg_temp;
SELECT is(create_action('desk.elsewhere', '{"run_as": "owner"}'), 'desk.elsewhere', 'a path through the schema of somebody else');
SELECT is(pg_temp.found('desk.elsewhere'), pg_temp.says('error', 'role "path_other"', 'owned'), 'who may create there without a grant');
SELECT is((action_definition('desk.elsewhere') ->> 'captured_path'), NULL, 'the document has nothing of it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
