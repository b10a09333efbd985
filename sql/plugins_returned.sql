-- What plug-ins may not return.
\i test/sql/prelude.sql
\i test/sql/plugins_errors.sql
\pset format unaligned
\pset null '(null)'
SELECT activate_action('desk.work');

CREATE PROCEDURE desk.try(stage text, returned text) LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM custom_actions.plugin_step WHERE action = 'desk.work') THEN
		PERFORM register_plugin('desk.work', 'pre_operation', 'desk.give');
	END IF;
	UPDATE custom_actions.plugin_step AS p SET stage = try.stage, configuration = returned::jsonb WHERE action = 'desk.work';
	PERFORM desk.work(1);
	RAISE NOTICE 'no error';
END $$;

-- What is returned
CALL desk.try('pre_operation', '[]');
CALL desk.try('pre_operation', '"text"');
CALL desk.try('post_operation', '7');
CALL desk.try('pre_validation', '{"inputs": {"n": 2}}');
CALL desk.try('main_operation', '{"output": {}, "target": 2}');
CALL desk.try('main_operation', '{"stage": "post_operation"}');
CALL desk.try('pre_validation', '{"output": {}}');
CALL desk.try('pre_operation', '{"output": {"result": "x"}}');
CALL desk.try('main_operation', '{"input": {"n": 2}}');
CALL desk.try('post_operation', '{"input": {}}');
CALL desk.try('pre_operation', '{"input": null}');
CALL desk.try('pre_operation', '{"input": ["n"]}');
CALL desk.try('main_operation', '{"output": "x"}');
CALL desk.try('main_operation', '{"shared": null}');
CALL desk.try('post_operation', '{"shared": [1]}');
-- names
CALL desk.try('pre_operation', '{"input": {"m": 2}}');
CALL desk.try('pre_operation', '{"input": {"target": 2}}');
CALL desk.try('pre_operation', '{"input": {"id": 2}}');
CALL desk.try('pre_operation', '{"input": {"result": 2}}');
CALL desk.try('main_operation', '{"output": {"n": 2}}');
CALL desk.try('main_operation', '{"output": {"": 2}}');
-- types, type modifiers, domains
CALL desk.try('pre_operation', '{"input": {"n": "many"}}');
CALL desk.try('pre_operation', '{"input": {"n": 1.5}}');
CALL desk.try('pre_operation', '{"input": {"n": 12345678901}}');
CALL desk.try('pre_operation', '{"input": {"n": true}}');
CALL desk.try('pre_operation', '{"input": {"n": {"a": 1}}}');
CALL desk.try('pre_validation', '{"input": {"code": "abcd"}}');
CALL desk.try('pre_validation', '{"input": {"code": "abc  "}}');
CALL desk.try('pre_operation', '{"input": {"fee": 123.4}}');
CALL desk.try('pre_operation', '{"input": {"share": 101}}');
CALL desk.try('pre_operation', '{"input": {"share": "x"}}');
CALL desk.try('pre_operation', '{"input": {"mood": "mixed"}}');
CALL desk.try('pre_operation', '{"input": {"tags": "{a}"}}');
CALL desk.try('pre_operation', '{"input": {"tags": ["a", {"b": 1}]}}');
CALL desk.try('main_operation', '{"output": {"total": 100}}');
CALL desk.try('main_operation', '{"output": {"part": -1}}');
CALL desk.try('post_operation', '{"output": {"title": null}}');
CALL desk.try('post_operation', '{"output": {"result": ["x"]}}');
-- nothing of it remains
SELECT * FROM desk.note WHERE id = 1;
-- CONTEXT says where, too
\set SHOW_CONTEXT errors
UPDATE custom_actions.plugin_step SET stage = 'pre_operation', configuration = '{"input": {"n": "many"}}';
SELECT desk.work(1);
SELECT invoke_action('desk.work', '{"target": 1}');
\echo :LAST_ERROR_SQLSTATE
\set SHOW_CONTEXT never
DELETE FROM custom_actions.plugin_step;
