-- Everything but invoking is for those it is granted to.  What a caller of an
-- action needs is EXECUTE on its function.

REVOKE USAGE ON LANGUAGE custom_action FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA custom_actions FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA custom_actions FROM PUBLIC;

-- PUBLIC may call the others that people call: what is behind them asks whether
-- its caller is a designer, and says how to become one.  PostgreSQL would only
-- say no, as it does for these.
REVOKE ALL ON FUNCTION
	@extschema@.grant_action_design(regrole),
	@extschema@.revoke_action_design(regrole),
	@extschema@.purge_idempotency_keys(interval),
	@extschema@.purge_action_log(interval, interval)
	FROM PUBLIC;

-- What the record shows depends on who looks, so everybody may look.  The functions are
-- what the view of failures calls, on behalf of whoever reads it.
GRANT USAGE ON SCHEMA custom_actions TO PUBLIC;
GRANT SELECT ON
	custom_actions.invocations,
	custom_actions.invocation_steps,
	custom_actions.failures,
	custom_actions.advice
	TO PUBLIC;
GRANT EXECUTE ON FUNCTION
	custom_actions.error_passed(uuid, text, text),
	custom_actions.failure_path(uuid, uuid, integer, timestamptz, timestamptz, text, text)
	TO PUBLIC;

-- Stands in plans of who asks for a list of rows.
GRANT EXECUTE ON FUNCTION custom_actions.may_begin(regprocedure) TO PUBLIC;

-- What action_form() is made of tells of what its caller may invoke.
GRANT EXECUTE ON FUNCTION
	custom_actions.form_state(text, text),
	custom_actions.form_state(text, anyelement),
	custom_actions.form_document(text, jsonb, text)
	TO PUBLIC;

-- Who watches the server sees the statistics, also where PUBLIC's USAGE is revoked.
GRANT USAGE ON SCHEMA custom_actions TO pg_read_all_stats;
GRANT SELECT ON custom_actions.statistics, custom_actions.statistics_info TO pg_read_all_stats;
GRANT EXECUTE ON FUNCTION
	custom_actions.counted_statistics(),
	custom_actions.statistics_state()
	TO pg_read_all_stats;

-- Anybody may ask where failures go; the numbers are not for everybody.
GRANT SELECT ON custom_actions.log_mode TO PUBLIC;
GRANT EXECUTE ON FUNCTION custom_actions.log_ring() TO PUBLIC;

-- The triggers of protected tables ask for whoever writes; what protects a table is for
-- its owner to say, who need not be a designer.
GRANT SELECT ON custom_actions.protections TO PUBLIC;
GRANT EXECUTE ON FUNCTION
	custom_actions.outside_actions(),
	custom_actions.outside_actions(regprocedure[]),
	custom_actions.protect_row(),
	custom_actions.protect_statement(),
	custom_actions.protect_table(regclass, text[], text[]),
	custom_actions.unprotect_table(regclass),
	custom_actions.protect(regclass, text[], text[]),
	custom_actions.unprotect(regclass),
	custom_actions.tell_protection(regclass, text),
	custom_actions.protection_words(regclass),
	custom_actions.refuse_protected_partitions(regclass),
	custom_actions.drop_protection(regclass),
	custom_actions.partitions_of(regclass),
	custom_actions.actions_that_may(text[]),
	custom_actions.columns_to_protect(regclass, text[]),
	custom_actions.require_protectable(regclass),
	custom_actions.protecting_triggers(regclass),
	custom_actions.table_words(regclass),
	custom_actions.qualified_name(text, text),
	custom_actions.canonical_name(text),
	custom_actions.action_function(text)
	TO PUBLIC;

-- Who calls tools calls what is behind them, too: nobody else's rights are at work there.
GRANT EXECUTE ON FUNCTION
	custom_actions.mcp_tool(text, boolean),
	custom_actions.actor_now(),
	custom_actions.mcp_versions(),
	custom_actions.mcp_refusal(integer, text, jsonb),
	custom_actions.mcp_said(text, jsonb, jsonb),
	custom_actions.mcp_listed(text, text, boolean),
	custom_actions.mcp_change(jsonb),
	custom_actions.mcp_changes(jsonb),
	custom_actions.mcp_token(jsonb),
	custom_actions.mcp_previewed(text, jsonb),
	custom_actions.mcp_way_on(jsonb, jsonb, jsonb, text),
	custom_actions.mcp_failed(jsonb, jsonb, jsonb, text),
	custom_actions.mcp_preview(jsonb, jsonb, text),
	custom_actions.mcp_confirmation(jsonb, jsonb, text, text),
	custom_actions.mcp_borrow(text, text),
	custom_actions.mcp_run(text, jsonb, text, text, jsonb),
	custom_actions.mcp_invoke(jsonb, jsonb, jsonb, text, jsonb, text),
	custom_actions.mcp_found(text, text),
	custom_actions.mcp_mistake(text, jsonb),
	custom_actions.mcp_generic(text, jsonb, text, jsonb, text),
	custom_actions.mcp_request_key(jsonb, jsonb),
	custom_actions.mcp_tools_call(jsonb, jsonb, text, boolean),
	custom_actions.mcp_server(),
	custom_actions.mcp_result(text, jsonb),
	custom_actions.mcp_is_id(jsonb),
	custom_actions.mcp_flaw(jsonb),
	custom_actions.mcp_answer(jsonb, text, boolean)
	TO PUBLIC;
