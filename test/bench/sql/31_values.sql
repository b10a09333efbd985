-- Ten templates, twenty values one from the other, sub-SELECTs, handlers.
SET search_path = pg_catalog, public;

SELECT create_action('ours.' || name, json_build_object(
	'settings', '{"search_path": "desk, pg_temp"}'::json,
	'input', input::json,
	'output', output::json,
	'steps', steps))
FROM (VALUES
	('ten_templates', '[{"name": "a", "type": "bigint"}, {"name": "n", "type": "text"}]', '[{"name": "b", "type": "text", "default": "=let.t10"}]',
		(SELECT json_agg(json_build_object('let', json_build_object('t' || i, format('%s {{input.a}} of {{input.n}}: {{%s}}', i,
			CASE i WHEN 1 THEN 'input.a' ELSE 'let.t' || i - 1 END))) ORDER BY i) FROM generate_series(1, 10) AS i)),
	('twenty_lets', '[{"name": "a", "type": "integer"}]', '[{"name": "b", "type": "integer", "default": "=let.v20"}]',
		(SELECT json_agg(json_build_object('let', json_build_object('v' || i, format('=%s * 3 %% 1000 + %s',
			CASE i WHEN 1 THEN 'input.a' ELSE 'let.v' || i - 1 END, i))) ORDER BY i) FROM generate_series(1, 20) AS i)),
	('five_selects', '[{"name": "a", "type": "bigint"}]', '[{"name": "b", "type": "integer", "default": "=let.v1 + let.v2 + let.v3 + let.v4 + let.v5"}]',
		(SELECT json_agg(json_build_object('let', json_build_object('v' || i, format('=(select c.priority from desk.case as c where c.id = input.a + %s)', i - 1)))
			ORDER BY i) FROM generate_series(1, 5) AS i)),
	('if_exists', '[{"name": "a", "type": "bigint"}]', '[{"name": "b", "type": "integer"}]',
		'[{"if": "exists (select from desk.case as c where c.id = input.a)", "then": [{"output": {"b": 1}}], "else": [{"output": {"b": 0}}]}]'::json),
	('caught_none', '[{"name": "a", "type": "bigint"}]', '[{"name": "b", "type": "bigint", "default": "=let.v"}]',
		(SELECT json_agg(json_build_object('let', json_build_object('v', format('=%s + 100 / input.a', CASE i WHEN 1 THEN '0' ELSE 'let.v' END)),
			'on_error', '[]'::json) ORDER BY i) FROM generate_series(1, 5) AS i)),
	('caught_all', '[{"name": "a", "type": "bigint"}]', '[{"name": "b", "type": "integer", "default": "=let.v"}]',
		(SELECT json_agg(step ORDER BY i) FROM (
			SELECT 0, '{"let": {"v": 0}}'::json UNION ALL
			SELECT i, '{"let": {"x": "=100 / (input.a - input.a)"}, "on_error": [{"let": {"v": "=let.v + 1"}}]}'::json FROM generate_series(1, 5) AS i) AS s (i, step)))
	) AS action (name, input, output, steps);
SELECT activate_action('ours.' || name) FROM unnest('{ten_templates, twenty_lets, five_selects, if_exists, caught_none, caught_all}'::text[]) AS name;

SELECT format($create$
	CREATE FUNCTION rival.%1$s(%2$s) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $body$
	DECLARE
		%3$s
	BEGIN
		%4$s
	END
	$body$$create$, name, arguments, variables, body)
FROM (VALUES
	('ten_templates', 'a bigint, n text, OUT b text', (SELECT string_agg(format('t%s text;', i), ' ') FROM generate_series(1, 10) AS i),
		(SELECT string_agg(format('t%1$s := format(''%1$s %%s of %%s: %%s'', a, n, %2$s);', i, CASE i WHEN 1 THEN 'a' ELSE 't' || i - 1 END), E'\n\t\t' ORDER BY i)
		 FROM generate_series(1, 10) AS i) || ' b := t10;'),
	('ten_concatenations', 'a bigint, n text, OUT b text', (SELECT string_agg(format('t%s text;', i), ' ') FROM generate_series(1, 10) AS i),
		(SELECT string_agg(format('t%1$s := ''%1$s '' || a || '' of '' || n || '': '' || %2$s;', i, CASE i WHEN 1 THEN 'a' ELSE 't' || i - 1 END), E'\n\t\t' ORDER BY i)
		 FROM generate_series(1, 10) AS i) || ' b := t10;'),
	('twenty_lets', 'a integer, OUT b integer', (SELECT string_agg(format('v%s integer;', i), ' ') FROM generate_series(1, 20) AS i),
		(SELECT string_agg(format('v%1$s := %2$s * 3 %% 1000 + %1$s;', i, CASE i WHEN 1 THEN 'a' ELSE 'v' || i - 1 END), E'\n\t\t' ORDER BY i)
		 FROM generate_series(1, 20) AS i) || ' b := v20;'),
	('five_selects', 'a bigint, OUT b integer', (SELECT string_agg(format('v%s integer;', i), ' ') FROM generate_series(1, 5) AS i),
		(SELECT string_agg(format('SELECT c.priority INTO v%s FROM desk.case AS c WHERE c.id = a + %s;', i, i - 1), E'\n\t\t' ORDER BY i)
		 FROM generate_series(1, 5) AS i) || ' b := v1 + v2 + v3 + v4 + v5;'),
	('if_exists', 'a bigint, OUT b integer', '',
		'IF EXISTS (SELECT FROM desk.case AS c WHERE c.id = a) THEN b := 1; ELSE b := 0; END IF;'),
	('caught_none', 'a bigint, OUT b bigint', 'v bigint := 0;',
		(SELECT string_agg('BEGIN v := v + 100 / a; EXCEPTION WHEN OTHERS THEN NULL; END;', E'\n\t\t') FROM generate_series(1, 5)) || ' b := v;'),
	('caught_all', 'a bigint, OUT b integer', 'v integer := 0; x bigint;',
		(SELECT string_agg('BEGIN x := 100 / (a - a); EXCEPTION WHEN OTHERS THEN v := v + 1; END;', E'\n\t\t') FROM generate_series(1, 5)) || ' b := v;')
	) AS function (name, arguments, variables, body)
\gexec
