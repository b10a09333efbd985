-- A draft under a name that is not its owner's: nothing of it is ever published as somebody else's.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(52);

CREATE ROLE squat_eve;
CREATE ROLE squat_victim;
CREATE ROLE squat_deputy;
CREATE ROLE squat_team;
GRANT squat_victim TO squat_deputy;
CREATE SCHEMA lair AUTHORIZATION squat_eve;
CREATE SCHEMA vic AUTHORIZATION squat_victim;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA lair, vic, app TO PUBLIC;
SELECT lives_ok($$SELECT grant_action_design(r::regrole) FROM unnest('{squat_eve,squat_victim,squat_deputy,squat_team}'::text[]) AS r$$, 'design is granted');
GRANT USAGE ON LANGUAGE custom_action TO squat_victim, squat_deputy, squat_team;
CREATE TABLE vic.ran (stage text, who text);
GRANT INSERT, SELECT ON vic.ran TO PUBLIC;

SET ROLE squat_eve;
CREATE FUNCTION lair.plug(c jsonb) RETURNS jsonb LANGUAGE sql AS $$INSERT INTO vic.ran VALUES ('lair', current_user); SELECT NULL::jsonb$$;
CREATE FUNCTION lair.other(c jsonb) RETURNS jsonb LANGUAGE sql AS $$SELECT NULL::jsonb$$;
RESET ROLE;
SET ROLE squat_victim;
CREATE FUNCTION vic.plug(c jsonb) RETURNS jsonb LANGUAGE sql AS $$INSERT INTO vic.ran VALUES ('vic', current_user); SELECT NULL::jsonb$$;
RESET ROLE;

-- Puts a draft of eve's under a name, as if she could have created there at that time.
CREATE FUNCTION pg_temp.squat(name text, definition json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('GRANT CREATE ON SCHEMA %I TO squat_eve', split_part(name, '.', 1));
	SET ROLE squat_eve;
	PERFORM create_action(name, definition);
	RESET ROLE;
	EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM squat_eve', split_part(name, '.', 1));
END
$$;
CREATE FUNCTION pg_temp.evil() RETURNS json LANGUAGE sql AS $$SELECT
	'{"plugins": [{"stage": "pre_validation", "function": "lair.plug(jsonb)"}],
	"steps": [{"create": "vic.ran", "set": {"stage": "step", "who": "=current_user"}}]}'::json$$;
CREATE FUNCTION pg_temp.owner_of(text) RETURNS text LANGUAGE sql AS 'SELECT owner FROM custom_actions.action WHERE name = $1';

-- No name without a schema
SET ROLE squat_eve;
SELECT throws_ok($$SELECT create_action('app_v3.approve', pg_temp.evil())$$, '3F000', 'schema "app_v3" does not exist', 'a name without a schema is not taken');
SELECT throws_ok($$INSERT INTO custom_actions.action (name) VALUES ('app_v3.approve')$$, '3F000', NULL, 'nor by hand');
SELECT is(create_action('lair.mine'), 'lair.mine', 'one in a schema of one''s own is');
SELECT throws_ok($$UPDATE custom_actions.action SET name = 'app_v3.approve' WHERE name = 'lair.mine'$$, '3F000', NULL, 'and cannot be renamed to one');
RESET ROLE;

-- The superuser's script that may be run again and again
SELECT lives_ok($$SELECT pg_temp.squat('app.approve', pg_temp.evil())$$, 'eve has a draft, by a right that she lost');
SELECT is(create_action('app.approve', '{"output": [{"name": "o", "type": "text", "default": "ok"}]}', or_replace => true), 'app.approve',
	'a script replaces it');
