-- Who may call what: callers, and granting as callers need it.

CREATE VIEW custom_actions.callers
WITH (security_invoker = true)
AS
WITH granted AS (
	SELECT custom_actions.qualified_name(n.nspname, p.proname) AS action,
		p.proowner, n.oid AS schema, e.grantee
	FROM pg_catalog.pg_proc AS p
		JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
		JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
		CROSS JOIN LATERAL custom_actions.execute_grants(p.oid) AS e
	WHERE l.lanname = 'custom_action'
)
SELECT g.action, r.rolname::text AS role,
	CASE WHEN g.grantee <> r.oid AND g.grantee = 0 THEN 'through PUBLIC'
		WHEN g.grantee <> r.oid THEN 'through role ' || g.grantee::regrole::text
		WHEN g.proowner = r.oid THEN 'owner'
		ELSE 'directly' END AS granted,
	NOT has_schema_privilege(r.oid, g.schema, 'USAGE') AS schema_missing
FROM granted AS g
	JOIN pg_catalog.pg_roles AS r ON g.grantee = r.oid
		OR NOT r.rolsuper AND r.rolname !~ '^pg_'
			AND CASE WHEN g.grantee = 0 THEN true
				ELSE pg_has_role(r.oid, g.grantee, 'USAGE') END
UNION ALL
SELECT g.action, 'PUBLIC', 'directly', NOT has_schema_privilege('public', g.schema, 'USAGE')
FROM granted AS g
WHERE g.grantee = 0;

COMMENT ON VIEW custom_actions.callers IS
	'who may call which action, and how the right came to him; superusers may call all';
COMMENT ON COLUMN custom_actions.callers.action IS 'qualified name';
COMMENT ON COLUMN custom_actions.callers.role IS 'role that may call it; PUBLIC: everybody';
COMMENT ON COLUMN custom_actions.callers.granted IS
	'owner, directly, through PUBLIC or through a role that it is a member of; one row for each way';
COMMENT ON COLUMN custom_actions.callers.schema_missing IS
	'whether USAGE on the action''s schema is missing, so that the right does not help yet';

CREATE FUNCTION custom_actions.callable_function(action_name text)
RETURNS regprocedure
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function oid := action_function(action_name);
BEGIN
	IF function IS NULL AND has_draft(action_name) THEN
		RAISE EXCEPTION 'action "%" is not published', action_name
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('Rights are those of its function: activate_action(%L) makes it.', action_name);
	ELSIF function IS NULL THEN
		PERFORM refuse_missing(action_name);
	END IF;
	RETURN function::regprocedure;
END
$$;

COMMENT ON FUNCTION custom_actions.callable_function(text) IS
	'function of an action; an error if it is not published';

CREATE FUNCTION custom_actions.has_granted(function regprocedure, role regrole)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM custom_actions.execute_grants(function) AS g
		WHERE g.grantee = role);
END;

COMMENT ON FUNCTION custom_actions.has_granted(regprocedure, regrole) IS
	'whether EXECUTE is granted to the role itself, not to PUBLIC or another role';

CREATE FUNCTION custom_actions.grant_call(action_name text, role regrole)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function regprocedure := callable_function(action_name);
	schema_name text := (SELECT n.nspname FROM pg_proc AS p
		JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.oid = function);
	given text[];
BEGIN
	IF NOT has_granted(function, role) THEN
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', function, role);
		IF NOT has_granted(function, role) THEN
			RAISE EXCEPTION 'permission denied to grant action "%"', action_name
				USING ERRCODE = 'insufficient_privilege',
					HINT = 'It takes the action''s owner, or EXECUTE WITH GRANT OPTION.';
		END IF;
		given := given || 'EXECUTE'::text;
	END IF;
	IF NOT has_schema_privilege(role, schema_name, 'USAGE') THEN
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', schema_name, role);
		IF NOT has_schema_privilege(role, schema_name, 'USAGE') THEN
			RAISE EXCEPTION 'permission denied to grant USAGE on schema "%"', schema_name
				USING ERRCODE = 'insufficient_privilege',
					DETAIL = format('Without it, role %s cannot call action "%s".', role, action_name),
					HINT = format('Let the schema''s owner run: GRANT USAGE ON SCHEMA %I TO %s', schema_name, role);
		END IF;
		given := given || format('USAGE on schema %I', schema_name);
	END IF;
	IF given IS NULL THEN
		RAISE NOTICE 'role % may call action "%" already', role, action_name;
	ELSE
		RAISE NOTICE 'role % may call action "%" now: granted %',
			role, action_name, array_to_string(given, ' and ');
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.grant_call(text, regrole) IS 'does the work of grant_action';

CREATE FUNCTION custom_actions.grant_action(name text, role regrole)
RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
	SELECT custom_actions.grant_call(
		custom_actions.canonical_name(grant_action.name), grant_action.role);
END;

COMMENT ON FUNCTION custom_actions.grant_action(text, regrole) IS 'body of grant_action';

