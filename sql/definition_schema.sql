\i test/sql/prelude.sql
-- The JSON Schema of definitions. That it is one, and that it agrees with create_action,
-- a validator says (test/t/definition_schema.pl).
\set VERBOSITY terse
CREATE VIEW schema AS SELECT action_schema_of_definition()::jsonb AS s;
SELECT s - '$defs' - 'properties' AS head FROM schema;
SELECT (s #> '{$defs,step_update}') - 'properties' AS an_update, s #> '{$defs,step_update,properties,update}' AS verb FROM schema;
SELECT jsonb_object_keys(s -> '$defs') AS definition FROM schema EXCEPT SELECT 'step_' || kind FROM custom_actions.step_kinds() ORDER BY 1;

-- Every key of every part is in it, and is described.
WITH RECURSIVE objects AS (
	SELECT '' AS path, s AS object FROM schema
	UNION ALL
	SELECT path || '/' || key, value FROM objects, jsonb_each(object)
	WHERE jsonb_typeof(object) = 'object' AND jsonb_typeof(value) = 'object' AND key <> 'examples')
SELECT o.path, p.key FROM objects AS o, jsonb_each(o.object -> 'properties') AS p
WHERE jsonb_typeof(o.object -> 'properties') = 'object' AND o.path !~ '/not$' AND o.path !~ '/properties$'
	AND (p.value ->> 'description' IS NULL OR p.value ->> 'title' IS NULL);
SELECT k.part, k.key FROM custom_actions.definition_keys() AS k, schema
WHERE NOT CASE k.part WHEN 'action' THEN s -> 'properties' WHEN 'step' THEN s #> '{$defs,step_update,properties}'
	ELSE s #> array['$defs', k.part, 'properties'] END ? k.key;
SELECT k.kind, a.argument FROM custom_actions.step_kinds() AS k, unnest(k.arguments) AS a (argument), schema
WHERE strpos((s #> array['$defs', 'step_' || k.kind])::text, format('"%s":', a.argument)) = 0;

-- Each kind has an example, which is a step of that kind.
SELECT k.kind, e.example IS NOT NULL AS has_example, create_action('desk.example', json_build_object('table', 'desk.case', 'steps', json_build_array(e.example)), true) IS NOT NULL AS good
FROM custom_actions.step_kinds() AS k, schema, jsonb_array_elements(s #> array['$defs', 'step_' || k.kind, 'examples']) AS e (example)
WHERE e.example ? k.kind ORDER BY 1;
SELECT count(*) = (SELECT count(*) FROM custom_actions.step_kinds()) AS all_kinds FROM schema, jsonb_array_elements(s #> '{$defs,step,oneOf}');