SELECT is(pg_temp.owner_of('app.approve'), current_user::text, 'which takes it over');
SELECT is(activate_action('app.approve'), 1, 'activates it');
SELECT is(invoke_action('app.approve'), '{"o": "ok"}', 'and invokes it');
SELECT is_empty('SELECT * FROM vic.ran', 'nothing of eve ran');
SELECT is(pg_get_userbyid(proowner)::text, current_user::text, 'whose function it is not') FROM pg_proc WHERE oid = 'app.approve'::regproc;
SET ROLE squat_eve;
SELECT throws_ok($$SELECT add_action_step('app.approve', 'call', 'lair.plug(jsonb)')$$, '42501', NULL, 'nor can she edit it');
RESET ROLE;

-- Named a designer of a squatted draft, the superuser takes it over as well
SELECT lives_ok($$SELECT pg_temp.squat('app.designed', pg_temp.evil())$$, 'eve has another draft');
SET ROLE squat_eve;
SELECT lives_ok(format($$UPDATE custom_actions.action SET designer = %L WHERE name = 'app.designed'$$, session_user), 'that the superuser may edit, she says');
RESET ROLE;
SELECT lives_ok($$SELECT create_action('app.designed', '{}', or_replace => true)$$, 'he replaces it');
SELECT results_eq($$SELECT owner, designer FROM custom_actions.action WHERE name = 'app.designed'$$, format('VALUES (%L::text, NULL::text)',
	session_user), 'it is his');

-- A published action of somebody else stays his
SET ROLE squat_victim;
SELECT is(create_action('vic.paid', '{"output": [{"name": "o", "type": "text", "default": "ok"}]}'), 'vic.paid', 'an action of the victim');
SELECT is(activate_action('vic.paid'), 1, 'is published');
SELECT ok(register_plugin('vic.paid', 'pre_validation', 'vic.plug(jsonb)') > 0, 'with a plug-in');
RESET ROLE;
SELECT throws_ok($$SELECT create_action('vic.paid', '{}', or_replace => true)$$, '42501',
	format('action "vic.paid" belongs to role "squat_victim", of which "%s" is not a member', session_user), 'a superuser does not replace it by being one');
SET ROLE squat_deputy;
SELECT is(create_action('vic.paid', '{"output": [{"name": "o", "type": "text", "default": "better"}]}', or_replace => true), 'vic.paid',
	'a member of its owner does');
SELECT is(pg_temp.owner_of('vic.paid'), 'squat_victim', 'and it stays the owner''s');
SELECT is(count(*), 1::bigint, 'as do the plug-ins') FROM custom_actions.plugin_step WHERE action = 'vic.paid';
RESET ROLE;

