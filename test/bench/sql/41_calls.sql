-- Actions in actions, as many as may nest; five calls of a function, in C, SQL and
-- PL/pgSQL, and of one that returns nothing.
SET search_path = pg_catalog, public;

CREATE SCHEMA tools;

SELECT create_action('ours.deep_0', '
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "a", "type": "bigint"} ],
  "output": [ {"name": "b", "type": "bigint", "default": "=input.a + 1"} ] }');
SELECT activate_action('ours.deep_0');
SELECT format($make$
	SELECT public.create_action('ours.deep_%1$s', '
	{ "settings": {"search_path": "desk, pg_temp"},
	  "input":  [ {"name": "a", "type": "bigint"} ],
	  "output": [ {"name": "b", "type": "bigint", "default": "=below.b"} ],
	  "steps":  [ {"perform": "ours.deep_%2$s", "as": "below", "with": {"a": "=input.a + 1"}} ] }');
	SELECT public.activate_action('ours.deep_%1$s');$make$, i, i - 1)
FROM generate_series(1, 7) AS i
\gexec
CREATE FUNCTION rival.deep_0(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$ BEGIN b := a + 1; END $$;
SELECT format($make$
	CREATE FUNCTION rival.deep_%1$s(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp
	AS $body$ BEGIN b := rival.deep_%2$s(a + 1); END $body$$make$, i, i - 1)
FROM generate_series(1, 7) AS i
\gexec

CREATE FUNCTION tools.add_c(n bigint) RETURNS bigint LANGUAGE c STRICT AS 'custom_actions_bench', 'floor_add_one';
CREATE FUNCTION tools.add_sql(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT n + 1';
CREATE FUNCTION tools.add_plpgsql(n bigint) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN n + 1; END';
CREATE FUNCTION tools.add_void(n bigint) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';

SELECT create_action('ours.call_' || kind, json_build_object(
	'settings', '{"search_path": "desk, pg_temp"}'::json,
	'input', '[{"name": "a", "type": "bigint"}]'::json,
	'output', json_build_array(json_build_object('name', 'b', 'type', 'bigint', 'default', CASE kind WHEN 'void' THEN '=input.a' ELSE '=s5.result' END)),
	'steps', (SELECT json_agg(json_build_object('call', 'tools.add_' || kind, 'as', 's' || i,
			'with', json_build_object('n', CASE WHEN i = 1 OR kind = 'void' THEN '=input.a' ELSE format('=s%s.result', i - 1) END)) ORDER BY i)
		FROM generate_series(1, 5) AS i)))
FROM unnest('{c, sql, plpgsql, void}'::text[]) AS kind;
SELECT activate_action('ours.call_' || kind) FROM unnest('{c, sql, plpgsql, void}'::text[]) AS kind;
SELECT format('CREATE FUNCTION rival.call_%s(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $body$ BEGIN b := a; %s END $body$',
	kind, repeat(format(CASE kind WHEN 'void' THEN 'PERFORM tools.add_%s(a); ' ELSE 'b := tools.add_%s(b); ' END, kind), 5))
FROM unnest('{c, sql, plpgsql, void}'::text[]) AS kind
\gexec