CREATE FUNCTION custom_actions.uses_schema(role regrole, schema oid, besides regprocedure)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
			SELECT
			FROM pg_class AS c
			WHERE c.relnamespace = schema AND c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S')
				AND CASE WHEN c.relkind = 'S'
					THEN has_sequence_privilege(role, c.oid, 'USAGE, SELECT, UPDATE')
					ELSE has_table_privilege(role, c.oid,
							'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
						OR has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
					END)
		OR EXISTS (
			SELECT
			FROM pg_proc AS p
			WHERE p.pronamespace = schema AND p.oid <> besides
				AND has_function_privilege(role, p.oid, 'EXECUTE'))
		OR EXISTS (
			SELECT
			FROM pg_type AS t
				LEFT JOIN pg_class AS c ON c.oid = t.typrelid
			WHERE t.typnamespace = schema
				AND (t.typtype IN ('d', 'e', 'r') OR c.relkind = 'c')
				AND has_type_privilege(role, t.oid, 'USAGE'));
END;

COMMENT ON FUNCTION custom_actions.uses_schema(regrole, oid, regprocedure) IS
	'whether a role may use anything in a schema but this function, in whatever way the right came to it';

CREATE FUNCTION custom_actions.revoke_schema(role regrole, schema_name text, besides regprocedure)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	schema oid := (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = schema_name);
BEGIN
	IF NOT EXISTS (
		SELECT
		FROM pg_namespace AS n
			CROSS JOIN LATERAL aclexplode(n.nspacl) AS acl
		WHERE n.oid = schema AND acl.grantee = role AND acl.privilege_type = 'USAGE')
	THEN
		RETURN '';
	END IF;
	IF uses_schema(role, schema, besides)
		OR NOT pg_has_role((SELECT n.nspowner FROM pg_namespace AS n WHERE n.oid = schema), 'USAGE')
	THEN
		RETURN format(', not USAGE on schema %I,', schema_name);
	END IF;
	EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %s', schema_name, role);
	RETURN format(' and USAGE on schema %I, which serves nothing else,', schema_name);
END
$$;

COMMENT ON FUNCTION custom_actions.revoke_schema(regrole, text, regprocedure) IS
	'takes USAGE on a schema from a role that may use nothing else in it; tells what was done';

CREATE FUNCTION custom_actions.revoke_call(action_name text, role regrole)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	function regprocedure := callable_function(action_name);
	schema_name text := (SELECT n.nspname FROM pg_proc AS p
		JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.oid = function);
	ways text;
BEGIN
	IF role = (SELECT p.proowner FROM pg_proc AS p WHERE p.oid = function) THEN
		RAISE EXCEPTION 'role % owns action "%"', role, action_name
			USING ERRCODE = 'invalid_grant_operation',
				HINT = 'An owner may always give the right to himself: let another role own it.';
	END IF;
	IF has_granted(function, role) THEN
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM %s', function, role);
		IF has_granted(function, role) THEN
			RAISE EXCEPTION 'permission denied to revoke action "%" from role %', action_name, role
				USING ERRCODE = 'insufficient_privilege',
					HINT = 'It takes the action''s owner, or the role that granted it.';
		END IF;
		RAISE NOTICE 'revoked EXECUTE on action "%"% from role %',
			action_name, revoke_schema(role, schema_name, function), role;
	ELSE
		RAISE NOTICE 'action "%" is not granted to role %', action_name, role;
	END IF;

	SELECT string_agg(c.granted, ', ' ORDER BY c.granted) INTO ways
	FROM callers AS c
	WHERE c.action = canonical_spelling(action_name)
		AND c.role = (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = revoke_call.role);
	IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = role) THEN
		ways := concat_ws(', ', ways, 'as a superuser');
	END IF;
	IF ways IS NOT NULL THEN
		RAISE WARNING 'role % may still call action "%": %', role, action_name, ways;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.revoke_call(text, regrole) IS 'does the work of revoke_action';

CREATE FUNCTION custom_actions.revoke_action(name text, role regrole)
RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
	SELECT custom_actions.revoke_call(
		custom_actions.canonical_name(revoke_action.name), revoke_action.role);
END;

COMMENT ON FUNCTION custom_actions.revoke_action(text, regrole) IS 'body of revoke_action';

CREATE FUNCTION custom_actions.lacking(action_name text, role oid, wanted integer)
RETURNS TABLE (path text, privilege text, object text, grant_statement text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT m.path, m.privilege, m.object, m.grant_statement
	FROM custom_actions.missing_privileges(
		action_name, custom_actions.document_in_use(action_name, wanted),
		custom_actions.action_owner(action_name), role) AS m;
END;

COMMENT ON FUNCTION custom_actions.lacking(text, oid, integer) IS
	'does the work of check_action_privileges';

CREATE FUNCTION custom_actions.check_action_privileges(
	name text, role regrole, version integer DEFAULT NULL)
RETURNS TABLE (path text, privilege text, object text, grant_statement text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT m.path, m.privilege, m.object, m.grant_statement
	FROM custom_actions.lacking(
		custom_actions.canonical_name(check_action_privileges.name),
		check_action_privileges.role, check_action_privileges.version) AS m;
END;

COMMENT ON FUNCTION custom_actions.check_action_privileges(text, regrole, integer) IS
	'body of check_action_privileges';
