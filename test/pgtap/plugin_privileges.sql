-- Who may register plug-ins on what, and what nobody can forge.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(76);

CREATE ROLE plugin_privileges_ann;
CREATE ROLE plugin_privileges_team;
CREATE ROLE plugin_privileges_member;
CREATE ROLE plugin_privileges_delegate;
CREATE ROLE plugin_privileges_eve;
CREATE ROLE plugin_privileges_none;
GRANT plugin_privileges_team TO plugin_privileges_ann, plugin_privileges_member;
CREATE SCHEMA desk;
CREATE SCHEMA lair AUTHORIZATION plugin_privileges_eve;
GRANT USAGE, CREATE ON SCHEMA desk TO PUBLIC;
GRANT USAGE ON SCHEMA lair TO PUBLIC;
SELECT lives_ok(format('SELECT grant_action_design(%L)', role), 'design is granted: ' || role)
FROM unnest('{plugin_privileges_ann,plugin_privileges_member,plugin_privileges_delegate,plugin_privileges_eve}'::text[]) AS role;
GRANT USAGE ON LANGUAGE custom_action TO plugin_privileges_ann, plugin_privileges_member, plugin_privileges_delegate, plugin_privileges_eve;
CREATE FUNCTION desk.verify(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION desk.secret(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
REVOKE ALL ON FUNCTION desk.secret FROM PUBLIC;
SET ROLE plugin_privileges_eve;
CREATE FUNCTION lair.steal(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
RESET ROLE;

-- What was done, without ids
CREATE FUNCTION pg_temp.listed(action text) RETURNS text[] LANGUAGE sql
RETURN (SELECT array_agg(concat_ws(' ', item ->> 'stage', item ->> 'rank', item ->> 'function', item ->> 'enabled'))
	FROM custom_actions.published(action) AS p, json_array_elements(p.plugins) AS item);
GRANT EXECUTE ON FUNCTION pg_temp.listed TO PUBLIC;

-- An action of a team that runs as its owner
SET ROLE plugin_privileges_ann;
SELECT is(create_action(name, '{"run_as": "owner"}'), name, 'a draft: ' || name) FROM unnest('{desk.pay,desk.draft,desk.off}'::text[]) AS name;
UPDATE custom_actions.action SET owner = 'plugin_privileges_team', designer = 'plugin_privileges_delegate';
SELECT is(activate_action(name), 1, 'is published: ' || name) FROM unnest('{desk.pay,desk.off}'::text[]) AS name;
SELECT lives_ok('SELECT deactivate_action(''desk.off'')', 'one is deactivated');
SELECT is(pg_get_userbyid(proowner)::text, 'plugin_privileges_team', 'the team owns it') FROM pg_proc WHERE oid = 'desk.pay'::regproc;

-- A member of the owner
SET ROLE plugin_privileges_member;
SELECT lives_ok('SELECT register_plugin(''desk.pay'', ''pre_operation'', ''desk.verify'')', 'a member of the owner registers');
SELECT is(pg_temp.listed('desk.pay'), '{pre_operation 1 desk.verify(jsonb)}', 'which takes effect');
SELECT throws_ok('SELECT register_plugin(''desk.pay'', ''pre_operation'', ''desk.secret'')', '42501',
	'permission denied for function desk.secret(jsonb)', 'not a function that he may not execute');
SELECT throws_ok('INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES (''desk.pay'', ''pre_operation'', ''desk.secret'')', '42501',
	'permission denied for function desk.secret(jsonb)', 'nor by hand');
SELECT throws_ok('UPDATE custom_actions.plugin_step SET function = ''desk.secret''', '42501',
	'permission denied for function desk.secret(jsonb)', 'nor afterwards');
SELECT throws_ok('SELECT create_action(''desk.pay'', ''{"run_as": "owner", "plugins": [{"stage": "pre_operation", "function": "desk.secret"}]}'', true)',
	'42501',
	'permission denied for function desk.secret(jsonb)', 'nor in a document');
SELECT throws_ok(call, 'UA001', 'action "' || action || '" is not active', 'not active: ' || call)
FROM unnest('{desk.draft,desk.off}'::text[]) AS action, unnest(ARRAY[
	format('SELECT register_plugin(%L, ''pre_operation'', ''desk.verify'')', action),
	format('INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES (%L, ''pre_operation'', ''desk.verify'')', action)]) AS call;
SELECT throws_ok('SELECT register_plugin(''desk.nothing'', ''pre_operation'', ''desk.verify'')', '42883', 'action "desk.nothing" does not exist',
	'no such action');
SELECT throws_ok('INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES (''desk.nothing'', ''pre_operation'', ''desk.verify'')',
	'42883', 'action "desk.nothing" does not exist', 'nor by hand');

-- Strangers: a designer, one who may edit the draft, and one who may nothing
CREATE FUNCTION pg_temp.refused(who text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT throws_ok(call, '42501', NULL, who || ': ' || call)
	FROM unnest(ARRAY[
		'SELECT register_plugin(''desk.pay'', ''pre_operation'', ''desk.verify'')',
		'SELECT register_plugin(''desk.pay'', ''post_operation'', ''lair.steal'')',
		'SELECT register_plugin(''desk.draft'', ''pre_operation'', ''desk.verify'')',
		'INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES (''desk.pay'', ''pre_operation'', ''lair.steal'')',
		'UPDATE custom_actions.plugin_step SET enabled = false',
		'UPDATE custom_actions.plugin_step SET function = ''lair.steal''',
		'UPDATE custom_actions.plugin_step SET configuration = ''{}''',
		'DELETE FROM custom_actions.plugin_step',
		'SELECT unregister_plugin(id) FROM custom_actions.plugin_step',
		'SELECT create_action(''desk.pay'', ''{"plugins": []}'', true)',
		'SELECT create_action(''desk.pay'', ''{"plugins": [{"stage": "pre_operation", "function": "lair.steal"}]}'', true)',
		'SELECT custom_actions.write_plugins(''desk.pay'', ''[]'')',
		'TRUNCATE custom_actions.plugin_step']) AS call;
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.refused TO PUBLIC;
SET ROLE plugin_privileges_delegate;
SELECT pg_temp.refused('who may edit the draft');
SELECT lives_ok('SELECT create_action(''desk.pay'', action_definition(''desk.pay''), true)', 'but he may edit it with its plug-ins as they are');
SET ROLE plugin_privileges_none;
SELECT pg_temp.refused('who may nothing');
SET ROLE plugin_privileges_eve;
SELECT pg_temp.refused('a designer');

-- What a designer may set himself makes him no more than he is; that a document is written is nothing to set
SET LOCAL check_function_bodies = off;
SELECT throws_ok('INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES (''desk.pay'', ''pre_operation'', ''lair.steal'')', '42501',
	'permission denied: "plugin_privileges_eve" is not a member of the owner of action "desk.pay", role "plugin_privileges_team"',
	'the setting of a restore opens nothing');
SELECT throws_ok('UPDATE custom_actions.plugin_step SET enabled = false', '42501', NULL, 'to nobody');
RESET check_function_bodies;
SELECT lives_ok('SELECT create_action(''lair.own''), activate_action(''lair.own'')', 'an action of eve');
SELECT lives_ok('SELECT register_plugin(''lair.own'', ''pre_operation'', ''lair.steal'')', 'is extended by eve');
SELECT throws_ok('UPDATE custom_actions.plugin_step SET action = ''desk.pay'' WHERE action = ''lair.own''', '22023',
	'a plug-in of action "lair.own" cannot move to another action', 'a registration is not moved into an action of somebody else');
SELECT throws_ok('WITH gone AS (DELETE FROM custom_actions.action WHERE name = ''lair.x'' RETURNING name)
	UPDATE custom_actions.plugin_step SET action = ''desk.pay'' WHERE action = ''lair.own''', '22023',
	'a plug-in of action "lair.own" cannot move to another action', 'however it is tried');
SELECT throws_ok('INSERT INTO custom_actions.plugin_step (id, action, stage, function) OVERRIDING SYSTEM VALUE
	SELECT last_value + 1, ''lair.own'', ''pre_operation'', ''lair.steal'' FROM custom_actions.plugin_step_id_seq', '428C9', NULL, 'an id is not chosen');
SELECT throws_ok('UPDATE custom_actions.plugin_step SET id = DEFAULT WHERE action = ''lair.own''', '428C9', NULL, 'nor changed');
RESET ROLE;
SELECT is(pg_temp.listed('desk.pay'), '{pre_operation 1 desk.verify(jsonb)}', 'the action of the team is as it was');

-- Publishing needs what activation needs
REVOKE USAGE ON LANGUAGE custom_action FROM plugin_privileges_member;
SET ROLE plugin_privileges_member;
SELECT throws_ok('UPDATE custom_actions.plugin_step SET enabled = false WHERE action = ''desk.pay''', '42501',
	'permission denied for language custom_action', 'without USAGE on the language nothing is published');
RESET ROLE;

-- The owner of the function counts, not that of the draft
ALTER FUNCTION desk.pay OWNER TO plugin_privileges_eve;
UPDATE custom_actions.action SET owner = 'plugin_privileges_eve' WHERE name = 'desk.pay';
SET ROLE plugin_privileges_ann;
SELECT throws_ok('UPDATE custom_actions.plugin_step SET enabled = false WHERE action = ''desk.pay''', '42501', NULL, 'who gave the function away has no say');
SET ROLE plugin_privileges_eve;
SELECT lives_ok('UPDATE custom_actions.plugin_step SET enabled = false WHERE action = ''desk.pay''', 'its new owner has');
SELECT is(pg_temp.listed('desk.pay'), '{pre_operation 1 desk.verify(jsonb) false}', 'and it takes effect');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
