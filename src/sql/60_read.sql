-- Reading: definitions, hashes and problems.
--
-- What the functions that people call (90_api.sql) hand their arguments to, here and
-- in the parts that follow, has no SET clause, because an unqualified name means what
-- it means under the caller's search_path.  These SQL-standard bodies are bound when
-- the extension is created; they settle the name and leave the work to others.

CREATE FUNCTION custom_actions.action_definition(name text, version integer DEFAULT NULL)
RETURNS json
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT custom_actions.document_of(
		custom_actions.canonical_name(action_definition.name),
		action_definition.version);
END;

COMMENT ON FUNCTION custom_actions.action_definition(text, integer) IS
	'body of action_definition';

CREATE FUNCTION custom_actions.action_hash(name text)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT custom_actions.definition_hash(
		custom_actions.definition_of(
			custom_actions.canonical_name(action_hash.name), NULL, 'draft'));
END;

COMMENT ON FUNCTION custom_actions.action_hash(text) IS
	'body of action_hash';

CREATE FUNCTION custom_actions.check_draft(action_name text)
RETURNS TABLE (severity text, location text, message text, detail text, hint text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	definition json := document_of(action_name, NULL);
	draft_owner text;
BEGIN
	RETURN QUERY
	SELECT c.severity, c.location, c.message, c.detail, c.hint
	FROM check_definition(action_name, definition, action_owner(action_name)) AS c;

	RETURN QUERY
	SELECT 'warning', 'action', w.message, w.detail, w.hint
	FROM lacking_callers(action_name, definition) AS w;

	IF EXISTS (SELECT FROM protections AS p WHERE p.actions IS NOT NULL) THEN
		RETURN QUERY
		SELECT 'warning', w.location, w.message, NULL, w.hint
		FROM unlisted_writes(action_name, definition) AS w;
	END IF;

	-- What else stops the activation of a draft, by whoever asks.
	SELECT a.owner INTO draft_owner FROM action AS a WHERE a.name = action_name;
	IF FOUND THEN
		RETURN QUERY
		SELECT c.severity, c.location, c.message, c.detail, c.hint
		FROM check_publishing(action_name, definition) AS c;
		BEGIN
			PERFORM require_own_draft(action_name, draft_owner);
		EXCEPTION WHEN insufficient_privilege THEN
			severity := 'error';
			location := 'action';
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
				hint = PG_EXCEPTION_HINT;
			RETURN NEXT;
		END;
	END IF;
END
$$;

COMMENT ON FUNCTION custom_actions.check_draft(text) IS
	'does the work of check_action';

CREATE FUNCTION custom_actions.check_action(name text)
RETURNS TABLE (severity text, location text, message text, detail text, hint text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT c.severity, c.location, c.message, c.detail, c.hint
	FROM custom_actions.check_draft(
		custom_actions.canonical_name(check_action.name)) AS c;
END;

COMMENT ON FUNCTION custom_actions.check_action(text) IS
	'body of check_action';

CREATE FUNCTION custom_actions.draft_differs(
	action_name text, published_version integer, published_definition json)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	draft json;
	activated record;
BEGIN
	-- Not if somebody has replaced the function by hand.
	SELECT v.draft, a.modified_at < v.activated_at AS unedited INTO activated
	FROM version AS v
		JOIN action AS a ON a.name = v.action
	WHERE v.action = action_name AND v.version = published_version
		AND same_definition(v.definition, published_definition);
	IF activated.unedited THEN
		RETURN false;			-- no need to put the draft together
	END IF;
	draft := draft_definition(action_name);
	RETURN NOT (
		same_definition(draft, (published_definition::jsonb - 'frozen')::json)
		OR same_definition(draft, activated.draft));
END
$$;

COMMENT ON FUNCTION custom_actions.draft_differs(text, integer, json) IS
	'whether a draft says something else than what is published';

CREATE FUNCTION custom_actions.was_dropped(action_name text)
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM custom_actions.version AS v
			JOIN custom_actions.action AS a ON a.name = v.action
		WHERE v.action = action_name AND v.activated_at >= a.created_at);
END;

COMMENT ON FUNCTION custom_actions.was_dropped(text) IS
	'whether the draft of an action that is not published was activated before';

CREATE FUNCTION custom_actions.drop_reason(action_name text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT a.drop_reason
	FROM custom_actions.action AS a
	WHERE a.name = action_name AND custom_actions.action_function(action_name) IS NULL;
END;

COMMENT ON FUNCTION custom_actions.drop_reason(text) IS
	'what took the function of an action that was dropped, "its function was dropped with schema support by ... at ..."; NULL: not known, or it has one';
