-- for_each: the number of the turn, and rows that have a column called index themselves
\i test/sql/prelude.sql

-- what a loop over a source says with a formula
CREATE FUNCTION turns(source text, says text, more jsonb DEFAULT '{}') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	finding text;
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM create_action('shelf.probe', json_build_object('output', '[{"name": "said", "type": "text"}]'::json, 'steps', json_build_array(
		jsonb_build_object('for_each', source, 'as', 'b', 'do', jsonb_build_array(
			jsonb_build_object('output', jsonb_build_object('said', '{{output.said}}' || says || ';')))) || more)), true);
	SELECT string_agg(concat_ws(' | ', severity, location, message, hint), E'\n') INTO finding FROM check_action('shelf.probe');
	IF finding IS NOT NULL THEN
		RETURN finding;
	END IF;
	PERFORM activate_action('shelf.probe');
	RETURN invoke_action('shelf.probe') ->> 'said';
END
$$;

CREATE SCHEMA shelf;
CREATE TYPE shelf.entry AS (index text, title text);
CREATE TABLE shelf.book (index integer PRIMARY KEY, title text);
CREATE TABLE shelf.plain (id integer PRIMARY KEY, title text);
INSERT INTO shelf.book VALUES (50, 'a'), (60, 'b');
INSERT INTO shelf.plain VALUES (7, 'a'), (8, 'b');

-- the rows' own column wins in all sources
SELECT turns('shelf.book', '{{b.index}} {{b.title}}', '{"order_by": "title"}');
SELECT turns('=array[row(''x'', ''a'')::shelf.entry, row(''y'', ''b'')::shelf.entry]', '{{b.index}} {{b.title}}');
SELECT turns('=array(select b from shelf.book b order by b.index)', '{{b.index}} {{b.title}}');
SELECT turns('=''[{"index": 5, "title": "a"}, {"index": 6, "title": "b"}]''::jsonb', '{{b.index}} {{b.title}}', '{"columns": {"index": "integer", "title": "text"}}');
-- and the number has another name
SELECT turns('shelf.book', '{{b.turn}} {{b.index}}', '{"order_by": "title desc", "index": "turn"}');
SELECT turns('=array[row(''x'', ''a'')::shelf.entry, row(''y'', ''b'')::shelf.entry]', '{{b.i}} {{b.index}}', '{"index": "i"}');
SELECT turns('=''[{"index": 5}, {"index": 6}]''::jsonb', '{{b.i}} {{b.index}}', '{"columns": {"index": "integer"}, "index": "i"}');
SELECT turns('=''["x", "y"]''::jsonb', '{{b.i}} {{b.value}}', '{"index": "i"}');
SELECT turns('=array[''x'', ''y'']', '{{b.i}} {{b.value}}', '{"index": "i"}');
-- without such a column it is "index", unless it is called otherwise
SELECT turns('shelf.plain', '{{b.index}} {{b.id}}', '{"order_by": "id desc"}');
SELECT turns('=array[''x'', ''y'']', '{{b.index}} {{b.value}}', '{"index": "index"}');
SELECT turns('shelf.plain', '{{b.index}}', '{"index": "n"}');
SELECT turns('=array[''x'', ''y'']', '{{b.index}}', '{"index": "n"}');

-- names that do not fit
SELECT turns('shelf.book', '{{b.index}}', '{"index": "index"}');
SELECT turns('shelf.book', '{{b.title}}', '{"index": "title"}');
SELECT turns('=array[1]', '{{b.value}}', '{"index": "value"}');
SELECT turns('=''[]''::jsonb', '{{b.a}}', '{"columns": {"a": "text"}, "index": "a"}');
SELECT turns('shelf.plain', '{{b.id}}', '{"index": "Turn"}');
SELECT turns('shelf.plain', '{{b.id}}', '{"index": "order"}');
SELECT turns('shelf.plain', '{{b.id}}', '{"index": 1}');

-- as rows, in the document and in words
SELECT create_action('shelf.counted', '
{ "output": [{"name": "said", "type": "text"}],
  "steps": [{"for_each": "shelf.plain", "as": "b", "do": [{"output": {"said": "{{output.said}}{{b.no}}{{b.title}} "}}], "index": "no", "order_by": "id"}] }');
SELECT kind, subject, name, arguments FROM custom_actions.step WHERE action = 'shelf.counted' AND parent IS NULL;
SELECT action_definition('shelf.counted');
SELECT describe_action('shelf.counted');
SELECT activate_action('shelf.counted');
SELECT shelf.counted();

-- a column that the table gets later changes nothing
SELECT define('shelf.later', '
{ "output": [{"name": "said", "type": "text"}],
  "steps": [{"for_each": "shelf.plain", "as": "b", "order_by": "id", "do": [{"output": {"said": "{{output.said}}{{b.index}} {{b.title}};"}}]},
			{"for_each": "shelf.plain", "as": "c", "where": "false", "do": [{"let": {"x": "=c.id"}}]}] }');
SELECT jsonb_path_query_array(v.definition::jsonb, '$.steps[*].index') FROM custom_actions.version v WHERE action = 'shelf.later';
ALTER TABLE shelf.plain ADD index text DEFAULT 'new', ADD no text DEFAULT 'new';
SELECT shelf.later(), shelf.counted();
SELECT name, differs FROM custom_actions.actions WHERE name IN ('shelf.later', 'shelf.counted') ORDER BY name;
-- the draft says what it says now: a new activation is told
SELECT severity, location, message FROM check_action('shelf.counted');
