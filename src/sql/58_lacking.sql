-- Who may call an action, and who of them lacks what its steps need.

CREATE FUNCTION custom_actions.execute_grants(function oid)
RETURNS TABLE (grantee oid, grant_option boolean)
LANGUAGE sql STABLE ROWS 2
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT acl.grantee, bool_or(acl.is_grantable)
	FROM pg_proc AS p
		CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
	WHERE p.oid = execute_grants.function AND acl.privilege_type = 'EXECUTE'
	GROUP BY acl.grantee;
END;

COMMENT ON FUNCTION custom_actions.execute_grants(oid) IS
	'to whom EXECUTE on a function is granted, 0: to everybody; the owner among them, if nobody has taken it from him';

CREATE FUNCTION custom_actions.roles_to_serve(action_name text, as_owner boolean)
RETURNS SETOF oid
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT DISTINCT r.oid
	FROM pg_proc AS p
		CROSS JOIN LATERAL custom_actions.execute_grants(p.oid) AS g
		JOIN pg_roles AS r ON r.oid = CASE WHEN as_owner THEN p.proowner ELSE g.grantee END
	WHERE p.oid = custom_actions.action_function(action_name)
		AND (as_owner OR g.grantee <> p.proowner)
		AND NOT EXISTS (
			SELECT
			FROM pg_roles AS s
			WHERE s.rolsuper AND pg_has_role(r.oid, s.oid, 'USAGE'));
END;

COMMENT ON FUNCTION custom_actions.roles_to_serve(text, boolean) IS
	'roles whose privileges an action runs with: its owner, or those who have EXECUTE themselves; no superusers';

CREATE FUNCTION custom_actions.lacking_callers(action_name text, definition json)
RETURNS TABLE (message text, detail text, hint text)
LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT format(CASE lacks.count WHEN 1
			THEN 'role %s, whose rights count, lacks a privilege that the action needs'
			ELSE 'role %s, whose rights count, lacks %s privileges that the action needs' END,
			r.role::regrole, lacks.count),
		format('The first is %s on %s, for %s.', lacks.privilege, lacks.object, lacks.path),
		format('SELECT * FROM check_action_privileges(%L, %L, 0) lists them with the GRANT for each.',
			action_name, r.role::regrole)
	FROM custom_actions.roles_to_serve(
			action_name, coalesce(definition ->> 'run_as' = 'owner', false)) AS r (role)
		CROSS JOIN LATERAL (
			SELECT count(*) AS count,
				(array_agg(m.privilege ORDER BY m.number))[1] AS privilege,
				(array_agg(m.object ORDER BY m.number))[1] AS object,
				(array_agg(m.path ORDER BY m.number))[1] AS path
			FROM custom_actions.missing_privileges(
				action_name, definition, custom_actions.action_owner(action_name), r.role)
				WITH ORDINALITY AS m (path, privilege, object, grant_statement, number)
			WHERE m.path <> 'call' OR definition ->> 'run_as' IS DISTINCT FROM 'owner') AS lacks
	WHERE lacks.count > 0
	ORDER BY r.role::regrole::text;
END;

COMMENT ON FUNCTION custom_actions.lacking_callers(text, json) IS
	'a warning for each role that may call an action and lacks what its steps need';
