-- Loops in loops, and loops whose body is one write, beside the set-based statement
-- that does the same.
SET search_path = pg_catalog, public;

SELECT create_action('ours.' || name, (definition::jsonb || '{"settings": {"search_path": "desk, pg_temp"}}')::json)
FROM (VALUES
	('nested_array', '{ "input": [ {"name": "xs", "type": "integer[]"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=let.n"} ],
		"steps": [ {"let": {"n": "=0::bigint"}},
			{"for_each": "=input.xs", "as": "x", "do": [
				{"for_each": "=input.xs", "as": "y", "do": [ {"let": {"n": "=let.n + x.value * y.value"}} ]} ]} ] }'),
	('create_each', '{ "input": [ {"name": "ids", "type": "bigint[]"} ],
		"steps": [ {"for_each": "=input.ids", "as": "one", "do": [
			{"create": "desk.line", "set": {"case_id": "=one.value", "title": "Line"}} ]} ] }')) AS action (name, definition);
SELECT activate_action('ours.' || name) FROM unnest('{nested_array, create_each}'::text[]) AS name;

-- over integers, without an array as soon as that can be said
DO $do$
DECLARE
	definition text := '{ "settings": {"search_path": "desk, pg_temp"}, "input": [ {"name": "n", "type": "integer"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=let.n"} ],
		"steps": [ {"let": {"n": "=0::bigint"}},
			{"for_each": %1$s, "as": "x", "do": [
				{"for_each": %1$s, "as": "y", "do": [ {"let": {"n": "=let.n + x.value * y.value"}} ]} ]} ] }';
BEGIN
	PERFORM create_action('ours.nested_integers', format(definition, '{"from": 1, "to": "=input.n"}')::json);
	PERFORM activate_action('ours.nested_integers');
EXCEPTION WHEN OTHERS THEN
	PERFORM create_action('ours.nested_integers', format(definition, '"=array(select generate_series(1, input.n))"')::json);
	PERFORM activate_action('ours.nested_integers');
END
$do$;

CREATE FUNCTION rival.nested_array(xs integer[], OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
DECLARE
	x integer;
	y integer;
BEGIN
	b := 0;
	FOREACH x IN ARRAY xs LOOP
		FOREACH y IN ARRAY xs LOOP
			b := b + x * y;
		END LOOP;
	END LOOP;
END
$$;
CREATE FUNCTION rival.nested_integers(n integer, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	b := 0;
	FOR x IN 1 .. n LOOP
		FOR y IN 1 .. n LOOP
			b := b + x * y;
		END LOOP;
	END LOOP;
END
$$;
CREATE FUNCTION rival.create_each(ids bigint[]) RETURNS void LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
DECLARE
	one bigint;
BEGIN
	FOREACH one IN ARRAY ids LOOP
		INSERT INTO desk.line (case_id, title) VALUES (one, 'Line');
	END LOOP;
END
$$;

-- Set-based: one statement for all
CREATE FUNCTION rival.create_set(ids bigint[]) RETURNS void LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	INSERT INTO desk.line (case_id, title) SELECT one, 'Line' FROM unnest(ids) AS one;
END
$$;
CREATE FUNCTION rival.raise_set(ids bigint[]) RETURNS void LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
DECLARE
	changed bigint;
BEGIN
	UPDATE desk.case AS c SET priority = priority + 1 FROM unnest(ids) AS one WHERE c.id = one;
	GET DIAGNOSTICS changed = ROW_COUNT;
	IF changed <> cardinality(ids) THEN
		RAISE EXCEPTION 'a case does not exist' USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
