-- A loop over an array, with one update per element; a missing row is an error.
SET search_path = pg_catalog, public;

SELECT create_action('ours.raise_each', '
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "ids", "type": "bigint[]"} ],
  "steps": [
    {"for_each": "=input.ids", "as": "one", "do": [
      {"update": "desk.case", "id": "=one.value", "set": {"priority": "=priority + 1"}} ]} ] }');
SELECT activate_action('ours.raise_each');

CREATE FUNCTION rival.raise_each(ids bigint[])
RETURNS void
LANGUAGE plpgsql
SET search_path = desk, pg_temp
AS $$
DECLARE
	one bigint;
BEGIN
	FOREACH one IN ARRAY ids LOOP
		UPDATE desk.case SET priority = priority + 1 WHERE id = one;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'case % does not exist', one USING ERRCODE = 'no_data_found';
		END IF;
	END LOOP;
END
$$;
