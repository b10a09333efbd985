-- What lets a role change more than its privileges on tables say: code of others that
-- runs with more rights, attributes of roles, what it may make.

CREATE FUNCTION custom_actions.code_of_others(role oid)
RETURNS TABLE (way text, path text, remark text)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH within AS MATERIALIZED (
		SELECT w.who
		FROM custom_actions.roles_within(role) AS w
	), callable AS MATERIALIZED (
		SELECT p.oid, p.prosecdef, p.proowner, l.lanpltrusted OR l.lanname = 'internal' AS trusted,
			e.extname AS extension
		FROM pg_proc AS p
			JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname <> 'custom_action'
			LEFT JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
			LEFT JOIN pg_extension AS e ON e.oid = d.refobjid
		WHERE p.oid >= 16384 AND p.prorettype <> 'event_trigger'::regtype
			AND (p.prosecdef OR NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'sql'))
			AND p.proowner NOT IN (SELECT w.who FROM within AS w)
			AND e.extname IS DISTINCT FROM 'custom_actions'
			AND EXISTS (
				-- an aggregate runs its functions for whoever may call it
				SELECT
				FROM (
					SELECT p.oid
					UNION ALL
					SELECT a.aggfnoid
					FROM pg_aggregate AS a
					WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)) AS f (oid)
					CROSS JOIN LATERAL custom_actions.execute_grants(f.oid) AS g
				WHERE g.grantee = 0 OR g.grantee IN (SELECT w.who FROM within AS w))
	)
	SELECT 'function', c.oid::regprocedure::text,
		format('Anything that it does with the rights of role %s, whose SECURITY DEFINER it is.', c.proowner::regrole)
	FROM callable AS c
	WHERE c.prosecdef
	UNION ALL
	SELECT 'function', c.oid::regprocedure::text, 'Its language is not trusted: anything that it does, whatever privileges there are.'
	FROM callable AS c
	WHERE NOT c.prosecdef AND NOT c.trusted AND c.extension IS NULL
	UNION ALL
	SELECT DISTINCT 'function', 'functions in C of extension ' || quote_ident(c.extension),
		'Anything that they do, whatever privileges there are.'
	FROM callable AS c
	WHERE NOT c.prosecdef AND NOT c.trusted AND c.extension IS NOT NULL
	UNION ALL
	SELECT 'event trigger', quote_ident(t.evtname),
		format('Anything that %s does with the rights of role %s, when the role runs DDL.',
			p.oid::regprocedure, p.proowner::regrole)
	FROM pg_event_trigger AS t
		JOIN pg_proc AS p ON p.oid = t.evtfoid
	WHERE t.evtenabled IN ('O', 'A') AND p.prosecdef AND p.proowner NOT IN (SELECT w.who FROM within AS w)
		AND p.pronamespace <> 'custom_actions'::regnamespace;
END;

COMMENT ON FUNCTION custom_actions.code_of_others(oid) IS
	'functions that a role may call, or fire, which do things with other rights than its own';

