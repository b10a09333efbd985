\i test/sql/prelude.sql
-- Lets a role call these actions and no others, and says what it can write besides.

CREATE ROLE ga_agent;
CREATE ROLE ga_team;
CREATE TABLE desk.ticket (id integer PRIMARY KEY, status text, title text);
CREATE TABLE desk.note (id serial PRIMARY KEY, body text);
SELECT define('desk.close', '{"table": "desk.ticket", "run_as": "owner", "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT define('desk.write', '{"run_as": "owner", "steps": [{"create": "desk.note", "set": {"body": "x"}}]}');
SELECT define('desk.name', '{"table": "desk.ticket", "steps": [{"update": "target", "set": {"title": "x"}}, {"create": "desk.note", "set": {"body": "x"}}]}');
CREATE SCHEMA other;
SELECT define('other.close', '{"table": "desk.ticket", "run_as": "owner", "steps": [{"update": "target", "set": {"status": "closed"}}]}');
SELECT create_action('desk.draft', '{"steps": []}');

-- the safest: actions that run as their owner, and nothing else
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.write, desk.close}');
SELECT * FROM grant_agent('ga_agent', '{desk.close, other.close}');
SELECT action, granted, schema_missing FROM custom_actions.callers WHERE role = 'ga_agent' ORDER BY action;
SELECT * FROM grant_agent('ga_agent', '{desk.close}');
SELECT has_schema_privilege('ga_agent', 'other', 'USAGE'), has_schema_privilege('ga_agent', 'desk', 'USAGE');
-- one that runs as the caller needs more, and is better off otherwise
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.name}');
GRANT UPDATE ON desk.ticket TO ga_agent;
GRANT INSERT ON desk.note TO ga_agent;
GRANT USAGE ON SEQUENCE desk.note_id_seq TO ga_agent;
GRANT SELECT ON desk.ticket TO ga_agent;
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.name}');
SELECT protect_table('desk.ticket'), protect_table('desk.note');
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.name}');
SELECT unprotect_table('desk.ticket'), unprotect_table('desk.note');
-- each remedy does what it says
SELECT remedy FROM grant_agent('ga_agent', '{desk.close}') WHERE remedy IS NOT NULL \gexec
SELECT * FROM grant_agent('ga_agent', '{desk.close}');
-- what PUBLIC and other roles have cannot be taken from one
GRANT EXECUTE ON FUNCTION desk.write TO PUBLIC;
GRANT EXECUTE ON FUNCTION other.close TO ga_team;
GRANT DELETE ON desk.note TO PUBLIC;
GRANT UPDATE ON desk.ticket TO ga_team;
GRANT USAGE ON SCHEMA other TO ga_team;
GRANT ga_team TO ga_agent;
SELECT * FROM grant_agent('ga_agent', '{desk.close}');
REVOKE ga_team FROM ga_agent;
REVOKE EXECUTE ON FUNCTION desk.write FROM PUBLIC;
REVOKE DELETE ON desk.note FROM PUBLIC;
-- what is in an action that nobody can tell
CREATE FUNCTION desk.mail() RETURNS void LANGUAGE sql AS '';
SELECT define('desk.tell', '{"run_as": "owner", "steps": [{"call": "desk.mail()"}]}');
REVOKE EXECUTE ON FUNCTION desk.mail() FROM PUBLIC;
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.tell}');
-- none at all
SELECT * FROM grant_agent('ga_agent', '{}');
-- refused: nothing is done
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.nowhere}');
SELECT * FROM grant_agent('ga_agent', '{desk.close, desk.draft}');
SELECT * FROM grant_agent('ga_agent', NULL);
SELECT * FROM grant_agent('ga_agent', '{desk.close, NULL}');
SELECT * FROM grant_agent(NULL, '{desk.close}');
SELECT * FROM grant_agent('postgres', '{desk.close}');
SELECT count(*) FROM custom_actions.callers WHERE role = 'ga_agent';
-- a designer gives and takes what is his, and hears of the rest
CREATE ROLE ga_designer;
SELECT grant_action_design('ga_designer');
GRANT USAGE, CREATE ON SCHEMA desk TO ga_designer;
GRANT SELECT, UPDATE ON desk.ticket TO ga_designer;
ALTER FUNCTION desk.close OWNER TO ga_designer;
UPDATE custom_actions.action SET owner = 'ga_designer' WHERE name = 'desk.close';
GRANT USAGE ON SCHEMA desk TO ga_agent;
GRANT EXECUTE ON FUNCTION desk.write TO ga_agent;
SET ROLE ga_designer;
SELECT * FROM grant_agent('ga_agent', '{desk.close}');
SELECT * FROM grant_agent('ga_agent', '{desk.name}');
RESET ROLE;
SET ROLE ga_agent;
SELECT * FROM grant_agent('ga_agent', '{desk.name}');
RESET ROLE;
-- what others have granted, or the agent has granted on, is told with what takes it back; a name given twice is one
CREATE ROLE ga_other;
GRANT USAGE ON SCHEMA desk TO ga_other;
GRANT EXECUTE ON FUNCTION desk.write TO ga_other WITH GRANT OPTION;
SET ROLE ga_other;
GRANT EXECUTE ON FUNCTION desk.write TO ga_agent;
RESET ROLE;
GRANT EXECUTE ON FUNCTION desk.name TO ga_agent WITH GRANT OPTION;
SET ROLE ga_agent;
GRANT EXECUTE ON FUNCTION desk.name TO ga_other;
RESET ROLE;
SELECT g.subject, g.remedy FROM grant_agent('ga_agent', '{desk.tell, desk.tell}') AS g WHERE g.finding LIKE 'can be called%';
SET ROLE ga_other; REVOKE EXECUTE ON FUNCTION desk.write() FROM ga_agent; RESET ROLE;
REVOKE EXECUTE ON FUNCTION desk.name(integer) FROM ga_agent CASCADE;
SELECT count(*) FROM grant_agent('ga_agent', '{desk.tell}') AS g WHERE g.finding LIKE 'can be called%';
DROP OWNED BY ga_other;
DROP ROLE ga_other;
