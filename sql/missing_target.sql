-- a missing target is found before anything else of the action runs
\i test/sql/prelude.sql

CREATE TABLE desk.item (id integer PRIMARY KEY, n integer DEFAULT 0);
CREATE TABLE desk.seen (note text);
INSERT INTO desk.item VALUES (1), (2);
-- leaves a trace that no rollback takes away
CREATE SEQUENCE desk.traces;
CREATE FUNCTION desk.trace(what text) RETURNS integer LANGUAGE sql AS $$SELECT nextval('desk.traces')::integer$$;
CREATE FUNCTION desk.fail() RETURNS integer LANGUAGE plpgsql AS $$BEGIN RAISE 'the call came first'; END$$;
SELECT define('desk.other', '{"steps": [{"call": "desk.fail"}]}');

-- runs steps on a row that is not there; shows the error and how many traces are left
CREATE FUNCTION missing(steps json, plugins json DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM setval('desk.traces', 1, false);
	PERFORM create_action('desk.probe', json_strip_nulls(json_build_object('table', 'desk.item', 'steps', steps, 'plugins', plugins)), true);
	PERFORM activate_action('desk.probe');
	BEGIN
		PERFORM desk.probe(99);
		result := 'no error';
	EXCEPTION WHEN OTHERS THEN
		result := SQLSTATE || ' ' || SQLERRM;
	END;
	RETURN result || ', traces: ' || (SELECT last_value - 1 + is_called::integer FROM desk.traces);
END
$$;

SELECT missing('[{"call": "desk.trace", "with": {"what": "x"}}, {"update": "target", "set": {"n": 1}}]');
SELECT missing('[{"call": "desk.fail"}, {"update": "target", "set": {"n": 1}}]');
SELECT missing('[{"perform": "desk.other"}, {"update": "target", "set": {"n": 1}}]');
SELECT missing('[{"require": "false", "message": "required first"}, {"delete": "target"}]');
SELECT missing('[{"let": {"x": "=1/(length(context.caller) - length(context.caller))"}}, {"get": "target"}]');
SELECT missing('[{"stop": "canceled", "message": "stopped first"}]');
SELECT missing('[{"group": "all", "do": [{"call": "desk.trace", "with": {"what": "x"}}, {"update": "target", "set": {"n": 1}}]}]');
SELECT missing('[{"if": "true", "then": [{"call": "desk.trace", "with": {"what": "x"}}]}, {"update": "target", "set": {"n": 1}}]');
SELECT missing('[{"update": "target", "set": {"n": 1}, "when": "desk.trace(''x'') > 0", "enabled": false}, {"call": "desk.trace", "with": {"what": "x"}}, {"delete": "target"}]');
SELECT missing('[{"update": "target", "set": {"n": 1}, "required": false}, {"call": "desk.trace", "with": {"what": "x"}}, {"delete": "target"}]');
SELECT missing('[{"update": "target", "set": {"n": 1}, "on_error": [{"call": "desk.trace", "with": {"what": "x"}}]}]');
SELECT missing('[]');
-- a plug-in that runs before the steps is no exception, but for those that run before the row is looked for
CREATE FUNCTION desk.plugin(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('desk.traces'); RETURN NULL; END$$;
SELECT missing('[{"update": "target", "set": {"n": 1}}]', '[{"stage": "pre_operation", "function": "desk.plugin"}]');
SELECT missing('[{"update": "target", "set": {"n": 1}}]', '[{"stage": "pre_validation", "function": "desk.plugin"}]');

-- where the first step proves it, it is not read besides
CREATE FUNCTION scans(action text, target integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_stat_get_xact_numscans('desk.item_pkey'::regclass);
BEGIN
	PERFORM invoke_action(action, jsonb_build_object('target', target));
	RETURN pg_stat_get_xact_numscans('desk.item_pkey'::regclass) - before;
END
$$;
SET enable_seqscan = off;
SELECT define('desk.update_first', '{"table": "desk.item", "steps": [{"update": "target", "set": {"n": "=n + 1"}}, {"call": "desk.trace", "with": {"what": "x"}}]}');
SELECT define('desk.group_first', '{"table": "desk.item", "steps": [{"group": "all", "do": [{"update": "target", "set": {"n": "=n + 1"}}]}]}');
SELECT define('desk.get_first', '{"table": "desk.item", "output": [{"name": "n", "type": "integer", "default": "=target.id"}], "steps": [{"get": "target"}]}');
SELECT define('desk.call_first', '{"table": "desk.item", "steps": [{"call": "desk.trace", "with": {"what": "x"}}, {"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT scans('desk.update_first', 1), scans('desk.group_first', 1), scans('desk.get_first', 1), scans('desk.call_first', 1);
SELECT desk.update_first(99);

-- that it is there is read without a lock, which would ask for more privileges than the delete does
SELECT define('desk.remove', '{"table": "desk.item", "steps": [{"let": {"x": 1}}, {"delete": "target"}]}');
CREATE ROLE regress_missing_target;
GRANT USAGE ON SCHEMA desk TO regress_missing_target;
GRANT EXECUTE ON FUNCTION desk.remove TO regress_missing_target;
GRANT SELECT (id), DELETE ON desk.item TO regress_missing_target;
SET ROLE regress_missing_target;
SELECT desk.remove(99);
SELECT desk.remove(2);
RESET ROLE;
SELECT id FROM desk.item ORDER BY id;
DROP OWNED BY regress_missing_target;
DROP ROLE regress_missing_target;
