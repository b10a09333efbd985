-- What plug-ins change: inputs, outputs and what is shared.
\i test/sql/prelude.sql
\i test/sql/plugins.sql
\pset format unaligned
\pset null '(null)'

-- A changed input is what steps see, and what the caller gets back
SELECT create_action('desk.raise', '{"table": "desk.note",
	"input": [{"name": "reason", "type": "text", "required": false}, {"name": "bump", "type": "integer", "default": 1},
		{"name": "fee", "type": "numeric(6,2)", "required": false}],
	"output": [{"name": "priority", "type": "integer", "default": "=target.priority"},
		{"name": "said", "type": "text", "default": "{{input.reason}} {{input.bump}} {{input.fee}}"}],
	"steps": [{"update": "target", "set": {"priority": "=priority + input.bump", "body": "=input.reason", "amount": "=input.fee"}}]}');
SELECT activate_action('desk.raise');
SELECT * FROM desk.raise(1, 'why');
SELECT register_plugin('desk.raise', 'pre_operation', 'desk.give', configuration => '{"input": {"bump": 5, "fee": 1.005}}') AS id \gset
SELECT * FROM desk.raise(1, 'why');
SELECT invoke_action('desk.raise', '{"target": 1, "reason": "why", "bump": 7, "fee": 99}');
SELECT * FROM desk.note WHERE id = 1;
SELECT register_plugin('desk.raise', 'pre_validation', 'desk.give', configuration => '{"input": {"bump": 50, "reason": null, "fee": "7"}}') AS id2 \gset
SELECT * FROM desk.raise(1, 'why');
-- each sees what the ones before it made of the inputs; the target's key is not among them
SELECT register_plugin('desk.raise', stage, 'desk.tell', 2, '["target", "input", "output"]') IS NOT NULL AS registered
FROM unnest('{pre_validation,pre_operation,main_operation,post_operation}'::text[]) AS stage;
SELECT * FROM desk.raise(1, 'why', bump => 3);
SELECT said FROM desk.trail ORDER BY number;
TRUNCATE desk.trail;
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.raise';

-- Outputs: main_operation comes before the defaults, post_operation after them
SELECT create_action('desk.answer', '{
	"input": [{"name": "x", "type": "integer", "default": 2}],
	"output": [{"name": "set_by_step", "type": "text"}, {"name": "plain", "type": "text", "default": "default"},
		{"name": "other", "type": "text", "default": "other"}, {"name": "total", "type": "numeric(6,2)", "required": true}],
	"steps": [{"output": {"set_by_step": "step {{input.x}}"}}]}');
SELECT activate_action('desk.answer');
SELECT * FROM desk.answer();
SELECT register_plugin('desk.answer', 'main_operation', 'desk.give', configuration => '{"output": {"plain": "main", "total": 12.345}}') AS main \gset
SELECT register_plugin('desk.answer', stage, 'desk.tell', 2, '["output"]') IS NOT NULL AS registered
FROM unnest('{pre_operation,main_operation,post_operation}'::text[]) AS stage;
SELECT * FROM desk.answer();
SELECT said FROM desk.trail ORDER BY number;
TRUNCATE desk.trail;
SELECT register_plugin('desk.answer', 'post_operation', 'desk.give', configuration => '{"output": {"set_by_step": "post", "other": null, "total": "1e2"}}') AS post \gset
SELECT * FROM desk.answer();
SELECT invoke_action('desk.answer');
-- a default is not applied to what main_operation has set to NULL; a required one is asked for at the end
UPDATE custom_actions.plugin_step SET configuration = '{"output": {"plain": null, "total": null}}' WHERE id = :main;
SELECT * FROM desk.answer();
UPDATE custom_actions.plugin_step SET enabled = false WHERE id = :post;
SELECT * FROM desk.answer();
TRUNCATE desk.trail;

