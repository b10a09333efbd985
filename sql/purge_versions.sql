-- drop_action(purge => true): the versions go, too.
\i test/sql/prelude.sql
CREATE ROLE purge_owner;
CREATE ROLE purge_other;
CREATE ROLE purge_landlord;
SELECT grant_action_design(r::regrole) FROM unnest('{purge_owner,purge_other,purge_landlord}'::text[]) AS r;
GRANT USAGE ON LANGUAGE custom_action TO purge_owner, purge_other;
CREATE SCHEMA place AUTHORIZATION purge_landlord;
GRANT USAGE, CREATE ON SCHEMA place TO purge_owner, purge_other;
CREATE FUNCTION versions() RETURNS TABLE (action text, version integer) LANGUAGE sql AS
	'SELECT v.action, v.version FROM custom_actions.version AS v ORDER BY 1, 2';
CREATE PROCEDURE publish(name text) LANGUAGE plpgsql AS $$ BEGIN PERFORM create_action(name), activate_action(name); END $$;

SET ROLE purge_owner;
CALL publish('place.a');
SELECT drop_action('place.a');
SELECT * FROM versions();
-- the numbers go on
CALL publish('place.a');
SELECT * FROM versions();
-- versions of an action that is there are kept
DELETE FROM custom_actions.version;
-- with it; those of one that was dropped before are no versions of this one
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
CALL publish('place.a');
SELECT * FROM versions();
-- after it, once
SELECT drop_action('place.a');
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
SELECT drop_action('place.a', purge => true);
SELECT drop_action('place.a');
-- a draft that was never activated has none
SELECT create_action('place.a');
SELECT drop_action('place.a', purge => true);
CALL publish('place.a');
SELECT activate_action('place.a', note => 'no change');
SELECT set_action_value('place.a', 'timeout', '1 min'), activate_action('place.a');
SELECT drop_action('place.a');
SELECT create_action('place.a');
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
-- nor is it for somebody who has taken the name since
RESET ROLE;
SET ROLE purge_other;
CALL publish('place.a');
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
SELECT drop_action('place.a', purge => true);
RESET ROLE;
SET ROLE purge_owner;
SELECT drop_action('place.a', purge => true);
-- refused as a whole
CALL publish('place.a');
SELECT create_action('place.b', '{"steps": [{"perform": "place.a"}]}'), activate_action('place.b');
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
SELECT drop_action('place.b'), drop_action('place.a');
-- by others: no; the owner of the schema: yes
RESET ROLE;
SET ROLE purge_other;
SELECT drop_action('place.a', purge => true);
DELETE FROM custom_actions.version;
SELECT * FROM versions();
RESET ROLE;
SET ROLE purge_landlord;
SELECT drop_action('place.a', purge => true);
SELECT * FROM versions();
RESET ROLE;
-- and whoever may do all
SELECT drop_action('place.b', purge => true);
SELECT * FROM versions();

-- The clock may be behind the one of the machine that a dump was made on: what came first is known all the same.
CALL publish('place.clock');
SELECT drop_action('place.clock');
CALL publish('place.clock');
SET check_function_bodies = off;
UPDATE custom_actions.version SET activated_at = activated_at + interval '1 day' WHERE action = 'place.clock';
UPDATE custom_actions.action SET created_at = created_at + interval '1 day', modified_at = modified_at + interval '1 day' WHERE name = 'place.clock';
RESET check_function_bodies;
SELECT set_action_value('place.clock', 'timeout', '1 min');
SELECT path, change, after FROM diff_action('place.clock');
SELECT a.state, a.differs FROM custom_actions.actions AS a WHERE a.name = 'place.clock';
SELECT activate_action('place.clock');
SELECT drop_action('place.clock', purge => true);
SELECT * FROM versions() WHERE action = 'place.clock';
CALL publish('place.clock');
DROP FUNCTION place.clock();
SELECT a.state, a.differs FROM custom_actions.actions AS a WHERE a.name = 'place.clock';
SELECT drop_action('place.clock', purge => true);
SELECT drop_action('place.clock', purge => true);
SELECT * FROM versions() WHERE action = 'place.clock';
