-- Errors show what the user wrote and nothing of the inside of the extension.
\i test/sql/prelude.sql
\set SHOW_CONTEXT errors
CREATE TABLE desk.note (id integer PRIMARY KEY, body text);
SELECT create_action('desk.act', '{"steps": [{"let": {"a": 1}}]}');
SELECT activate_action('desk.act');

-- every function
SELECT create_action('desk.act');
SELECT create_action('desk.bad', '{"steps": {}}');
SELECT create_action('');
SELECT add_action_parameter('desk.act', 'select', 'text');
SELECT add_action_parameter('desk.no', 'x', 'text');
SELECT add_action_step('desk.act', 'stop', 'now');
SELECT add_action_step('desk.act', 'let', parent => -1);
SELECT check_action('desk.no');
SELECT activate_action('desk.no');
SELECT create_action('desk.unsound', '{"steps": [{"update": "target", "set": {"a": 1}}, {"create": "desk.no", "set": {}}]}');
SELECT activate_action('desk.unsound');
SELECT deactivate_action('desk.no');
SELECT drop_action('desk.no');
SELECT restore_action('desk.act', 9);
SELECT register_plugin('desk.act', 'no_stage', 'now()');
SELECT register_plugin('desk.act', 'pre_operation', 'desk.no(jsonb)');
SELECT unregister_plugin(-1);
SELECT action_definition('desk.no');
SELECT action_hash('desk.no');
SELECT describe_action('desk.act.no');
-- and DML
INSERT INTO custom_actions.action (name) VALUES ('no_schema');
INSERT INTO custom_actions.parameter (action, name, type) VALUES ('desk.act', 'order', 'text');
INSERT INTO custom_actions.step (action, kind, parent, branch) VALUES ('desk.act', 'let', -1, 'do');
INSERT INTO custom_actions.version (action, version, definition) VALUES ('desk.act', 7, '{}');
INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES ('desk.act', 'pre_operation', 'desk.no(jsonb)');
INSERT INTO custom_actions.table_setting VALUES ('desk.no');
UPDATE custom_actions.step SET action = 'desk.other' WHERE action = 'desk.act';
DELETE FROM custom_actions.action WHERE name = 'desk.act';

-- What is around stays
CREATE FUNCTION desk.deploy() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM activate_action('desk.unsound');
END $$;
SELECT desk.deploy();
DO $$
DECLARE context text;
BEGIN
	PERFORM desk.deploy();
EXCEPTION WHEN sqlstate 'UA005' THEN
	GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
	RAISE NOTICE '%', context;
END $$;
-- and what others do meanwhile
CREATE FUNCTION desk.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('desk.refuse', true) = tg_event THEN
		RAISE EXCEPTION 'no % today', tg_tag;
	END IF;
END $$;
CREATE EVENT TRIGGER refuse_start ON ddl_command_start EXECUTE FUNCTION desk.refuse();
CREATE EVENT TRIGGER refuse_end ON ddl_command_end EXECUTE FUNCTION desk.refuse();
UPDATE custom_actions.step SET arguments = '{"a": 2}' WHERE action = 'desk.act';
SET desk.refuse = 'ddl_command_start';
SELECT activate_action('desk.act');
SET desk.refuse = 'ddl_command_end';
SELECT activate_action('desk.act');
DO $$BEGIN PERFORM activate_action('desk.act'); END$$;
DROP EVENT TRIGGER refuse_start;
DROP EVENT TRIGGER refuse_end;
RESET desk.refuse;

-- Rows come as from any function
SELECT severity, location FROM check_action('desk.unsound') LIMIT 1;
SELECT (check_action('desk.unsound')).location;
SELECT count(*) FROM check_action('desk.act');
PREPARE checks(text) AS SELECT count(*) FROM check_action($1);
EXECUTE checks('desk.unsound');
EXECUTE checks('desk.act');

-- The function behind each is declared alike
SELECT p.oid::regprocedure AS differs_from_what_is_behind
FROM pg_proc AS p
	LEFT JOIN pg_proc AS b ON b.pronamespace = 'custom_actions'::regnamespace AND b.proname = p.proname
		AND b.proargtypes = p.proargtypes
WHERE p.prosrc = 'custom_action_quiet_call'
	AND (p.prorettype, p.proretset, p.provolatile, p.proisstrict, p.proargnames, p.proparallel)
		IS DISTINCT FROM (b.prorettype, b.proretset, b.provolatile, b.proisstrict, b.proargnames, b.proparallel);

-- Whoever may call one must be a designer all the same
CREATE ROLE context_caller;
GRANT EXECUTE ON FUNCTION check_action TO context_caller;
SET ROLE context_caller;
SELECT check_action('desk.act');
RESET ROLE;
DROP OWNED BY context_caller;
DROP ROLE context_caller;
