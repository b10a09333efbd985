-- What can be told of an ALTER TABLE without compiling actions is what compiling all of
-- them says: each command is tried in both ways, and undone.
\i test/sql/prelude.sql
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA quick;
CREATE TABLE quick.parent (id integer PRIMARY KEY, title text, owner_id integer, status text NOT NULL DEFAULT 'open', n integer);
CREATE TABLE quick.task (PRIMARY KEY (id)) INHERITS (quick.parent);
CREATE TABLE quick.other (id integer PRIMARY KEY, name text, rank integer);
CREATE TABLE quick.single (one integer);
CREATE TABLE quick.keyless (word text, amount numeric);
CREATE TABLE quick.parts (id integer PRIMARY KEY, title text) PARTITION BY RANGE (id);
CREATE TABLE quick.part PARTITION OF quick.parts FOR VALUES FROM (0) TO (100);
CREATE TABLE quick.wide (LIKE quick.other INCLUDING ALL);
CREATE DOMAIN quick.short AS text NOT NULL;
CREATE VIEW quick.open AS SELECT * FROM quick.task WHERE status = 'open';
CREATE FUNCTION quick.label(t quick.task) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT t.title';
CREATE FUNCTION quick.due(t quick.task) RETURNS date LANGUAGE sql IMMUTABLE AS $$SELECT date '2026-01-01'$$;
CREATE FUNCTION quick.others() RETURNS SETOF quick.other LANGUAGE sql STABLE AS 'SELECT * FROM quick.other';
CREATE FUNCTION quick.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER noted BEFORE UPDATE ON quick.task FOR EACH ROW EXECUTE FUNCTION quick.noted();
ALTER TABLE quick.task ADD CONSTRAINT counted CHECK (n > 0) NOT VALID;
CREATE INDEX titled ON quick.task (title);

