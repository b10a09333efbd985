-- What is registered is protected as what a step uses, disabled or not.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL custom_actions.follow_renames = off;
SELECT plan(25);

CREATE SCHEMA desk;
CREATE SCHEMA tools;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, status text);
CREATE FUNCTION tools.one(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION tools.two(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT is(create_action('desk.close_note', '{"table": "desk.note", "steps": [{"update": "target", "set": {"status": "closed"}}]}'), 'desk.close_note',
	'a draft');
SELECT is(activate_action('desk.close_note'), 1, 'is published');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.one') AS one,
	register_plugin('desk.close_note', 'post_operation', 'tools.two', images => '{"pre": ["body"]}') AS two \gset

CREATE FUNCTION pg_temp.needed() RETURNS text[] LANGUAGE sql
RETURN (SELECT array_agg(pg_describe_object(refclassid, refobjid, 0) ORDER BY pg_describe_object(refclassid, refobjid, 0)) FROM pg_depend
	WHERE classid = 'pg_proc'::regclass AND objid = 'desk.close_note'::regproc AND deptype = 'n' AND refclassid = 'pg_proc'::regclass);
SELECT is(pg_temp.needed(), '{"function tools.one(jsonb)","function tools.two(jsonb)"}', 'its plug-ins are recorded');
SELECT throws_ok('DROP FUNCTION tools.one', '2BP01', NULL, 'so they cannot be dropped');
SELECT throws_ok('DROP SCHEMA tools', '2BP01', NULL, 'nor their schema');
SELECT throws_ok('ALTER FUNCTION tools.one RENAME TO other', '2BP01', NULL, 'nor renamed');
SELECT throws_ok('ALTER FUNCTION tools.one SET SCHEMA desk', '2BP01', NULL, 'nor moved');
SELECT throws_ok('ALTER TABLE desk.note DROP COLUMN body', '2BP01', NULL, 'nor a column that an image shows');
SELECT lives_ok('CREATE OR REPLACE FUNCTION tools.one(context jsonb) RETURNS void LANGUAGE plpgsql AS ''BEGIN RETURN; END''', 'their body may change');

UPDATE custom_actions.plugin_step SET enabled = false WHERE id = :one;
SELECT is(pg_temp.needed(), '{"function tools.one(jsonb)","function tools.two(jsonb)"}', 'a disabled one is still recorded');
SELECT throws_ok('DROP FUNCTION tools.one', '2BP01', NULL, 'and cannot be dropped');
SELECT lives_ok(format('SELECT unregister_plugin(%s)', :one), 'unregistered');
SELECT is(pg_temp.needed(), '{"function tools.two(jsonb)"}', 'it is not recorded any more');
SELECT lives_ok('DROP FUNCTION tools.one', 'and can be dropped');

UPDATE custom_actions.plugin_step SET images = NULL WHERE id = :two;
SELECT lives_ok('ALTER TABLE desk.note DROP COLUMN body', 'so can a column that no image shows any more');
SELECT throws_ok(format('UPDATE custom_actions.plugin_step SET images = ''{"pre": ["body"]}'' WHERE id = %s', :two), 'UA005', NULL,
	'an image shows columns that are there');
SELECT is(images, NULL, 'a change that cannot be published is none') FROM custom_actions.plugin_step WHERE id = :two;

-- With the action
SELECT lives_ok('SELECT deactivate_action(''desk.close_note'')', 'of an inactive action');
SELECT is(pg_temp.needed(), NULL, 'nothing is recorded');
SELECT lives_ok('ALTER FUNCTION tools.two RENAME TO three', 'its plug-ins may be renamed');
SELECT throws_ok('SELECT activate_action(''desk.close_note'')', 'UA005', NULL, 'but then it is not activated');
SELECT results_eq('SELECT severity, location, message FROM check_action(''desk.close_note'')',
	'VALUES (''error'', ''plugins.1'', ''function tools.two does not exist'')', 'check_action says why');
SELECT lives_ok(format('UPDATE custom_actions.plugin_step SET function = ''tools.three'' WHERE id = %s', :two), 'until the registration says the new name');
SELECT is(activate_action('desk.close_note'), 1, 'and it is the same version');
SELECT is(pg_temp.needed(), '{"function tools.three(jsonb)"}', 'with what it needs');

SELECT * FROM finish();
ROLLBACK;
