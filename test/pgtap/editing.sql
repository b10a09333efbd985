-- Drafts, versions and states.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(63);

CREATE ROLE editing_owner;
CREATE ROLE editing_caller;
CREATE SCHEMA desk;
GRANT USAGE, CREATE ON SCHEMA desk TO editing_owner;
GRANT USAGE ON SCHEMA desk TO editing_caller;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, owner_id integer);
CREATE FUNCTION state(action text) RETURNS text LANGUAGE sql AS
	$$SELECT concat_ws(' ', state, 'version ' || version, CASE WHEN differs THEN 'differs' END) FROM custom_actions.actions WHERE name = action$$;

-- A draft is nothing to callers
SELECT is(create_action('desk.act', '{"output": [{"name": "r", "type": "text", "default": "one"}]}'), 'desk.act', 'created');
SELECT is(state('desk.act'), 'draft', 'draft');
SELECT throws_ok('SELECT invoke_action(''desk.act'')', '42883', 'action "desk.act" does not exist', 'a draft cannot be invoked');
SELECT throws_ok('SELECT create_action(''desk.act'')', '42710', 'action "desk.act" already exists', 'created once');
SELECT is(activate_action('desk.act', 'the first'), 1, 'version 1');
SELECT is(state('desk.act'), 'active version 1', 'active');
SELECT is((SELECT note FROM custom_actions.version WHERE action = 'desk.act'), 'the first', 'with a note');
SELECT is(invoke_action('desk.act') ->> 'r', 'one', 'runs');
GRANT EXECUTE ON FUNCTION desk.act TO editing_caller;

-- Edits do nothing until activation
UPDATE custom_actions.parameter SET default_value = '"two"' WHERE action = 'desk.act';
SELECT is(invoke_action('desk.act') ->> 'r', 'one', 'an edit of the draft changes nothing');
SELECT is(state('desk.act'), 'active version 1 differs', 'the draft differs');
SELECT throws_ok('SELECT activate_action(''desk.act'', expected_hash => ''0'')', '55000', 'draft of action "desk.act" is not the expected one',
	'expected_hash');
SELECT is(activate_action('desk.act', expected_hash => action_hash('desk.act')), 2, 'version 2');
SELECT is(invoke_action('desk.act') ->> 'r', 'two', 'runs');
SELECT is(activate_action('desk.act'), 2, 'nothing changed: the current version');
SELECT is(activate_action('desk.act', 'a note alone'), 2, 'nor by a note');
SELECT is((SELECT count(*) FROM custom_actions.version WHERE action = 'desk.act'), 2::bigint, 'two versions');
UPDATE custom_actions.action SET modified_at = now() WHERE name = 'desk.act';
SELECT is(activate_action('desk.act'), 2, 'an UPDATE that changes nothing is no change');
SELECT is(has_function_privilege('editing_caller', 'desk.act()', 'EXECUTE'), true, 'grants stay');
SELECT is(has_function_privilege('public', 'desk.act()', 'EXECUTE'), false, 'PUBLIC has none');

-- What a DBA set stays
ALTER FUNCTION desk.act() SET work_mem = '9MB';
ALTER FUNCTION desk.act() COST 123;
ALTER FUNCTION desk.act() PARALLEL RESTRICTED;
COMMENT ON FUNCTION desk.act() IS 'by hand';
UPDATE custom_actions.parameter SET default_value = '"=current_setting(''work_mem'')"' WHERE action = 'desk.act';
SELECT is(activate_action('desk.act'), 3, 'version 3');
SELECT is(invoke_action('desk.act') ->> 'r', '9MB', 'SET stays');
SELECT results_eq('SELECT procost::integer, proparallel::text FROM pg_proc WHERE oid = ''desk.act()''::regprocedure', 'VALUES (123, ''r'')',
	'COST and PARALLEL stay');
SELECT is(obj_description('desk.act()'::regprocedure), 'by hand', 'a comment made by hand stays');
UPDATE custom_actions.action SET description = 'described', settings = settings || '{"work_mem": "8MB"}' WHERE name = 'desk.act';
SELECT is(activate_action('desk.act'), 4, 'version 4');
SELECT is(obj_description('desk.act()'::regprocedure), 'described', 'a description becomes the comment');
SELECT is(invoke_action('desk.act') ->> 'r', '8MB', 'the definition''s setting wins');
UPDATE custom_actions.action SET description = NULL, settings = settings - 'work_mem' WHERE name = 'desk.act';
SELECT is(activate_action('desk.act'), 5, 'version 5');
SELECT is(obj_description('desk.act()'::regprocedure), NULL, 'without a description its comment goes');
SELECT is(desk.act(), current_setting('work_mem'), 'and with its setting its value');

