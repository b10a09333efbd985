-- DO: an action without a name.
\i test/sql/prelude.sql

CREATE TABLE desk.ticket (id integer PRIMARY KEY, title text NOT NULL, status text DEFAULT 'open', n integer CONSTRAINT small CHECK (n < 100));
INSERT INTO desk.ticket (id, title, n) VALUES (1, 'One', 20), (2, 'Two', 22);
CREATE TABLE desk.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
SELECT define('desk.quiet', '{ "steps": [ {"create": "desk.log", "set": {"body": "quiet"}} ] }');
CREATE ROLE regress_do_stranger;
GRANT USAGE ON SCHEMA desk TO regress_do_stranger;

-- what a definition holds, without input and output
DO LANGUAGE custom_action $$
{ "steps": [
    {"let": {"total": 0}},
    {"for_each": "desk.ticket", "as": "t", "order_by": "id", "do": [
      {"update": "t", "set": {"title": "{{title}} by DO"}},
      {"let": {"total": "=let.total + t.n"}} ]},
    {"create": "desk.log", "set": {"body": "total {{let.total}} {{context.action}} {{context.depth}} {{context.caller = current_user}}"}},
    {"perform": "desk.quiet"} ] }
$$;
SELECT id, title FROM desk.ticket ORDER BY id;
SELECT body FROM desk.log ORDER BY id;
DO LANGUAGE custom_action '{"steps": []}';
DO LANGUAGE custom_action '{}';
-- errors: all undone; in a transaction up to the savepoint; the place is named
TRUNCATE desk.log;
\set SHOW_CONTEXT errors
DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "undone"}}, {"if": "true", "then": [ {"update": "desk.ticket", "id": 1, "set": {"n": 1000}} ]} ]}';
DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "undone"}}, {"stop": "canceled", "message": "why not"} ]}';
DO LANGUAGE custom_action '{"steps": [ {"let": {"x": "=nothing"}}, {"update": "target", "set": {"n": 1}} ]}';
\set SHOW_CONTEXT never
DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "stays"}}, {"stop": "succeeded"}, {"stop": "failed"} ]}';
BEGIN;
SAVEPOINT s;
DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "rolled back"}}, {"require": "false"} ]}';
ROLLBACK TO s;
DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "after the savepoint"}}, {"require": "false", "on_error": []} ]}';
COMMIT;
SELECT body FROM desk.log ORDER BY id;
-- what it refuses: keys of a header, what is no definition
DO LANGUAGE custom_action '{"table": "desk.ticket", "steps": []}';
DO LANGUAGE custom_action '{"input": [ {"name": "n", "type": "integer"} ], "steps": []}';
DO LANGUAGE custom_action '{"output": [ {"name": "n", "type": "integer", "default": 1} ], "steps": []}';
DO LANGUAGE custom_action '{"settings": {"search_path": "desk"}, "steps": []}';
DO LANGUAGE custom_action '{"run_as": "owner", "steps": []}';
DO LANGUAGE custom_action '{"plugins": [], "steps": []}';
SELECT brief($$DO LANGUAGE custom_action '{"nothing": 1}'$$);
DO LANGUAGE custom_action 'BEGIN END';
DO LANGUAGE custom_action '[]';
DO LANGUAGE custom_action '';
SELECT brief($$DO LANGUAGE custom_action '{"steps": [ {"nothing": 1} ]}'$$);
-- what else a header may say
DO LANGUAGE custom_action '{"timeout": "50 ms", "steps": [ {"call": "pg_catalog.pg_sleep", "with": {"1": 10}} ]}';
DO LANGUAGE custom_action '{"read_only": true, "steps": [ {"create": "desk.log", "set": {"body": "x"}} ]}';
DO LANGUAGE custom_action '{"description": "well", "read_only": true, "steps": [ {"let": {"x": 1}} ]}';
-- privileges: USAGE on the language, then those of the caller
SET ROLE regress_do_stranger;
DO LANGUAGE custom_action '{"steps": []}';
RESET ROLE;
GRANT USAGE ON LANGUAGE custom_action TO regress_do_stranger;
SET ROLE regress_do_stranger;
DO LANGUAGE custom_action '{"steps": []}';
DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "x"}} ]}';
DO LANGUAGE custom_action '{"steps": [ {"perform": "desk.quiet"} ]}';
RESET ROLE;
-- inside a function, in a loop, with EXCEPTION
DO $do$
BEGIN
	FOR i IN 1..3 LOOP
		BEGIN
			EXECUTE format($f$ DO LANGUAGE custom_action '{"steps": [ {"create": "desk.log", "set": {"body": "turn %s"}}, {"require": "%s <> 2"} ]}' $f$, i, i);
		EXCEPTION WHEN SQLSTATE 'UA002' THEN
			RAISE NOTICE '%', SQLERRM;
		END;
	END LOOP;
END $do$;
SELECT body FROM desk.log ORDER BY id;

REVOKE USAGE ON LANGUAGE custom_action FROM regress_do_stranger;
DROP OWNED BY regress_do_stranger;
DROP ROLE regress_do_stranger;
