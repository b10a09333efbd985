-- PUBLIC may invoke; everything else is granted.  What a caller of an action
-- needs is EXECUTE on its function.

REVOKE USAGE ON LANGUAGE custom_action FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA custom_actions FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA custom_actions FROM PUBLIC;

REVOKE ALL ON FUNCTION
	@extschema@.create_action(text, json, boolean),
	@extschema@.add_action_parameter(text, text, text, text, boolean, jsonb, text),
	@extschema@.add_action_step(text, text, text, jsonb, text, bigint, text, numeric),
	@extschema@.check_action(text),
	@extschema@.activate_action(text, text, text),
	@extschema@.deactivate_action(text),
	@extschema@.drop_action(text, boolean),
	@extschema@.restore_action(text, integer),
	@extschema@.register_plugin(text, text, text, integer, jsonb, jsonb, text),
	@extschema@.unregister_plugin(bigint),
	@extschema@.action_definition(text, integer),
	@extschema@.action_hash(text),
	@extschema@.describe_action(text),
	@extschema@.refresh_action_dependencies(),
	@extschema@.grant_action_design(regrole),
	@extschema@.revoke_action_design(regrole)
	FROM PUBLIC;
