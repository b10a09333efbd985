-- What a role can change, by itself and through actions: from privileges, what is
-- known of compiled actions, and what the catalogs say follows from a write.
--
-- A write is (table, change, column), without column: whole rows. Whose privileges
-- are asked for (checker) and as whom code runs (runner) may be the role itself, 0,
-- or the owner of an action, of a view, of a table with a foreign key. What cannot be
-- derived, because code of somebody's would have to be understood, is said as such.

CREATE FUNCTION custom_actions.roles_within(role oid)
RETURNS TABLE (who oid, way text)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- membership without SET came with 16, and CREATEROLE lost its power over all roles
	WITH RECURSIVE server AS (
		SELECT CASE WHEN current_setting('server_version_num')::integer < 160000
				THEN 'MEMBER' ELSE 'SET' END AS become,
			current_setting('server_version_num')::integer < 160000 AS old
	), reach AS (
		SELECT role AS who
		UNION
		SELECT other.oid
		FROM reach AS r
			JOIN pg_roles AS mine ON mine.oid = r.who AND NOT mine.rolsuper
			JOIN pg_roles AS other ON other.oid <> r.who
			CROSS JOIN server AS s
		WHERE pg_has_role(r.who, other.oid, 'USAGE')
			OR pg_has_role(r.who, other.oid, s.become)
			OR pg_has_role(r.who, other.oid, 'MEMBER WITH ADMIN OPTION')
			OR s.old AND mine.rolcreaterole AND NOT other.rolsuper
	)
	SELECT r.who,
		CASE WHEN r.who = role THEN format('role %s', r.who::regrole)
			WHEN pg_has_role(role, r.who, 'USAGE') THEN format('role %s', r.who::regrole)
			WHEN pg_has_role(role, r.who, s.become) THEN format('role %s, after SET ROLE', r.who::regrole)
			ELSE format('role %s, which it can make itself a member of', r.who::regrole) END
	FROM reach AS r
		CROSS JOIN server AS s;
END;

COMMENT ON FUNCTION custom_actions.roles_within(oid) IS
	'a role and all whose rights it has or can get by itself, in words';

CREATE FUNCTION custom_actions.write_rights(role oid)
RETURNS TABLE (target oid, column_name text, privilege text, path text, owns boolean)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH within AS MATERIALIZED (
		SELECT w.who, w.way, r.rolname, r.rolsuper AS super
		FROM custom_actions.roles_within(role) AS w
			JOIN pg_roles AS r ON r.oid = w.who
	), relation AS MATERIALIZED (
		SELECT c.oid, c.relowner, c.relkind,
			coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
		FROM pg_class AS c
			JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm', 'S') AND c.relpersistence <> 't'
			AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
	), granted AS (
		SELECT c.oid AS target, NULL AS column_name, a.privilege_type AS privilege, a.grantee
		FROM relation AS c
			CROSS JOIN LATERAL aclexplode(c.acl) AS a
		WHERE a.grantee <> c.relowner
		UNION
		SELECT c.oid, f.attname::text, a.privilege_type, a.grantee
		FROM relation AS c
			JOIN pg_attribute AS f ON f.attrelid = c.oid AND f.attnum > 0 AND NOT f.attisdropped
			CROSS JOIN LATERAL aclexplode(f.attacl) AS a
		WHERE a.grantee <> c.relowner
	)
	SELECT g.target, g.column_name, g.privilege, 'granted to PUBLIC', false
	FROM granted AS g
	WHERE g.grantee = 0
	UNION ALL
	SELECT g.target, g.column_name, g.privilege, 'granted to ' || w.way, false
	FROM granted AS g
		JOIN within AS w ON w.who = g.grantee
	UNION ALL
	SELECT c.oid, NULL, p.privilege,
		CASE WHEN w.super THEN w.way || ' is a superuser' ELSE 'owner: ' || w.way END, true
	FROM relation AS c
		JOIN within AS w ON w.super OR w.who = c.relowner
		CROSS JOIN unnest('{INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER,USAGE}'::text[]) AS p (privilege)
	UNION ALL
	SELECT c.oid, NULL, p.privilege, 'granted to all in ' || w.way, false
	FROM relation AS c
		CROSS JOIN within AS w
		JOIN (VALUES ('pg_write_all_data', 'INSERT'), ('pg_write_all_data', 'UPDATE'), ('pg_write_all_data', 'DELETE'),
				('pg_maintain', 'MAINTAIN')) AS p (role, privilege)	-- pg_maintain came with 17
			ON p.role = w.rolname;
