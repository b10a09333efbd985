-- What a designer must not get at, however he goes about it.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(53);

CREATE ROLE design_attacks_ann;
CREATE ROLE design_attacks_eve;
CREATE SCHEMA desk AUTHORIZATION design_attacks_ann;
CREATE SCHEMA lair AUTHORIZATION design_attacks_eve;
CREATE SCHEMA open;
GRANT USAGE ON SCHEMA desk, lair TO PUBLIC;
GRANT USAGE, CREATE ON SCHEMA open TO PUBLIC;
SELECT lives_ok('SELECT grant_action_design(''design_attacks_ann''), grant_action_design(''design_attacks_eve'')', 'design is granted');
GRANT USAGE ON LANGUAGE custom_action TO design_attacks_ann;

-- PUBLIC. What protects a table is for its owner, who need not be a designer, and does
-- nothing that he could not do; its triggers ask for whoever writes. What is behind mcp_call()
-- runs with its caller's rights, as that does.
CREATE TEMPORARY TABLE for_everybody AS
SELECT unnest('{log_ring, error_passed, failure_path, may_begin,
	outside_actions, protect_row, protect_statement, protect_table, unprotect_table, protect, unprotect, table_words, protecting_triggers,
	require_protectable, columns_to_protect, actions_that_may, partitions_of, drop_protection, refuse_protected_partitions, protection_words,
	tell_protection, qualified_name, canonical_name, action_function,
	action_error_payload, action_error_status, action_form, action_openapi, action_typescript, action_effects, form_state, form_document, mcp_call, mcp_tools, mcp_tool, actor_now, mcp_versions, mcp_refusal, mcp_said, mcp_listed, mcp_change, mcp_changes, mcp_token, mcp_previewed,
	mcp_way_on, mcp_failed, mcp_preview, mcp_confirmation, mcp_borrow, mcp_run, mcp_invoke, mcp_found, mcp_mistake, mcp_generic,
	mcp_request_key, mcp_tools_call, mcp_server, mcp_result, mcp_is_id, mcp_flaw, mcp_answer}'::name[]) AS name;
SELECT results_eq($$SELECT p.oid::regprocedure::text FROM pg_extension AS e
	JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
		AND d.classid = 'pg_proc'::regclass
	JOIN pg_proc AS p ON p.oid = d.objid
	WHERE e.extname = 'custom_actions' AND has_function_privilege('public', p.oid, 'EXECUTE')
		AND p.prosrc NOT IN ('custom_action_invoke', 'custom_action_try_invoke', 'custom_action_preview', 'custom_action_preview_document', 'custom_action_trace', 'custom_action_quiet_call',
			'custom_action_history', 'custom_action_history_json', 'custom_action_log_ring', 'custom_action_invoke_bulk', 'custom_action_available',
			'custom_action_row_available', 'custom_action_validate', 'custom_action_explain', 'custom_action_input_options', 'custom_action_invoke_actions',
			'custom_action_etag', 'custom_action_schema', 'custom_action_csdl')
		AND p.proname NOT IN (SELECT name FROM for_everybody)$$, ARRAY[]::text[],
	'PUBLIC executes nothing but what runs an action, what asks for a designer, what tells each of the record what he may see and what protects tables');
SELECT results_eq($$SELECT p.oid::regprocedure::text FROM pg_proc AS p
	WHERE p.prosrc = 'custom_action_quiet_call' AND NOT has_function_privilege('public', p.oid, 'EXECUTE') ORDER BY 1$$,
	ARRAY['grant_action_design(regrole)', 'purge_action_log(interval,interval)', 'revoke_action_design(regrole)'], 'nobody grants design to himself, or deletes what is recorded');
SELECT is(count(*), 0::bigint, 'what is behind is not for PUBLIC: ' || coalesce(string_agg(p.proname, ', '), ''))
FROM pg_extension AS e
	JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
		AND d.classid = 'pg_proc'::regclass
	JOIN pg_proc AS p ON p.oid = d.objid
WHERE e.extname = 'custom_actions' AND has_function_privilege('public', p.oid, 'EXECUTE') AND p.pronamespace = 'custom_actions'::regnamespace
	AND p.proname NOT IN (SELECT name FROM for_everybody);

-- Parts stay with their action
SET ROLE design_attacks_ann;
SELECT is(create_action('desk.pay', '{"run_as": "owner", "input": [{"name": "i", "type": "integer", "required": false}], "steps": [{"let": {"x": 1}}]}'),
	'desk.pay', 'an action of ann');
