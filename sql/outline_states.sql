-- describe_action and action_outline: of what is published, of the draft, of a version;
-- the state, who may call, and who may ask.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
CREATE TABLE desk.task (id integer PRIMARY KEY, title text);
CREATE ROLE outline_owner;
CREATE ROLE "outline Caller";
CREATE ROLE outline_designer;
GRANT USAGE, CREATE ON SCHEMA desk TO outline_owner, outline_designer;
GRANT ALL ON desk.task TO outline_owner;
SELECT grant_action_design('outline_owner'), grant_action_design('outline_designer');
GRANT USAGE ON LANGUAGE custom_action TO outline_owner;
SET ROLE outline_owner;

-- never activated
SELECT create_action('desk.work', '{"table": "desk.task", "steps": [{"update": "target", "set": {"title": "one"}}]}');
SELECT describe_action('desk.work');
SELECT describe_action('desk.work', 1);
-- active: nobody else may call it; others; everybody
SELECT activate_action('desk.work');
SELECT describe_action('desk.work');
GRANT EXECUTE ON FUNCTION desk.work TO "outline Caller", outline_designer;
SELECT substring(describe_action('desk.work') FROM 'may be called by (.*)\n\n');
GRANT EXECUTE ON FUNCTION desk.work TO PUBLIC;
SELECT substring(describe_action('desk.work') FROM 'may be called by (.*)\n\n');
REVOKE EXECUTE ON FUNCTION desk.work FROM PUBLIC, outline_owner;
SELECT substring(describe_action('desk.work') FROM 'may be called by (.*)\n\n');
REVOKE EXECUTE ON FUNCTION desk.work FROM "outline Caller", outline_designer;
SELECT substring(describe_action('desk.work') FROM 'may be called by (.*)\n\n');
GRANT EXECUTE ON FUNCTION desk.work TO outline_owner;

-- The draft differs: what is published is shown, and the ids are not those of its steps.
UPDATE custom_actions.step SET arguments = '{"set": {"title": "two"}}' WHERE action = 'desk.work';
SELECT describe_action('desk.work');
SELECT describe_action(name => 'desk.work', version => 0);
SELECT o.path, o.step_id IS NULL AS none, o.text FROM action_outline('desk.work') AS o WHERE o.path ~ '^1';
SELECT o.path, o.step_id IS NULL AS none, o.text FROM action_outline('desk.work', 0) AS o WHERE o.path ~ '^1';
SELECT activate_action('desk.work');
SELECT describe_action('desk.work');
SELECT o.path, o.step_id IS NULL AS none, o.text FROM action_outline('desk.work') AS o WHERE o.path ~ '^1';
-- an old version, one that never was, nothing at all
SELECT describe_action('desk.work', 1);
SELECT describe_action('desk.work', 2) = describe_action('desk.work');
SELECT describe_action('desk.work', 3);
SELECT describe_action('desk.work', -1);
SELECT describe_action('desk.wurk');
SELECT * FROM action_outline('desk.wurk', 0);
SELECT describe_action(NULL);
-- deactivated
SELECT deactivate_action('desk.work');
SELECT describe_action('desk.work');
SELECT activate_action('desk.work');

-- no draft
RESET ROLE;
SET check_function_bodies = off;
DELETE FROM custom_actions.step WHERE action = 'desk.work';
DELETE FROM custom_actions.action WHERE name = 'desk.work';
RESET check_function_bodies;
SET ROLE outline_owner;
SELECT describe_action('desk.work');
SELECT describe_action('desk.work', 0);
SELECT restore_action('desk.work');

-- names in quotes, a name without its schema
RESET ROLE;
CREATE SCHEMA "My Desk";
SELECT create_action('"My Desk".tidy', '{"steps": [{"let": {"a": 1}}]}');
SELECT activate_action('"My Desk".tidy');
UPDATE custom_actions.step SET enabled = false WHERE action = '"My Desk".tidy';
SET search_path = "My Desk", public;
SELECT describe_action('tidy');
RESET search_path;

-- who may ask: designers, of all actions; nobody else
SET ROLE outline_designer;
SELECT describe_action('desk.work');
SET ROLE "outline Caller";
SELECT describe_action('desk.work');
RESET ROLE;

-- dropped: the draft is left, and what took the function
DROP FUNCTION desk.work;
SELECT regexp_replace(describe_action('desk.work'), '(by) .* at [^\n]*', '\1 ...');
SELECT describe_action('desk.work', 1);
SELECT drop_action('desk.work');
SELECT describe_action('desk.work');
SELECT describe_action('desk.work', 1);

SELECT drop_action('"My Desk".tidy');
DROP SCHEMA "My Desk", desk CASCADE;
SELECT revoke_action_design('outline_owner'), revoke_action_design('outline_designer');
DROP OWNED BY outline_owner, outline_designer, "outline Caller";
DROP ROLE outline_owner, outline_designer, "outline Caller";