SELECT define('quick.' || name, definition::json) FROM (VALUES
('a01', '{"table": "quick.task", "steps": [{"require": "target.status = ''open''"}, {"update": "target", "set": {"status": "done"}}, {"update": "target", "set": {"n": 1}}]}'),
('a02', '{"steps": [{"create": "quick.task", "set": {"id": 1, "title": "x"}}]}'),
('a03', '{"table": "quick.task", "input": [{"name": "data", "type": "jsonb"}], "steps": [{"update": "target", "set": {"*": "=input.data"}}]}'),
('a04', '{"input": [{"name": "data", "type": "quick.other"}], "steps": [{"update": "quick.wide", "where": "id = 1", "set": {"*": "=input.data"}}]}'),
('a05', '{"table": "quick.task", "output": [{"name": "o", "type": "jsonb", "default": "=to_jsonb(target)"}], "steps": []}'),
('a06', '{"table": "quick.task", "output": [{"name": "o", "type": "text", "default": "=quick.label(target)"}], "steps": []}'),
('a07', '{"output": [{"name": "o", "type": "text", "default": "=(row(1, ''a'', 2, ''open'', 3)::quick.task).title"}], "steps": []}'),
('a08', '{"output": [{"name": "o", "type": "text", "default": "=(''(1,a,2)''::quick.other).name"}], "steps": []}'),
('a09', '{"output": [{"name": "o", "type": "bigint", "default": "=(select count(*) from (table quick.single union all select 1) as u)"}], "steps": []}'),
('a10', '{"output": [{"name": "o", "type": "boolean", "default": "=(select bool_or(row(o.*) = row(w.*)) from quick.other as o, quick.wide as w)"}], "steps": []}'),
('a11', '{"output": [{"name": "o", "type": "bigint", "default": "=(select count(*) from quick.task natural join quick.other)"}], "steps": []}'),
('a12', '{"output": [{"name": "o", "type": "integer", "default": "=(select max(rank) from quick.task as t join quick.other as o on o.id = t.id)"}], "steps": []}'),
('a13', '{"output": [{"name": "o", "type": "boolean", "default": "=exists (select * from quick.keyless)"}], "steps": []}'),
('a14', '{"output": [{"name": "o", "type": "date", "default": "=(select max(quick.due(t)) from quick.task as t)"}], "steps": []}'),
('a15', '{"output": [{"name": "o", "type": "bigint", "default": "=(select count(*) from quick.others() as f where row(f.*) in (select 1, ''x''::text, 2))"}], "steps": []}'),
('a16', '{"output": [{"name": "o", "type": "bigint", "default": "=(select count(*) from quick.other where (id, name, rank) in (select * from quick.wide))"}], "steps": []}'),
('a17', '{"steps": [{"for_each": "quick.task", "as": "t", "where": "status = ''open''", "do": [{"update": "t", "set": {"title": "{{t.title}}!"}}]}]}'),
('a18', '{"steps": [{"create": "quick.keyless", "set": {"word": "x", "amount": 1}}, {"delete": "quick.other", "where": "rank > 3"}]}'),
('a19', '{"table": "quick.parts", "steps": [{"update": "target", "set": {"title": "=\"title\" || ''x''"}}]}'),
('a20', '{"table": "quick.part", "steps": [{"update": "target", "set": {"title": "x"}}]}'),
('a21', '{"input": [{"name": "rows", "type": "quick.other[]"}], "steps": [{"for_each": "=input.rows", "as": "r", "do": [{"create": "quick.wide", "set": {"id": "=r.id", "name": "=r.name"}}]}]}'),
('a22', '{"steps": [{"get": "quick.open", "where": "id = 1"}]}'),
('a23', '{"steps": [{"create": "quick.other", "set": {"id": 1, "name": "x"}, "on_conflict": {"columns": ["id"], "set": {"name": "y"}}}]}'),
('a24', '{"output": [{"name": "o", "type": "text", "default": "=(select string_agg(o::text, '','') from quick.other as o)"}], "steps": []}'),
('a25', '{"table": "quick.other", "steps": [{"update": "target", "set": {"name": "x"}}]}'),
('a26', '{"output": [{"name": "o", "type": "bigint", "default": "=(select count(x.*) from quick.other as x (a, b, c) where b = ''x'')"}], "steps": []}'),
('a27', '{"steps": [{"let": {"x": "=row(1, ''x'', 2)"}, "types": {"x": "quick.other"}}, {"create": "quick.keyless", "set": {"word": "=(let.x).name"}}]}'),
('a28', '{"steps": [{"for_each": "=array(select o from quick.other as o)", "as": "r", "do": [{"update": "quick.wide", "where": "id = r.id", "set": {"*": "=r"}}]}]}'),
('a29', '{"steps": [{"update": "quick.other", "where": "exists (select from quick.task natural left join quick.keyless)", "set": {"name": "{{(select string_agg(word, ''-'') from quick.keyless)}}"}}]}'),
('a30', '{"input": [{"name": "t", "type": "quick.task"}], "output": [{"name": "u", "type": "quick.task", "default": "=input.t"}], "steps": [{"call": "quick.label", "as": "l", "with": {"t": "=input.t"}}, {"require": "l.result <> ''''"}]}'),
('a31', '{"steps": [{"call": "quick.label", "as": "l", "with": {"t": "=row(1, ''a'', 2, ''open'', 3)::quick.task"}}, {"require": "l.result <> ''''"}]}'),
('a32', '{"input": [{"name": "t", "type": "quick.task"}], "steps": [{"perform": "quick.a30", "as": "p", "with": {"t": "=input.t"}}, {"require": "(p.u).title <> ''''"}]}')
) AS actions (name, definition) ORDER BY name;
CREATE FUNCTION quick.show(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
SELECT register_plugin('quick.a25', 'post_operation', 'quick.show', images => '{"pre": true, "post": ["name"]}') IS NOT NULL AS registered;

-- What comes of a command: the error, or all that is published then.
CREATE FUNCTION quick.outcome(command text, plain text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
	detail text;
BEGIN
	PERFORM set_config('custom_actions.plain_path', plain, true);
	EXECUTE command;
	SELECT 'done ' || md5(string_agg(prosrc, ' ' ORDER BY proname)) INTO outcome
	FROM pg_proc WHERE pronamespace = 'quick'::regnamespace AND proname LIKE 'a__';
	RAISE EXCEPTION USING ERRCODE = 'UX001', MESSAGE = outcome;
EXCEPTION
	WHEN SQLSTATE 'UX001' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN format('%s: %s: %s', SQLSTATE, SQLERRM, detail);
END $$;

CREATE TABLE quick.commands (number integer GENERATED ALWAYS AS IDENTITY, command text);
INSERT INTO quick.commands (command)
SELECT format('ALTER TABLE quick.%s ADD COLUMN %s', t, c)
FROM unnest(string_to_array('parent task other single keyless parts part wide', ' ')) WITH ORDINALITY AS tables (t, i),
	unnest(ARRAY['extra integer', 'name date', 'rank text', 'due text', '"Rank" integer', 'word quick.short',
		'IF NOT EXISTS title text', 'extra integer NOT NULL', 'extra integer NOT NULL DEFAULT 1', 'extra integer DEFAULT NULL NOT NULL',
		'extra serial', 'extra integer GENERATED ALWAYS AS IDENTITY', 'extra integer GENERATED ALWAYS AS (1) STORED',
		'extra integer UNIQUE', 'extra integer CHECK (extra > 1)', 'extra integer REFERENCES quick.other',
		'extra integer, SET (fillfactor = 50)', 'extra integer, ADD COLUMN rank text', 'extra integer, DROP COLUMN title',
		'extra integer, ALTER COLUMN id TYPE bigint']) WITH ORDINALITY AS columns (c, j)
ORDER BY i, j;
INSERT INTO quick.commands (command)
SELECT 'ALTER TABLE quick.task ' || c
FROM unnest(ARRAY['SET (fillfactor = 50)', 'RESET (fillfactor)', 'ALTER title SET STATISTICS 5', 'ALTER title SET (n_distinct = 5)', 'ALTER title RESET (n_distinct)',
	'ALTER title SET STORAGE plain', 'ALTER title SET COMPRESSION pglz', 'CLUSTER ON titled', 'SET WITHOUT CLUSTER', 'SET UNLOGGED', 'SET TABLESPACE pg_default',
	'REPLICA IDENTITY FULL', 'OWNER TO pg_read_all_data', 'VALIDATE CONSTRAINT counted', 'DISABLE TRIGGER noted', 'ENABLE ALWAYS TRIGGER noted', 'DISABLE TRIGGER ALL',
	'ENABLE TRIGGER USER', 'SET (fillfactor = 50), DROP COLUMN title', 'OWNER TO pg_read_all_data, ALTER COLUMN n TYPE text', 'DROP CONSTRAINT counted',
	'DROP CONSTRAINT task_pkey', 'RENAME TO job', 'NO INHERIT quick.parent', 'ENABLE ROW LEVEL SECURITY', 'ALTER n SET NOT NULL', 'ALTER id TYPE bigint',
	'ALTER n DROP EXPRESSION IF EXISTS', 'ALTER status DROP DEFAULT']) WITH ORDINALITY AS parts (c, i)
ORDER BY i;
INSERT INTO quick.commands (command) VALUES
	('ALTER TABLE quick.other RENAME COLUMN rank TO level'), ('ALTER TABLE quick.other SET SCHEMA public'), ('ALTER TABLE quick.other DROP COLUMN rank'),
	('ALTER VIEW quick.open SET (security_barrier)'), ('ALTER VIEW quick.open RENAME COLUMN title TO name'), ('ALTER TABLE quick.single ADD PRIMARY KEY (one)'),
	('ALTER TABLE quick.keyless ADD COLUMN id integer PRIMARY KEY'), ('ALTER TABLE quick.parts DETACH PARTITION quick.part');

-- nothing
SELECT command, quick, whole
FROM (SELECT number, command, quick.outcome(command, '') AS quick, quick.outcome(command, 'fingerprints') AS whole FROM quick.commands) AS tried
WHERE quick <> whole
ORDER BY number;

-- and these are refused
SELECT command, array_to_string(ARRAY(SELECT m[1] FROM regexp_matches(outcome, 'Action "quick\.(a\d\d)"', 'g') AS m), ' ') AS actions
FROM (SELECT number, command, quick.outcome(command, '') AS outcome FROM quick.commands) AS tried
WHERE outcome LIKE '%Action "%'
ORDER BY number;
SELECT count(*) AS commands, count(*) FILTER (WHERE quick.outcome(command, '') LIKE 'done%') > 50 AS many_pass FROM quick.commands;
