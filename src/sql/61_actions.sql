-- The view of all actions.

CREATE VIEW custom_actions.actions
WITH (security_invoker = true)
AS
WITH function AS (
	SELECT custom_actions.qualified_name(n.nspname, p.proname) AS name,
		p.oid,
		pg_get_userbyid(p.proowner)::text AS owner, p.prosecdef, p.provolatile,
		format('(%s) RETURNS %s',
			pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) AS signature,
		obj_description(p.oid, 'pg_proc') AS description
	FROM pg_catalog.pg_proc AS p
		JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
		JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
	WHERE l.lanname = 'custom_action'
)
SELECT coalesce(a.name, f.name) AS name,
	CASE WHEN p.active THEN 'active'
		WHEN f.oid IS NOT NULL THEN 'inactive'
		WHEN custom_actions.was_dropped(a.name) THEN 'dropped'
		ELSE 'draft' END AS state,
	CASE WHEN f.oid IS NULL THEN a.drop_reason END AS drop_reason,
	CASE WHEN a.name IS NOT NULL AND f.oid IS NOT NULL
		THEN custom_actions.draft_differs(a.name, p.version, p.definition) END AS differs,
	p.version,
	f.name || f.signature AS signature,
	CASE WHEN f.oid IS NOT NULL THEN p.definition ->> 'table'
		ELSE a.bound_table END AS bound_table,
	coalesce(f.owner, a.owner) AS owner,
	a.designer,
	CASE WHEN f.oid IS NOT NULL
		THEN CASE WHEN f.prosecdef THEN 'owner' ELSE 'caller' END
		ELSE coalesce(a.run_as, 'caller') END AS run_as,
	CASE WHEN f.oid IS NOT NULL THEN f.provolatile <> 'v'
		ELSE coalesce(a.read_only, false) END AS read_only,
	(SELECT count(*) FROM custom_actions.plugin_step AS s
		WHERE s.action = coalesce(a.name, f.name)) AS plugins,
	CASE WHEN f.oid IS NOT NULL THEN p.definition ->> 'title' ELSE a.title END AS title,
	coalesce(f.description, a.description) AS description,
	coalesce(CASE WHEN f.oid IS NOT NULL THEN p.definition ->> 'visibility'
		ELSE a.visibility END, 'public') AS visibility,
	CASE WHEN f.oid IS NOT NULL THEN p.definition ->> 'deprecated'
		ELSE a.deprecated END AS deprecated,
	a.created_at,
	a.created_by,
	a.modified_at,
	a.modified_by,
	v.activated_at,
	v.activated_by
FROM custom_actions.action AS a
	FULL JOIN function AS f ON f.name = custom_actions.canonical_spelling(a.name)
	LEFT JOIN LATERAL custom_actions.published(f.name) AS p ON true
	LEFT JOIN custom_actions.version AS v
		ON v.action = a.name AND v.version = p.version;

COMMENT ON VIEW custom_actions.actions IS
	'all actions with their state: draft, active, inactive or dropped';
COMMENT ON COLUMN custom_actions.actions.name IS 'qualified name';
COMMENT ON COLUMN custom_actions.actions.state IS
	'draft: never activated; active; inactive: deactivated; dropped: the function is gone, the draft is left';
COMMENT ON COLUMN custom_actions.actions.drop_reason IS
	'of one that was dropped: with what, by whom and when';
COMMENT ON COLUMN custom_actions.actions.differs IS
	'whether the draft says something else than what is published';
COMMENT ON COLUMN custom_actions.actions.version IS 'version that is published';
COMMENT ON COLUMN custom_actions.actions.signature IS 'the function as callers see it';
COMMENT ON COLUMN custom_actions.actions.bound_table IS
	'table the action is bound to; NULL: global';
COMMENT ON COLUMN custom_actions.actions.owner IS
	'owner of the function, else of the draft';
COMMENT ON COLUMN custom_actions.actions.designer IS
	'role that may edit the draft besides the owner';
COMMENT ON COLUMN custom_actions.actions.run_as IS 'whose privileges count: caller or owner';
COMMENT ON COLUMN custom_actions.actions.read_only IS 'whether the action writes nothing';
COMMENT ON COLUMN custom_actions.actions.plugins IS
	'number of plug-ins that are registered, disabled ones too';
COMMENT ON COLUMN custom_actions.actions.title IS 'what people call the action';
COMMENT ON COLUMN custom_actions.actions.description IS 'what the action does';
COMMENT ON COLUMN custom_actions.actions.visibility IS
	'whom generators show the action: public, internal or agent';
COMMENT ON COLUMN custom_actions.actions.deprecated IS
	'what to do instead of calling it; NULL: it is not deprecated';
COMMENT ON COLUMN custom_actions.actions.created_at IS 'when the draft was made';
COMMENT ON COLUMN custom_actions.actions.created_by IS 'who made the draft';
COMMENT ON COLUMN custom_actions.actions.modified_at IS 'when the draft was last changed';
COMMENT ON COLUMN custom_actions.actions.modified_by IS 'who last changed the draft';
COMMENT ON COLUMN custom_actions.actions.activated_at IS
	'when the published version was activated';
COMMENT ON COLUMN custom_actions.actions.activated_by IS
	'who activated the published version';
