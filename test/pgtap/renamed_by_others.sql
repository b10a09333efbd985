-- Functions and schemas are renamed by who may do so, whosever the drafts are that go along.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(15);

CREATE ROLE rename_old_owner;
CREATE ROLE rename_new_owner;
CREATE ROLE rename_stranger;
SELECT grant_action_design(r::regrole) FROM unnest('{rename_old_owner,rename_stranger}'::text[]) AS r;
GRANT USAGE ON LANGUAGE custom_action TO rename_old_owner, rename_new_owner;
CREATE SCHEMA rename_home AUTHORIZATION rename_old_owner;
GRANT USAGE, CREATE ON SCHEMA rename_home TO rename_new_owner, rename_stranger;
GRANT CREATE ON DATABASE :"DBNAME" TO rename_old_owner;

-- A function that was given to somebody who is no designer
SET ROLE rename_old_owner;
CREATE FUNCTION rename_home.plug(c jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
GRANT EXECUTE ON FUNCTION rename_home.plug TO PUBLIC;
SELECT is(create_action('rename_home.given',
	'{"settings": {"search_path": "pg_catalog"}, "output": [{"name": "o", "type": "text", "default": "given"}]}'), 'rename_home.given', 'an action');
SELECT is(activate_action('rename_home.given'), 1, 'is active');
RESET ROLE;
ALTER FUNCTION rename_home.given OWNER TO rename_new_owner;
SET ROLE rename_new_owner;
SELECT lives_ok('ALTER FUNCTION rename_home.given RENAME TO mine', 'its new owner renames it, though its draft is somebody else''s');
SELECT is(rename_home.mine(), 'given', 'and it works');
RESET ROLE;
SELECT results_eq($$SELECT owner, modified_by FROM custom_actions.action WHERE name = 'rename_home.mine'$$,
	$$VALUES ('rename_old_owner', 'rename_new_owner')$$, 'the draft went along and is whose it was; who renamed it has modified it');
SELECT is((SELECT action FROM custom_actions.version WHERE action LIKE 'rename\_%'), 'rename_home.mine', 'so did the version');
SELECT throws_ok($$SELECT activate_action('rename_home.mine')$$, '42501', NULL, 'the draft is published by nobody still');

-- A stranger's draft under the name of a function that was made by hand
SET ROLE rename_stranger;
SELECT is(create_action('rename_home.taken',
	'{"settings": {"search_path": "pg_catalog"}, "plugins": [{"stage": "pre_validation", "function": "rename_home.plug(jsonb)"}]}'),
	'rename_home.taken', 'a stranger''s draft');
SET ROLE rename_new_owner;
CREATE FUNCTION rename_home.taken() RETURNS void LANGUAGE custom_action AS
	'{"format": 1, "version": 1, "active": true, "definition": {"action": "rename_home.taken", "steps": []}}';
SELECT lives_ok('ALTER FUNCTION rename_home.taken RENAME TO ours', 'is no obstacle to renaming the function');
RESET ROLE;
SELECT is((SELECT prosrc::jsonb -> 'plugins' FROM pg_proc WHERE oid = 'rename_home.ours'::regproc), NULL, 'and its plug-ins come not with it');
SET ROLE rename_old_owner;
SELECT lives_ok('ALTER SCHEMA rename_home RENAME TO rename_house', 'nor to renaming the schema');
RESET ROLE;
SELECT set_eq($$SELECT name, owner FROM custom_actions.action WHERE name LIKE 'rename\_%'$$,
	$$VALUES ('rename_house.mine', 'rename_old_owner'), ('rename_house.ours', 'rename_stranger')$$, 'all drafts went along');
SELECT is((SELECT prosrc::jsonb -> 'definition' ->> 'action' FROM pg_proc WHERE oid = 'rename_house.ours'::regproc), 'rename_house.ours', 'and the functions');
SELECT throws_ok($$UPDATE custom_actions.action SET name = 'rename_house.plug2' WHERE name = 'rename_house.mine'$$, '55006', NULL,
	'by hand a published draft is not renamed');
SELECT is(custom_actions.renaming_user(), NULL, 'nobody renames any more');

SELECT * FROM finish();
ROLLBACK;
