-- Lets a role call certain actions and no others, and says what it can write besides.

CREATE FUNCTION custom_actions.require_agent(role regrole, actions text[])
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	action_name text;
BEGIN
	IF role IS NULL THEN
		RAISE EXCEPTION 'role must not be null' USING ERRCODE = 'null_value_not_allowed';
	ELSIF actions IS NULL OR array_position(actions, NULL) IS NOT NULL THEN
		RAISE EXCEPTION 'actions must not be null'
			USING ERRCODE = 'null_value_not_allowed',
				HINT = 'An empty list takes all actions from the role.';
	END IF;
	IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = role) THEN
		RAISE EXCEPTION 'role % is a superuser', role
			USING ERRCODE = 'invalid_grant_operation',
				HINT = 'Nothing can be kept from it: let the agent have a role of its own.';
	END IF;
	FOREACH action_name IN ARRAY actions LOOP
		PERFORM callable_function(action_name);
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.require_agent(regrole, text[]) IS
	'refuses a superuser, and actions that are not published';

CREATE FUNCTION custom_actions.revoke_others(role regrole, actions text[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	other record;
BEGIN
	FOR other IN
		SELECT function_words(p.oid) AS name, p.proowner = role AS owned
		FROM pg_proc AS p
			JOIN pg_language AS l ON l.oid = p.prolang
		WHERE l.lanname = 'custom_action' AND has_granted(p.oid, role)
			AND p.oid NOT IN (SELECT action_function(a.name) FROM unnest(actions) AS a (name))
		ORDER BY function_words(p.oid) COLLATE "C"
	LOOP
		CONTINUE WHEN other.owned;
		BEGIN
			PERFORM revoke_call(other.name, role);
		EXCEPTION
			WHEN insufficient_privilege THEN
				RAISE WARNING '%', SQLERRM;
			WHEN dependent_objects_still_exist THEN
				RAISE WARNING 'role % keeps action "%", since it has granted it to others', role, other.name;
		END;
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.revoke_others(regrole, text[]) IS
	'takes from a role what is granted to it of other actions, as far as the caller may';

CREATE FUNCTION custom_actions.revoke_statement(function oid, role oid)
RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- only who has granted it can take it back
	SELECT string_agg(format('%sREVOKE EXECUTE ON FUNCTION %s FROM %s%s',
			CASE WHEN a.grantor <> p.proowner THEN format('SET ROLE %s; ', a.grantor::regrole) END, function::regprocedure, role::regrole,
			CASE WHEN EXISTS (SELECT FROM aclexplode(p.proacl) AS b WHERE b.grantor = role AND b.privilege_type = 'EXECUTE') THEN ' CASCADE' END),
		'; ' ORDER BY a.grantor <> p.proowner, a.grantor)
	FROM pg_proc AS p
		CROSS JOIN LATERAL aclexplode(p.proacl) AS a
	WHERE p.oid = function AND a.grantee = role AND a.privilege_type = 'EXECUTE';
END;

COMMENT ON FUNCTION custom_actions.revoke_statement(oid, oid) IS
	'takes from a role what is granted to it of a function, whoever has granted it';

CREATE FUNCTION custom_actions.other_calls(role regrole, actions text[])
RETURNS TABLE (subject text, finding text, remedy text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.function_words(p.action),
		'can be called all the same: ' || CASE WHEN g.grantee = 0 THEN 'granted to PUBLIC'
			WHEN g.grantee = f.proowner THEN 'owner: ' || w.way
			ELSE 'granted to ' || w.way END,
		CASE WHEN g.grantee = 0
			THEN format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', p.action::regprocedure)
			WHEN g.grantee = f.proowner THEN format('ALTER FUNCTION %s OWNER TO ...', p.action::regprocedure)
			WHEN g.grantee = role THEN custom_actions.revoke_statement(p.action, role)
			ELSE format('REVOKE %s FROM %s', g.grantee::regrole, role) END
	FROM custom_actions.performed(role) AS p
		JOIN pg_proc AS f ON f.oid = p.action
		CROSS JOIN LATERAL custom_actions.execute_grants(p.action) AS g
		LEFT JOIN custom_actions.roles_within(role) AS w ON w.who = g.grantee
	WHERE p.function = p.action AND (g.grantee = 0 OR w.who IS NOT NULL)
		AND p.action NOT IN (SELECT custom_actions.action_function(a.name) FROM unnest(actions) AS a (name))
	ORDER BY 1, 2;
END;

COMMENT ON FUNCTION custom_actions.other_calls(regrole, text[]) IS
	'other actions that a role may call, and how';

CREATE FUNCTION custom_actions.unusable_calls(role regrole, actions text[])
RETURNS TABLE (subject text, finding text, remedy text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT l.name,
		format('does not work: lacks %s on %s, at %s', l.privilege, l.object, l.path)
		|| CASE WHEN l.count > 1 THEN format(', and %s more', l.count - 1) ELSE '' END,
		CASE WHEN l.as_owner THEN l.grant_statement
			ELSE format('Let it run as its owner ("run_as": "owner"); or %s, and protect_table() what it writes', l.grant_statement) END
	FROM (
		SELECT a.name, p.prosecdef AS as_owner, count(*) AS count,
			(array_agg(m.privilege ORDER BY m.number))[1] AS privilege,
			(array_agg(m.object ORDER BY m.number))[1] AS object,
			(array_agg(m.path ORDER BY m.number))[1] AS path,
			(array_agg(m.grant_statement ORDER BY m.number))[1] AS grant_statement
		FROM unnest(actions) AS a (name)
			JOIN pg_proc AS p ON p.oid = custom_actions.action_function(a.name)
			CROSS JOIN LATERAL custom_actions.lacking(a.name, role, NULL)
				WITH ORDINALITY AS m (path, privilege, object, grant_statement, number)
		WHERE m.path <> 'call'
		GROUP BY a.name, p.prosecdef) AS l
	ORDER BY 1;
END;

COMMENT ON FUNCTION custom_actions.unusable_calls(regrole, text[]) IS
	'actions that will not work for want of privileges';

CREATE FUNCTION custom_actions.other_writes(role regrole, actions text[])
RETURNS TABLE (subject text, finding text, remedy text)
LANGUAGE sql STABLE ROWS 20
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH found AS MATERIALIZED (
		-- what an action does is known, but for functions that it calls
		SELECT DISTINCT r.table_name, r.change, r.way, r.action_name, r.path, r.remark
		FROM custom_actions.report_rows(role) AS r
		WHERE CASE WHEN r.action_name IS NULL THEN r.way NOT IN ('record', 'default', 'generated')
			ELSE r.way = 'function' AND r.action_name IN (
				SELECT custom_actions.function_words(custom_actions.action_function(a.name))
				FROM unnest(actions) AS a (name)) END
	), needed AS (
		-- an action that runs as its caller would not work any more
		SELECT DISTINCT p.action, custom_actions.table_words(t.target) AS table_name
		FROM custom_actions.performed(role) AS p
			CROSS JOIN LATERAL custom_actions.action_written(p.function) AS w
			CROSS JOIN LATERAL (SELECT custom_actions.table_named(w.table_name)::regclass) AS t (target)
		WHERE p.runner IS NULL AND t.target IS NOT NULL
			AND p.action IN (SELECT custom_actions.action_function(a.name) FROM unnest(actions) AS a (name))
	), changes AS (
		SELECT f.table_name, f.way, f.path,
			string_agg(DISTINCT f.change, ', ' ORDER BY f.change) AS changes,
			bool_or(f.change IN ('nextval', 'setval')) AS sequence,
			string_agg(DISTINCT f.remark, ' ') AS remark
		FROM found AS f
		WHERE f.table_name IS NOT NULL
		GROUP BY f.table_name, f.way, f.path
	)
	SELECT c.table_name,
		format('%s: %s', c.changes, CASE WHEN c.way IN ('privilege', 'view', 'rule') THEN c.path ELSE c.way || ' ' || c.path END)
		|| coalesce('. ' || c.remark, ''),
		CASE WHEN c.way = 'privilege' AND c.table_name IN (SELECT n.table_name FROM needed AS n)
			THEN format('SELECT protect_table(%L)', c.table_name)
			WHEN c.sequence AND EXISTS (SELECT FROM needed) THEN NULL
			WHEN c.way = 'privilege' AND c.path IN ('granted to PUBLIC', format('granted to role %s', role))
			THEN format('REVOKE %s ON %s FROM %s',
				CASE WHEN c.sequence THEN 'ALL' ELSE upper(c.changes) END,
				CASE WHEN c.sequence THEN 'SEQUENCE ' ELSE '' END || c.table_name,
				CASE c.path WHEN 'granted to PUBLIC' THEN 'PUBLIC' ELSE role::text END) END
	FROM changes AS c
	UNION ALL
	SELECT coalesce(f.action_name, f.way || ' ' || f.path),
		CASE WHEN f.action_name IS NULL THEN '' ELSE f.path || ': ' END || f.remark, NULL
	FROM found AS f
	WHERE f.table_name IS NULL
	ORDER BY 1, 2;
END;

COMMENT ON FUNCTION custom_actions.other_writes(regrole, text[]) IS
	'what a role can write without any action, one row for each table and way';

CREATE FUNCTION custom_actions.grant_exactly(role regrole, actions text[])
RETURNS TABLE (subject text, finding text, remedy text)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
SET jit = off
AS $$
DECLARE
	action_name text;
BEGIN
	PERFORM require_agent(role, actions);
	FOR action_name IN SELECT DISTINCT a.name FROM unnest(actions) AS a (name) ORDER BY 1 LOOP
		PERFORM grant_call(action_name, role);
	END LOOP;
	PERFORM revoke_others(role, actions);
	RETURN QUERY
		SELECT c.* FROM other_calls(role, actions) AS c
		UNION ALL
		SELECT u.* FROM unusable_calls(role, actions) AS u
		UNION ALL
		SELECT w.* FROM other_writes(role, actions) AS w;
	IF NOT FOUND THEN
		RAISE NOTICE 'role % can change nothing%', role,
			CASE WHEN cardinality(actions) > 0 THEN ' but by these actions' ELSE '' END;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.grant_exactly(regrole, text[]) IS 'does the work of grant_agent';

CREATE FUNCTION custom_actions.grant_agent(role regrole, actions text[])
RETURNS TABLE (subject text, finding text, remedy text)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT g.subject, g.finding, g.remedy
	FROM custom_actions.grant_exactly(grant_agent.role,
		CASE WHEN grant_agent.actions IS NOT NULL
			THEN ARRAY(SELECT DISTINCT CASE WHEN a.name IS NOT NULL THEN custom_actions.canonical_name(a.name) END
				FROM unnest(grant_agent.actions) AS a (name)) END) AS g;
END;

COMMENT ON FUNCTION custom_actions.grant_agent(regrole, text[]) IS 'body of grant_agent';
