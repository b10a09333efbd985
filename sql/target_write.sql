-- A target that nothing reads before the first step writes it is not read by itself:
-- the write returns it. Nobody can tell; where somebody could, it is read as ever.
\i test/sql/prelude.sql
\set SHOW_CONTEXT errors
SET enable_seqscan = off;

CREATE TABLE desk.agent (id integer PRIMARY KEY, name text);
CREATE TABLE desk.ticket (
	id integer PRIMARY KEY,
	title text,
	status varchar(20) NOT NULL DEFAULT 'open' CHECK (status <> 'wrong'),
	priority integer NOT NULL DEFAULT 1,
	twice integer GENERATED ALWAYS AS (priority * 2) STORED,
	agent_id integer REFERENCES desk.agent,
	owner_id integer
);
CREATE TABLE desk.note (ticket_id integer, what text);
INSERT INTO desk.agent VALUES (1, 'Ada');
INSERT INTO desk.ticket (id, title, agent_id) SELECT i, 'Ticket ' || i, 1 FROM generate_series(1, 60) AS i;
ANALYZE desk.ticket;

SELECT define('desk.raise', '{ "table": "desk.ticket",
  "output": [ {"name": "now_is", "type": "integer", "default": "=target.priority"}, {"name": "title", "type": "text", "default": "=target.title"},
              {"name": "twice", "type": "integer", "default": "=target.twice"} ],
  "steps": [ {"update": "target", "set": {"status": "waiting", "priority": "=priority + 1"}} ] }');
SELECT define('desk.pass', '{ "table": "desk.ticket", "input": [ {"name": "owner", "type": "integer"} ],
  "output": [ {"name": "was", "type": "text", "default": "{{target.title}} of {{target.owner_id}}"} ],
  "steps": [ {"assign": "target", "to": "=input.owner", "column": "owner_id"} ] }');
SELECT define('desk.close', '{ "table": "desk.ticket",
  "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"set_status": "target", "to": "closed", "column": "status"},
             {"update": "target", "set": {"owner_id": "=target.owner_id + 1"}},
             {"create": "desk.note", "set": {"ticket_id": "=target.id", "what": "{{target.title}} {{target.status}} {{target.owner_id}}"}} ] }');
