-- In which order plug-ins run, with or without steps between them.
\i test/sql/prelude.sql
\i test/sql/plugins.sql
\pset format unaligned
\pset null '(null)'

-- Order: the stage, the rank, the order of registration
SELECT create_action('desk.work', '{"table": "desk.note",
	"output": [{"name": "seen", "type": "jsonb", "default": "=context.shared -> ''trail''"}],
	"steps": [{"call": "desk.say", "with": {"said": "step 1"}}, {"update": "target", "set": {"status": "busy"}},
		{"call": "desk.say", "with": {"said": "step 3 {{jsonb_array_length(context.shared -> ''trail'')}}"}}]}');
SELECT activate_action('desk.work');
SELECT count(register_plugin('desk.work', stage, 'desk.trace', rank, configuration => to_jsonb(tag)))
FROM (VALUES ('post_operation', 1, 'a'), ('post_operation', -1, 'b'), ('main_operation', 3, 'c'), ('pre_operation', 2, 'd'),
	('pre_operation', 1, 'e'), ('pre_validation', 1, 'f'), ('pre_validation', 1, 'g'), ('pre_operation', 1, 'h'),
	('main_operation', 3, 'i'), ('main_operation', -2147483, 'j'), ('pre_validation', 0, 'k'), ('post_operation', 100, 'l')) AS t (stage, rank, tag);
SELECT * FROM desk.work(1);
SELECT desk.trail();
SELECT invoke_action('desk.work', '{"target": 1}');
SELECT desk.trail();
-- what is changed acts at the next call, in this transaction too
BEGIN;
UPDATE custom_actions.plugin_step SET enabled = false WHERE configuration IN ('"b"', '"d"', '"i"', '"k"', '"f"');
SELECT desk.work(1);
SELECT desk.trail();
UPDATE custom_actions.plugin_step SET rank = -7 WHERE configuration IN ('"h"', '"l"');
SELECT desk.work(1);
SELECT desk.trail();
SELECT unregister_plugin(id) FROM custom_actions.plugin_step WHERE configuration IN ('"c"', '"g"');
UPDATE custom_actions.plugin_step SET enabled = true WHERE configuration = '"d"';
SELECT desk.work(1);
SELECT desk.trail();
ROLLBACK;
SELECT desk.work(1);
SELECT desk.trail();
-- deactivating keeps registrations, a new version too
SELECT deactivate_action('desk.work');
SELECT activate_action('desk.work');
UPDATE custom_actions.step SET enabled = false WHERE action = 'desk.work' AND kind = 'call';
SELECT activate_action('desk.work');
SELECT desk.work(1);
SELECT desk.trail();
DELETE FROM custom_actions.plugin_step;
SELECT desk.work(1), desk.trail();

-- Code first: an action without steps, and one with nothing but plug-ins
CREATE FUNCTION desk.quote(context jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object(
		'price', (context #>> '{input,quantity}')::numeric * (context #>> '{configuration,price}')::numeric,
		'title', (SELECT body FROM desk.note WHERE id = (context ->> 'target')::integer)));
END $$;
SELECT create_action('desk.get_quote', '{"table": "desk.note", "input": [{"name": "quantity", "type": "integer"}],
	"output": [{"name": "price", "type": "numeric(10,2)"}, {"name": "title", "type": "text", "required": true}]}');
SELECT * FROM check_action('desk.get_quote');
SELECT activate_action('desk.get_quote');
SELECT * FROM desk.get_quote(2, 3);
SELECT register_plugin('desk.get_quote', 'main_operation', 'desk.quote', configuration => '{"price": 9.99}') IS NOT NULL AS registered;
SELECT * FROM desk.get_quote(2, 3);
SELECT invoke_action('desk.get_quote', '{"target": 3, "quantity": 1000}');
SELECT * FROM desk.get_quote(99, 1);
SELECT n.id, q.* FROM desk.note AS n CROSS JOIN LATERAL desk.get_quote(n.id, n.id) AS q WHERE n.id BETWEEN 2 AND 4 ORDER BY n.id;
SELECT create_action('desk.hooks', '{}');
SELECT activate_action('desk.hooks');
SELECT desk.hooks();
SELECT register_plugin('desk.hooks', stage, 'desk.trace') IS NOT NULL AS registered
FROM unnest('{pre_validation,pre_operation,main_operation,post_operation}'::text[]) AS stage;
SELECT desk.hooks();
SELECT invoke_action('desk.hooks');
SELECT desk.trail();

-- stop ends the steps, not the stages after them; on_error and disabled steps know nothing of plug-ins
SELECT create_action('desk.stopping', '{"output": [{"name": "y", "type": "text", "default": "default"}],
	"steps": [{"stop": "succeeded"}, {"output": {"y": "never"}}]}');
SELECT activate_action('desk.stopping');
SELECT register_plugin('desk.stopping', stage, 'desk.trace') IS NOT NULL AS registered
FROM unnest('{main_operation,post_operation}'::text[]) AS stage;
SELECT desk.stopping();
SELECT desk.trail();

-- In a trigger of many rows
CREATE FUNCTION desk.on_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.hooks();
	RETURN NULL;
END $$;
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.hooks' AND stage <> 'pre_operation';
CREATE TRIGGER on_note AFTER UPDATE OF status ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.on_note();
UPDATE desk.note SET status = 'seen' WHERE id < 4;
SELECT desk.trail();
