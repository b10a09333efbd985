-- Who may call: callers, grant_action, revoke_action.
\i test/sql/prelude.sql
CREATE SCHEMA api;
CREATE SCHEMA support;
CREATE TABLE support.case (id bigint PRIMARY KEY, status text);
CREATE ROLE regress_rights_app;
CREATE ROLE regress_rights_team;
CREATE ROLE "regress rights odd";
CREATE ROLE regress_rights_outside;
CREATE ROLE regress_rights_owner;
CREATE ROLE regress_rights_root SUPERUSER;
GRANT regress_rights_team TO "regress rights odd";
CREATE VIEW who AS SELECT action, CASE WHEN granted = 'owner' THEN '(owner)' ELSE role END AS role, granted, schema_missing
FROM custom_actions.callers WHERE role ~ '^regress.rights.(app|team|odd|outside|owner|root)' OR role = 'PUBLIC' OR granted = 'owner' ORDER BY 1, 2, 3;
SELECT define('api.one', '{"steps": []}');
SELECT define('api.two', '{"steps": []}');
SELECT define('support.three', '{"steps": []}');
SELECT * FROM who;

SELECT grant_action('api.one', 'regress_rights_app');
SELECT grant_action('api.one', 'regress_rights_app');
SELECT grant_action('api.two', 'regress_rights_app');
SELECT grant_action('api.two', 'regress_rights_team');
GRANT EXECUTE ON FUNCTION support.three TO regress_rights_team;
SELECT * FROM who;
SELECT grant_action('support.three', 'regress_rights_team');
SELECT grant_action('api.one', '"regress rights odd"');
SET ROLE regress_rights_app;
SELECT api.one();
RESET ROLE;

-- Taking it back; USAGE goes with the last thing that may be used
SELECT revoke_action('api.one', 'regress_rights_app');
SELECT revoke_action('api.one', 'regress_rights_app');
SELECT revoke_action('api.two', 'regress_rights_app');
GRANT SELECT ON support.case TO regress_rights_team;
SELECT revoke_action('support.three', 'regress_rights_team');
SELECT revoke_action('api.two', '"regress rights odd"');
GRANT EXECUTE ON FUNCTION api.one TO PUBLIC;
SELECT revoke_action('api.one', '"regress rights odd"');
SELECT revoke_action('api.one', 'regress_rights_root');
SELECT * FROM who;
REVOKE EXECUTE ON FUNCTION api.one FROM PUBLIC;

-- As whoever calls may
SELECT grant_action_design('regress_rights_outside');
GRANT USAGE ON SCHEMA api TO regress_rights_outside;
GRANT EXECUTE ON FUNCTION api.one TO regress_rights_outside;
SET ROLE regress_rights_outside;
SELECT grant_action('api.one', 'regress_rights_app');
SELECT revoke_action('api.two', 'regress_rights_team');
RESET ROLE;
GRANT EXECUTE ON FUNCTION api.one TO regress_rights_outside WITH GRANT OPTION;
SET ROLE regress_rights_outside;
SELECT grant_action('api.one', 'regress_rights_app');
RESET ROLE;
GRANT USAGE ON SCHEMA api TO regress_rights_app;
SET ROLE regress_rights_outside;
SELECT grant_action('api.one', 'regress_rights_app');
RESET ROLE;
SELECT revoke_action('api.one', 'regress_rights_app');
ALTER FUNCTION support.three OWNER TO regress_rights_owner;
SELECT revoke_action('support.three', 'regress_rights_owner');

-- What cannot be granted
SELECT create_action('api.draft', '{"steps": []}');
SELECT grant_action('api.draft', 'regress_rights_app');
SELECT revoke_action('api.nothing', 'regress_rights_app');
SELECT grant_action('api.one', 'regress_rights_nobody');
SET ROLE regress_rights_app;
SELECT grant_action('api.one', 'regress_rights_app');
RESET ROLE;

DROP OWNED BY regress_rights_app, regress_rights_team, "regress rights odd", regress_rights_outside, regress_rights_owner;
DROP ROLE regress_rights_app, regress_rights_team, "regress rights odd", regress_rights_outside, regress_rights_owner, regress_rights_root;

-- Views say how few rows their functions give, so that nobody waits for JIT on a thousand actions; statistics are asked once
SELECT DISTINCT p.oid::regprocedure AS function
FROM pg_depend AS d
	JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
	JOIN pg_class AS c ON c.oid = r.ev_class AND c.relnamespace = 'custom_actions'::regnamespace
	JOIN pg_proc AS p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
WHERE p.proretset AND p.prorows >= 1000;
