-- The images of the row that plug-ins get.
\i test/sql/prelude.sql
\i test/sql/plugins.sql
\pset format unaligned
\pset null '(null)'
SELECT define('desk.hooks', '{}');

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
