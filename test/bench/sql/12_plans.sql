-- Statements whose plan depends on the value: a partial index, a prefix, a partition.
SET search_path = pg_catalog, public;

CREATE TABLE desk.job (id bigint PRIMARY KEY, status text NOT NULL, kind text NOT NULL, note integer NOT NULL DEFAULT 0) WITH (fillfactor = 50);
INSERT INTO desk.job (id, status, kind)
SELECT i, CASE WHEN i % 5000 = 0 THEN 'pending' ELSE 'done' END, 'kind ' || i % 2000 FROM generate_series(1, 20000) AS i;
CREATE INDEX ON desk.job (id) WHERE status = 'pending';
CREATE INDEX ON desk.job (kind text_pattern_ops);

CREATE TABLE desk.part (id bigint PRIMARY KEY, note integer NOT NULL DEFAULT 0) PARTITION BY RANGE (id);
SELECT format('CREATE TABLE desk.part_%s PARTITION OF desk.part FOR VALUES FROM (%s) TO (%s)', i, i * 10 + 1, i * 10 + 11)
FROM generate_series(0, 999) AS i
\gexec
INSERT INTO desk.part (id) SELECT i FROM generate_series(1, 10000) AS i;

SELECT create_action('ours.' || name, (definition::jsonb || '{"settings": {"search_path": "desk, pg_temp"}}')::json)
FROM (VALUES
	('update_pending', '{ "input": [ {"name": "s", "type": "text"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=u.count"} ],
		"steps": [ {"update": "desk.job", "as": "u", "where": "status = input.s", "set": {"note": "=note + 1"}} ] }'),
	('count_pending', '{ "read_only": true, "input": [ {"name": "s", "type": "text"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=(select count(*) from desk.job where status = input.s)"} ] }'),
	('update_like', '{ "input": [ {"name": "s", "type": "text"} ],
		"output": [ {"name": "b", "type": "bigint", "default": "=u.count"} ],
		"steps": [ {"update": "desk.job", "as": "u", "where": "kind like input.s", "set": {"note": "=note + 1"}} ] }'),
	('update_part', '{ "input": [ {"name": "a", "type": "bigint"} ],
		"output": [ {"name": "b", "type": "integer", "default": 1} ],
		"steps": [ {"update": "desk.part", "id": "=input.a", "set": {"note": "=note + 1"}} ] }'),
	('get_part', '{ "input": [ {"name": "a", "type": "bigint"} ],
		"output": [ {"name": "b", "type": "integer", "default": "=p.note"} ],
		"steps": [ {"get": "desk.part", "as": "p", "id": "=input.a"} ] }')) AS action (name, definition);
SELECT activate_action('ours.' || name) FROM unnest('{update_pending, count_pending, update_like, update_part, get_part}'::text[]) AS name;

CREATE FUNCTION rival.update_pending(s text, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	UPDATE desk.job SET note = note + 1 WHERE status = s;
	GET DIAGNOSTICS b = ROW_COUNT;
END
$$;
CREATE FUNCTION rival.count_pending(s text, OUT b bigint) LANGUAGE plpgsql STABLE SET search_path = desk, pg_temp AS $$
BEGIN
	SELECT count(*) INTO b FROM desk.job WHERE status = s;
END
$$;
CREATE FUNCTION rival.update_like(s text, OUT b bigint) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	UPDATE desk.job SET note = note + 1 WHERE kind LIKE s;
	GET DIAGNOSTICS b = ROW_COUNT;
END
$$;
CREATE FUNCTION rival.update_part(a bigint, OUT b integer) LANGUAGE plpgsql SET search_path = desk, pg_temp AS $$
BEGIN
	UPDATE desk.part SET note = note + 1 WHERE id = a;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'part % does not exist', a USING ERRCODE = 'no_data_found';
	END IF;
	b := 1;
END
$$;
CREATE FUNCTION rival.get_part(a bigint, OUT b integer) LANGUAGE plpgsql STABLE SET search_path = desk, pg_temp AS $$
BEGIN
	SELECT p.note INTO b FROM desk.part AS p WHERE p.id = a;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'part % does not exist', a USING ERRCODE = 'no_data_found';
	END IF;
END
$$;
VACUUM (FREEZE, ANALYZE) desk.job;
ANALYZE desk.part;
