-- What else plug-ins see: the context of the invocation, and what was done before them.
\i test/sql/prelude.sql
\i test/sql/plugins.sql
\pset format unaligned
\pset null '(null)'
SELECT define('desk.hooks', '{}');

-- Everything in the context
CREATE FUNCTION desk.show_context(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF (context ->> 'started_at')::timestamptz NOT BETWEEN statement_timestamp() AND clock_timestamp() THEN
		RAISE WARNING 'started_at is %', context ->> 'started_at';
	END IF;
	RAISE NOTICE '%', jsonb_pretty(context - '{invocation,correlation,started_at}'::text[]
		|| jsonb_build_object('invocation', (context ->> 'invocation')::uuid IS NOT NULL,
			'correlation', CASE WHEN context ->> 'invocation' = context ->> 'correlation' THEN 'the same' ELSE 'another' END));
END $$;
CREATE ROLE regress_plugins_caller;
GRANT USAGE ON SCHEMA desk TO regress_plugins_caller;
GRANT ALL ON desk.note TO regress_plugins_caller;
GRANT INSERT ON desk.trail TO regress_plugins_caller;
SELECT create_action('desk.whole', '{"table": "desk.note", "input": [{"name": "a", "type": "text"}, {"name": "b", "type": "integer[]", "default": [1, 2]}],
	"output": [{"name": "o", "type": "text", "default": "done"}, {"name": "p", "type": "desk.note"}],
	"steps": [{"update": "target", "set": {"status": "full"}}, {"output": {"p": "=target"}}]}');
SELECT activate_action('desk.whole');
GRANT EXECUTE ON FUNCTION desk.whole TO regress_plugins_caller;
SELECT register_plugin('desk.whole', 'pre_validation', 'desk.give', configuration => '{"shared": {"from": "one"}}') IS NOT NULL AS registered;
SELECT register_plugin('desk.whole', 'pre_validation', 'desk.show_context', 2) IS NOT NULL AS registered;
SELECT register_plugin('desk.whole', 'post_operation', 'desk.show_context', configuration => '{"n": 1.50}', images => '{"pre": ["status"], "post": ["status"]}') IS NOT NULL AS registered;
SET ROLE regress_plugins_caller;
SELECT o FROM desk.whole(5, 'A', b => NULL);
RESET ROLE;
-- below another action: who performs it; depth and correlation
SELECT create_action('desk.above', '{"run_as": "owner", "steps": [{"if": "true", "then": [{"perform": "desk.whole", "with": {"target": 6, "a": "below"}}]}]}');
SELECT activate_action('desk.above');
GRANT EXECUTE ON FUNCTION desk.above TO regress_plugins_caller;
UPDATE custom_actions.plugin_step SET enabled = false WHERE action = 'desk.whole' AND stage = 'post_operation';
SET ROLE regress_plugins_caller;
SELECT desk.above();
RESET ROLE;
-- and below a plug-in
CREATE FUNCTION desk.invoke(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM invoke_action(context #>> '{configuration,action}', context #> '{configuration,input}');
END $$;
SELECT register_plugin('desk.hooks', 'post_operation', 'desk.invoke', 2, '{"action": "desk.whole", "input": {"target": 7, "a": "by a plug-in"}}') AS id \gset
SELECT desk.hooks();
TRUNCATE desk.trail;

-- A plug-in may invoke the action that it belongs to: every invocation has its own values
CREATE FUNCTION desk.again(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	n integer := (context #>> '{input,n}')::integer;
	below text := CASE WHEN n > 1 THEN desk.down(n - 1) END;
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object('trail', concat_ws(' ', n, context ->> 'depth', below)));
END $$;
SELECT create_action('desk.down', '{"input": [{"name": "n", "type": "integer"}], "output": [{"name": "trail", "type": "text"}]}');
SELECT activate_action('desk.down');
SELECT register_plugin('desk.down', 'main_operation', 'desk.again') IS NOT NULL AS registered;
SELECT desk.down(4);
SELECT n, desk.down(n) FROM generate_series(1, 3) AS n ORDER BY n;

-- A STABLE plug-in sees what the steps have done; a read-only action takes it
CREATE FUNCTION desk.sum_up(context jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('output', jsonb_build_object('total', sum(priority))) FROM desk.note $$;
CREATE FUNCTION desk.sum_up_too(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT jsonb_build_object('output', jsonb_build_object('total', sum(priority))) FROM desk.note);
END $$;
UPDATE desk.note SET priority = 0;
SELECT create_action('desk.grow', '{"table": "desk.note", "output": [{"name": "total", "type": "bigint"}],
	"steps": [{"update": "target", "set": {"priority": "=priority + 1"}}]}');
SELECT activate_action('desk.grow');
SELECT register_plugin('desk.grow', 'main_operation', 'desk.sum_up') AS id \gset
SELECT desk.grow(1);
SELECT desk.grow(i) FROM generate_series(1, 3) AS i;
UPDATE custom_actions.plugin_step SET function = 'desk.sum_up_too', stage = 'post_operation' WHERE id = :id;
SELECT desk.grow(1);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT desk.grow(i) FROM generate_series(1, 3) AS i;
COMMIT;
SELECT create_action('desk.total', '{"read_only": true, "output": [{"name": "total", "type": "bigint"}]}');
SELECT activate_action('desk.total');
SELECT register_plugin('desk.total', 'main_operation', 'desk.sum_up') IS NOT NULL AS registered;
BEGIN READ ONLY;
SELECT desk.total();
SELECT invoke_action('desk.total');
COMMIT;
DROP OWNED BY regress_plugins_caller;
DROP ROLE regress_plugins_caller;
