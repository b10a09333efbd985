-- preview_action(): drafts and versions, and who may try them.
\i test/sql/prelude.sql
\i test/sql/preview.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open', priority integer DEFAULT 1, who text);
INSERT INTO desk.case SELECT generate_series(1, 3);

-- a draft that was never published; it is what there is
SELECT create_action('desk.mark', '{"table": "desk.case", "input": [{"name": "state", "type": "text", "default": "x"}],
	"steps": [{"update": "target", "set": {"status": "=input.state"}}]}');
SELECT * FROM preview('desk.mark', '{"target": 1}');
SELECT activate_action('desk.mark');
SELECT create_action('desk.mark', '{"table": "desk.case", "input": [{"name": "state", "type": "text", "default": "x"}],
	"steps": [{"update": "target", "set": {"status": "=input.state", "priority": "=priority + 1"}}]}', or_replace => true);
SELECT * FROM preview('desk.mark', '{"target": 1}');
SELECT * FROM preview('desk.mark', '{"target": 1}', 0);
SELECT activate_action('desk.mark');
SELECT * FROM preview('desk.mark', '{"target": 1, "state": "one"}', 1);
SELECT * FROM preview('desk.mark', '{"target": 1, "state": "two"}', 2);
SELECT * FROM preview('desk.mark', '{"target": 1}', 3);
SELECT * FROM preview('desk.mark', '{"target": 1}', -1);
SELECT * FROM preview('desk.other', '{"target": 1}', 1);
SELECT * FROM preview('desk.other', '{"target": 1}', 0);

-- a draft that does not compile fails
SELECT create_action('desk.bad', '{"steps": [{"update": "desk.nowhere", "id": 1, "set": {"status": "x"}}]}');
SELECT * FROM preview('desk.bad');

-- one that runs as its owner
CREATE ROLE preview_caller;
CREATE ROLE preview_owner;
CREATE ROLE preview_designer;
GRANT USAGE ON SCHEMA desk TO preview_caller, preview_designer;
GRANT USAGE, CREATE ON SCHEMA desk TO preview_owner;
GRANT SELECT, UPDATE ON desk.case TO preview_owner;
SELECT grant_action_design('preview_owner'), grant_action_design('preview_designer');
GRANT USAGE ON LANGUAGE custom_action TO preview_owner;
SET ROLE preview_owner;
SELECT create_action('desk.own', '{"run_as": "owner", "table": "desk.case", "steps": [{"update": "target", "set": {"who": "=current_user"}}]}');
SELECT * FROM preview('desk.own', '{"target": 1}');
SET ROLE preview_designer;
SELECT * FROM preview('desk.own', '{"target": 1}');
SELECT current_user;
SET ROLE preview_owner;
SELECT activate_action('desk.own');
GRANT EXECUTE ON FUNCTION desk.own TO preview_caller;
SELECT create_action('desk.own', '{"run_as": "owner", "table": "desk.case", "steps": [{"update": "target", "set": {"who": "=current_user || ''!''"}}]}', or_replace => true);
SELECT * FROM preview('desk.own', '{"target": 1}', 0);

-- who may not invoke it may not try it, and who is no designer no draft
SET ROLE preview_designer;
SELECT * FROM preview('desk.own', '{"target": 1}');
SELECT * FROM preview('desk.own', '{"target": 1}', 0);
SET ROLE preview_caller;
SELECT * FROM preview('desk.own', '{"target": 1}');
SELECT * FROM preview('desk.own', '{"target": 1}', 0);
SELECT * FROM preview('desk.own', '{"target": 1}', 1);
SELECT * FROM preview('desk.bad', '{"target": 1}');

-- what a caller may not read is counted
RESET ROLE;
GRANT SELECT (id, who) ON desk.case TO preview_caller;
SET ROLE preview_caller;
SELECT * FROM preview('desk.own', '{"target": 1}');

-- and what he may not see
RESET ROLE;
ALTER TABLE desk.case ENABLE ROW LEVEL SECURITY;
CREATE POLICY caller ON desk.case TO preview_caller USING (id > 2);
CREATE POLICY owner ON desk.case TO preview_owner USING (true);
SET ROLE preview_caller;
SELECT * FROM preview('desk.own', '{"target": 1}');
SELECT * FROM preview('desk.own', '{"target": 3}');
RESET ROLE;
GRANT SELECT ON desk.case TO preview_caller;
SET ROLE preview_caller;
SELECT * FROM preview('desk.own', '{"target": 1}');
SELECT * FROM preview('desk.own', '{"target": 3}');
-- out of his sight
RESET ROLE;
DROP POLICY caller ON desk.case;
CREATE POLICY caller ON desk.case TO preview_caller USING (who IS NULL);
SET ROLE preview_caller;
SELECT * FROM preview('desk.own', '{"target": 3}');
RESET ROLE;
REVOKE USAGE ON SCHEMA desk FROM preview_caller;
SET ROLE preview_caller;
SELECT * FROM preview('desk.own', '{"target": 3}');
RESET ROLE;
SELECT revoke_action_design('preview_owner'), revoke_action_design('preview_designer');
REVOKE USAGE ON LANGUAGE custom_action FROM preview_owner;
DROP OWNED BY preview_caller, preview_owner, preview_designer CASCADE;
DROP ROLE preview_caller, preview_owner, preview_designer;
