-- The key "plugins" of a definition: export, import, what it replaces and what
-- leaves registrations alone.
\i test/sql/prelude.sql
\i test/sql/plugins_register.sql
\pset format unaligned
\pset null '(null)'
CREATE VIEW registered AS
	SELECT action, stage, rank, function, configuration, images, enabled, description
	FROM custom_actions.plugin_step ORDER BY id;
CREATE VIEW published AS
	SELECT a.name, p.version, p.active, json_array_length(p.plugins) AS plugins,
		jsonb_path_query_array(p.plugins::jsonb, '$[*].id') = coalesce((SELECT jsonb_agg(s.id ORDER BY s.id)
			FROM custom_actions.plugin_step AS s WHERE s.action = a.name), '[]') AS same
	FROM custom_actions.actions AS a CROSS JOIN LATERAL custom_actions.published(a.name) AS p ORDER BY a.name;

-- A draft's plug-ins take effect with its first activation; its policy is about others
SELECT create_action('desk.close_note', '{
	"table": "desk.note",
	"plugin_policy": "none",
	"steps": [{"update": "target", "set": {"status": "closed"}}],
	"plugins": [
		{"stage": "pre_operation", "function": "tools.fill_in"},
		{"stage": "pre_validation", "function": "tools.check_hours", "configuration": {"to": 18}, "rank": 1, "enabled": true},
		{"stage": "post_operation", "function": "tools.fill_in", "rank": -3, "images": {"pre": ["id"], "post": true}, "description": "tells"},
		{"stage": "pre_operation", "function": "tools.check_hours(jsonb)", "enabled": false, "configuration": null, "images": null}]}');
TABLE registered;
SELECT * FROM check_action('desk.close_note');
SELECT activate_action('desk.close_note');
SELECT version, active, plugins FROM custom_actions.published('desk.close_note');
SELECT definition -> 'plugins' AS plugins FROM custom_actions.version;

-- Round trip
SELECT action_definition('desk.close_note') AS definition \gset
SELECT :'definition'::json -> 'plugins' AS plugins;
SELECT create_action('desk.copy', replace(:'definition', 'close_note', 'copy')::json);
SELECT action_definition('desk.copy')::text = replace(:'definition', 'close_note', 'copy') AS same;
DELETE FROM custom_actions.action WHERE name = 'desk.copy';

-- The same list touches nothing
SELECT max(id) AS last FROM custom_actions.plugin_step \gset
SELECT xmin AS before FROM pg_proc WHERE proname = 'close_note' \gset
SELECT create_action('desk.close_note', :'definition', or_replace => true);
SELECT max(id) = :last AS untouched FROM custom_actions.plugin_step;
SELECT xmin = :'before' AS untouched FROM pg_proc WHERE proname = 'close_note';
-- no list leaves them alone
SELECT create_action('desk.close_note', (:'definition'::jsonb - 'plugins')::json, or_replace => true);
SELECT max(id) = :last AS untouched FROM custom_actions.plugin_step;
-- another list replaces them, at once, and the steps wait for activation
SELECT create_action('desk.close_note', '{"table": "desk.note", "plugins": [{"stage": "main_operation", "function": "tools.fill_in"}]}', or_replace => true);
TABLE registered;
SELECT differs, plugins FROM custom_actions.actions;
TABLE published;
-- an empty one takes all away
SELECT create_action('desk.close_note', '{"table": "desk.note", "plugins": []}', or_replace => true);
TABLE registered;
TABLE published;
SELECT create_action('desk.close_note', :'definition', or_replace => true);
TABLE published;
-- versions and what restores them know nothing of plug-ins
SELECT unregister_plugin(id) IS NOT NULL AS gone FROM custom_actions.plugin_step WHERE stage <> 'pre_operation' ORDER BY id;
SELECT restore_action('desk.close_note', 1);
SELECT restore_action('desk.close_note');
SELECT count(*) FROM registered;
SELECT action_definition('desk.close_note', 1) -> 'plugins' AS plugins;
-- also where somebody wrote them into one
SELECT custom_actions.publish('desk.close_note', '{"action": "desk.close_note", "table": "desk.note", "plugins": [{"stage": "x"}]}', 7, true, '[]');
SELECT definition -> 'plugins' AS in_definition, plugins FROM custom_actions.published('desk.close_note');
SELECT refresh_action_dependencies();
TABLE published;

