-- What becomes of errors in plug-ins, and what plug-ins may not do.
\i test/sql/prelude.sql
SET custom_actions.follow_renames = off;		-- refused, so that there is something to see
\i test/sql/plugins_errors.sql
\pset format unaligned
\pset null '(null)'
SELECT activate_action('desk.work');

-- An error of a plug-in passes as it is, and all is undone
CREATE FUNCTION desk.refuse(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	UPDATE desk.note SET body = 'touched' WHERE id = (context ->> 'target')::integer;
	RAISE EXCEPTION 'The desk is % at %', 'closed', context ->> 'stage'
		USING ERRCODE = 'UX123', DETAIL = 'It opens at 8.', HINT = 'Come back tomorrow.',
			COLUMN = 'a column', CONSTRAINT = 'a constraint', TABLE = 'a table', SCHEMA = 'a schema', DATATYPE = 'a type';
END $$;
SELECT register_plugin('desk.work', 'pre_validation', 'desk.refuse', description => 'Refuses') AS id \gset
\set SHOW_CONTEXT always
\set VERBOSITY default
SELECT desk.work(1);
SELECT invoke_action('desk.work', '{"target": 1}');
\echo :LAST_ERROR_SQLSTATE
UPDATE custom_actions.plugin_step SET stage = 'post_operation' WHERE id = :id;
SELECT desk.work(1);
SELECT try_invoke_action('desk.work', '{"target": 1}') - 'invocation' AS tried;
DO $$
DECLARE
	message text; detail text; hint text; a text; b text; c text; d text; e text;
BEGIN
	PERFORM desk.work(1);
EXCEPTION WHEN SQLSTATE 'UX123' THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
		a = COLUMN_NAME, b = CONSTRAINT_NAME, c = TABLE_NAME, d = SCHEMA_NAME, e = PG_DATATYPE_NAME;
	RAISE NOTICE '%, %, %, %, %, %, %, %', message, detail, hint, a, b, c, d, e;
END $$;
SELECT * FROM desk.note ORDER BY id;
-- errors of PostgreSQL in a plug-in
CREATE FUNCTION desk.divide(context jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT to_jsonb(1 / (jsonb_array_length(context -> ''input'' -> ''tags'')))';
UPDATE custom_actions.plugin_step SET function = 'desk.divide', stage = 'pre_operation' WHERE id = :id;
SELECT desk.work(1);
CREATE FUNCTION desk.spoil(context jsonb) RETURNS void LANGUAGE sql AS 'UPDATE desk.note SET status = ''bad'' WHERE id = (context ->> ''target'')::integer';
UPDATE custom_actions.plugin_step SET function = 'desk.spoil', stage = 'main_operation' WHERE id = :id;
SELECT desk.work(1);
\set SHOW_CONTEXT never
-- in an action that performs another, on_error deals with it
SELECT create_action('desk.above', '{"output": [{"name": "said", "type": "text"}],
	"steps": [{"perform": "desk.work", "with": {"target": 1}, "on_error_when": "error.sqlstate = ''UX123''", "on_error": [
		{"output": {"said": "{{error.message}} / {{error.detail}} / {{error.hint}} / {{error.constraint}} / {{error.step}}"}}]}]}');
SELECT activate_action('desk.above');
UPDATE custom_actions.plugin_step SET function = 'desk.refuse' WHERE id = :id;
SELECT desk.above();
SELECT * FROM desk.note WHERE id = 1;
UPDATE custom_actions.plugin_step SET function = 'desk.spoil' WHERE id = :id;
SELECT desk.above();
-- the plug-ins of the action itself are not a step's business
SELECT register_plugin('desk.above', 'main_operation', 'desk.give', configuration => '{"bad": 1}') IS NOT NULL AS registered;
UPDATE custom_actions.plugin_step SET enabled = false WHERE id = :id;
SELECT desk.above();
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.above';
SELECT desk.above();
SELECT drop_action('desk.above');
-- a plug-in may deal with errors of its own, and of actions that it invokes
CREATE FUNCTION desk.careful(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.work(2);
	RETURN NULL;
EXCEPTION WHEN check_violation THEN
	RETURN jsonb_build_object('output', jsonb_build_object('said', 'caught at depth ' || (context ->> 'depth')));
END $$;
UPDATE custom_actions.plugin_step SET enabled = true WHERE id = :id;
SELECT create_action('desk.caring', '{"output": [{"name": "said", "type": "text"}]}');
SELECT activate_action('desk.caring');
SELECT register_plugin('desk.caring', 'main_operation', 'desk.careful') IS NOT NULL AS registered;
SELECT desk.caring();
SELECT desk.caring() FROM generate_series(1, 3);
DELETE FROM custom_actions.plugin_step;

-- Time limits: of a call, of the action
CREATE FUNCTION desk.sleep(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_sleep(10);
EXCEPTION WHEN query_canceled THEN
	NULL;
END $$;
SELECT register_plugin('desk.work', 'post_operation', 'desk.sleep') AS id \gset
SET custom_actions.call_timeout = '20ms';
SELECT desk.work(1);
\echo :LAST_ERROR_SQLSTATE
SELECT try_invoke_action('desk.work', '{"target": 1}') #- '{invocation}' AS tried;
SET custom_actions.call_timeout = '10s';
SET custom_actions.action_timeout = '20ms';
SELECT desk.work(1);
\echo :LAST_ERROR_SQLSTATE
RESET custom_actions.action_timeout;
RESET custom_actions.call_timeout;
SET statement_timeout = '20ms';
CREATE OR REPLACE FUNCTION desk.sleep(context jsonb) RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(10)';
SELECT desk.work(1);
RESET statement_timeout;
UPDATE custom_actions.plugin_step SET enabled = false WHERE id = :id;
SELECT desk.work(1);
DELETE FROM custom_actions.plugin_step;

-- Depth: a plug-in that invokes its own action
CREATE FUNCTION desk.circle(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM desk.work(1); END';
SELECT register_plugin('desk.work', 'pre_operation', 'desk.circle') IS NOT NULL AS registered;
SELECT desk.work(1);
\echo :LAST_ERROR_SQLSTATE
DELETE FROM custom_actions.plugin_step;

-- A read-only action takes no plug-in that could write
CREATE FUNCTION desk.volatile(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN INSERT INTO desk.note VALUES (9); RETURN NULL; END';
CREATE FUNCTION desk.pretender(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS 'BEGIN INSERT INTO desk.note VALUES (9); RETURN NULL; END';
SELECT create_action('desk.look', '{"read_only": true, "output": [{"name": "n", "type": "bigint"}]}');
SELECT activate_action('desk.look');
SELECT register_plugin('desk.look', 'main_operation', 'desk.volatile');
SELECT register_plugin('desk.look', 'main_operation', 'desk.pretender') AS id \gset
SELECT desk.look();
UPDATE custom_actions.plugin_step SET function = 'desk.volatile' WHERE id = :id;
UPDATE custom_actions.plugin_step SET function = 'desk.volatile', enabled = false WHERE id = :id;
ALTER FUNCTION desk.pretender VOLATILE;
SELECT unregister_plugin(:id);
-- an action that becomes read-only
SELECT register_plugin('desk.caring', 'main_operation', 'desk.volatile') AS id \gset
UPDATE custom_actions.action SET read_only = true WHERE name = 'desk.caring';
SELECT severity, location, message, hint FROM check_action('desk.caring');
SELECT activate_action('desk.caring');
SELECT unregister_plugin(:id);

-- The function is protected as long as it is registered, disabled or not
CREATE FUNCTION desk.guarded(context jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
SELECT register_plugin('desk.work', 'pre_operation', 'desk.guarded') AS id \gset
\set VERBOSITY default
DROP FUNCTION desk.guarded;
ALTER FUNCTION desk.guarded RENAME TO other;
CREATE SCHEMA desk_two;
ALTER FUNCTION desk.guarded SET SCHEMA desk_two;
DROP FUNCTION desk.guarded(jsonb);
CREATE OR REPLACE FUNCTION desk.guarded(context jsonb) RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT ''{}''::jsonb';
SELECT desk.work(1);
UPDATE custom_actions.plugin_step SET enabled = false WHERE id = :id;
DROP FUNCTION desk.guarded;
ALTER FUNCTION desk.guarded RENAME TO other;
SELECT deactivate_action('desk.work');
ALTER FUNCTION desk.guarded RENAME TO other;
SELECT activate_action('desk.work');
SELECT severity, location, message, hint FROM check_action('desk.work');
ALTER FUNCTION desk.other RENAME TO guarded;
SELECT activate_action('desk.work');
SELECT unregister_plugin(:id);
DROP FUNCTION desk.guarded;
-- images protect columns
CREATE FUNCTION desk.nothing(context jsonb) RETURNS void LANGUAGE plpgsql STABLE AS 'BEGIN END';
SELECT register_plugin('desk.work', 'pre_operation', 'desk.nothing', images => '{"pre": ["body"]}') AS id \gset
ALTER TABLE desk.note DROP COLUMN body;
ALTER TABLE desk.note RENAME COLUMN body TO words;
ALTER TABLE desk.note ALTER COLUMN body TYPE varchar(100);
UPDATE custom_actions.plugin_step SET images = '{"pre": true}' WHERE id = :id;
ALTER TABLE desk.note RENAME COLUMN body TO words;
SELECT desk.work(1);
SELECT unregister_plugin(:id);
-- dropped with CASCADE, the action goes; the registration stays with the draft and is in the way of the next activation
CREATE FUNCTION desk.doomed(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
SELECT register_plugin('desk.caring', 'pre_operation', 'desk.doomed') AS id \gset
DROP FUNCTION desk.doomed CASCADE;
SELECT desk.caring();
SELECT activate_action('desk.caring');
SELECT function FROM custom_actions.plugin_step WHERE id = :id;
SELECT unregister_plugin(:id);
UPDATE custom_actions.action SET read_only = false WHERE name = 'desk.caring';
SELECT activate_action('desk.caring');
SELECT desk.caring();

-- A function that came to fit no more while nobody looked
CREATE FUNCTION desk.changing(context jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
SELECT register_plugin('desk.caring', 'pre_operation', 'desk.changing') AS id \gset
SET custom_actions.ddl_check = 'off';
ALTER FUNCTION desk.changing RENAME TO changed;
SELECT desk.caring();
CREATE FUNCTION desk.changing(context jsonb) RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT desk.caring();
DROP FUNCTION desk.changing;
ALTER FUNCTION desk.changed RENAME TO changing;
SELECT desk.caring();
RESET custom_actions.ddl_check;
