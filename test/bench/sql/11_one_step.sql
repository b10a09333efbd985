-- Actions of one step, or of one kind of step: what each costs by itself.
SET search_path = pg_catalog, public;

CREATE TABLE desk.scrap (id bigint PRIMARY KEY, title text NOT NULL);
CREATE TABLE desk.line (
	id		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id	bigint NOT NULL,
	title	text NOT NULL
);
SELECT format('CREATE TABLE desk.wide (id bigint PRIMARY KEY, %s)', string_agg(format('c%s integer NOT NULL DEFAULT %1$s', i), ', ' ORDER BY i))
FROM generate_series(1, 100) AS i
\gexec
INSERT INTO desk.wide (id) SELECT i FROM generate_series(1, 1000) AS i;

SELECT create_action('ours.' || name, (definition::jsonb || '{"settings": {"search_path": "desk, pg_temp"}}')::json)
FROM (VALUES
	('require_only', '{ "input": [ {"name": "a", "type": "bigint"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=input.a"} ],
		"steps": [ {"require": "input.a > 0", "message": "not positive"} ] }'),
	('get_one', '{ "input": [ {"name": "a", "type": "bigint"} ],
		"output": [ {"name": "b", "type": "integer", "default": "=found.priority"} ],
		"steps": [ {"get": "desk.case", "as": "found", "id": "=input.a"} ] }'),
	('create_one', '{ "input": [ {"name": "a", "type": "bigint"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=task.id"} ],
		"steps": [ {"create": "desk.task", "as": "task", "set": {"case_id": "=input.a", "title": "New"}} ] }'),
	('delete_one', '{ "table": "desk.scrap",
		"output": [ {"name": "b", "type": "integer", "default": 1} ],
		"steps": [ {"delete": "target"} ] }'),
	('wide_read', '{ "table": "desk.wide", "read_only": true,
		"output": [ {"name": "b", "type": "integer", "default": "=target.c50"} ] }'),
	('update_one', '{ "table": "desk.case",
		"output": [ {"name": "b", "type": "integer", "default": 1} ],
		"steps": [ {"update": "target", "set": {"status": "waiting", "priority": "=priority + 1"}} ] }'),
	('update_output', '{ "table": "desk.case",
		"output": [ {"name": "b", "type": "integer", "default": "=target.priority"} ],
		"steps": [ {"update": "target", "set": {"status": "waiting", "priority": "=priority + 1"}} ] }'),
	('update_other', '{ "table": "desk.case",
		"output": [ {"name": "b", "type": "integer", "default": "=length(target.title)"} ],
		"steps": [ {"update": "target", "set": {"status": "waiting", "priority": "=priority + 1"}} ] }'),
	('ten_creates', (SELECT json_build_object(
		'input', '[{"name": "a", "type": "bigint"}]'::json,
		'output', '[{"name": "b", "type": "bigint", "default": "=line10.id"}]'::json,
		'steps', json_agg(json_build_object('create', 'desk.line', 'as', 'line' || i,
			'set', json_build_object('case_id', '=input.a', 'title', 'Line ' || i)) ORDER BY i))::text
		FROM generate_series(1, 10) AS i))) AS action (name, definition);

CREATE FUNCTION rival.require_only(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	IF (a > 0) IS NOT TRUE THEN
		RAISE EXCEPTION 'not positive';
	END IF;
	b := a;
END
$$;
CREATE FUNCTION rival.get_one(a bigint, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	SELECT c.priority INTO b FROM desk.case AS c WHERE c.id = a;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', a USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
CREATE FUNCTION rival.create_one(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	INSERT INTO desk.task (case_id, title) VALUES (a, 'New') RETURNING id INTO b;
END
$$;
CREATE FUNCTION rival.delete_one(target bigint, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	DELETE FROM desk.scrap WHERE id = target;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'scrap % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	b := 1;
END
$$;
CREATE FUNCTION rival.wide_read(target bigint, OUT b integer) LANGUAGE plpgsql STABLE SET search_path = desk, pg_temp AS $$
BEGIN
	SELECT w.c50 INTO b FROM desk.wide AS w WHERE w.id = target;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'wide % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
CREATE FUNCTION rival.update_one(target bigint, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	UPDATE desk.case SET status = 'waiting', priority = priority + 1 WHERE id = target;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
	b := 1;
END
$$;
CREATE FUNCTION rival.update_output(target bigint, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	UPDATE desk.case SET status = 'waiting', priority = priority + 1 WHERE id = target RETURNING priority INTO b;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
CREATE FUNCTION rival.update_other(target bigint, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	UPDATE desk.case SET status = 'waiting', priority = priority + 1 WHERE id = target RETURNING length(title) INTO b;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'case % does not exist', target USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
SELECT format('CREATE FUNCTION rival.ten_creates(a bigint, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $body$ BEGIN %s END $body$',
	string_agg(format('INSERT INTO desk.line (case_id, title) VALUES (a, %L) RETURNING id INTO b;', 'Line ' || i), ' ' ORDER BY i))
FROM generate_series(1, 10) AS i
\gexec

-- The floor: the statement with its kept plan, and nothing else
CREATE FUNCTION floor.require_only(a bigint) RETURNS bigint LANGUAGE c AS 'custom_actions_bench', 'floor_require_only';
SELECT format('CREATE FUNCTION floor.%1$s(a bigint) RETURNS %2$s LANGUAGE c AS %3$L, %4$L', name, type, 'custom_actions_bench', 'floor_' || name)
FROM (VALUES ('get_one', 'integer'), ('create_one', 'bigint'), ('delete_one', 'integer'), ('wide_read', 'integer'), ('update_one', 'integer'),
	('update_output', 'integer'), ('update_other', 'integer'), ('ten_creates', 'bigint')) AS floor (name, type)
\gexec
SELECT activate_action('ours.' || name)
FROM unnest('{require_only, get_one, create_one, delete_one, wide_read, update_one, update_output, update_other, ten_creates}'::text[]) AS name;
