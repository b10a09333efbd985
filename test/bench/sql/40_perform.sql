-- One action that performs ten others, against one function that calls ten others.
-- Each of the ten has a search_path of its own and adds to its argument.
SET search_path = pg_catalog, public;

SELECT create_action('ours.add_' || i, format('
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "a", "type": "bigint"} ],
  "output": [ {"name": "b", "type": "bigint", "default": "=input.a + %s"} ] }', i)::json)
FROM generate_series(1, 10) AS i;
SELECT activate_action('ours.add_' || i) FROM generate_series(1, 10) AS i;
SELECT create_action('ours.add_all', json_build_object(
	'settings', json_build_object('search_path', 'desk, pg_temp'),
	'input', json_build_array(json_build_object('name', 'a', 'type', 'bigint')),
	'output', json_build_array(json_build_object('name', 'b', 'type', 'bigint', 'default', '=s10.b')),
	'steps', (SELECT json_agg(json_build_object(
				'perform', 'ours.add_' || i,
				'as', 's' || i,
				'with', json_build_object('a', CASE i WHEN 1 THEN '=input.a' ELSE format('=s%s.b', i - 1) END)) ORDER BY i)
		FROM generate_series(1, 10) AS i)));
SELECT activate_action('ours.add_all');

SELECT format($create$
	CREATE FUNCTION rival.add_%1$s(a bigint, OUT b bigint)
	LANGUAGE plpgsql
	SET search_path = desk, pg_temp
	AS $body$ BEGIN b := a + %1$s; END $body$$create$, i)
FROM generate_series(1, 10) AS i
\gexec
SELECT format($create$
	CREATE FUNCTION rival.add_all(a bigint, OUT b bigint)
	LANGUAGE plpgsql
	SET search_path = desk, pg_temp
	AS $body$
	DECLARE
		%s
	BEGIN
		%s
		b := s10;
	END
	$body$$create$,
	string_agg(format('s%s bigint;', i), E'\n\t\t' ORDER BY i),
	string_agg(format('s%s := rival.add_%1$s(%s);', i, CASE i WHEN 1 THEN 'a' ELSE 's' || i - 1 END), E'\n\t\t' ORDER BY i))
FROM generate_series(1, 10) AS i
\gexec
