-- Registrations of plug-ins: rules, order, and what the published function lists.
\i test/sql/prelude.sql
\i test/sql/plugins_register.sql
\pset format unaligned
\pset null '(null)'
CREATE FUNCTION tools."Odd (name"(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
SELECT create_action('desk.close_note', '{"table": "desk.note", "steps": [{"update": "target", "set": {"status": "closed"}}]}');

-- What a plug-in may be registered on
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours');
SELECT register_plugin('desk.nothing', 'pre_operation', 'tools.check_hours');
SELECT activate_action('desk.close_note');
SELECT action_hash('desk.close_note') AS hash \gset

-- Registered, ordered, listed in the function
SELECT register_plugin('desk.close_note', 'post_operation', 'tools.fill_in', 5,
	images => '{"pre": true, "post": ["status", "body"]}') AS last \gset
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.fill_in(jsonb)', description => 'Fills in "defaults"') AS fill \gset
SET search_path = tools, public;
SELECT register_plugin(action => 'desk.close_note', stage => 'pre_validation', function => 'check_hours',
	configuration => '{"from": 8, "to": 18.50, "days": ["mon", null]}') = :fill + 1 AS next;
SELECT register_plugin('desk.close_note', 'pre_operation', '"Odd (name"') AS odd \gset
SELECT register_plugin('desk.close_note', 'pre_operation', '"Odd (name"(jsonb)', -1) IS NOT NULL AS registered;
RESET search_path;
SELECT * FROM custom_actions.plugin_step ORDER BY id;
SELECT plugins FROM custom_actions.published('desk.close_note');
SELECT regexp_replace(prosrc, E',\n"facts":.*', E'}\n') AS prosrc FROM pg_proc WHERE proname = 'close_note';
SELECT name, state, differs, version, plugins FROM custom_actions.actions;
SELECT action_hash('desk.close_note') = :'hash' AS same_hash;
SELECT version FROM custom_actions.version;
SELECT describe_action('desk.close_note');
SELECT action_definition('desk.close_note');
SELECT action_definition('desk.close_note', 1);
SELECT activate_action('desk.close_note');

-- A change takes effect at once
UPDATE custom_actions.plugin_step SET enabled = false WHERE id = :fill;
SELECT plugins FROM custom_actions.published('desk.close_note');
UPDATE custom_actions.plugin_step SET rank = -2, configuration = 'null', description = NULL, enabled = true WHERE id = :fill;
SELECT plugins FROM custom_actions.published('desk.close_note');
SELECT unregister_plugin(:odd);
SELECT unregister_plugin(:odd);
SELECT unregister_plugin(NULL);
DELETE FROM custom_actions.plugin_step WHERE id > :odd OR rank = 5;
SELECT plugins FROM custom_actions.published('desk.close_note');
BEGIN;
DELETE FROM custom_actions.plugin_step;
SELECT plugins FROM custom_actions.published('desk.close_note');
ROLLBACK;
SELECT json_array_length(plugins) FROM custom_actions.published('desk.close_note');

-- Each action is published once for a statement, and not if nothing changed
SELECT xmin AS before FROM pg_proc WHERE proname = 'close_note' \gset
UPDATE custom_actions.plugin_step SET enabled = enabled;
SELECT xmin = :'before' AS untouched FROM pg_proc WHERE proname = 'close_note';

-- What no registration may be
\set VERBOSITY default
SELECT register_plugin(NULL, 'pre_operation', 'tools.check_hours');
SELECT brief($$SELECT register_plugin('desk.close_note', 'before', 'tools.check_hours')$$);
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', 1234567890);
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => 'true');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => '{}');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => '{"before": true}');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => '{"pre": false}');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => '{"pre": []}');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => '{"pre": ["id", 7]}');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours', images => '{"post": true}');
UPDATE custom_actions.plugin_step SET stage = 'main_operation', images = '{"post": true}' WHERE id = :fill;
SELECT brief($$INSERT INTO custom_actions.plugin_step (action, stage) VALUES ('desk.close_note', 'pre_operation')$$);
INSERT INTO custom_actions.plugin_step (action, stage, function, enabled) VALUES ('desk.close_note', 'pre_operation', 'tools.fill_in', NULL);
INSERT INTO custom_actions.plugin_step (id, action, stage, function) OVERRIDING SYSTEM VALUE VALUES (99, 'desk.close_note', 'pre_operation', 'tools.fill_in');
UPDATE custom_actions.plugin_step SET id = DEFAULT WHERE id = :fill;

-- Plain DML takes a qualified function and stores its signature
SET search_path = tools, public;
INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES ('desk.close_note', 'pre_operation', 'check_hours');
INSERT INTO custom_actions.plugin_step (action, stage, function) VALUES ('desk.close_note', 'pre_operation', 'tools.check_hours')
RETURNING function, rank, enabled;
RESET search_path;
UPDATE custom_actions.plugin_step SET function = 'tools . FILL_in ( jsonb )' WHERE function = 'tools.check_hours(jsonb)' AND stage = 'pre_operation'
RETURNING function;

