-- custom_actions.plain_path: which rewrites tests leave out, and that they are left out.
\i test/sql/prelude.sql

SHOW custom_actions.plain_path;
SET custom_actions.plain_path = 'merge, Sets';
SHOW custom_actions.plain_path;
SET custom_actions.plain_path = 'frames,path,merge,sets,expressions,fingerprints,liveness,selects';
SET custom_actions.plain_path = 'all';
SET custom_actions.plain_path = 'merge, magic';
SET custom_actions.plain_path = 'merge sets';
SHOW custom_actions.plain_path;
SELECT count(*) FROM pg_settings WHERE name = 'custom_actions.plain_path';
RESET custom_actions.plain_path;
CREATE ROLE regress_ca_plain;
SET ROLE regress_ca_plain;
SET custom_actions.plain_path = 'all';
RESET ROLE;
DROP ROLE regress_ca_plain;

CREATE TABLE desk.ticket (id integer PRIMARY KEY, status text, priority integer);
INSERT INTO desk.ticket SELECT i, 'open', i FROM generate_series(1, 100) AS i;
SELECT define('desk.move', '{ "table": "desk.ticket", "steps": [
  {"update": "target", "set": {"status": "moved"}},
  {"update": "target", "set": {"priority": 1}} ] }');

-- What a call runs, how many rows it updates, and what a bulk call of it runs.
CREATE VIEW desk.statements AS SELECT step, statement, CASE WHEN bulk LIKE '(%' THEN bulk END AS why_one_by_one FROM explain_action('desk.move');
CREATE FUNCTION desk.updates() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_stat_get_xact_tuples_updated('desk.ticket'::regclass);
BEGIN
	PERFORM desk.move(1);
	RETURN pg_stat_get_xact_tuples_updated('desk.ticket'::regclass) - before;
END $$;

SELECT desk.updates();
SELECT * FROM desk.statements;
SET custom_actions.plain_path = 'merge';
SELECT desk.updates();
SELECT * FROM desk.statements;
SET custom_actions.plain_path = 'sets';
SELECT desk.updates();
SELECT * FROM desk.statements;
SET custom_actions.plain_path = 'all';
SELECT desk.updates();
SELECT * FROM desk.statements;
SET custom_actions.plain_path = 'frames,path,expressions,fingerprints,liveness,selects';
SELECT desk.updates();

-- what is compiled follows at once, also when a setting for the transaction ends
BEGIN;
SET LOCAL custom_actions.plain_path = 'merge';
SELECT desk.updates();
ROLLBACK;
SELECT desk.updates();

-- a bulk call
CREATE TABLE desk.task (ticket_id integer);
CREATE TABLE desk.told (what text);
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO desk.told VALUES (TG_OP); RETURN NULL; END$$;
CREATE TRIGGER tell AFTER INSERT ON desk.task FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
SELECT define('desk.work', '{ "input": [ {"name": "ticket", "type": "integer"} ], "steps": [ {"create": "desk.task", "set": {"ticket_id": "=input.ticket"}} ] }');
SELECT count(*) FROM invoke_action_bulk('desk.work', (SELECT jsonb_agg(jsonb_build_object('ticket', id)) FROM desk.ticket));
SELECT what, count(*) FROM desk.told GROUP BY what;
SET custom_actions.plain_path = 'sets';
SELECT count(*) FROM invoke_action_bulk('desk.work', (SELECT jsonb_agg(jsonb_build_object('ticket', id)) FROM desk.ticket));
SELECT what, count(*) FROM desk.told GROUP BY what;