-- Off and on
SELECT lives_ok('SELECT deactivate_action(''desk.act'')', 'deactivated');
SELECT is(state('desk.act'), 'inactive version 5', 'inactive');
SELECT lives_ok('SELECT deactivate_action(''desk.act'')', 'twice is no error');
SELECT throws_ok('SELECT desk.act()', 'UA001', 'action "desk.act" is not active', 'refused');
SELECT is(has_function_privilege('editing_caller', 'desk.act()', 'EXECUTE'), true, 'grants stay');
SELECT is(activate_action('desk.act'), 5, 'the same version again');
SELECT is(state('desk.act'), 'active version 5', 'active');

-- Restore
SELECT lives_ok('SELECT restore_action(''desk.act'', 1)', 'version 1 becomes the draft');
SELECT is(state('desk.act'), 'active version 5 differs', 'and only the draft');
SELECT is(activate_action('desk.act', 'back'), 6, 'activated as version 6');
SELECT is(invoke_action('desk.act') ->> 'r', 'one', 'it does what version 1 did');
SELECT is(action_definition('desk.act', 6)::jsonb, action_definition('desk.act', 1)::jsonb, 'and says what it said');
UPDATE custom_actions.parameter SET default_value = '"lost"' WHERE action = 'desk.act';
SELECT lives_ok('SELECT restore_action(''desk.act'')', 'what is published becomes the draft');
SELECT is(activate_action('desk.act'), 6, 'so that nothing differs');
SELECT throws_ok('SELECT restore_action(''desk.act'', 99)', '42704', 'action "desk.act" has no version 99', 'no such version');
SELECT throws_ok('SELECT action_definition(''desk.act'', 99)', '42704', NULL, 'no such version');

-- Settings are frozen
INSERT INTO custom_actions.table_setting VALUES ('desk.note', 'owner_id');
INSERT INTO desk.note VALUES (1, 'a', 1);
SELECT is(create_action('desk.assign', '{"table": "desk.note", "steps": [{"assign": "target", "to": 2}]}'), 'desk.assign', 'uses a table setting');
SELECT is(activate_action('desk.assign'), 1, 'activated');
DELETE FROM custom_actions.table_setting;
SELECT is(invoke_action('desk.assign', '{"target": 1}'), '{}', 'later changes of the setting do nothing');
SELECT is((SELECT owner_id FROM desk.note), 2, 'it was assigned');

-- Owners
SELECT lives_ok('ALTER FUNCTION desk.assign(integer) OWNER TO editing_owner', 'another owner of the function');
SELECT is((SELECT owner FROM custom_actions.actions WHERE name = 'desk.assign'), 'editing_owner', 'owns the action');
SELECT throws_ok('UPDATE custom_actions.action SET owner = ''editing_caller'' WHERE name = ''desk.assign''', '55006', NULL, 'the draft follows the function');
DO $$ BEGIN PERFORM grant_action_design('editing_owner'); END $$;
SET ROLE editing_owner;
SELECT lives_ok('UPDATE custom_actions.action SET description = ''mine'' WHERE name = ''desk.assign''', 'the owner of the function edits');
RESET ROLE;
-- An action activated for somebody else belongs to him
INSERT INTO custom_actions.action (name, owner) VALUES ('desk.given', 'editing_owner');
INSERT INTO custom_actions.step (action, kind, arguments) VALUES ('desk.given', 'let', '{"x": 1}');
SELECT is(activate_action('desk.given'), 1, 'a superuser activates a draft of somebody else');
SELECT is((SELECT proowner::regrole::text FROM pg_proc WHERE oid = 'desk.given()'::regprocedure), 'editing_owner', 'who owns the function');

-- Drop
SELECT throws_ok('DELETE FROM custom_actions.action WHERE name = ''desk.act''', '55006', 'action "desk.act" is published',
	'a published action is not deleted with its row');
CREATE VIEW desk.uses AS SELECT desk.act();
SELECT throws_ok('SELECT drop_action(''desk.act'')', '2BP01', 'cannot drop action "desk.act" because other objects depend on it',
	'refused while something uses it');
DROP VIEW desk.uses;
SELECT lives_ok('SELECT drop_action(''desk.act'')', 'dropped');
SELECT is(to_regprocedure('desk.act()'), NULL, 'the function is gone');
SELECT is((SELECT count(*) FROM custom_actions.parameter WHERE action = 'desk.act') +
	(SELECT count(*) FROM custom_actions.action WHERE name = 'desk.act'), 0::bigint, 'with the rows of its draft');
SELECT is((SELECT count(*) FROM custom_actions.version WHERE action = 'desk.act'), 6::bigint, 'the versions stay');
SELECT throws_ok('SELECT drop_action(''desk.act'')', '42883', 'action "desk.act" does not exist', 'dropped once');
SELECT lives_ok('SELECT create_action(''desk.tmp''), drop_action(''desk.tmp'')', 'a draft is dropped too');

SELECT * FROM finish();
ROLLBACK;
