-- Plug-ins that read their context, and that set an output, one per action.
SET search_path = pg_catalog, public;

CREATE FUNCTION tools.look_sql(context jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT context -> 'input' ->> 'a' < '0'
$$;
CREATE FUNCTION tools.look_plpgsql(context jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF (context -> 'input' ->> 'a')::bigint < 0 THEN
		RAISE EXCEPTION 'negative at %', context ->> 'stage';
	END IF;
END
$$;
CREATE FUNCTION tools.set_output(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN jsonb_build_object('output', jsonb_build_object('b', (context -> 'input' ->> 'a')::bigint + 1));
END
$$;

SELECT create_action('ours.' || name, '
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "a", "type": "bigint"} ],
  "output": [ {"name": "b", "type": "bigint", "default": "=input.a"} ] }')
FROM unnest('{look_sql, look_plpgsql, output_main, output_post}'::text[]) AS name;
SELECT activate_action('ours.' || name) FROM unnest('{look_sql, look_plpgsql, output_main, output_post}'::text[]) AS name;
SELECT register_plugin('ours.look_sql', 'pre_operation', 'tools.look_sql'), register_plugin('ours.look_plpgsql', 'pre_operation', 'tools.look_plpgsql'),
	register_plugin('ours.output_main', 'main_operation', 'tools.set_output'), register_plugin('ours.output_post', 'post_operation', 'tools.set_output');

SELECT format($create$
	CREATE FUNCTION rival.look_%1$s(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $body$
	BEGIN
		PERFORM tools.look_%1$s(jsonb_build_object('stage', 'pre_operation', 'input', jsonb_build_object('a', a)));
		b := a;
	END
	$body$$create$, language)
FROM unnest('{sql, plpgsql}'::text[]) AS language
\gexec
SELECT format($create$
	CREATE FUNCTION rival.output_%1$s(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $body$
	BEGIN
		b := a;
		b := (tools.set_output(jsonb_build_object('stage', '%1$s_operation', 'input', jsonb_build_object('a', a))) -> 'output' ->> 'b')::bigint;
	END
	$body$$create$, stage)
FROM unnest('{main, post}'::text[]) AS stage
\gexec
