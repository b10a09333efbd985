-- A decision with twenty branches and no writes: the conditions are tried one
-- after the other on both sides, and the amounts spread evenly over the branches.
SET search_path = pg_catalog, public;

SELECT create_action('ours.decide', json_build_object(
	'read_only', true,
	'settings', json_build_object('search_path', 'desk, pg_temp'),
	'input', json_build_array(json_build_object('name', 'amount', 'type', 'integer')),
	'output', json_build_array(json_build_object('name', 'level', 'type', 'integer')),
	'steps', json_build_array(
		json_build_object(
			'choose', NULL,
			'cases', (SELECT json_agg(json_build_object(
						'when', format('input.amount < %s', i * 100),
						'do', json_build_array(json_build_object('output', json_build_object('level', i)))) ORDER BY i)
				FROM generate_series(1, 20) AS i),
			'else', json_build_array(json_build_object('output', json_build_object('level', 21)))))));
SELECT activate_action('ours.decide');

SELECT format($create$
	CREATE FUNCTION rival.decide(amount integer, OUT level integer)
	LANGUAGE plpgsql STABLE
	SET search_path = desk, pg_temp
	AS $body$
	BEGIN
		%s
		ELSE level := 21;
		END IF;
	END
	$body$$create$,
	string_agg(format('%s amount < %s THEN level := %s;', CASE i WHEN 1 THEN 'IF' ELSE 'ELSIF' END, i * 100, i), E'\n\t\t' ORDER BY i))
FROM generate_series(1, 20) AS i
\gexec