SELECT is(activate_action('desk.pay'), 1, 'is published');
SELECT is(create_action('desk.draft'), 'desk.draft', 'and a draft');
SET ROLE design_attacks_eve;
SELECT is(create_action(name, '{"input": [{"name": "j", "type": "integer"}], "steps": [{"let": {"y": 1}}]}'), name, 'an action of eve: ' || name)
FROM unnest('{lair.a,lair.b,lair.c,lair.d}'::text[]) AS name;
SELECT throws_ok($$WITH gone AS (DELETE FROM custom_actions.action WHERE name = 'lair.a' RETURNING name)
	UPDATE custom_actions.step AS s SET action = 'desk.pay' FROM gone WHERE s.action = gone.name$$,
	'22023', 'a step of action "lair.a" cannot move to another action', 'no step moves out of an action deleted by the same command');
SELECT throws_ok($$WITH gone AS (DELETE FROM custom_actions.action WHERE name = 'lair.a' RETURNING name)
	UPDATE custom_actions.parameter AS p SET action = 'desk.draft' FROM gone WHERE p.action = gone.name$$,
	'22023', 'a parameter of action "lair.a" cannot move to another action', 'nor an input');
SELECT throws_ok($$WITH renamed AS (UPDATE custom_actions.action SET name = 'lair.z' WHERE name = 'lair.b' RETURNING name)
	UPDATE custom_actions.step AS s SET action = 'desk.pay' FROM renamed WHERE s.action = 'lair.b'$$,
	'22023', 'a step of action "lair.b" cannot move to another action', 'nor out of one it renames');
SELECT throws_ok($$WITH renamed AS (UPDATE custom_actions.action SET name = 'lair.z' WHERE name = 'lair.b' RETURNING name)
	UPDATE custom_actions.parameter AS p SET action = 'desk.pay' FROM renamed WHERE p.action = 'lair.b'$$,
	'22023', 'a parameter of action "lair.b" cannot move to another action', 'nor an input');
SELECT throws_ok('UPDATE custom_actions.step SET action = ''lair.d'' WHERE action = ''lair.c''',
	'22023', 'a step of action "lair.c" cannot move to another action', 'not even between actions of one owner');
SELECT throws_ok('UPDATE custom_actions.action SET name = ''desk.pay'' WHERE name = ''lair.c''', '42501', NULL, 'nor is one renamed onto another''s');
RESET ROLE;
SELECT throws_ok($$WITH gone AS (DELETE FROM custom_actions.action WHERE name = 'lair.a' RETURNING name)
	UPDATE custom_actions.step AS s SET action = 'desk.pay' FROM gone WHERE s.action = gone.name$$,
	'22023', 'a step of action "lair.a" cannot move to another action', 'nor by the owner of the catalog');
SELECT results_eq('SELECT count(*), bool_or(arguments ? ''y'') FROM custom_actions.step WHERE action LIKE ''desk.%''', 'VALUES (1::bigint, false)',
	'the steps are what ann wrote');
SET ROLE design_attacks_eve;
SELECT lives_ok('UPDATE custom_actions.action SET name = ''lair.renamed'' WHERE name = ''lair.c''', 'an action is renamed');
SELECT results_eq('SELECT (SELECT count(*) FROM custom_actions.step AS s WHERE s.action = a.name),
	(SELECT count(*) FROM custom_actions.parameter AS p WHERE p.action = a.name) FROM custom_actions.action AS a WHERE a.name = ''lair.renamed''',
	'VALUES (1::bigint, 1::bigint)', 'with its parts');

-- Ids
SELECT throws_ok('INSERT INTO custom_actions.step (id, action, kind) SELECT last_value + 1, ''lair.d'', ''let'' FROM custom_actions.step_id_seq',
	'428C9', NULL, 'an id is not chosen');
SELECT throws_ok('INSERT INTO custom_actions.step (id, action, kind) OVERRIDING SYSTEM VALUE
	SELECT last_value + 1, ''lair.d'', ''let'' FROM custom_actions.step_id_seq',
	'428C9', NULL, 'also not by force');
SELECT throws_ok('UPDATE custom_actions.step SET id = id + 1 WHERE action = ''lair.d''', '428C9', NULL, 'nor changed');
SELECT lives_ok('INSERT INTO custom_actions.step (action, kind) SELECT ''lair.d'', ''group'' FROM generate_series(1, 3) ORDER BY random()',
	'several rows take their ids from the sequence');