-- shared: for formulas, for later plug-ins, down to what is performed as a copy, never back
CREATE FUNCTION desk.count_up(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('shared', context -> 'shared' ||
		jsonb_build_object('count', coalesce((context #>> '{shared,count}')::integer, 0) + 1)) $$;
SELECT create_action('desk.below', '{
	"output": [{"name": "seen", "type": "text"}],
	"steps": [{"output": {"seen": "{{context.shared}}"}}]}');
SELECT create_action('desk.on_top', '{
	"output": [{"name": "before", "type": "text", "default": "=first.seen"}, {"name": "loop", "type": "text"},
		{"name": "mine", "type": "jsonb", "default": "=context.shared"}, {"name": "skipped", "type": "text"}],
	"steps": [{"perform": "desk.below", "as": "first"},
		{"for_each": "=ARRAY[1, 2, 3]", "as": "turn", "do": [{"perform": "desk.below", "as": "next"},
			{"output": {"loop": "{{coalesce(output.loop || '' '', '''')}}{{next.seen}}"}}]},
		{"output": {"skipped": "no"}, "when": "(context.shared ->> ''count'')::integer > 1"}]}');
SELECT activate_action('desk.below');
SELECT activate_action('desk.on_top');
SELECT * FROM desk.on_top();
SELECT register_plugin('desk.on_top', 'pre_validation', 'desk.count_up') AS outer_id \gset
SELECT * FROM desk.on_top();
SELECT register_plugin('desk.below', 'pre_operation', 'desk.count_up') AS inner_id \gset
SELECT * FROM desk.on_top();
SELECT desk.below();
SELECT register_plugin('desk.on_top', 'pre_operation', 'desk.give', configuration => '{"shared": {"other": [1]}}') AS other \gset
SELECT * FROM desk.on_top();
UPDATE custom_actions.plugin_step SET configuration = '{"shared": {}}' WHERE id = :other;
SELECT * FROM desk.on_top();
-- two of one invocation hand on, two invocations do not
SELECT desk.below(), desk.below();

-- What may be returned, and configured
SELECT create_action('desk.plain', '{"input": [{"name": "x", "type": "text", "default": "x"}],
	"output": [{"name": "y", "type": "text", "default": "=input.x"}, {"name": "shared", "type": "jsonb", "default": "=context.shared"}]}');
SELECT activate_action('desk.plain');
SELECT register_plugin('desk.plain', 'pre_operation', 'desk.give') AS id \gset
SELECT * FROM desk.plain();
CREATE FUNCTION desk.set_configuration(configuration jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE custom_actions.plugin_step AS p SET configuration = set_configuration.configuration WHERE action = 'desk.plain';
	RETURN (SELECT p FROM desk.plain() AS p);
END $$;
SELECT desk.set_configuration('{}');
SELECT desk.set_configuration('{"input": {}, "shared": {}}');
SELECT desk.set_configuration('{"shared": {"deep": [{"a": null}]}, "input": {"x": "\u00e9\"''\\"}}');
SELECT desk.set_configuration('{"input": {"x": 7}}');
SELECT desk.set_configuration('{"input": {"x": ["a", 1]}}');
CREATE FUNCTION desk.strict(context jsonb) RETURNS jsonb LANGUAGE sql STRICT AS $$SELECT '{"input": {"x": "strict"}}'::jsonb$$;
UPDATE custom_actions.plugin_step SET function = 'desk.strict' WHERE id = :id;
SELECT * FROM desk.plain();
-- In a cursor
BEGIN;
DECLARE c CURSOR FOR SELECT i, desk.plain(i::text) FROM generate_series(1, 3) AS i;
FETCH c;
FETCH c;
UPDATE custom_actions.plugin_step SET enabled = false WHERE action = 'desk.plain';
FETCH c;
COMMIT;

-- A changed function takes effect too
CREATE OR REPLACE FUNCTION desk.strict(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN '{"input": {"x": "replaced"}}';
END $$;
UPDATE custom_actions.plugin_step SET enabled = true WHERE action = 'desk.plain';
SELECT y FROM desk.plain();
ALTER FUNCTION desk.strict(jsonb) SET search_path = desk;
SELECT y FROM desk.plain();
