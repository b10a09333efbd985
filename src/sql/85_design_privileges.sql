-- Who may design.  Activating is a grant of its own: USAGE on the language.

CREATE FUNCTION custom_actions.design_privileges()
RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT 'USAGE ON SCHEMA custom_actions'
	UNION ALL
	SELECT format('SELECT ON %s', relation)
	FROM unnest('{custom_actions.action, custom_actions.parameter,
		custom_actions.step, custom_actions.plugin_step, custom_actions.version,
		custom_actions.table_setting, custom_actions.import, custom_actions.actions,
		custom_actions.statistics, custom_actions.statistics_info,
		custom_actions.edit, custom_actions.edit_change, custom_actions.step_value}'::text[]) AS relation
	UNION ALL
	SELECT format('INSERT, UPDATE, DELETE ON %s', relation)
	FROM unnest('{custom_actions.action, custom_actions.parameter,
		custom_actions.step, custom_actions.plugin_step,
		custom_actions.table_setting, custom_actions.step_value}'::text[]) AS relation
	UNION ALL
	SELECT 'INSERT, DELETE ON custom_actions.version'
	UNION ALL
	SELECT 'INSERT, UPDATE ON custom_actions.import'
	UNION ALL
	SELECT 'SELECT ON custom_actions.uses, custom_actions.callers'
	UNION ALL
	SELECT format('SELECT, USAGE ON SEQUENCE %s', sequence)
	FROM unnest('{custom_actions.step_id_seq,
		custom_actions.plugin_step_id_seq, custom_actions.shipped_id_seq}'::text[]) AS sequence
	UNION ALL
	-- every function of the extension but those that only PostgreSQL calls, that run as
	-- its owner or are for its owner, and those that everyone may call anyway
	SELECT format('EXECUTE ON FUNCTION %s', p.oid::regprocedure)
	FROM pg_extension AS e
		JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass
			AND d.refobjid = e.oid AND d.deptype = 'e'
			AND d.classid = 'pg_proc'::regclass
		JOIN pg_proc AS p ON p.oid = d.objid
	WHERE e.extname = 'custom_actions'
		AND NOT p.prosecdef
		AND p.prorettype NOT IN (
			'trigger'::regtype, 'event_trigger'::regtype, 'language_handler'::regtype)
		AND 'internal'::regtype <> ALL (p.proargtypes)
		AND p.proname NOT IN ('validator', 'design_privileges', 'change_design_privileges',
			'grant_action_design', 'revoke_action_design', 'forget_all_statistics',
			'purge_action_log', 'purge_invocations', 'point_record_views')
		AND NOT has_function_privilege('public', p.oid, 'EXECUTE');
END;

COMMENT ON FUNCTION custom_actions.design_privileges() IS
	'what a designer needs, as the middle part of a GRANT';

CREATE FUNCTION custom_actions.change_design_privileges(command text, role regrole)
RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	privilege text;
BEGIN
	FOR privilege IN SELECT custom_actions.design_privileges() LOOP
		EXECUTE format(command, privilege, role);
	END LOOP;
END
$$;

COMMENT ON FUNCTION custom_actions.change_design_privileges(text, regrole) IS
	'runs GRANT or REVOKE for all that a designer needs';

CREATE FUNCTION custom_actions.grant_action_design(role regrole)
RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
	SELECT custom_actions.change_design_privileges('GRANT %s TO %s', role);
END;

COMMENT ON FUNCTION custom_actions.grant_action_design(regrole) IS
	'body of grant_action_design';

CREATE FUNCTION custom_actions.revoke_action_design(role regrole)
RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
	SELECT custom_actions.change_design_privileges('REVOKE %s FROM %s', role);
END;

COMMENT ON FUNCTION custom_actions.revoke_action_design(regrole) IS
	'body of revoke_action_design';