-- A function that arrives under the name of a squatted draft
CREATE FUNCTION pg_temp.by_hand(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	SET ROLE squat_victim;
	EXECUTE format('CREATE FUNCTION %s() RETURNS void LANGUAGE custom_action SET search_path = pg_catalog, pg_temp AS %L', name,
		'{"format": 1, "version": 1, "active": true, "definition": {}}');
	RESET ROLE;
END
$$;
SELECT lives_ok($$SELECT pg_temp.squat('vic.x', pg_temp.evil()), pg_temp.by_hand('vic.x')$$, 'it arrives');
SELECT lives_ok('SET client_min_messages = error; SELECT refresh_action_dependencies(); SET client_min_messages = warning', 'a refresh warns');
SET ROLE squat_victim;
SELECT throws_ok($$SELECT activate_action('vic.x')$$, '42501',
	'draft of action "vic.x" belongs to role "squat_eve", its function to role "squat_victim"', 'its steps are not published');
SELECT throws_ok($$SELECT register_plugin('vic.x', 'post_operation', 'vic.plug(jsonb)')$$, '42501',
	'draft of action "vic.x" belongs to role "squat_eve", its function to role "squat_victim"', 'nor its plug-ins along with others');
SELECT lives_ok('SELECT vic.x()', 'the function runs');
SELECT is_empty($$SELECT * FROM vic.ran WHERE stage <> 'vic'$$, 'without eve''s');
SELECT lives_ok($$SELECT deactivate_action('vic.x')$$, 'it can be deactivated');
SELECT is(plugins::text, '[]', 'which publishes no plug-in') FROM custom_actions.published('vic.x');
RESET ROLE;
SELECT throws_ok($$SELECT activate_action('vic.x')$$, '42501', NULL, 'a superuser does not publish the draft either');
SET ROLE squat_victim;
SELECT lives_ok($$SELECT restore_action('vic.x')$$, 'the function''s owner replaces it by what is published');
SELECT results_eq($$SELECT owner, (SELECT count(*) FROM custom_actions.plugin_step AS p WHERE p.action = a.name)
	FROM custom_actions.action AS a WHERE name = 'vic.x'$$,
	$$VALUES ('squat_victim', 0::bigint)$$, 'it is his and has none of eve''s plug-ins');
SELECT lives_ok($$SELECT activate_action('vic.x'), vic.x()$$, 'and is active again');
RESET ROLE;

-- The same by renaming a function
SELECT lives_ok($$SELECT pg_temp.squat('vic.y', pg_temp.evil()), pg_temp.by_hand('vic.z')$$, 'another draft of eve''s');
SET ROLE squat_victim;
ALTER FUNCTION vic.z() RENAME TO y;
SELECT throws_ok($$SELECT activate_action('vic.y')$$, '42501', NULL, 'the owner of the function refuses it');
SELECT lives_ok($$UPDATE custom_actions.action SET owner = 'squat_victim' WHERE name = 'vic.y'$$, 'until he says that it is his');
RESET ROLE;
SELECT is(pg_temp.owner_of('vic.y'), 'squat_victim', 'which he may');

-- Renaming a draft onto a function of another owner
SET ROLE squat_team;
SELECT throws_ok($$SELECT create_action('vic.nothing')$$, '42501', NULL, 'team may not create there');
RESET ROLE;
GRANT squat_victim TO squat_team;
CREATE SCHEMA team AUTHORIZATION squat_team;
SELECT pg_temp.by_hand('vic.w');
SET ROLE squat_team;
SELECT lives_ok($$SELECT create_action('team.w')$$, 'a draft of team');
SELECT throws_ok($$UPDATE custom_actions.action SET name = 'vic.w' WHERE name = 'team.w'$$, '42501',
	'draft of action "vic.w" belongs to role "squat_team", its function to role "squat_victim"', 'cannot be put under a function of another owner');
RESET ROLE;

-- The owner of the schema helps himself
SELECT lives_ok($$SELECT pg_temp.squat('vic.a', pg_temp.evil()), pg_temp.squat('vic.b', pg_temp.evil()), pg_temp.squat('vic.c', pg_temp.evil())$$,
	'three more');
SET ROLE squat_eve;
SELECT throws_ok($$DELETE FROM custom_actions.action WHERE name = 'vic.paid'$$, '42501', NULL, 'eve removes nobody''s');
SET ROLE squat_victim;
SELECT lives_ok($$DELETE FROM custom_actions.action WHERE name = 'vic.a'$$, 'he deletes the draft');
SELECT lives_ok($$SELECT drop_action('vic.b')$$, 'or drops it, plug-ins or not');
SELECT lives_ok($$SELECT create_action('vic.c', '{}', or_replace => true)$$, 'or replaces it');
SELECT is_empty($$SELECT FROM custom_actions.plugin_step WHERE action IN ('vic.a', 'vic.b', 'vic.c')$$, 'no plug-in is left');
SELECT throws_ok($$DELETE FROM custom_actions.action WHERE name = 'lair.mine'$$, '42501', NULL, 'but not in other schemas');
RESET ROLE;
SELECT results_eq($$SELECT name, owner FROM custom_actions.action WHERE name IN ('vic.a', 'vic.b', 'vic.c')$$, $$VALUES ('vic.c', 'squat_victim')$$,
	'what is left is his');

-- A plug-in is written without leave by a document only
SELECT throws_ok('SET custom_actions.importing = on', '42602', NULL, 'nobody says that he imports');

SELECT * FROM finish();
ROLLBACK;