CREATE FUNCTION custom_actions.powers(role oid)
RETURNS TABLE (way text, path text, remark text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH within AS MATERIALIZED (
		SELECT w.who, w.way, r.rolname, r.rolsuper, r.rolcreaterole, r.rolbypassrls
		FROM custom_actions.roles_within(role) AS w
			JOIN pg_roles AS r ON r.oid = w.who
	)
	SELECT 'superuser', w.way, 'Everything, protected tables included.'
	FROM within AS w
	WHERE w.rolsuper
	UNION ALL
	SELECT 'predefined role', w.way, 'Runs programs and writes files on the server, so it can become whoever it wants.'
	FROM within AS w
	WHERE w.rolname IN ('pg_execute_server_program', 'pg_write_server_files')
	UNION ALL
	SELECT 'CREATEROLE', w.way, 'Makes itself a member of any role that is no superuser, all of whose rights are listed.'
	FROM within AS w
	WHERE w.rolcreaterole AND NOT w.rolsuper
		AND current_setting('server_version_num')::integer < 160000
	UNION ALL
	SELECT 'BYPASSRLS', w.way, 'Row-level security does not hold it back.'
	FROM within AS w
	WHERE w.rolbypassrls AND NOT w.rolsuper
	UNION ALL
	SELECT 'setting', 'session_replication_role: ' || w.way, 'Switches off triggers, foreign keys and the protection of tables.'
	FROM within AS w
	WHERE has_parameter_privilege(w.who, 'session_replication_role', 'SET') AND NOT w.rolsuper
	UNION ALL
	SELECT DISTINCT 'language', 'custom_action', 'Makes actions, which may write what it has privileges for, protected tables included.'
	FROM within AS w
	WHERE has_language_privilege(w.who, 'custom_action', 'USAGE') AND NOT w.rolsuper
	UNION ALL
	SELECT DISTINCT 'foreign server', quote_ident(s.srvname), 'Whatever the user mappings of that server let it write there.'
	FROM within AS w
		CROSS JOIN pg_foreign_server AS s
	WHERE has_server_privilege(w.who, s.oid, 'USAGE') AND NOT w.rolsuper
	UNION ALL
	SELECT 'large object', min(w.way), format('Large objects that there are: %s.', count(DISTINCT o.oid))
	FROM within AS w
		JOIN pg_largeobject_metadata AS o ON o.lomowner = w.who
			OR EXISTS (
				SELECT
				FROM aclexplode(o.lomacl) AS a
				WHERE a.privilege_type = 'UPDATE' AND a.grantee IN (0, w.who))
	WHERE NOT w.rolsuper
	HAVING count(*) > 0;
END;

COMMENT ON FUNCTION custom_actions.powers(oid) IS
	'attributes and rights of a role that are about more than single tables';

CREATE FUNCTION custom_actions.makings(role oid)
RETURNS TABLE (way text, path text, remark text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH within AS MATERIALIZED (
		SELECT w.who, w.way
		FROM custom_actions.roles_within(role) AS w
			JOIN pg_roles AS r ON r.oid = w.who
		WHERE NOT r.rolsuper
	)
	SELECT 'schema', format('owner of %I: %s', n.nspname, w.way), 'Drops what is in it, whoever owns that.'
	FROM within AS w
		JOIN pg_namespace AS n ON n.nspowner = w.who
	WHERE n.oid >= 16384 OR n.nspname = 'public'
	UNION ALL
	SELECT DISTINCT 'schema', format('CREATE on %I', n.nspname),
		'Makes functions and tables of its own there, in any language that it may use; others may come to call them.'
	FROM within AS w
		JOIN pg_namespace AS n ON has_schema_privilege(w.who, n.oid, 'CREATE')
	WHERE n.nspname !~ '^pg_'
	UNION ALL
	SELECT DISTINCT 'database', 'CREATE on ' || quote_ident(current_database()), 'Makes schemas of its own.'
	FROM within AS w
	WHERE has_database_privilege(w.who, current_database(), 'CREATE');
END;

COMMENT ON FUNCTION custom_actions.makings(oid) IS
	'where a role may make or drop objects';

CREATE FUNCTION custom_actions.code_in_actions(role oid)
RETURNS TABLE (action oid, function oid, runner oid, path text)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH performed AS MATERIALIZED (
		SELECT DISTINCT p.action, p.function, p.runner
		FROM custom_actions.performed(role) AS p
	), used AS (
		SELECT p.action, p.function AS inside, p.runner, to_regprocedure(w.function)::oid AS function, w.function AS name,
			w.unknown
		FROM performed AS p
			CROSS JOIN LATERAL custom_actions.action_written(p.function) AS w
		WHERE w.function IS NOT NULL OR w.unknown
		UNION
		SELECT p.action, p.function, p.runner, d.refobjid, d.refobjid::regprocedure::text, NULL
		FROM performed AS p
			JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.function
				AND d.refclassid = 'pg_proc'::regclass
			JOIN pg_proc AS f ON f.oid = d.refobjid
			JOIN pg_language AS l ON l.oid = f.prolang AND l.lanname <> 'custom_action'
	)
	SELECT u.action, u.function, u.runner,
		CASE WHEN u.unknown THEN 'steps that do not compile' ELSE 'calls ' || u.name END
		|| CASE WHEN u.inside = u.action THEN '' ELSE ' in ' || custom_actions.function_words(u.inside) END
	FROM used AS u;
END;

COMMENT ON FUNCTION custom_actions.code_in_actions(oid) IS
	'functions that run in actions which a role may call: of steps, formulas and plug-ins';