END;

COMMENT ON FUNCTION custom_actions.write_rights(oid) IS
	'privileges of a role to write tables, views and sequences, for each way in which it has them';

CREATE FUNCTION custom_actions.write_guards(role oid)
RETURNS TABLE (target oid, columns text[], actions oid[])
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	-- whoever may make actions has one that may write, unless they are listed
	SELECT t.relid, p.columns,
		(SELECT array_agg(custom_actions.action_function(a.name)) FROM unnest(p.actions) AS a (name))
	FROM custom_actions.protections AS p
		CROSS JOIN LATERAL (
			SELECT custom_actions.table_named(p.table_name) AS relid
			UNION
			SELECT f.relid
			FROM pg_partition_tree(custom_actions.table_named(p.table_name)::regclass) AS f) AS t
	WHERE p.enabled AND NOT EXISTS (
		SELECT
		FROM custom_actions.roles_within(role) AS w
		WHERE has_parameter_privilege(w.who, 'session_replication_role', 'SET')
			OR p.actions IS NULL AND has_language_privilege(w.who, 'custom_action', 'USAGE'));
END;

COMMENT ON FUNCTION custom_actions.write_guards(oid) IS
	'tables that a role cannot write outside of actions, with their partitions';

CREATE FUNCTION custom_actions.view_links()
RETURNS TABLE (
	source oid, event text, source_column text, target oid, change text, column_name text,
	way text, path text, checker oid)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT c.oid, e.event, v.column_name, v.base, e.event, v.base_column, 'view',
		'view ' || custom_actions.table_words(c.oid),
		CASE WHEN EXISTS (
				SELECT
				FROM pg_options_to_table(c.reloptions) AS o
				WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
			THEN NULL ELSE c.relowner END
	FROM pg_class AS c
		CROSS JOIN LATERAL custom_actions.view_columns(c.oid) AS v
		JOIN unnest('{insert,update,delete}'::text[]) AS e (event)
			ON e.event = 'insert' OR (v.column_name IS NULL) = (e.event = 'delete')
	WHERE c.relkind = 'v' AND c.oid >= 16384
	UNION ALL
	SELECT c.oid, w.event, NULL, w.target, w.change, w.column_name, 'rule',
		format('rule %I of %s', r.rulename, custom_actions.table_words(c.oid)), c.relowner
	FROM pg_class AS c
		CROSS JOIN LATERAL custom_actions.rule_writes(c.oid) AS w
		JOIN pg_rewrite AS r ON r.oid = w.rule
	WHERE c.relhasrules AND c.oid >= 16384;
END;

COMMENT ON FUNCTION custom_actions.view_links() IS
	'where PostgreSQL takes what is written to views, and to what has rules';

CREATE FUNCTION custom_actions.column_links()
RETURNS TABLE (
	source oid, event text, source_column text, target oid, change text, column_name text,
	way text, path text)
LANGUAGE sql STABLE ROWS 1000
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH field AS MATERIALIZED (
		SELECT c.oid AS relation, f.attnum, f.attname::text AS name, f.attgenerated
		FROM pg_class AS c
			JOIN pg_attribute AS f ON f.attrelid = c.oid AND f.attnum > 0 AND NOT f.attisdropped
		WHERE c.relkind IN ('r', 'p', 'f') AND c.oid >= 16384
	)
	SELECT f.relation, 'insert', NULL, f.relation, 'insert', f.name, 'default', 'of a new row'
	FROM field AS f
	UNION ALL
	SELECT DISTINCT g.relation, 'update', f.name, g.relation, 'update', g.name, 'generated',
		'from column ' || quote_ident(f.name)
	FROM field AS g
		JOIN pg_attrdef AS x ON x.adrelid = g.relation AND x.adnum = g.attnum
		JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.relation
			AND (d.classid = 'pg_attrdef'::regclass AND d.objid = x.oid
				OR d.classid = 'pg_class'::regclass AND d.objid = g.relation AND d.objsubid = g.attnum)
		JOIN field AS f ON f.relation = g.relation AND f.attnum = d.refobjsubid AND f.attnum <> g.attnum
	WHERE g.attgenerated <> ''
	UNION ALL
	SELECT DISTINCT x.adrelid, 'insert', NULL, s.oid, 'nextval', NULL, 'default', 'of a new row'
	FROM pg_attrdef AS x
		JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = x.oid
			AND d.refclassid = 'pg_class'::regclass
		JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
	UNION ALL
	SELECT d.refobjid, 'insert', NULL, s.oid, 'nextval', NULL, 'default', 'of a new row'
	FROM pg_class AS s
		JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
			AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
	WHERE s.relkind = 'S'
	UNION ALL
	-- what a BEFORE trigger makes of a row that is changed
	SELECT t.tgrelid, 'update', NULL, t.tgrelid, 'update', f.name, 'trigger',
		format('trigger %I of %s', t.tgname, custom_actions.table_words(t.tgrelid))
	FROM pg_trigger AS t
		JOIN field AS f ON f.relation = t.tgrelid
	WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 19 = 19;
END;

COMMENT ON FUNCTION custom_actions.column_links() IS
	'other columns of the row that are changed along, and sequences';

CREATE FUNCTION custom_actions.table_links()
RETURNS TABLE (
	source oid, event text, source_column text, target oid, change text, column_name text,
	way text, path text, runner oid)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH child AS MATERIALIZED (
		SELECT i.inhparent AS parent, i.inhrelid AS oid, c.relispartition AS partition,
			CASE WHEN c.relispartition THEN 'partition' ELSE 'inheritance' END AS way,
			'of ' || custom_actions.table_words(i.inhparent) AS path
		FROM pg_inherits AS i
			JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE c.relkind IN ('r', 'p', 'f')
	), key AS MATERIALIZED (
		SELECT k.conrelid, k.confrelid, k.confdeltype, k.confupdtype, c.relowner,
			format('foreign key %I of %s', k.conname, custom_actions.table_words(k.conrelid)) AS path,
			referring.attname::text AS referring, referred.attname::text AS referred,
			-- 15 has confdelsetcols, all columns if it is NULL
			k.confdelsetcols IS NULL OR columns.referring = ANY (k.confdelsetcols) AS unset
		FROM pg_constraint AS k
			JOIN pg_class AS c ON c.oid = k.conrelid
			CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS columns (referring, referred)
			JOIN pg_attribute AS referring ON referring.attrelid = k.conrelid AND referring.attnum = columns.referring
			JOIN pg_attribute AS referred ON referred.attrelid = k.confrelid AND referred.attnum = columns.referred
		WHERE k.contype = 'f'
	)
	SELECT c.parent, e.event, f.attname::text, c.oid, e.event, f.attname::text, c.way, c.path, NULL::oid
	FROM child AS c
		JOIN pg_attribute AS f ON f.attrelid = c.parent AND f.attnum > 0 AND NOT f.attisdropped
		CROSS JOIN unnest('{insert,update}'::text[]) AS e (event)
	WHERE c.partition OR e.event = 'update'
	UNION ALL
	SELECT c.parent, e.event, NULL, c.oid, e.event, NULL, c.way, c.path, NULL
	FROM child AS c
		CROSS JOIN unnest('{insert,delete,truncate}'::text[]) AS e (event)
	WHERE c.partition OR e.event <> 'insert'
	UNION ALL
	-- rows move when columns change that say where they belong
	SELECT p.partrelid, 'update', f.attname::text, c.oid, e.change, NULL, 'partition', 'rows that move in ' || substr(c.path, 4), NULL
	FROM pg_partitioned_table AS p
		JOIN child AS c ON c.parent = p.partrelid
		JOIN pg_attribute AS f ON f.attrelid = p.partrelid AND f.attnum > 0 AND NOT f.attisdropped
			AND (f.attnum = ANY (p.partattrs) OR 0 = ANY (p.partattrs))
		CROSS JOIN unnest('{insert,delete}'::text[]) AS e (change)
	UNION ALL
	SELECT DISTINCT k.confrelid, 'delete', NULL, k.conrelid, 'delete', NULL, 'foreign key', k.path || ', ON DELETE CASCADE', k.relowner
	FROM key AS k
	WHERE k.confdeltype = 'c'
	UNION ALL
	SELECT k.confrelid, 'delete', NULL, k.conrelid, 'update', k.referring, 'foreign key',
		k.path || CASE k.confdeltype WHEN 'n' THEN ', ON DELETE SET NULL' ELSE ', ON DELETE SET DEFAULT' END, k.relowner
	FROM key AS k
	WHERE k.confdeltype IN ('n', 'd') AND k.unset
	UNION ALL
	SELECT s.confrelid, 'update', s.referred, k.conrelid, 'update', k.referring, 'foreign key',
		k.path || CASE k.confupdtype WHEN 'c' THEN ', ON UPDATE CASCADE' WHEN 'n' THEN ', ON UPDATE SET NULL'
			ELSE ', ON UPDATE SET DEFAULT' END, k.relowner
	FROM key AS k
		JOIN key AS s ON s.conrelid = k.conrelid AND s.confrelid = k.confrelid AND s.path = k.path
	WHERE k.confupdtype IN ('n', 'd', 'c');
END;

COMMENT ON FUNCTION custom_actions.table_links() IS
	'which other tables a write leads to: partitions, tables that inherit, those with foreign keys';

CREATE FUNCTION custom_actions.write_functions()
RETURNS TABLE (source oid, event text, function oid, path text)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT t.tgrelid, e.event, t.tgfoid,
		format('trigger %I of %s', t.tgname, custom_actions.table_words(t.tgrelid))
	FROM pg_trigger AS t
		JOIN (VALUES ('insert', 4), ('delete', 8), ('update', 16), ('truncate', 32)) AS e (event, bit)
			ON t.tgtype & e.bit <> 0
	WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
		AND t.tgfoid NOT IN ('custom_actions.protect_row()'::regprocedure,
			'custom_actions.protect_statement()'::regprocedure)
	UNION
	SELECT h.relation, e.event, p.oid, h.what || custom_actions.table_words(h.relation)
	FROM (
		SELECT 'pg_attrdef'::regclass AS class, x.oid, x.adrelid AS relation, 'default of ' AS what
		FROM pg_attrdef AS x
		UNION ALL
		SELECT 'pg_constraint'::regclass, k.oid, k.conrelid, 'constraint of '
		FROM pg_constraint AS k
		WHERE k.contype = 'c' AND k.conrelid <> 0
		UNION ALL
		SELECT 'pg_class'::regclass, i.indexrelid, i.indrelid, 'index of '
		FROM pg_index AS i
		UNION ALL
		SELECT 'pg_policy'::regclass, l.oid, l.polrelid, 'policy of '
		FROM pg_policy AS l) AS h
		JOIN pg_depend AS d ON d.classid = h.class AND d.objid = h.oid AND d.refclassid = 'pg_proc'::regclass
		JOIN pg_proc AS p ON p.oid = d.refobjid AND p.provolatile = 'v' AND p.oid >= 16384
		CROSS JOIN unnest('{insert,update,delete}'::text[]) AS e (event)
	WHERE e.event <> 'delete' OR h.what = 'policy of ';
END;

COMMENT ON FUNCTION custom_actions.write_functions() IS
	'functions that run when a table is written, and could do anything';

CREATE FUNCTION custom_actions.function_words(function oid)
RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.qualified_name(n.nspname, p.proname)
	FROM pg_proc AS p
		JOIN pg_namespace AS n ON n.oid = p.pronamespace
	WHERE p.oid = function;
END;

COMMENT ON FUNCTION custom_actions.function_words(oid) IS
	'qualified name of a function, or of the action that it is, without arguments';

CREATE FUNCTION custom_actions.guard_refuses(columns text[], change text, column_name text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN change = 'truncate' THEN true
		WHEN columns IS NULL THEN change IN ('insert', 'update', 'delete')
		ELSE change = 'update' AND column_name = ANY (columns) END;
END;

COMMENT ON FUNCTION custom_actions.guard_refuses(text[], text, text) IS
	'whether a table of which these columns are protected, NULL: all of it, refuses a write';

CREATE FUNCTION custom_actions.performed(role oid)
RETURNS TABLE (action oid, function oid, runner oid, chain oid[])
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE within AS MATERIALIZED (
		SELECT w.who, r.rolsuper AS super
		FROM custom_actions.roles_within(role) AS w
			JOIN pg_roles AS r ON r.oid = w.who
	), verb AS MATERIALIZED (
		SELECT p.oid, CASE WHEN p.prosecdef THEN p.proowner END AS owner, p.pronamespace AS schema
		FROM pg_proc AS p
			JOIN pg_language AS l ON l.oid = p.prolang
			JOIN pg_namespace AS n ON n.oid = p.pronamespace
			CROSS JOIN LATERAL custom_actions.published(
				custom_actions.qualified_name(n.nspname, p.proname)) AS v
		WHERE l.lanname = 'custom_action' AND v.active
	), nested AS MATERIALIZED (
		SELECT v.oid AS outside, i.oid, i.owner
		FROM verb AS v
			CROSS JOIN LATERAL custom_actions.action_written(v.oid) AS w
			JOIN verb AS i ON i.oid = custom_actions.action_function(w.performs)
		WHERE w.performs IS NOT NULL
	), walk (action, function, runner, chain) AS (
		SELECT v.oid, v.oid, v.owner, ARRAY[v.oid]
		FROM verb AS v
		WHERE EXISTS (
				SELECT
				FROM custom_actions.execute_grants(v.oid) AS g
				WHERE g.grantee = 0 OR EXISTS (SELECT FROM within AS w WHERE w.super OR w.who = g.grantee))
			AND EXISTS (SELECT FROM within AS w WHERE has_schema_privilege(w.who, v.schema, 'USAGE'))
		UNION ALL
		SELECT w.action, n.oid, coalesce(n.owner, w.runner), w.chain || n.oid
		FROM walk AS w
			JOIN nested AS n ON n.outside = w.function AND n.oid <> ALL (w.chain)
	)
	SELECT w.action, w.function, w.runner, w.chain
	FROM walk AS w;
END;

COMMENT ON FUNCTION custom_actions.performed(oid) IS
	'the actions that a role may call, and those that they perform, with whose rights they run: NULL: the caller''s';

CREATE FUNCTION custom_actions.may_write(
	checker oid, target oid, change text, column_name text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE
		WHEN change NOT IN ('insert', 'update') THEN has_table_privilege(checker, target, change)
		WHEN column_name IS NULL THEN has_any_column_privilege(checker, target, change)
		ELSE has_column_privilege(checker, target, column_name, change) END;
END;

COMMENT ON FUNCTION custom_actions.may_write(oid, oid, text, text) IS
	'whether a role has the privilege to insert, update, delete or truncate; without column: any column';

CREATE FUNCTION custom_actions.own_writes(role oid)
RETURNS TABLE (target oid, change text, column_name text, path text, owns boolean, opened boolean)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH schema AS MATERIALIZED (
		SELECT n.oid, EXISTS (
				SELECT
				FROM custom_actions.roles_within(role) AS w
				WHERE has_schema_privilege(w.who, n.oid, 'USAGE')) AS opened
		FROM pg_namespace AS n
	)
	SELECT r.target, lower(r.privilege), f.attname::text, r.path, r.owns, s.opened
	FROM custom_actions.write_rights(role) AS r
		JOIN pg_class AS c ON c.oid = r.target AND c.relkind IN ('r', 'p', 'f', 'v')
		JOIN schema AS s ON s.oid = c.relnamespace
		JOIN pg_attribute AS f ON f.attrelid = r.target AND f.attnum > 0 AND NOT f.attisdropped
			AND f.attgenerated = '' AND (r.column_name IS NULL OR f.attname = r.column_name)
	WHERE r.privilege IN ('INSERT', 'UPDATE')
	UNION
	SELECT r.target, lower(r.privilege), NULL, r.path, r.owns, s.opened
	FROM custom_actions.write_rights(role) AS r
		JOIN pg_class AS c ON c.oid = r.target
		JOIN schema AS s ON s.oid = c.relnamespace
	WHERE CASE WHEN c.relkind = 'v' THEN r.privilege IN ('INSERT', 'DELETE')
		WHEN c.relkind = 'f' THEN r.privilege IN ('INSERT', 'DELETE', 'TRUNCATE')
		WHEN c.relkind IN ('r', 'p') THEN r.privilege IN ('INSERT', 'DELETE', 'TRUNCATE', 'TRIGGER') END
	UNION
	SELECT r.target, w.change, NULL, r.path, r.owns, s.opened
	FROM custom_actions.write_rights(role) AS r
		JOIN pg_class AS c ON c.oid = r.target
		JOIN schema AS s ON s.oid = c.relnamespace
		JOIN (VALUES ('S', 'USAGE', 'nextval'), ('S', 'UPDATE', 'nextval'), ('S', 'UPDATE', 'setval'),
				('m', 'UPDATE', 'refresh'), ('m', 'MAINTAIN', 'refresh')) AS w (kind, privilege, change)
			ON w.kind = c.relkind::text AND w.privilege = r.privilege
	WHERE w.kind = 'S' OR r.owns OR w.privilege = 'MAINTAIN';
END;

COMMENT ON FUNCTION custom_actions.own_writes(oid) IS
	'what the privileges of a role let it write; opened: it may look into the schema';

CREATE FUNCTION custom_actions.action_writes(role oid)
RETURNS TABLE (
	action oid, runner oid, chain oid[], target oid, change text, column_name text, path text)
LANGUAGE sql STABLE ROWS 100
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH own AS MATERIALIZED (
		SELECT o.target, o.change, o.column_name
		FROM custom_actions.own_writes(role) AS o
	)
	SELECT DISTINCT p.action, p.runner, p.chain, t.target, v.change, v.column_name,
		CASE WHEN p.function = p.action THEN 'its steps'
			ELSE 'performs ' || custom_actions.function_words(p.function) END
		|| CASE WHEN p.runner IS NULL THEN '' ELSE format(', as role %s', p.runner::regrole) END
	FROM custom_actions.performed(role) AS p
		CROSS JOIN LATERAL custom_actions.action_written(p.function) AS w
		CROSS JOIN LATERAL (SELECT custom_actions.table_named(w.table_name)) AS t (target)
		CROSS JOIN LATERAL (
			SELECT 'insert', NULL WHERE w.inserts
			UNION ALL
			SELECT 'insert', c.name FROM unnest(w.columns) AS c (name) WHERE w.inserts
			UNION ALL
			SELECT 'update', c.name FROM unnest(w.overwritten) AS c (name)
			UNION ALL
			SELECT 'delete', NULL WHERE w.deletes) AS v (change, column_name)
	WHERE t.target IS NOT NULL
		AND CASE WHEN p.runner IS NOT NULL
			THEN custom_actions.may_write(p.runner, t.target, v.change, v.column_name)
			ELSE EXISTS (
				SELECT
				FROM own AS o
				WHERE o.target = t.target AND o.change = v.change
					AND (o.column_name = v.column_name OR v.column_name IS NULL)) END;
END;

COMMENT ON FUNCTION custom_actions.action_writes(oid) IS
	'what the steps of actions write that a role may call, as far as those who run them may';

CREATE FUNCTION custom_actions.all_writes(role oid)
RETURNS TABLE (
	action oid, runner oid, target oid, change text, column_name text, way text, path text,
	proven boolean)
LANGUAGE sql STABLE ROWS 1000
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH RECURSIVE guard AS MATERIALIZED (
		SELECT g.target, g.columns, g.actions
		FROM custom_actions.write_guards(role) AS g
	), own AS MATERIALIZED (
		SELECT o.target, o.change, o.column_name, o.path, o.owns, o.opened
		FROM custom_actions.own_writes(role) AS o
	), link AS MATERIALIZED (
		SELECT l.source, l.event, l.source_column, l.target, l.change, l.column_name, l.way, l.path,
			NULL::oid AS runner, l.checker, l.way = 'view' AS asks, false AS passes
		FROM custom_actions.view_links() AS l
		UNION ALL
		SELECT l.source, l.event, l.source_column, l.target, l.change, l.column_name, l.way, l.path,
			NULL, NULL, false, false
		FROM custom_actions.column_links() AS l
		UNION ALL
		SELECT l.source, l.event, l.source_column, l.target, l.change, l.column_name, l.way, l.path,
			l.runner, l.runner, false, l.way = 'foreign key'
		FROM custom_actions.table_links() AS l
	), write AS (
		SELECT NULL::oid AS action, NULL::oid AS runner, NULL::oid AS checker, o.target, o.change,
			o.column_name, 'privilege' AS way,
			o.path || CASE WHEN o.opened THEN '' ELSE '; USAGE on its schema is missing' END
				|| CASE WHEN o.owns AND x.guarded THEN '; after unprotect_table()' ELSE '' END AS path,
			o.opened AND o.change <> 'trigger' AS proven, o.owns AS passes,
			x.guarded AND NOT o.owns AS refused
		FROM own AS o
			CROSS JOIN LATERAL (
				SELECT EXISTS (
					SELECT
					FROM guard AS g
					WHERE g.target = o.target
						AND custom_actions.guard_refuses(g.columns, o.change, o.column_name))) AS x (guarded)
		UNION
		SELECT a.action, a.runner, a.runner, a.target, a.change, a.column_name, 'action', a.path, true, true,
			EXISTS (
				SELECT
				FROM guard AS g
				WHERE g.target = a.target AND g.actions IS NOT NULL AND NOT g.actions && a.chain
					AND custom_actions.guard_refuses(g.columns, a.change, a.column_name))
		FROM custom_actions.action_writes(role) AS a
		UNION
		SELECT w.action, coalesce(l.runner, w.runner), coalesce(l.checker, w.checker), l.target, l.change,
			l.column_name, l.way, l.path, w.proven AND l.way <> 'trigger', w.passes OR l.passes,
			NOT (w.passes OR l.passes) AND EXISTS (
				SELECT
				FROM guard AS g
				WHERE g.target = l.target
					AND custom_actions.guard_refuses(g.columns, l.change, l.column_name))
		FROM write AS w
			JOIN link AS l ON l.source = w.target AND l.event = w.change
				AND CASE WHEN l.source_column IS NULL THEN w.column_name IS NULL OR w.change = 'update'
					ELSE l.source_column = w.column_name END
		-- what is refused of a row is not of those in tables that inherit
		WHERE (NOT w.refused OR l.way = 'inheritance' AND w.change <> 'truncate')
			AND (NOT l.asks OR CASE WHEN coalesce(l.checker, w.checker) IS NOT NULL
				THEN custom_actions.may_write(coalesce(l.checker, w.checker), l.target, l.change, l.column_name)
				ELSE EXISTS (
					SELECT
					FROM own AS o
					WHERE o.target = l.target AND o.change = l.change
						AND (o.column_name = l.column_name OR l.column_name IS NULL)) END)
	)
	SELECT DISTINCT w.action, w.runner, w.target, w.change, w.column_name, w.way, w.path, w.proven
	FROM write AS w
	WHERE NOT w.refused;
END;

COMMENT ON FUNCTION custom_actions.all_writes(oid) IS
	'what a role can write, by itself and through actions, with all that follows from it';
