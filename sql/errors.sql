-- errors: what they say, where they point, and how much they undo.
\i test/sql/prelude.sql
\set SHOW_CONTEXT errors

CREATE SCHEMA e;
CREATE TABLE e.t (id integer PRIMARY KEY, n integer CHECK (n < 100), note text);
CREATE TABLE e.log (id integer GENERATED ALWAYS AS IDENTITY, what text);
INSERT INTO e.t VALUES (1, 1, 'one'), (2, 2, 'two');

SELECT define('e.work', '
{ "table": "e.t",
  "input": [ {"name": "by", "type": "integer"}, {"name": "divisor", "type": "integer", "default": 1} ],
  "output": [ {"name": "n", "type": "integer", "default": "=target.n / input.divisor"} ],
  "steps": [
    {"create": "e.log", "set": {"what": "working on {{target.id}}"}},
    {"group": "the work", "do": [
      {"update": "target", "set": {"n": "=n + input.by"}},
      {"require": "target.n <> 13", "message": "{{target.n}} is unlucky"} ]} ] }');

-- context: action, version, step; errors of PostgreSQL, of formulas, our own
SELECT e.work(1, 100);
SELECT e.work(1, 12);
SELECT e.work(1, 1, 0);
SELECT invoke_action('e.work', '{"target": 1, "by": 1, "divisor": 0}');
SELECT e.work(9, 1);
SELECT invoke_action('e.work', '{"target": 1, "by": "x"}');
SELECT invoke_action('e.work', '{"target": 1, "by": 2147483647}');
SELECT * FROM e.t ORDER BY id;
SELECT count(*) FROM e.log;

-- the context of nested calls: a formula, a trigger, an action below an action
CREATE FUNCTION e.fail(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RAISE EXCEPTION ''failed with %'', n USING ERRCODE = ''XX123'', DETAIL = ''A detail.'', HINT = ''A hint.''; END';
SELECT define('e.calls', '{ "table": "e.t", "steps": [ {"let": {"x": 1}}, {"update": "target", "set": {"n": "=e.fail(n)"}} ] }');
SELECT e.calls(1);
SELECT define('e.lets', '{ "table": "e.t", "steps": [ {"let": {"x": "=e.fail(target.n)"}} ] }');
SELECT e.lets(1);
CREATE FUNCTION e.on_log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM invoke_action(''e.work'', ''{"target": 2, "by": 98}''); RETURN NEW; END';
CREATE TRIGGER on_log AFTER INSERT ON e.log FOR EACH ROW WHEN (NEW.what LIKE '%1') EXECUTE FUNCTION e.on_log();
SELECT e.work(1, 1);
SELECT * FROM e.t ORDER BY id;
DROP TRIGGER on_log ON e.log;

-- a new version shows in the context
SELECT define('e.lets', '{ "table": "e.t", "steps": [ {"require": "target.id > 0"}, {"require": "target.id = 2", "message": "not two"} ] }');
SELECT e.lets(1);
\set SHOW_CONTEXT never

-- a failing step undoes the whole action; in a transaction, up to the savepoint
BEGIN;
SELECT e.work(1, 1);
SAVEPOINT s;
SELECT e.work(1, 11);
ROLLBACK TO s;
SELECT e.work(1, 2);
SELECT * FROM e.t ORDER BY id;
SELECT what FROM e.log;
ROLLBACK;
CREATE FUNCTION e.try(id integer, by_n integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	state text;
	context text;
BEGIN
	RETURN 'n is ' || e.work(id, by_n);
EXCEPTION WHEN SQLSTATE 'UA002' OR check_violation OR no_data_found THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, state = RETURNED_SQLSTATE, context = PG_EXCEPTION_CONTEXT;
	RETURN concat_ws(' | ', state, message, detail, split_part(context, E'\n', 1), context LIKE '%action "e.work" version 1, step %');
END
$$;
BEGIN;
SELECT e.try(1, 1);
SELECT e.try(1, 11);
SELECT e.try(1, 1000);
SELECT e.try(1, 1);
SELECT * FROM e.t ORDER BY id;
SELECT what FROM e.log ORDER BY id;
COMMIT;
SELECT id, e.try(i.id, i.by_n) FROM (VALUES (1, 10), (2, 11), (9, 1), (2, 5)) AS i(id, by_n);
SELECT * FROM e.t ORDER BY id;
SELECT what FROM e.log ORDER BY id;

-- one statement, several calls: the last one's failure undoes them all
SELECT e.work(t.id, 10 - t.n) FROM e.t ORDER BY id;
SELECT * FROM e.t ORDER BY id;
SELECT e.work(t.id, 13 - t.n) FROM e.t ORDER BY id;

-- SQLSTATEs
\set VERBOSITY sqlstate
SELECT invoke_action('e.nothing');
SELECT invoke_action('e.work', '{"target": 1, "by": 1, "x": 1}');
SELECT invoke_action('e.work', '{"target": 1}');
SELECT invoke_action('e.work', '{"target": null, "by": 1}');
SELECT invoke_action('e.work', '{"target": 1, "by": "x"}');
SELECT invoke_action('e.work', '{"target": 77, "by": 1}');
SELECT e.work(1, 13 - n) FROM e.t WHERE id = 1;
SELECT e.work(1, 1, 0);
SELECT e.calls(1);
SELECT create_action('e.draft', '{"steps": [ {"let": {"x": "=nothing"}} ]}');
SELECT activate_action('e.draft');
SELECT create_action('e.draft', '{}');
SELECT create_action('e.draft2', '{"unknown": 1}');
SELECT create_action('e.draft2', '{"steps": [ {"nothing": 1} ]}');
SELECT activate_action('e.nothing');
SELECT deactivate_action('e.calls');
SELECT e.calls(1);
SELECT invoke_action('e.calls', '{"target": 1}');
SELECT create_action('e.work', '{"table": "e.t"}', true);
SELECT activate_action('e.work');
\set VERBOSITY default

-- definitions: what is wrong, and where
SELECT restore_action('e.work');
\set VERBOSITY terse
SELECT create_action('e.x', '{"steps": [ {"nothing": 1} ]}');
SELECT create_action('e.x', '{"steps": [ {"update": "target", "set": {"n": 1}, "sets": {}} ]}');
SELECT create_action('e.x', '{"steps": [ {"set": {"n": 1}} ]}');
SELECT create_action('e.x', '{"steps": [ {"update": ""} ]}');
\set VERBOSITY default
SELECT create_action('e.x', '{"steps": [ {"update": "target", "delete": "target", "set": {"n": 1}} ]}');
SELECT create_action('e.x', '{"steps": [ {"update": "target", "set": {"n": 1, "n": 2}} ]}');
SELECT create_action('e.x', '{"steps": [ {"update": "target", "update": "t2", "set": {"n": 1}} ]}');
SELECT create_action('e.x', '{"steps": [ {"update": "target", "set": [1]} ]}');
SELECT create_action('e.x', '{"steps": [ {"update": 5, "set": {}} ]}');
SELECT create_action('e.x', '{"steps": [ "update" ]}');
SELECT create_action('e.x', '{"steps": {} }');
SELECT create_action('e.x', '{"steps": [ {"create": "e.t", "as": "a"}, {"group": null, "do": [ {"create": "e.t", "as": "a"} ]} ]}');
SELECT create_action('e.x', '{"steps": [ {"create": "e.t", "as": "target"} ]}');
SELECT create_action('e.x', '{"steps": [ {"create": "e.t", "as": "input"} ]}');
SELECT create_action('e.x', '{"steps": [ {"create": "e.t", "as": "A b"} ]}');
SELECT create_action('e.x', '{"input": [ {"name": "a", "type": "text"}, {"name": "a", "type": "text"} ]}');
SELECT create_action('e.x_target', '{"input": [ {"name": "target", "type": "text"} ]}');
SELECT create_action('e.x_target', '{"table": "e.t", "input": [ {"name": "target", "type": "text"} ]}', true);
SELECT create_action('e.x', '{"input": [ {"name": "order", "type": "text"} ]}');
SELECT create_action('e.x', '{"run_as": "nobody"}');
SELECT create_action('e.x', '{"timeout": 5}');
SELECT create_action('e.x', '[]');
SELECT create_action('e.x', '{"action": "e.y"}');
SELECT create_action('e.order', '{}');
SELECT create_action('no_schema.x', '{}');
SELECT create_action('e.x y', '{}');
SELECT create_action('', '{}');
