-- What plug-ins do not ask for costs nothing: no read of a row, no column, no context.
\i test/sql/prelude.sql
\pset format unaligned
CREATE TABLE desk.note (id integer PRIMARY KEY, status text, body text, secret text);
INSERT INTO desk.note VALUES (1, 'open', 'body', 'secret');
CREATE FUNCTION desk.nothing(context jsonb) RETURNS void LANGUAGE plpgsql STABLE AS 'BEGIN END';
CREATE FUNCTION desk.look(context jsonb) RETURNS void LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM jsonb_typeof(context); END';
SELECT create_action('desk.close_note', '{"table": "desk.note", "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT create_action('desk.check_note', '{"table": "desk.note", "steps": [{"require": "target.status <> ''gone''"}]}');
SELECT activate_action('desk.close_note');
SELECT activate_action('desk.check_note');

-- Reads of the table by an invocation
CREATE FUNCTION desk.reads(action text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint;
BEGIN
	PERFORM invoke_action(action, '{"target": 1}');
	SELECT seq_scan + idx_scan INTO before FROM pg_stat_xact_user_tables WHERE relid = 'desk.note'::regclass;
	PERFORM invoke_action(action, '{"target": 1}');
	RETURN (SELECT seq_scan + idx_scan - before FROM pg_stat_xact_user_tables WHERE relid = 'desk.note'::regclass);
END $$;
CREATE FUNCTION desk.set_images(images text) RETURNS TABLE (update_reads bigint, check_reads bigint) LANGUAGE plpgsql AS $$
BEGIN
	UPDATE custom_actions.plugin_step AS p SET images = set_images.images::jsonb WHERE stage = 'post_operation';
	RETURN QUERY SELECT desk.reads('desk.close_note'), desk.reads('desk.check_note');
END $$;
SELECT desk.reads('desk.close_note') AS update_reads, desk.reads('desk.check_note') AS check_reads;
SELECT count(register_plugin(action, stage, function, rank))
FROM unnest('{desk.close_note,desk.check_note}'::text[]) AS action, unnest('{pre_validation,pre_operation,main_operation,post_operation}'::text[]) AS stage,
	unnest('{desk.nothing,desk.look}'::text[]) WITH ORDINALITY AS f (function, number), LATERAL (SELECT number::integer AS rank) AS r;
SELECT * FROM desk.set_images(NULL);
-- the image before comes with the load of the target, the one after is one read for all who ask for it
SELECT * FROM desk.set_images('{"pre": true}');
SELECT * FROM desk.set_images('{"post": true}');
SELECT * FROM desk.set_images('{"post": ["status"], "pre": ["body"]}');
UPDATE custom_actions.plugin_step SET images = '{"pre": true}' WHERE stage = 'pre_validation';
SELECT * FROM desk.set_images(NULL);
-- a plug-in that is disabled asks for nothing
UPDATE custom_actions.plugin_step SET enabled = false;
SELECT * FROM desk.set_images('{"pre": true, "post": true}');
UPDATE custom_actions.plugin_step SET enabled = true, images = NULL;
SELECT * FROM desk.set_images(NULL);

-- Columns: the caller may read what is asked for, and no more
CREATE ROLE regress_plugin_costs;
GRANT USAGE ON SCHEMA desk TO regress_plugin_costs;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO regress_plugin_costs;
GRANT SELECT (id, status), UPDATE (status) ON desk.note TO regress_plugin_costs;
CREATE PROCEDURE desk.try(images text, stage text DEFAULT 'post_operation') LANGUAGE plpgsql AS $$
BEGIN
	UPDATE custom_actions.plugin_step AS p SET images = NULL WHERE p.images IS NOT NULL;
	UPDATE custom_actions.plugin_step AS p SET images = try.images::jsonb WHERE p.stage = try.stage;
	SET LOCAL ROLE regress_plugin_costs;
	PERFORM desk.close_note(1);
	RESET ROLE;
END $$;
CALL desk.try(NULL);
CALL desk.try('{"pre": ["status"], "post": ["id"]}');
CALL desk.try('{"pre": ["status", "body"]}');
CALL desk.try('{"post": ["body"]}');
CALL desk.try('{"pre": true}');
CALL desk.try('{"post": true}');
CALL desk.try('{"pre": ["secret"]}', 'pre_validation');
CALL desk.try('{"pre": ["status"]}', 'pre_validation');
DROP OWNED BY regress_plugin_costs;
DROP ROLE regress_plugin_costs;

-- Columns that are computed: only when asked for
CREATE FUNCTION desk.computed(value text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RAISE NOTICE 'computed %', value;
	RETURN value;
END $$;
CREATE VIEW desk.computing AS SELECT id, status, desk.computed(body) AS body, desk.computed(secret) AS secret FROM desk.note;
SELECT create_action('desk.close_computing', '{"table": "desk.computing", "key": ["id"], "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT activate_action('desk.close_computing');
SELECT register_plugin('desk.close_computing', 'post_operation', 'desk.look') AS id \gset
SELECT desk.close_computing(1);
UPDATE custom_actions.plugin_step SET images = '{"pre": ["body"]}' WHERE id = :id;
SELECT desk.close_computing(1);
UPDATE custom_actions.plugin_step SET images = '{"pre": ["status"], "post": ["secret"]}' WHERE id = :id;
SELECT desk.close_computing(1);
UPDATE custom_actions.plugin_step SET images = '{"pre": true, "post": ["id"]}' WHERE id = :id;
SELECT desk.close_computing(1);

-- The context is made when a plug-in looks into it, not before
CREATE FUNCTION desk.used() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(used_bytes)::bigint FROM pg_backend_memory_contexts';
CREATE FUNCTION desk.weigh(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	before bigint := desk.used();
	first bigint;
BEGIN
	PERFORM context ->> 'action';
	first := desk.used();
	PERFORM context ->> 'stage';
	RAISE NOTICE 'the first look makes it: %, the second finds it made: %', first - before > 5000000, desk.used() - first < 1000000;
END $$;
SELECT create_action('desk.heavy', '{"input": [{"name": "body", "type": "text"}], "output": [{"name": "length", "type": "integer", "default": "=length(input.body)"}]}');
SELECT activate_action('desk.heavy');
SELECT register_plugin('desk.heavy', 'pre_operation', 'desk.weigh') IS NOT NULL AS registered;
DO $$
BEGIN
	PERFORM desk.heavy(repeat('x', 5000000));
END $$;
