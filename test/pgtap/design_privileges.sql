-- Who may edit and publish what; columns nobody can forge.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(57);

CREATE ROLE design_privileges_ann;
CREATE ROLE design_privileges_bob;
CREATE ROLE design_privileges_team;
CREATE ROLE design_privileges_member;
GRANT design_privileges_team TO design_privileges_member;
CREATE ROLE design_privileges_none;
CREATE SCHEMA desk;
GRANT USAGE, CREATE ON SCHEMA desk TO PUBLIC;
SELECT lives_ok('SELECT grant_action_design(''design_privileges_ann''), grant_action_design(''design_privileges_bob''),
	grant_action_design(''design_privileges_member'')', 'design is granted');
GRANT USAGE ON LANGUAGE custom_action TO design_privileges_ann, design_privileges_bob;

-- Without the grant
SET ROLE design_privileges_none;
SELECT throws_ok(call, '42501', NULL, 'without grant_action_design: ' || call)
FROM unnest(ARRAY[
	'SELECT create_action(''desk.x'')', 'SELECT check_action(''desk.x'')', 'SELECT activate_action(''desk.x'')',
	'SELECT drop_action(''desk.x'')', 'SELECT describe_action(''desk.x'')', 'SELECT action_definition(''desk.x'')',
	'SELECT refresh_action_dependencies()', 'SELECT grant_action_design(''design_privileges_none'')',
	'SELECT * FROM custom_actions.actions', 'INSERT INTO custom_actions.action (name) VALUES (''desk.x'')',
	'SELECT custom_actions.publish(''desk.x'', ''{}'', 1, true, ''[]'')'
]) AS call;
RESET ROLE;

SET ROLE design_privileges_ann;
SELECT is(create_action('desk.of_ann', '{"input": [{"name": "i", "type": "integer"}], "steps": [{"let": {"x": 1}}]}'), 'desk.of_ann',
	'a designer creates a draft');
SELECT is(activate_action('desk.of_ann'), 1, 'and activates it with USAGE on the language');
SELECT is(create_action('desk.draft', '{"input": [{"name": "i", "type": "integer"}], "steps": [{"let": {"x": 1}}]}'), 'desk.draft', 'another draft');

-- Without USAGE on the language
SET ROLE design_privileges_member;
SELECT is(create_action('desk.of_member', '{"steps": [{"let": {"x": 1}}]}'), 'desk.of_member', 'a draft needs no USAGE on the language');
SELECT throws_ok('SELECT activate_action(''desk.of_member'')', '42501', 'permission denied for language custom_action',
	'activation does');
SELECT throws_ok('SELECT custom_actions.publish(''desk.of_member'', ''{"steps": []}'', 1, true, ''[]'')', '42501',
	'permission denied for language custom_action', 'also by the inner function');
SELECT throws_ok('CREATE FUNCTION desk.hand() RETURNS void LANGUAGE custom_action AS ''{"format": 1, "version": 1, "active": true, "definition": {}}''',
	'42501', 'permission denied for language custom_action', 'also by hand');

-- What somebody else owns
SET ROLE design_privileges_bob;
SELECT throws_ok(call, '42501', NULL, 'not owned: ' || call)
FROM unnest(ARRAY[
	'SELECT add_action_parameter(''desk.draft'', ''j'', ''text'')',
	'SELECT add_action_step(''desk.draft'', ''let'', NULL, ''{"y": 1}'')',
	'SELECT create_action(''desk.draft'', ''{}'', or_replace => true)',
	'SELECT activate_action(''desk.draft'')',
	'SELECT activate_action(''desk.of_ann'')',
	'SELECT deactivate_action(''desk.of_ann'')',
	'SELECT drop_action(''desk.draft'')',
	'SELECT drop_action(''desk.of_ann'')',
	'SELECT restore_action(''desk.of_ann'')',
	'UPDATE custom_actions.action SET description = ''mine'' WHERE name = ''desk.draft''',
	'UPDATE custom_actions.action SET owner = ''design_privileges_bob'' WHERE name = ''desk.draft''',
	'UPDATE custom_actions.action SET designer = ''design_privileges_bob'' WHERE name = ''desk.draft''',
	'UPDATE custom_actions.action SET name = ''desk.mine'' WHERE name = ''desk.draft''',
	'DELETE FROM custom_actions.action WHERE name = ''desk.draft''',
	'INSERT INTO custom_actions.parameter (action, name, type) VALUES (''desk.draft'', ''j'', ''text'')',
	'UPDATE custom_actions.parameter SET type = ''text'' WHERE action = ''desk.draft''',
	'DELETE FROM custom_actions.parameter WHERE action = ''desk.draft''',
	'INSERT INTO custom_actions.step (action, kind) VALUES (''desk.draft'', ''let'')',
	'UPDATE custom_actions.step SET enabled = false WHERE action = ''desk.draft''',
	'DELETE FROM custom_actions.step WHERE action = ''desk.draft''',
	'INSERT INTO custom_actions.version (action, version, definition) VALUES (''desk.of_ann'', 2, ''{}'')',
	'UPDATE custom_actions.version SET note = ''x''',
	'DELETE FROM custom_actions.version',
	'TRUNCATE custom_actions.step',
	'INSERT INTO custom_actions.action (name, owner) VALUES (''desk.forged'', ''design_privileges_ann'')',
	'INSERT INTO custom_actions.action (name, owner) VALUES (''desk.forged'', ''postgres'')'
]) AS call;

-- check_function_bodies = off marks a restore, for the owner of the catalog only
SET LOCAL check_function_bodies = off;
SELECT throws_ok('DELETE FROM custom_actions.step WHERE action = ''desk.draft''', '42501', NULL,
	'check_function_bodies = off does not open what others own');
SELECT throws_ok('INSERT INTO custom_actions.action (name, owner) VALUES (''desk.forged'', ''postgres'')', '42501', NULL,
	'nor lets an owner be forged');
SELECT throws_ok('INSERT INTO custom_actions.version (action, version, definition) VALUES (''desk.of_ann'', 2, ''{}'')', '42501', NULL,
	'nor a version');
SET LOCAL check_function_bodies = on;

-- Forged columns
INSERT INTO custom_actions.action (name, created_by, modified_by, created_at, modified_at)
	VALUES ('desk.of_bob', 'postgres', 'postgres', '2000-01-01', '2000-01-01');
SELECT results_eq('SELECT owner, created_by, modified_by, created_at > ''2020-01-01'', modified_at > ''2020-01-01''
	FROM custom_actions.action WHERE name = ''desk.of_bob''',
	'VALUES (''design_privileges_bob'', ''design_privileges_bob'', ''design_privileges_bob'', true, true)',
	'who and when are written by the table itself');
UPDATE custom_actions.action SET created_by = 'x', modified_by = 'x', created_at = '2000-01-01', modified_at = '2000-01-01'
	WHERE name = 'desk.of_bob';
SELECT results_eq('SELECT created_by, modified_by, created_at > ''2020-01-01'', modified_at > ''2020-01-01''
	FROM custom_actions.action WHERE name = ''desk.of_bob''',
	'VALUES (''design_privileges_bob'', ''design_privileges_bob'', true, true)', 'also in an UPDATE');
INSERT INTO custom_actions.step (action, kind) VALUES ('desk.of_bob', 'let');
SELECT throws_ok('UPDATE custom_actions.step SET action = ''desk.draft'' WHERE action = ''desk.of_bob''',
	'22023', 'a step of action "desk.of_bob" cannot move to another action', 'a step cannot be moved into an action of somebody else');

-- A delegate edits, and no more
SET ROLE design_privileges_ann;
UPDATE custom_actions.action SET designer = 'design_privileges_team' WHERE name = 'desk.draft';
SET ROLE design_privileges_member;
SELECT lives_ok('SELECT add_action_step(''desk.draft'', ''let'', NULL, ''{"y": 1}'')', 'a delegate edits');
SELECT is((SELECT modified_by FROM custom_actions.action WHERE name = 'desk.draft'), 'design_privileges_member', 'which is recorded');
SELECT throws_ok('UPDATE custom_actions.action SET owner = ''design_privileges_member'' WHERE name = ''desk.draft''', '42501', NULL,
	'he cannot take the action over');
SELECT throws_ok('UPDATE custom_actions.action SET designer = ''design_privileges_member'' WHERE name = ''desk.draft''', '42501', NULL,
	'nor delegate it further');
SELECT throws_ok('DELETE FROM custom_actions.action WHERE name = ''desk.draft''', '42501', NULL, 'nor delete it');
SELECT throws_ok('SELECT activate_action(''desk.draft'')', '42501', NULL, 'nor activate it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