SELECT lives_ok('INSERT INTO custom_actions.step (id, action, kind) OVERRIDING SYSTEM VALUE
	VALUES (nextval(''custom_actions.step_id_seq''), ''lair.d'', ''group'')', 'the next id may be taken first');

-- Names are for those who may create there
SELECT throws_ok('SELECT create_action(''desk.future'')', '42501', 'permission denied for schema desk', 'a name in a schema of somebody else is not taken');
SELECT throws_ok('INSERT INTO custom_actions.action (name) VALUES (''desk.future'')', '42501', NULL, 'nor by hand');
SELECT throws_ok('UPDATE custom_actions.action SET name = ''desk.future'' WHERE name = ''lair.d''', '42501', NULL, 'nor by renaming');
SELECT throws_ok('SELECT create_action(''nowhere.yet'')', '3F000', 'schema "nowhere" does not exist', 'nor in a schema that does not exist yet');
SET ROLE design_attacks_ann;
UPDATE custom_actions.action SET designer = 'design_attacks_eve' WHERE name = 'desk.draft';
SET ROLE design_attacks_eve;
SELECT lives_ok('UPDATE custom_actions.action SET description = ''edited'' WHERE name = ''desk.draft''', 'a delegate edits');
SELECT throws_ok('UPDATE custom_actions.action SET name = ''lair.stolen'' WHERE name = ''desk.draft''', '42501', NULL, 'but does not rename');

-- Publishing by the inner functions
SELECT throws_ok(call, '42501', 'permission denied for language custom_action', 'without USAGE on the language: ' || call)
FROM unnest(ARRAY['SELECT custom_actions.publish(''lair.d'', ''{"steps": []}'', 1, true, ''[]'')', 'SELECT custom_actions.claim_name(''lair.d'')']) AS call;
RESET ROLE;
SELECT is((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND mode = 'ShareUpdateExclusiveLock'),
	1::bigint, 'without the privilege no name is locked but that of ann''s activation');
GRANT USAGE ON LANGUAGE custom_action TO design_attacks_eve;
SET ROLE design_attacks_ann;
SELECT is(create_action('open.draft'), 'open.draft', 'a draft of ann where eve may create');
SELECT is(create_action('open.greet', '{"input": [{"name": "a", "type": "text"}], "output": [{"name": "r", "type": "text", "default": "=input.a"}]}'),
	'open.greet', 'and an action');
SELECT is(activate_action('open.greet'), 1, 'that is published');
GRANT EXECUTE ON FUNCTION open.greet TO PUBLIC;
SET ROLE design_attacks_eve;
SELECT throws_ok('SELECT custom_actions.publish(''desk.other'', ''{"steps": []}'', 1, true, ''[]'')', '42501', 'permission denied for schema desk',
	'no CREATE on the schema');
SELECT throws_ok('SELECT custom_actions.publish(''open.greet'', ''{"steps": []}'', 2, true, ''[]'')', '42501', 'must be owner of action "open.greet"',
	'an action of somebody else');
SELECT throws_ok('SELECT custom_actions.publish(''open.draft'', ''{"steps": []}'', 1, true, ''[]'')', '42501',
	'permission denied: "design_attacks_eve" is not a member of the owner of action "open.draft", role "design_attacks_ann"',
	'a draft of somebody else');

-- One function per name
SELECT is(create_action('lair.greet', '{"input": [{"name": "a", "type": "text"}, {"name": "z", "type": "integer", "required": false}],
	"output": [{"name": "r", "type": "text", "default": "taken over"}]}'), 'lair.greet', 'an action of the same name elsewhere');
SELECT is(activate_action('lair.greet'), 1, 'is published');
SET LOCAL custom_actions.ddl_check = off;
SET LOCAL check_function_bodies = off;
SELECT throws_ok('ALTER FUNCTION lair.greet SET SCHEMA open', '42723', 'action "open.greet" exists already with other arguments',
	'it does not move onto another');
ALTER FUNCTION lair.greet RENAME TO other;
ALTER FUNCTION lair.other SET SCHEMA open;
SELECT throws_ok('ALTER FUNCTION open.other RENAME TO greet', '42723', NULL, 'nor is it renamed onto it');
RESET ROLE;
RESET custom_actions.ddl_check;
RESET check_function_bodies;
SELECT is(invoke_action('open.greet', '{"a": "hello"}') ->> 'r', 'hello', 'callers get what they got');
ALTER EVENT TRIGGER custom_actions_ddl_end DISABLE;
ALTER FUNCTION open.other RENAME TO greet;
SELECT throws_ok('SELECT invoke_action(''open."greet"'', ''{"a": "hello"}'')', '42725', 'name of action "open.greet" is not unique',
	'a name that means two actions means none');
SELECT throws_ok('SELECT custom_actions.action_function(''open.greet'')', '42725', NULL, 'to editing neither');

-- Names that would be cut off
SELECT throws_ok(format('SELECT invoke_action(%L)', name), '42622', NULL, 'too long: ' || name)
FROM unnest(ARRAY['desk.' || repeat('a', 64), repeat('a', 70), '"' || repeat('s', 64) || '".pay']) AS name;

-- A lock on one name is in the way of no other that somebody may look for
SELECT lives_ok('SELECT custom_actions.claim_name(format(''open.x%s'', i)) FROM generate_series(1, 2000) AS i', 'two thousand names are claimed');
SELECT cmp_ok((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'object') AND mode = 'ShareUpdateExclusiveLock'),
	'>=', 2001::bigint, 'each has a lock of its own');

SELECT * FROM finish();
ROLLBACK;