SELECT define('desk.drop', '{ "table": "desk.ticket",
  "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"delete": "target"}, {"create": "desk.note", "set": {"ticket_id": "=target.id", "what": "=target.title"}} ] }');

-- What a call gives, and how often it goes to the ticket by its key.
CREATE FUNCTION desk.reads(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_stat_get_xact_numscans('desk.ticket_pkey'::regclass);
	said text;
BEGIN
	EXECUTE 'SELECT r::text FROM ' || call || ' AS r' INTO said;
	RETURN format('%s: %s', pg_stat_get_xact_numscans('desk.ticket_pkey'::regclass) - before, said);
END $$;

-- The same without what define() tells of changes
CREATE FUNCTION redefine(name text, definition json) RETURNS integer LANGUAGE sql SET client_min_messages = error AS 'SELECT define(name, definition)';

-- the first call loads it, the others do not
SELECT desk.reads('desk.raise(1)'), desk.reads('desk.raise(1)'), desk.reads('desk.raise(1)');
SELECT desk.reads('desk.pass(2, 7)'), desk.reads('desk.pass(2, 8)');
SELECT desk.reads('desk.close(2)'), desk.reads('desk.close(2)');
SELECT desk.reads('desk.drop(3)'), desk.reads('desk.drop(4)');
SELECT * FROM desk.note ORDER BY ticket_id, what;
SET custom_actions.plain_path = 'liveness';
SELECT desk.reads('desk.raise(1)'), desk.reads('desk.raise(1)');
SELECT desk.reads('desk.pass(2, 9)'), desk.reads('desk.pass(2, 8)');
SELECT desk.reads('desk.close(2)'), desk.reads('desk.close(2)');
SELECT desk.reads('desk.drop(5)'), desk.reads('desk.drop(6)');

-- there is none: no step has begun
SELECT desk.raise(999);
SELECT try_invoke_action('desk.drop', '{"target": 999}') #- '{invocation}';
RESET custom_actions.plain_path;
SELECT desk.reads('desk.raise(1)'), desk.reads('desk.raise(1)'), desk.reads('desk.drop(7)');
SELECT desk.raise(999);
SELECT try_invoke_action('desk.drop', '{"target": 999}') #- '{invocation}';
-- an error of the step is the step's
UPDATE desk.ticket SET priority = 1073741823 WHERE id = 8;
SELECT desk.raise(8);

-- a step that finds its row gone later says so itself
SELECT define('desk.twice', '{ "table": "desk.ticket", "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"delete": "target"}, {"update": "target", "set": {"priority": 1}} ] }');
SELECT desk.twice(9);
SELECT desk.twice(9);

-- what reads it first, has it read
SELECT redefine('desk.ask', '{ "table": "desk.ticket", "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"require": "target.priority < 5"}, {"update": "target", "set": {"priority": 1}} ] }');
SELECT desk.reads('desk.ask(10)'), desk.reads('desk.ask(10)');
SELECT redefine('desk.ask', '{ "table": "desk.ticket", "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"update": "target", "set": {"priority": "=target.priority + 1"}} ] }');
SELECT desk.reads('desk.ask(10)'), desk.reads('desk.ask(10)');
-- what is computed while the statement is planned would come before
SELECT redefine('desk.ask', '{ "table": "desk.ticket", "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"update": "target", "set": {"priority": "=1 / 0"}} ] }');
SELECT desk.ask(999);
SELECT desk.ask(999);
SELECT desk.ask(10);
-- the summary of a failed call shows the row as it was
SELECT redefine('desk.ask', '{ "table": "desk.ticket", "log": "failures", "summary": "Ticket {{target.title}}", "output": [ {"name": "title", "type": "text", "default": "=target.title"} ],
  "steps": [ {"update": "target", "set": {"priority": "=priority + 1"}} ] }');
SELECT desk.reads('desk.ask(10)'), desk.reads('desk.ask(10)');
-- a transaction with one snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT desk.reads('desk.raise(1)');
ROLLBACK;

-- Triggers: for each row they may leave it as it is, and more
CREATE FUNCTION desk.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % %', TG_WHEN, TG_LEVEL, TG_OP;
	IF TG_WHEN = 'BEFORE' AND TG_LEVEL = 'ROW' AND NEW.id = 12 THEN
		DELETE FROM desk.ticket WHERE id = 12;
		RETURN NULL;
	ELSIF TG_WHEN = 'BEFORE' AND TG_LEVEL = 'ROW' THEN
		NEW.title := NEW.title || '!';
		RETURN CASE WHEN NEW.id <> 11 THEN NEW END;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER after_row AFTER UPDATE ON desk.ticket FOR EACH ROW EXECUTE FUNCTION desk.tell();
SELECT desk.reads('desk.raise(13)'), desk.reads('desk.raise(13)');
SELECT desk.raise(999);
CREATE TRIGGER before_row BEFORE UPDATE ON desk.ticket FOR EACH ROW EXECUTE FUNCTION desk.tell();
SELECT desk.reads('desk.raise(13)'), desk.reads('desk.raise(13)');
-- one with the snapshot of the statement, that is
ALTER FUNCTION desk.tell() STABLE;
SELECT desk.reads('desk.raise(13)'), desk.reads('desk.raise(13)');
ALTER FUNCTION desk.tell() VOLATILE;
SELECT desk.reads('desk.raise(13)'), desk.reads('desk.raise(13)');
SELECT desk.raise(999);
SELECT desk.raise(11);
SELECT desk.raise(12);
SET custom_actions.plain_path = 'liveness';
SELECT desk.raise(11);
SELECT desk.raise(12);
RESET custom_actions.plain_path;
-- one for the whole statement runs without a row
CREATE TRIGGER before_statement BEFORE UPDATE ON desk.ticket FOR EACH STATEMENT EXECUTE FUNCTION desk.tell();
SELECT desk.reads('desk.raise(13)'), desk.reads('desk.raise(13)');
SELECT desk.raise(999);
SELECT desk.raise(999);
DROP TRIGGER before_statement ON desk.ticket;
DROP TRIGGER before_row ON desk.ticket;
DROP TRIGGER after_row ON desk.ticket;
SELECT desk.reads('desk.raise(13)'), desk.reads('desk.raise(13)');

-- Privileges: who may not do it is told so before any step
CREATE ROLE regress_ca_writer;
GRANT USAGE ON SCHEMA desk TO regress_ca_writer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA desk TO regress_ca_writer;
GRANT SELECT (id, priority), UPDATE ON desk.ticket TO regress_ca_writer;
SET ROLE regress_ca_writer;
SELECT desk.raise(1);
SELECT desk.raise(1);
RESET ROLE;
GRANT SELECT ON desk.ticket TO regress_ca_writer;
SET ROLE regress_ca_writer;
SELECT desk.reads('desk.raise(1)'), desk.reads('desk.raise(1)');
RESET ROLE;
REVOKE UPDATE ON desk.ticket FROM regress_ca_writer;
SET ROLE regress_ca_writer;
SELECT desk.raise(1);
RESET ROLE;
-- row security asks other questions
GRANT UPDATE ON desk.ticket TO regress_ca_writer;
ALTER TABLE desk.ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON desk.ticket FOR SELECT USING (true);
CREATE POLICY changed ON desk.ticket FOR UPDATE USING (id <> 1);
SET ROLE regress_ca_writer;
SELECT desk.raise(1);
SELECT desk.raise(13);
SELECT desk.raise(1);
RESET ROLE;
ALTER TABLE desk.ticket DISABLE ROW LEVEL SECURITY;
-- who counts statements counts the load
SET custom_actions.max_statements = 1;
SELECT desk.raise(1);
RESET custom_actions.max_statements;
-- a transaction that may only read refuses the load
BEGIN READ ONLY;
SELECT desk.raise(1);
ROLLBACK;
DROP OWNED BY regress_ca_writer;
DROP ROLE regress_ca_writer;
