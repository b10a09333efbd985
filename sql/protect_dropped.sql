\i test/sql/prelude.sql
-- CASCADE does not lift a protection for who does not own the table.
CREATE ROLE protect_dropped_table;
CREATE ROLE protect_dropped_action;
CREATE ROLE protect_dropped_other;
GRANT ALL ON SCHEMA desk TO protect_dropped_table, protect_dropped_action, protect_dropped_other;
GRANT USAGE ON LANGUAGE custom_action TO protect_dropped_action;
SELECT grant_action_design('protect_dropped_action');

SET ROLE protect_dropped_other;
CREATE TYPE desk.reason AS ENUM ('late', 'lost');
CREATE TABLE desk.note (id integer PRIMARY KEY, note text);
GRANT ALL ON desk.note TO protect_dropped_action;

SET ROLE protect_dropped_table;
CREATE TABLE desk.issue (id integer PRIMARY KEY, status text) PARTITION BY LIST (id);
CREATE TABLE desk.issue_1 PARTITION OF desk.issue FOR VALUES IN (1);
INSERT INTO desk.issue VALUES (1, 'open');
GRANT SELECT, UPDATE, TRUNCATE ON desk.issue TO protect_dropped_action, protect_dropped_other;

SET ROLE protect_dropped_action;
SELECT define('desk.close', '{"table": "desk.issue", "input": [{"name": "why", "type": "desk.reason"}],
	"steps": [{"update": "target", "set": {"status": "closed"}}, {"create": "desk.note", "set": {"id": "=target.id"}}]}');
SET ROLE protect_dropped_table;
SELECT protect_table('desk.issue', '{status}', '{desk.close}');

-- the action itself, all that its owner has, what its signature and its steps use
SET ROLE protect_dropped_action;
DROP FUNCTION desk.close CASCADE;
SET client_min_messages = error;
DROP OWNED BY protect_dropped_action CASCADE;
RESET client_min_messages;
SET ROLE protect_dropped_other;
DROP TYPE desk.reason CASCADE;
DROP TABLE desk.note CASCADE;
-- no setting of theirs changes that
SET check_function_bodies = off;
DROP TYPE desk.reason CASCADE;
RESET check_function_bodies;
UPDATE desk.issue SET status = 'lost';
SELECT table_name, columns, actions, enabled FROM custom_actions.protections;

-- without CASCADE it is PostgreSQL that refuses; the owner of the table can
SET ROLE protect_dropped_action;
DROP FUNCTION desk.close;
RESET ROLE;
GRANT protect_dropped_action TO protect_dropped_table;
SET ROLE protect_dropped_table;
DROP FUNCTION desk.close CASCADE;
SELECT table_name, columns, actions, enabled FROM custom_actions.protections;
UPDATE desk.issue SET status = 'lost' RETURNING *;
-- what is left guards nothing but TRUNCATE
SELECT protect_table('desk.issue', '{status}');
SELECT unprotect_table('desk.issue');

-- a table that goes with the action takes its protection along
RESET ROLE;
CREATE SCHEMA away;
SET client_min_messages = warning;
CREATE TABLE away.issue (id integer PRIMARY KEY, status text);
SELECT define('away.close', '{"table": "away.issue", "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT protect_table('away.issue', actions => '{away.close}');
ALTER TABLE away.issue OWNER TO protect_dropped_table;
ALTER SCHEMA away OWNER TO protect_dropped_other;
SET ROLE protect_dropped_other;
DROP SCHEMA away CASCADE;
RESET ROLE;

SELECT revoke_action_design('protect_dropped_action');
SET client_min_messages = error;
DROP OWNED BY protect_dropped_table, protect_dropped_action, protect_dropped_other CASCADE;
DROP ROLE protect_dropped_table, protect_dropped_action, protect_dropped_other;
