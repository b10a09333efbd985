-- preview_action(): functions that make, change and drop tables while the action runs.
\i test/sql/prelude.sql
\i test/sql/preview.sql
SET client_min_messages = warning;
CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE TABLE desk.part (id integer PRIMARY KEY, body text) PARTITION BY RANGE (id);
CREATE TABLE desk.part_1 PARTITION OF desk.part FOR VALUES FROM (0) TO (10);
INSERT INTO desk.note (body) VALUES ('first'), ('second');
INSERT INTO desk.part VALUES (1, 'one');

-- An action that writes a note, names it elsewhere, and calls a function with this body.
CREATE FUNCTION desk.define_ddl(name text, body text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE FUNCTION desk.%I() RETURNS integer LANGUAGE plpgsql AS %L', name || '_', 'BEGIN ' || body || ' RETURN 1; END');
	RETURN define('desk.' || name, format('{"output": [{"name": "note_id", "type": "integer", "default": "=note.id"}], "steps": [
		{"create": "desk.note", "as": "note", "set": {"body": "new"}},
		{"update": "desk.part", "id": 1, "set": {"body": "See note {{note.id}}"}},
		{"call": "desk.%s_()"}]}', name)::json);
END
$$;
CREATE FUNCTION desk.shown(name text) RETURNS TABLE (part text, "table" text, key text, "column" text, after text) LANGUAGE sql AS $$
	SELECT p.part, p.table, p.key, p.column, regexp_replace(p.after, '\m[0-9]+\M', 'N') FROM preview('desk.' || name) AS p WHERE p.part NOT IN ('step');
$$;

-- tables of its own are nobody's business, and nothing of their sequences remains
SELECT desk.define_ddl('own', 'CREATE TABLE desk.mine (id serial PRIMARY KEY, v text); INSERT INTO desk.mine (v) VALUES (''a''); UPDATE desk.mine SET v = ''b''; DROP TABLE desk.mine;');
SELECT part, "table", after FROM desk.shown('own');
SELECT desk.define_ddl('own_temp', 'CREATE TEMP TABLE mine (id serial PRIMARY KEY, v text); INSERT INTO mine (v) VALUES (''a'');');
SELECT part, "table", after FROM desk.shown('own_temp');
SELECT part, "table", after FROM desk.shown('own_temp');
SELECT desk.define_ddl('own_undone', 'BEGIN CREATE TABLE desk.mine (id serial); INSERT INTO desk.mine DEFAULT VALUES; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END;');
SELECT part, "table", after FROM desk.shown('own_undone');

-- one that was there, and that steps have written, is named; so are a partition, one that is emptied, and one that is rebuilt
BEGIN;
SET LOCAL custom_actions.ddl_check = off;
SELECT desk.define_ddl('drops', 'DROP TABLE desk.note CASCADE;');
SELECT part, "table", "column", after FROM desk.shown('drops') WHERE "table" IS DISTINCT FROM 'custom_actions.action';
SELECT desk.define_ddl('drops_part', 'DROP TABLE desk.part_1;');
SELECT part, "table", after FROM desk.shown('drops_part') WHERE part = 'incomplete' AND "table" IS NOT NULL;
SELECT desk.define_ddl('empties', 'TRUNCATE desk.note; INSERT INTO desk.note (body) VALUES (''after'');');
SELECT part, "table", after FROM desk.shown('empties') WHERE part = 'incomplete' AND "table" IS NOT NULL;
SELECT desk.define_ddl('rebuilds', 'ALTER TABLE desk.note ALTER COLUMN body TYPE varchar(40);  ALTER TABLE desk.note ALTER COLUMN body TYPE text USING upper(body);');
SELECT part, "table", after FROM desk.shown('rebuilds') WHERE part = 'incomplete' AND "table" IS NOT NULL;
SELECT desk.define_ddl('loses', 'ALTER TABLE desk.note DROP COLUMN id CASCADE;');
SELECT part, "table", key, "column", after FROM desk.shown('loses') WHERE "table" = 'desk.note';
SELECT desk.define_ddl('detaches', 'ALTER TABLE desk.part DETACH PARTITION desk.part_1;');
SELECT part, "table", key, "column" FROM desk.shown('detaches') WHERE part IN ('change', 'incomplete') ORDER BY "table", "column";
ROLLBACK;

-- all of it is still there
SELECT id, body FROM desk.note ORDER BY id;
SELECT id, body FROM desk.part;
