-- The lists that messages give: whole here, and cut short in all other tests.
\i test/sql/prelude.sql
\pset format unaligned

-- kinds of step
SELECT create_action('desk.bad', '{"steps": [ {"nothing": 1} ]}');

-- keys: of a definition, an input, an output, a plug-in, a case, and of each kind of step
SELECT create_action('desk.bad', '{"unknown": 1}');
SELECT create_action('desk.bad', '{"input": [ {"name": "a"} ]}');
SELECT create_action('desk.bad', '{"output": [ {"name": "a"} ]}');
SELECT create_action('desk.bad', '{"plugins": [ {"stage": "pre_operation"} ]}');
CREATE FUNCTION desk.bad() RETURNS void LANGUAGE custom_action AS
	'{"format": 1, "version": 1, "active": true, "definition": {}, "plugins": [ {"id": 1, "stage": "pre_operation"} ]}';
SELECT create_action('desk.bad', '{"steps": [ {"choose": null, "cases": [ {"else": []} ]} ]}');
CREATE FUNCTION refused(definition json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	RETURN create_action('desk.bad', definition);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END
$$;
SELECT refused(json_build_object('steps', json_build_array(json_build_object(kind, NULL, 'unknown', 1)))) AS keys
FROM regexp_split_to_table(substring(refused('{"steps": [ {"nothing": 1} ]}') FROM 'Verbs: (.*)\.'), ', ') AS kind;

-- stages
SELECT create_action('desk.bad', '{"plugins": [ {"stage": "before", "function": "desk.none"} ]}');