-- What no plug-in is
CREATE FUNCTION tools.none() RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
CREATE FUNCTION tools.two(jsonb, integer DEFAULT 1) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
CREATE FUNCTION tools.other(json) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
CREATE FUNCTION tools.many(VARIADIC jsonb[]) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
CREATE FUNCTION tools.result(jsonb) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE FUNCTION tools.any(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION tools.rows(jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
CREATE FUNCTION tools.columns(jsonb, OUT a integer, OUT b integer) LANGUAGE sql AS 'SELECT 1, 2';
CREATE FUNCTION tools.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE PROCEDURE tools.proc(jsonb) LANGUAGE sql AS '';
CREATE AGGREGATE tools.agg(jsonb) (SFUNC = pg_catalog.jsonb_concat, STYPE = jsonb);
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.nothing');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.check_hours(text)');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.none');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.two');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.other(json)');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.many');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.any');
SELECT register_plugin('desk.close_note', 'pre_operation', 'desk.close_note');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.result');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.rows');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.columns');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.touched');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.proc');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.agg');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.x.y.z');
-- written for the server, or for another library than a plug-in's
SELECT register_plugin('desk.close_note', 'pre_operation', 'int4recv');
SELECT register_plugin('desk.close_note', 'pre_operation', 'pg_catalog.pg_node_tree_send');
CREATE FUNCTION tools.internal(internal) RETURNS void LANGUAGE internal AS 'fmgr_sql_validator';
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.internal');
SELECT register_plugin('desk.close_note', 'pre_operation', 'custom_actions.inline_handler');
SELECT register_plugin('desk.close_note', 'pre_operation', 'plpgsql_inline_handler');
-- a name that means two
CREATE FUNCTION tools.internal(jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.internal');
-- an INOUT argument is an argument and a result; others of the name are not in the way
CREATE FUNCTION tools.result(INOUT context json) LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION tools.other(INOUT context jsonb) LANGUAGE sql AS 'SELECT $1';
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.other') AS id \gset
SELECT function FROM custom_actions.plugin_step WHERE id = :id;
SELECT unregister_plugin(:id);

-- Policies
SELECT create_action('desk.closed', '{"plugin_policy": "none"}');
SELECT create_action('desk.around', '{"plugin_policy": "pre_and_post"}');
SELECT create_action('desk.open', '{"plugin_policy": "all"}');
SELECT activate_action(name) FROM unnest('{desk.closed,desk.around,desk.open}'::text[]) AS name;
SELECT register_plugin('desk.closed', 'pre_validation', 'tools.fill_in');
SELECT register_plugin('desk.around', 'main_operation', 'tools.fill_in');
SELECT register_plugin('desk.around', stage, 'tools.fill_in') IS NOT NULL AS registered
FROM unnest('{pre_validation,pre_operation,post_operation}'::text[]) AS stage;
SELECT register_plugin('desk.open', 'main_operation', 'tools.fill_in') IS NOT NULL AS registered;
UPDATE custom_actions.plugin_step SET stage = 'main_operation' WHERE action = 'desk.around';
-- the published policy counts, not the draft's
UPDATE custom_actions.action SET plugin_policy = 'all' WHERE name = 'desk.around';
UPDATE custom_actions.plugin_step SET stage = 'main_operation' WHERE action = 'desk.around';
SELECT activate_action('desk.around');
UPDATE custom_actions.plugin_step SET stage = 'main_operation' WHERE action = 'desk.around';
-- a policy that comes later leaves what is there
UPDATE custom_actions.action SET plugin_policy = 'none' WHERE name = 'desk.around';
SELECT activate_action('desk.around');
UPDATE custom_actions.plugin_step SET rank = 7 WHERE action = 'desk.around';
UPDATE custom_actions.plugin_step SET function = 'tools.check_hours' WHERE action = 'desk.around';

-- A registration stays with its action, whatever becomes of it
UPDATE custom_actions.plugin_step SET action = 'desk.open' WHERE action = 'desk.around';
SELECT drop_action('desk.close_note');
SELECT deactivate_action('desk.close_note');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.fill_in');
UPDATE custom_actions.plugin_step SET rank = 3 WHERE id = :fill;
SELECT active, plugins FROM custom_actions.published('desk.close_note');
SELECT activate_action('desk.close_note');
SELECT active, version, plugins FROM custom_actions.published('desk.close_note');
SELECT add_action_step('desk.close_note', 'let', arguments => '{"x": 1}') IS NOT NULL AS added;
SELECT activate_action('desk.close_note');
SELECT version, json_array_length(plugins) FROM custom_actions.published('desk.close_note');
SELECT restore_action('desk.close_note', 1);
SELECT count(*) FROM custom_actions.plugin_step WHERE action = 'desk.close_note';
DROP FUNCTION desk.close_note;
SELECT state, plugins FROM custom_actions.actions WHERE name = 'desk.close_note';
SELECT drop_action('desk.close_note');
SELECT activate_action('desk.close_note');
SELECT json_array_length(plugins) FROM custom_actions.published('desk.close_note');

-- Names are canonical
SELECT register_plugin('DESK . Close_Note', 'pre_validation', 'tools.fill_in') IS NOT NULL AS registered;
SELECT count(*) FROM custom_actions.plugin_step WHERE action = 'desk.close_note';
SELECT unregister_plugin(id) FROM custom_actions.plugin_step;
SELECT drop_action(name) FROM custom_actions.actions ORDER BY name;
SELECT count(*) FROM custom_actions.actions;
