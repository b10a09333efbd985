-- What plug-ins get, what they change, and in which order they run.
\i test/sql/prelude.sql
\pset format unaligned
\pset null '(null)'
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, status text NOT NULL DEFAULT 'open',
	priority integer DEFAULT 1, amount numeric(8,2));
INSERT INTO desk.note (id, body, amount) SELECT i, 'Note ' || i, i FROM generate_series(1, 9) AS i;
CREATE TABLE desk.trail (number bigint GENERATED ALWAYS AS IDENTITY, said text);
CREATE FUNCTION desk.trail() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	trail text;
BEGIN
	SELECT string_agg(said, ', ' ORDER BY number) INTO trail FROM desk.trail;
	DELETE FROM desk.trail;
	RETURN trail;
END $$;
-- Says in a table that it ran, and in "shared" for those after it
CREATE FUNCTION desk.trace(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	said text := format('%s %s', context ->> 'stage', context ->> 'configuration');
BEGIN
	INSERT INTO desk.trail (said) VALUES (said);
	RETURN jsonb_build_object('shared', jsonb_build_object('trail',
		coalesce(context -> 'shared' -> 'trail', '[]') || to_jsonb(said)));
END $$;
CREATE FUNCTION desk.say(said text) RETURNS void LANGUAGE sql AS 'INSERT INTO desk.trail (said) VALUES (said)';
-- Returns what it is configured with
CREATE FUNCTION desk.give(context jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT context -> 'configuration'$$;
-- Says what it is called with: the members that it is configured with
CREATE FUNCTION desk.tell(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.trail (said)
	SELECT format('%s %s=%s', context ->> 'stage', m, context -> m) FROM jsonb_array_elements_text(context -> 'configuration') AS m;
END $$;

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

-- Images: the row before and after, all of it or a list of columns
CREATE TABLE desk.thing (id integer PRIMARY KEY, gone text, "Odd name" text, tags text[], details jsonb,
	stamp timestamptz, total numeric(8,2), twice integer GENERATED ALWAYS AS (id * 2) STORED);
ALTER TABLE desk.thing DROP COLUMN gone;
CREATE FUNCTION desk.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.total := coalesce(NEW.total, 0) + 0.5;
	RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON desk.thing FOR EACH ROW EXECUTE FUNCTION desk.stamp();
INSERT INTO desk.thing VALUES (1, 'one', '{a,NULL}', '{"k": 1}', '2026-01-31 12:00+00', 1.50), (2, NULL, NULL, NULL, NULL, NULL);
CREATE FUNCTION desk.show_images(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% %: pre %, post %', context ->> 'stage', coalesce(context ->> 'configuration', ''),
		coalesce(context -> 'pre_image', '"absent"'), coalesce(context -> 'post_image', '"absent"');
END $$;
SELECT create_action('desk.change_thing', '{"table": "desk.thing", "input": [{"name": "name", "type": "text", "required": false}],
	"steps": [{"update": "target", "set": {"Odd name": "=input.name", "tags": ["b"]}}]}');
SELECT activate_action('desk.change_thing');
SELECT register_plugin('desk.change_thing', stage, 'desk.show_images', images => images, configuration => to_jsonb(tag)) IS NOT NULL AS registered
FROM (VALUES ('pre_validation', '{"pre": true}'::jsonb, 'whole'), ('pre_validation', NULL, 'none'), ('pre_operation', '{"pre": ["total", "Odd name"]}', 'list'),
	('main_operation', '{"pre": ["id"]}', 'key'), ('post_operation', '{"pre": true, "post": true}', 'both'),
	('post_operation', '{"post": ["total", "tags"]}', 'after'), ('post_operation', NULL, 'none')) AS t (stage, images, tag);
SELECT desk.change_thing(1, 'new');
SELECT desk.change_thing(2, NULL);
SELECT invoke_action('desk.change_thing', '{"target": 99, "name": "x"}');
-- what plug-ins do counts too: before the load at pre_validation, after it from pre_operation on
CREATE FUNCTION desk.write(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE desk.thing SET "Odd name" = concat("Odd name", '+', context ->> 'configuration') WHERE id = (context ->> 'target')::integer;
END $$;
SELECT register_plugin('desk.change_thing', stage, 'desk.write', -1, to_jsonb(left(stage, 5))) IS NOT NULL AS registered
FROM unnest('{pre_validation,pre_operation,main_operation,post_operation}'::text[]) AS stage;
SELECT desk.change_thing(1, 'newer');
SELECT * FROM desk.thing WHERE id = 1;
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.change_thing';
-- a row that is deleted, and one that gets another key
SELECT create_action('desk.drop_thing', '{"table": "desk.thing", "steps": [{"delete": "target"}]}');
SELECT create_action('desk.move_thing', '{"table": "desk.thing", "input": [{"name": "new_id", "type": "integer"}],
	"steps": [{"update": "target", "set": {"id": "=input.new_id"}}]}');
SELECT create_action('desk.see_thing', '{"table": "desk.thing", "read_only": true, "output": [{"name": "total", "type": "numeric", "default": "=target.total"}]}');
SELECT activate_action(name) FROM unnest('{desk.drop_thing,desk.move_thing,desk.see_thing}'::text[]) AS name;
SELECT register_plugin(action, 'post_operation', 'desk.show_images', images => '{"pre": ["id", "Odd name"], "post": ["id", "Odd name"]}') IS NOT NULL AS registered
FROM unnest('{desk.drop_thing,desk.move_thing}'::text[]) AS action;
SELECT desk.drop_thing(1);
SELECT desk.move_thing(2, 22);
-- the row that is deleted by somebody else's hand
CREATE FUNCTION desk.remove(context jsonb) RETURNS void LANGUAGE sql AS $$DELETE FROM desk.thing WHERE id = (context ->> 'target')::integer$$;
SELECT register_plugin('desk.change_thing', 'main_operation', 'desk.remove') IS NOT NULL AS registered;
SELECT register_plugin('desk.change_thing', 'post_operation', 'desk.show_images', images => '{"pre": ["id"], "post": true}') IS NOT NULL AS registered;
SELECT desk.change_thing(22, 'last');
SELECT count(*) FROM desk.thing;
INSERT INTO desk.thing (id) VALUES (1), (2), (3);
-- a list that names a column twice, and a new column
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.change_thing';
SELECT register_plugin('desk.change_thing', 'pre_operation', 'desk.show_images', images => '{"pre": ["total", "id", "total"]}') IS NOT NULL AS registered;
SELECT register_plugin('desk.change_thing', 'pre_operation', 'desk.show_images', 2, images => '{"pre": true}') IS NOT NULL AS registered;
ALTER TABLE desk.thing ADD COLUMN added date DEFAULT '2026-02-03';
SELECT desk.change_thing(1, 'x');
-- only a row has images
CREATE FUNCTION desk.nothing(context jsonb) RETURNS void LANGUAGE plpgsql STABLE AS 'BEGIN END';
SELECT create_action('desk.all_things', '{"table": "desk.thing", "binding": "collection"}');
SELECT activate_action('desk.all_things');
SELECT register_plugin('desk.all_things', 'pre_operation', 'desk.nothing', images => '{"pre": true}');
SELECT register_plugin('desk.hooks', 'post_operation', 'desk.nothing', images => '{"post": ["id"]}');
SELECT register_plugin('desk.see_thing', 'pre_operation', 'desk.nothing', images => '{"pre": ["nothing"]}');
SELECT register_plugin('desk.see_thing', 'pre_operation', 'desk.nothing', images => '{"pre": ["gone"]}');
SELECT register_plugin('desk.see_thing', 'pre_operation', 'desk.nothing', images => '{"pre": ["ctid"]}');

-- A composite key, a view by its key, a partitioned table
CREATE TABLE desk.seat (hall text, number integer, taken boolean NOT NULL DEFAULT false, PRIMARY KEY (hall, number)) PARTITION BY LIST (hall);
CREATE TABLE desk.seat_a PARTITION OF desk.seat FOR VALUES IN ('A');
CREATE TABLE desk.seat_b PARTITION OF desk.seat FOR VALUES IN ('B');
INSERT INTO desk.seat VALUES ('A', 1), ('B', 1);
SELECT create_action('desk.take', '{"table": "desk.seat", "input": [{"name": "hall", "type": "text", "default": "same"}],
	"output": [{"name": "place", "type": "text", "default": "{{target.hall}}{{target.number}}"}],
	"steps": [{"update": "target", "set": {"taken": true}}, {"update": "target", "set": {"hall": "=input.hall"}, "when": "input.hall <> ''same''"}]}');
SELECT activate_action('desk.take');
SELECT register_plugin('desk.take', stage, 'desk.tell', configuration => '["target", "input", "pre_image", "post_image"]', images => images) IS NOT NULL AS registered
FROM (VALUES ('pre_validation', '{"pre": true}'::jsonb), ('post_operation', '{"pre": ["taken"], "post": true}')) AS t (stage, images);
SELECT desk.take('A', 1);
SELECT invoke_action('desk.take', '{"target": {"hall": "B", "number": 1}, "hall": "A"}');
SELECT said FROM desk.trail ORDER BY number;
TRUNCATE desk.trail;
UPDATE desk.seat SET number = 2, taken = false WHERE hall = 'A';
SELECT desk.take('A', 2, hall => 'B');
SELECT said FROM desk.trail ORDER BY number;
TRUNCATE desk.trail;
CREATE VIEW desk.open_note AS SELECT id AS number, upper(body) AS title, status FROM desk.note WHERE status <> 'closed';
SELECT create_action('desk.close_open', '{"table": "desk.open_note", "key": ["number"], "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT activate_action('desk.close_open');
SELECT register_plugin('desk.close_open', 'post_operation', 'desk.show_images', images => '{"pre": true, "post": true}') IS NOT NULL AS registered;
SELECT desk.close_open(4);

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

-- stop ends the steps, not the stages after them; on_error and disabled steps know nothing of plug-ins
SELECT create_action('desk.stopping', '{"output": [{"name": "y", "type": "text", "default": "default"}],
	"steps": [{"stop": "succeeded"}, {"output": {"y": "never"}}]}');
SELECT activate_action('desk.stopping');
SELECT register_plugin('desk.stopping', stage, 'desk.trace') IS NOT NULL AS registered
FROM unnest('{main_operation,post_operation}'::text[]) AS stage;
SELECT desk.stopping();
SELECT desk.trail();

-- In a trigger, in a cursor, in a query of many rows
CREATE FUNCTION desk.on_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.hooks();
	RETURN NULL;
END $$;
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.hooks' AND stage <> 'pre_operation';
CREATE TRIGGER on_note AFTER UPDATE OF status ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.on_note();
UPDATE desk.note SET status = 'seen' WHERE id < 4;
SELECT desk.trail();
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
DROP OWNED BY regress_plugins_caller;
DROP ROLE regress_plugins_caller;
