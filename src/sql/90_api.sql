-- The functions people call.  But for those that run actions, each hands its
-- arguments to the function of its name in the schema custom_actions and keeps the
-- inside of the extension out of the context of errors.

CREATE FUNCTION @extschema@.create_action(
	name text, definition json DEFAULT '{}', or_replace boolean DEFAULT false)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.create_action(text, json, boolean) IS
	'creates the draft of an action from a definition; returns its qualified name';

-- Takes what is written by hand: that the text is no JSON is for us to say. Its
-- parameter has a name of its own, so that callers by name find one function.
CREATE FUNCTION @extschema@.create_action(
	name text, document text, or_replace boolean DEFAULT false)
RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.create_action(text, text, boolean) IS
	'creates the draft of an action from the text of a definition; returns its qualified name';

CREATE FUNCTION @extschema@.add_action_parameter(
	action text, name text, type text DEFAULT NULL, direction text DEFAULT 'in',
	required boolean DEFAULT NULL, default_value jsonb DEFAULT NULL,
	description text DEFAULT NULL, title text DEFAULT NULL,
	references_table text DEFAULT NULL, options jsonb DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.add_action_parameter(text, text, text, text, boolean, jsonb, text, text, text, jsonb) IS
	'adds an input or output to the draft of an action, after the others';

CREATE FUNCTION @extschema@.add_action_step(
	action text, kind text, subject text DEFAULT NULL,
	arguments jsonb DEFAULT '{}', name text DEFAULT NULL,
	parent bigint DEFAULT NULL, branch text DEFAULT NULL,
	at numeric DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.add_action_step(text, text, text, jsonb, text, bigint, text, numeric) IS
	'adds a step to the draft of an action, after the others of its list; returns its id';

CREATE FUNCTION @extschema@.restore_action(name text, version integer DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.restore_action(text, integer) IS
	'loads a version, or what is published, as it was written into the draft of an action';

CREATE FUNCTION @extschema@.action_definition(name text, version integer DEFAULT NULL)
RETURNS json
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_definition(text, integer) IS
	'definition of a version of an action, or of its draft with the registered plug-ins';

CREATE FUNCTION @extschema@.action_hash(name text)
RETURNS text
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.action_hash(text) IS
	'hash of the draft of an action, for activate_action(expected_hash)';

CREATE FUNCTION @extschema@.describe_action(name text, version integer DEFAULT NULL)
RETURNS text
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.describe_action(text, integer) IS
	'what an action does, in words: of a version, 0: the draft; by default of what is published, else of the draft';

CREATE FUNCTION @extschema@.check_action(name text)
RETURNS TABLE (severity text, location text, message text, detail text, hint text)
LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.check_action(text) IS
	'every problem of the draft of an action and of its plug-ins; no rows when all is sound';

CREATE FUNCTION @extschema@.activate_action(
	name text, note text DEFAULT NULL, expected_hash text DEFAULT NULL,
	change_signature boolean DEFAULT false)
RETURNS integer
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.activate_action(text, text, text, boolean) IS
	'checks the draft of an action and publishes it; returns its version, the current one if nothing changed';

CREATE FUNCTION @extschema@.activate_actions(names text[], note text DEFAULT NULL)
RETURNS TABLE (action text, version integer)
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.activate_actions(text[], text) IS
	'activates several actions, each after those it performs, also where they perform each other';

CREATE FUNCTION @extschema@.deactivate_action(name text)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.deactivate_action(text) IS
	'refuses calls of an action until it is activated again; grants stay';

CREATE FUNCTION @extschema@.drop_action(
	name text, force boolean DEFAULT false, purge boolean DEFAULT false)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.drop_action(text, boolean, boolean) IS
	'drops an action: its function and its draft, its versions only to purge it; unless forced, refused while others perform it or plug-ins are registered';

CREATE FUNCTION @extschema@.register_plugin(
	action text, stage text, function text, rank integer DEFAULT 1,
	configuration jsonb DEFAULT NULL, images jsonb DEFAULT NULL,
	description text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.register_plugin(text, text, text, integer, jsonb, jsonb, text) IS
	'registers a function at a stage of an action, with effect at once; returns the id of the registration';

CREATE FUNCTION @extschema@.unregister_plugin(id bigint)
RETURNS void
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.unregister_plugin(bigint) IS
	'takes away a registration, with effect at once';

CREATE FUNCTION @extschema@.refresh_action_dependencies()
RETURNS integer
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.refresh_action_dependencies() IS
	'publishes plug-ins that a restore brought and records anew what every active action depends on; returns for how many';

CREATE FUNCTION @extschema@.reset_action_statistics(name text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.reset_action_statistics(text) IS
	'forgets the statistics of an action, or of all; returns how many rows of them there were';

CREATE FUNCTION @extschema@.grant_action_design(role regrole)
RETURNS void
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.grant_action_design(regrole) IS
	'lets a role create and edit drafts; activating them takes USAGE on the language besides';

CREATE FUNCTION @extschema@.revoke_action_design(role regrole)
RETURNS void
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.revoke_action_design(regrole) IS
	'takes back what grant_action_design gave';

CREATE FUNCTION @extschema@.purge_action_log(
	older_than interval, failures_older_than interval DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE
SECURITY DEFINER				-- who cleans up need not be able to read what goes
AS 'MODULE_PATHNAME', 'custom_action_quiet_call';

COMMENT ON FUNCTION @extschema@.purge_action_log(interval, interval) IS
	'deletes what is recorded of invocations that are older, with their steps; returns of how many';

CREATE FUNCTION @extschema@.invoke_action(
	action text, input jsonb DEFAULT '{}', idempotency_key text DEFAULT NULL,
	expect text DEFAULT NULL, if_match text DEFAULT NULL)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_invoke';

COMMENT ON FUNCTION @extschema@.invoke_action(text, jsonb, text, text, text) IS
	'runs an action and returns its outputs; all of it happens, or none of it';

CREATE FUNCTION @extschema@.try_invoke_action(
	action text, input jsonb DEFAULT '{}', idempotency_key text DEFAULT NULL,
	expect text DEFAULT NULL, if_match text DEFAULT NULL)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_try_invoke';

COMMENT ON FUNCTION @extschema@.try_invoke_action(text, jsonb, text, text, text) IS
	'runs an action and reports how it went; the work of one that failed is undone, the transaction goes on';

CREATE FUNCTION @extschema@.action_trace(message text, details jsonb DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'custom_action_trace';

COMMENT ON FUNCTION @extschema@.action_trace(text, jsonb) IS
	'adds a line to the record of the invocation that calls the function it stands in, at level trace; else does nothing';

-- SECURITY DEFINER, because the table is closed to everybody: who is granted this may
-- forget old keys, and nothing else.
CREATE FUNCTION @extschema@.purge_idempotency_keys(older_than interval)
RETURNS bigint
LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	WITH purged AS (
		DELETE FROM custom_actions.idempotency
		WHERE created_at < clock_timestamp() - older_than
		RETURNING 1)
	SELECT count(*) FROM purged;
END;

COMMENT ON FUNCTION @extschema@.purge_idempotency_keys(interval) IS
	'forgets idempotency keys of calls that are longer ago; returns how many';

CREATE FUNCTION @extschema@.action_history(target_table text, key text)
RETURNS TABLE (
	"time" timestamptz, actor text, action text, summary text,
	touched text, status text, invocation uuid)
LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'custom_action_history';

COMMENT ON FUNCTION @extschema@.action_history(text, text) IS
	'everything that actions did to one row, the last first; by the value of its key, or an object of columns';

CREATE FUNCTION @extschema@.action_history(target_table text, key jsonb)
RETURNS TABLE (
	"time" timestamptz, actor text, action text, summary text,
	touched text, status text, invocation uuid)
LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'custom_action_history_json';

COMMENT ON FUNCTION @extschema@.action_history(text, jsonb) IS
	'the same by JSON: an object of the key''s columns, or the value of the only one';
