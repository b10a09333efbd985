-- When two steps in a row that update the same row are one UPDATE, as the
-- statistics of the table count it, and when they are two.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
CREATE TABLE desk.agent (id integer PRIMARY KEY);
INSERT INTO desk.agent VALUES (1);
CREATE FUNCTION desk.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION desk.computed() RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1';
-- Makes a table, alters it, runs an action with these steps; returns how many rows were updated
CREATE FUNCTION desk.updates(alteration text, steps json) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint;
BEGIN
	DROP TABLE IF EXISTS desk.note CASCADE;
	CREATE TABLE desk.note (id integer PRIMARY KEY, a integer, b integer, c text, owner integer REFERENCES desk.agent);
	INSERT INTO desk.note (id, a, b) VALUES (1, 1, 1);
	EXECUTE alteration;
	PERFORM create_action('desk.work', json_build_object('table', 'desk.note', 'steps', steps,
		'input', '[{"name": "n", "type": "integer", "default": 7}]'::json), true);
	PERFORM activate_action('desk.work');
	SELECT n_tup_upd INTO before FROM pg_stat_xact_user_tables WHERE relid = 'desk.note'::regclass;
	PERFORM invoke_action('desk.work', '{"target": 1}');
	RETURN (SELECT n_tup_upd - before FROM pg_stat_xact_user_tables WHERE relid = 'desk.note'::regclass);
END $$;
SET client_min_messages = warning;

-- one: the table cannot tell, and the second value can neither fail nor see the first
SELECT alteration, desk.updates(alteration, '[{"update": "target", "set": {"a": "=input.n"}}, {"update": "target", "set": {"b": 2}}]')
FROM unnest(ARRAY['',
	'CREATE INDEX ON desk.note (a)',
	'CREATE INDEX ON desk.note (b)',
	'ALTER TABLE desk.note ADD CHECK (a > 0)',
	'CREATE TRIGGER t AFTER UPDATE ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.touched(); DROP TRIGGER t ON desk.note']) AS alteration;
SELECT steps, desk.updates('', steps::json)
FROM unnest(ARRAY[
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"owner": 1}}]',
	'[{"update": "target", "set": {"a": "=a + 1"}}, {"update": "target", "set": {"b": "=coalesce(owner, input.n)"}}]',
	'[{"group": "both", "do": [{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": 2}}]}]']) AS steps;

-- of three, the third is one of its own
SELECT desk.updates('', '[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": 2}}, {"update": "target", "set": {"c": "x"}}]');

-- two: the table could tell
SELECT alteration, desk.updates(alteration, '[{"update": "target", "set": {"a": "=input.n"}}, {"update": "target", "set": {"b": 2}}]')
FROM unnest(ARRAY[
	'CREATE TRIGGER t BEFORE UPDATE ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.touched()',
	'CREATE TRIGGER t AFTER UPDATE OF c ON desk.note FOR EACH ROW EXECUTE FUNCTION desk.touched()',
	'CREATE TRIGGER t AFTER UPDATE ON desk.note FOR EACH STATEMENT EXECUTE FUNCTION desk.touched()',
	'CREATE RULE r AS ON UPDATE TO desk.note DO ALSO NOTIFY updated',
	'ALTER TABLE desk.note ADD g integer GENERATED ALWAYS AS (a + b) STORED',
	'ALTER TABLE desk.note ADD CHECK (b > 0)',
	'ALTER TABLE desk.note ADD CHECK (a >= desk.computed())',
	'CREATE UNIQUE INDEX ON desk.note (a)',
	'CREATE UNIQUE INDEX ON desk.note (b)',
	'CREATE INDEX ON desk.note ((b + 1))',
	'CREATE INDEX ON desk.note (c) WHERE b > 0',
	'ALTER TABLE desk.note ADD FOREIGN KEY (a) REFERENCES desk.agent; INSERT INTO desk.agent VALUES (7)',
	'ALTER TABLE desk.note ENABLE ROW LEVEL SECURITY',
	'CREATE TABLE desk.child () INHERITS (desk.note)']) AS alteration;

-- two: the steps could tell
SELECT steps, desk.updates('', steps::json)
FROM unnest(ARRAY[
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"a": 3}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": "=a"}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": "=target.a"}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": "=input.n + 1"}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": "=(SELECT max(n.a) FROM desk.note AS n)"}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "when": "input.n > 0", "set": {"b": 2}}]',
	'[{"update": "target", "when": "input.n > 0", "set": {"a": 2}}, {"update": "target", "set": {"b": 2}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"b": 2}, "on_error": []}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "target", "where": "b = 1", "set": {"b": 2}}]',
	'[{"update": "target", "set": {"a": 2}}, {"let": {"x": 1}}, {"update": "target", "set": {"b": 2}}]',
	'[{"update": "target", "set": {"a": 2}}, {"update": "desk.note", "id": 1, "set": {"b": 2}}]']) AS steps;

-- what is too much for a budget is said of the first, before the second fails
CREATE FUNCTION desk.within(statements integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('custom_actions.max_statements', statements::text, false);
	PERFORM desk.updates('', '[{"get": "desk.agent", "id": "=input.n - 6", "as": "x"}, {"update": "target", "set": {"a": 2}}, {"update": "target", "set": {"owner": 5}}]');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END $$;
SELECT statements, desk.within(statements) FROM generate_series(1, 3) AS statements;
RESET custom_actions.max_statements;

-- who may not do both gets the two, each with its own text and values
SELECT desk.updates('', '[{"update": "target", "set": {"a": "=input.n"}}, {"update": "target", "set": {"b": "=input.n", "c": "=coalesce(c, ''none'')"}}]');
CREATE FUNCTION desk.statement(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	context text;
BEGIN
	EXECUTE call;
	RETURN 'it ran';
EXCEPTION WHEN insufficient_privilege THEN
	GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
	RETURN substring(context FROM 'SQL statement "([^\n]*)"\n');
END $$;
CREATE ROLE merge_clerk;
GRANT USAGE ON SCHEMA desk TO merge_clerk;
GRANT SELECT, UPDATE (a) ON desk.note TO merge_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO merge_clerk;
SET ROLE merge_clerk;
SELECT desk.statement('SELECT desk.work(1)');
RESET ROLE;
DROP SCHEMA desk CASCADE;
DROP ROLE merge_clerk;
