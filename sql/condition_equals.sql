-- The optional "=" of a condition: one rule wherever a condition stands.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (id bigint PRIMARY KEY, title text);
INSERT INTO desk.ticket VALUES (1, 'One'), (2, 'Two');

-- An action with the text in every place that takes a condition.
CREATE FUNCTION define_everywhere(condition text) RETURNS name LANGUAGE sql AS $$
	SELECT create_action('desk.everywhere', replace('
{ "output": [ {"name": "ran", "type": "text", "default": ""} ],
  "steps": [
    {"require": "<>"},
    {"if": "<>", "then": [ {"output": {"ran": "{{output.ran}} if"}} ]},
    {"choose": null, "cases": [ {"when": "<>", "do": [ {"output": {"ran": "{{output.ran}} case"}} ]} ]},
    {"output": {"ran": "{{output.ran}} when"}, "when": "<>"},
    {"stop": "failed", "on_error_when": "<>", "on_error": [ {"output": {"ran": "{{output.ran}} on_error_when"}} ]},
    {"get": "desk.ticket", "as": "g", "id": 1, "where": "<>"},
    {"for_each": "desk.ticket", "as": "t", "where": "<>", "order_by": "id", "do": [ {"output": {"ran": "{{output.ran}} {{t.id}}"}} ]},
    {"update": "desk.ticket", "where": "<>", "set": {"title": "=title"}},
    {"create": "desk.ticket", "from": "desk.ticket", "where": "<>", "set": {"id": "=id + 10"}},
    {"delete": "desk.ticket", "as": "d", "where": "id > 10"},
    {"output": {"ran": "{{output.ran}} {{d.count}}"}} ] }', '<>', condition)::json, true) $$;
CREATE FUNCTION try(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	problems text;
BEGIN
	PERFORM define_everywhere(condition);
	SELECT string_agg(location, ', ') || ': ' || string_agg(DISTINCT concat_ws(' / ', message, detail, hint), E'\n') INTO problems
	FROM check_action('desk.everywhere') WHERE severity = 'error';
	IF problems IS NULL THEN
		PERFORM activate_action('desk.everywhere');
	END IF;
	RETURN coalesce(problems, invoke_action('desk.everywhere') ->> 'ran');
END $$;
SET client_min_messages = warning;
SELECT try('true');
SELECT try('=true');
SELECT try(' =true');
SELECT try('\t\r\n = true');
SELECT try(' (1 = 1)');
SELECT try('==true');
SELECT try(' == true');
SELECT try('= =true');
SELECT try('');
SELECT try(' ');
SELECT try('=');

-- read by people: the same rule
SELECT define_everywhere(' = 1 < 2');
SELECT describe_action('desk.everywhere', 0);
-- order_by: as a condition
SELECT create_action('desk.ordered', '{ "output": [ {"name": "ids", "type": "text", "default": ""} ],
  "steps": [ {"for_each": "desk.ticket", "as": "t", "order_by": [" = -id", "=title"], "do": [ {"output": {"ids": "{{output.ids}} {{t.id}}"}} ]} ] }');
SELECT activate_action('desk.ordered');
SELECT desk.ordered();
SELECT describe_action('desk.ordered');
