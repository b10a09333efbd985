-- Pictures: what each kind of step looks like, and what leads where.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on

-- without what stands in every picture
CREATE FUNCTION picture(action text, version integer DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$ SELECT regexp_replace(action_diagram(action, version), '^---\n.*?---\n', '') $$;
-- the picture of steps alone
CREATE FUNCTION drawn(steps json) RETURNS text
LANGUAGE sql AS $$
	SELECT create_action('desk.drawn', json_build_object('steps', steps), true);
	SELECT picture('desk.drawn');
$$;

-- nothing but a beginning and an end, whole
SELECT create_action('desk.empty', '{}');
SELECT action_diagram('desk.empty');
SELECT action_diagram('desk.empty', NULL, 'dot');

-- what is bound, inputs, outputs; steps one after the other
CREATE TABLE desk.item (id integer PRIMARY KEY, title text, owner_id integer, status text);
SELECT create_action('desk.simple', '{"table": "desk.item", "input": [{"name": "title", "type": "text"}, {"name": "secret", "type": "text", "default": "hidden", "sensitive": true}],
	"output": [{"name": "id", "type": "integer", "default": "=made.id"}], "steps": [
	{"create": "desk.item", "as": "made", "set": {"id": 1, "title": "=input.title"}},
	{"update": "target", "set": {"title": "x"}, "when": "target.status is null"},
	{"delete": "made"}, {"assign": "target", "column": "owner_id", "to": 1}, {"set_status": "target", "column": "status", "to": "open"},
	{"get": "desk.item", "as": "other", "id": 5, "description": "The one that others look at"},
	{"call": "pg_catalog.length(text)", "with": {"1": "abc"}, "as": "counted"},
	{"let": {"n": 1}}, {"output": {"id": 7}},
	{"perform": "desk.empty"}, {"perform": "desk.empty", "description": "Once more"}]}');
SELECT picture('desk.simple');

-- the ways of if and choose, and where they come together
SELECT drawn('[{"if": "true", "then": [{"let": {"a": 1}}]}, {"let": {"b": 1}}]');
SELECT drawn('[{"if": "true", "then": [{"let": {"a": 1}}], "else": [{"let": {"b": 1}}, {"let": {"c": 1}}], "description": "Is it so?"}]');
SELECT drawn('[{"if": "true", "then": [], "else": []}]');
SELECT drawn('[{"choose": null, "cases": [{"when": "1 = 2", "do": [{"let": {"a": 1}}]}, {"when": "1 = 1", "description": "always", "do": []}]}]');
SELECT drawn('[{"choose": "a way", "cases": [{"when": "1 = 2", "do": []}], "else": [{"let": {"a": 2}}]}]');
SELECT drawn('[{"choose": "a way", "cases": [{"when": "1 = 2", "do": [{"if": "false", "then": [{"let": {"a": 2}}]}]}], "on_error": [{"let": {"failed": true}}]}]');

-- exits
SELECT drawn('[{"require": "1 = 1"}, {"require": "2 = 2", "message": "Two is {{ 2 }}"}, {"require": "3 = 3", "message": 3, "description": "Three"}]');
SELECT drawn('[{"stop": "canceled", "message": "No more", "when": "now() > ''2000-01-01''"}, {"if": "true", "then": [{"stop": "succeeded"}]}, {"stop": "failed"}]');

-- loops: an end of each turn; one whose turns all stop, one without steps, one in another
SELECT drawn('[{"for_each": "desk.item", "as": "item", "do": [{"let": {"a": "=item.id"}}]}, {"let": {"b": 1}}]');
SELECT drawn('[{"let": {"a": 1}}, {"for_each": "desk.item", "as": "item", "do": [{"stop": "succeeded"}]}, {"let": {"b": 1}}]');
SELECT drawn('[{"for_each": "desk.item", "as": "item", "do": []}]');
SELECT drawn('[{"for_each": "desk.item", "as": "item", "when": "true", "do": [{"for_each": "=array[1,2]", "as": "n", "do": [{"if": "n.value = 1", "then": [{"let": {"a": 1}}]}]}]}]');

-- groups, and handlers of all that can fail
SELECT drawn('[{"group": "Both", "do": [{"let": {"a": 1}}, {"let": {"b": 1}}]}, {"group": null, "do": []}]');
SELECT drawn('[{"group": "Both", "do": [{"let": {"a": 1}}], "on_error_when": "error.sqlstate = ''23505''", "on_error": [{"let": {"b": 1}}]}, {"let": {"c": 1}}]');
SELECT drawn('[{"let": {"a": 1}, "on_error": []}, {"require": "true", "on_error": [{"stop": "failed"}]}, {"for_each": "desk.item", "as": "i", "do": [{"let": {"a": 1}}], "on_error": []}]');

-- disabled: one grey node, whatever it holds; the way goes on
SELECT drawn('[{"let": {"a": 1}, "enabled": false}, {"stop": "failed", "enabled": false}, {"group": "Work", "enabled": false, "do": [{"let": {"b": 1}}]}]');

-- plug-ins at their stages, by rank
CREATE FUNCTION desk.first(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT ''{}''::jsonb';
CREATE FUNCTION desk.second(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT ''{}''::jsonb';
SELECT create_action('desk.plugged', '{"steps": [{"let": {"a": 1}}], "plugins": [
	{"stage": "post_operation", "function": "desk.first(jsonb)"}, {"stage": "pre_validation", "function": "desk.second(jsonb)", "rank": 2},
	{"stage": "pre_validation", "function": "desk.first(jsonb)", "description": "Look who it is"}, {"stage": "main_operation", "function": "desk.second(jsonb)", "enabled": false}]}');
SELECT picture('desk.plugged');

-- the same in the other format
SELECT action_diagram('desk.plugged', format => 'dot');
SELECT drawn('[{"group": "Both", "do": [{"for_each": "desk.item", "as": "item", "do": [{"require": "item.id > 0"}]}], "on_error": [{"let": {"b": 1}}]}]') <> '' AS drawn;
SELECT action_diagram('desk.drawn', format => 'DOT');

-- a definition that is not understood in all its parts
SELECT custom_actions.draw_definition('{"action": "desk.odd", "steps": [{"let": {"a": 1}}, {"update": "target", "sett": {"title": "x"}}, {"leb": {"b": 1}}], "plugins": [7]}', 'dot', NULL);

-- what is published, the draft, a version
SELECT define('desk.changed', '{"steps": [{"let": {"a": 1}}]}');
SELECT create_action('desk.changed', '{"steps": [{"let": {"b": 2}}]}', true);
SELECT picture('desk.changed') = picture('desk.changed', 1) AS published, picture('desk.changed', 0) ~ 'Let b be 2' AS draft;
SELECT picture('desk.changed', 2);
-- without a draft, as after a restore of the function alone
SET check_function_bodies = off;
DELETE FROM custom_actions.step WHERE action = 'desk.changed';
DELETE FROM custom_actions.action WHERE name = 'desk.changed';
RESET check_function_bodies;
SELECT picture('desk.changed') = picture('desk.changed', 1) AS published;
SELECT picture('desk.changed', 0);
SELECT action_diagram('desk.none');
SELECT action_diagram('desk.changed', format => 'svg');
SELECT action_diagram('desk.changed', format => NULL) = action_diagram('desk.changed') AS same;
SELECT action_diagram(NULL);