-- What a document may not say
SELECT brief($$SELECT create_action('desk.bad', '{"plugins": [{"stage": "before", "function": "tools.fill_in"}]}')$$);
SELECT brief($$SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation"}]}')$$);
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": ""}]}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "rank": 1.5}]}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "rank": "1"}]}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "enabled": 1}]}');
SELECT brief($$SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "id": 1}]}')$$);
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "stage": "post_operation"}]}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "images": {"post": true}}]}');
SELECT create_action('desk.bad', '{"plugins": ["tools.fill_in"]}');
SELECT create_action('desk.bad', '{"plugins": {}}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "fill_in"}]}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.nothing"}]}');
SELECT create_action('desk.bad', '{"plugins": [{"stage": "pre_operation", "function": "tools.fill_in", "images": {"pre": true}}]}');
SELECT severity, location, message FROM check_action('desk.bad');
SELECT activate_action('desk.bad');

-- The rows are the action's: renamed with it, gone with it
UPDATE custom_actions.action SET name = 'desk.renamed' WHERE name = 'desk.bad';
SELECT action, stage, function FROM registered WHERE action <> 'desk.close_note';
SELECT drop_action('desk.renamed');
DELETE FROM custom_actions.action WHERE name = 'desk.renamed';
SELECT count(*) FROM registered WHERE action = 'desk.renamed';

-- Without a draft, as after a restore of the schema alone, the function knows them
SELECT create_action('desk.close_note', :'definition', or_replace => true);
SELECT activate_action('desk.close_note');
BEGIN;
SET LOCAL check_function_bodies = off;
DELETE FROM custom_actions.plugin_step;
DELETE FROM custom_actions.action;
COMMIT;
SELECT count(*) FROM custom_actions.action;
SELECT json_array_length(plugins) FROM custom_actions.published('desk.close_note');
SELECT json_array_length(action_definition('desk.close_note') -> 'plugins');
SELECT register_plugin('desk.close_note', 'pre_operation', 'tools.fill_in');
SELECT deactivate_action('desk.close_note');
SELECT json_array_length(plugins), active FROM custom_actions.published('desk.close_note');
DROP FUNCTION tools.check_hours;
BEGIN;
SELECT create_action('desk.close_note', (:'definition'::jsonb - 'plugins')::json);
TABLE registered;
TABLE published;
ROLLBACK;
SELECT restore_action('desk.close_note');
TABLE registered;
TABLE published;
-- a function that is gone is found when the action is checked, and can be unregistered
SELECT severity, location, message FROM check_action('desk.close_note');
SELECT activate_action('desk.close_note');
UPDATE custom_actions.plugin_step SET enabled = true, rank = 2 WHERE function LIKE '%check_hours%';
DELETE FROM custom_actions.plugin_step WHERE function LIKE '%check_hours%';
SELECT activate_action('desk.close_note');
TABLE published;
-- a draft renamed to the name of a published function brings its own
SELECT create_action('desk.other', '{"table": "desk.note", "plugins": [{"stage": "main_operation", "function": "tools.fill_in"}]}');
BEGIN;
SET LOCAL check_function_bodies = off;
DELETE FROM custom_actions.plugin_step WHERE action = 'desk.close_note';
DELETE FROM custom_actions.action WHERE name = 'desk.close_note';
COMMIT;
UPDATE custom_actions.action SET name = 'desk.close_note' WHERE name = 'desk.other';
TABLE published;
SELECT plugins FROM custom_actions.actions;

-- Rows that came without their triggers, as to a subscriber
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE custom_actions.plugin_step SET stage = 'post_operation', enabled = false;
COMMIT;
SELECT p.plugins -> 0 ->> 'stage' AS published FROM custom_actions.published('desk.close_note') AS p;
SELECT refresh_action_dependencies();
SELECT p.plugins -> 0 ->> 'stage' AS published FROM custom_actions.published('desk.close_note') AS p;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE custom_actions.plugin_step SET function = 'tools.nothing(jsonb)';
COMMIT;
SELECT refresh_action_dependencies();
SELECT p.plugins -> 0 ->> 'function' AS published FROM custom_actions.published('desk.close_note') AS p;
