-- Actions as tools of agents: requests of the Model Context Protocol, and what they are
-- answered.  A call of a tool is a call of try_invoke_action(), by the same role, with the
-- same rights, limits, record and masks; nothing here writes by itself.

CREATE FUNCTION @extschema@.mcp_tools(pattern text DEFAULT NULL, per_action boolean DEFAULT true)
RETURNS json
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'custom_action_mcp_tools';

COMMENT ON FUNCTION @extschema@.mcp_tools(text, boolean) IS
	'the actions that agents are shown, as the answer to tools/list of the Model Context Protocol: a tool for each, or four that stand for all';

CREATE FUNCTION custom_actions.mcp_versions()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{2026-07-28,2025-11-25,2025-06-18}'::text[];

COMMENT ON FUNCTION custom_actions.mcp_versions() IS
	'versions of the protocol, the newest first: that one each request names by itself, for the others a session begins with initialize';

CREATE FUNCTION custom_actions.mcp_refusal(code integer, message text, data jsonb DEFAULT NULL)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('error',
	jsonb_strip_nulls(jsonb_build_object('code', code, 'message', message, 'data', data)));

COMMENT ON FUNCTION custom_actions.mcp_refusal(integer, text, jsonb) IS
	'an error of the protocol, which clients keep from models';

CREATE FUNCTION custom_actions.mcp_said(content text, structured jsonb DEFAULT NULL, meta jsonb DEFAULT NULL)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('result', jsonb_build_object(
	'content', jsonb_build_array(jsonb_build_object('type', 'text', 'text', content)),
	'isError', structured IS NULL)
	|| CASE WHEN structured IS NULL THEN '{}' ELSE jsonb_build_object('structuredContent', structured) END
	|| CASE WHEN meta IS NULL THEN '{}' ELSE jsonb_build_object('_meta', meta) END);

COMMENT ON FUNCTION custom_actions.mcp_said(text, jsonb, jsonb) IS
	'what a tool has answered; without a structured answer it was an error, which models are shown';

CREATE FUNCTION custom_actions.mcp_listed(name text, pattern text, whole boolean DEFAULT false)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN pattern IS NULL OR mcp_listed.name LIKE pattern COLLATE "C"
		THEN custom_actions.mcp_tool(mcp_listed.name, whole) END;
END;

COMMENT ON FUNCTION custom_actions.mcp_listed(text, text, boolean) IS
	'what is known of an action that may be called as a tool, as mcp_tool() tells it; NULL of any other';

CREATE FUNCTION custom_actions.mcp_change(change jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT format('- %s of %s %s%s', change ->> 'operation', change ->> 'table', change ->> 'key',
		coalesce(': ' || string_agg(concat_ws(' ', c.key || ':', c.value ->> 'shown'), ', ' ORDER BY c.key), ''))
	FROM (
		SELECT e.key, jsonb_build_object('shown', concat_ws(' -> ', e.value -> 'before', e.value -> 'after'))
		FROM jsonb_each(change -> 'columns') AS e) AS c (key, value);
END;

COMMENT ON FUNCTION custom_actions.mcp_change(jsonb) IS
	'one change of a preview in a line; values are in quotes of JSON, so that none passes for our words';

CREATE FUNCTION custom_actions.mcp_changes(document jsonb)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT concat_ws(E'\n',
		CASE WHEN jsonb_array_length(document -> 'changes') = 0 THEN 'No row would change.'
			ELSE (
				SELECT string_agg(custom_actions.mcp_change(c.value), E'\n' ORDER BY c.ordinality)
				FROM jsonb_array_elements(document -> 'changes') WITH ORDINALITY AS c
				WHERE c.ordinality <= 50) END,
		CASE WHEN jsonb_array_length(document -> 'changes') > 50 THEN
			format('- and %s changes more', jsonb_array_length(document -> 'changes') - 50) END,
		CASE WHEN document -> 'output' <> '{}' THEN format('It would return %s', document -> 'output') END,
		(SELECT string_agg(format('Not shown: %s', i.value), E'\n') FROM jsonb_array_elements(document -> 'incomplete') AS i),
		(SELECT string_agg(format('Cannot be taken back: %s', r.value ->> 'text'), E'\n')
			FROM jsonb_array_elements(document -> 'remains') AS r
			WHERE r.value ->> 'text' NOT LIKE 'the sequence was advanced%'));
END;

COMMENT ON FUNCTION custom_actions.mcp_changes(jsonb) IS 'a preview in words for models';

CREATE FUNCTION custom_actions.mcp_token(document jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN document ->> 'token' ~ '^p[0-9]+-' THEN document ->> 'token' END;

COMMENT ON FUNCTION custom_actions.mcp_token(jsonb) IS
	'the token of a preview; NULL if it says why there is none';

-- As the errors of expect: of what may hold a secret, the columns' names alone. Whether it may,
-- is asked after the preview, since another version may have been activated before it ran.
CREATE FUNCTION custom_actions.mcp_previewed(action text, input jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	document jsonb := @extschema@.preview_action_document(action, input);
BEGIN
	IF document ? 'error' THEN
		RETURN document;
	ELSIF (mcp_tool(action, false) -> 'sensitive')::boolean IS NOT FALSE THEN
		document := document || jsonb_build_object('changes', (
			SELECT coalesce(jsonb_agg(c.value || jsonb_build_object('columns', (
				SELECT jsonb_object_agg(k.key, '{}'::jsonb) FROM jsonb_object_keys(c.value -> 'columns') AS k (key)))
				ORDER BY c.ordinality), '[]')
			FROM jsonb_array_elements(document -> 'changes') WITH ORDINALITY AS c));
	END IF;
	RETURN document - 'steps' || jsonb_build_object('token', mcp_token(document), 'unapprovable',
		CASE WHEN mcp_token(document) IS NULL THEN document ->> 'token' END);
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_previewed(text, jsonb) IS
	'the preview that a model is shown: its token, or why there is none';

CREATE FUNCTION custom_actions.mcp_way_on(tool jsonb, target jsonb, error jsonb, pattern text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	bound_table text := tool ->> 'bound_to';
	ways text;
BEGIN
	IF target IS NULL OR bound_table IS NULL OR error ->> 'sqlstate' ~ '^(2[235]|4[02]|5|XX|UA00[134567])' THEN
		RETURN NULL;
	END IF;
	SELECT string_agg(a.action, ', ' ORDER BY a.action COLLATE "C") INTO ways
	FROM @extschema@.available_actions(bound_table, target) AS a
	WHERE a.available AND a.action <> tool ->> 'name' AND mcp_listed(a.action, pattern) IS NOT NULL;
	RETURN 'Can be called for this row now: ' || ways;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_way_on(jsonb, jsonb, jsonb, text) IS
	'what else a model could call where the state of a row keeps an action from running';

CREATE FUNCTION custom_actions.mcp_failed(tool jsonb, target jsonb, said jsonb, pattern text)
RETURNS jsonb
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.mcp_said(
		concat_ws(E'\n', said #>> '{error,message}', said #>> '{error,detail}', 'Hint: ' || (said #>> '{error,hint}'),
			custom_actions.mcp_way_on(tool, target, said -> 'error', pattern)),
		NULL,
		jsonb_build_object('custom-actions/error', said -> 'error')
			|| CASE WHEN said ? 'invocation' THEN jsonb_build_object('custom-actions/invocation', said -> 'invocation') ELSE '{}' END);
END;

COMMENT ON FUNCTION custom_actions.mcp_failed(jsonb, jsonb, jsonb, text) IS
	'what a model is told of an action that failed, with what would help';

CREATE FUNCTION custom_actions.mcp_preview(tool jsonb, input jsonb, pattern text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	document jsonb := mcp_previewed(tool ->> 'name', input);
	token text := document ->> 'token';
BEGIN
	IF document ? 'error' THEN
		RETURN mcp_failed(tool, input -> 'target', document, pattern);
	END IF;
	RETURN mcp_said(
		concat_ws(E'\n', format('Nothing was done. %s would do this:', tool ->> 'name'), mcp_changes(document),
			coalesce('Token for exactly this: ' || token, 'There is no token for that: ' || (document ->> 'unapprovable'))),
		document);
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_preview(jsonb, jsonb, text) IS 'calls the tool preview_action';

-- An answer without an error would have to be what the action returns; this one is to be
-- shown to the model, which is what it takes to call again with more.
CREATE FUNCTION custom_actions.mcp_confirmation(tool jsonb, input jsonb, property text, pattern text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	document jsonb := mcp_previewed(tool ->> 'name', input);
	token text := document ->> 'token';
BEGIN
	IF document ? 'error' THEN
		RETURN mcp_failed(tool, input -> 'target', document, pattern);
	END IF;
	RETURN mcp_said(
		concat_ws(E'\n',
			format('Nothing was done yet, since %s deletes or overwrites. It would do this:', tool ->> 'name'),
			mcp_changes(document),
			CASE WHEN token IS NULL THEN format('It cannot be confirmed: %s', document ->> 'unapprovable')
				ELSE format('If that is meant, call it again with the same arguments and "%s": "%s". It does exactly this then, or nothing.',
					property, token) END),
		NULL,
		jsonb_build_object('custom-actions/preview', document, 'custom-actions/expect', token));
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_confirmation(jsonb, jsonb, text, text) IS
	'answers a call that has to be confirmed: what it would do, and the token that confirms it';

CREATE FUNCTION custom_actions.mcp_borrow(setting text, value text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	before text := current_setting(setting);
BEGIN
	IF value IS NULL OR value = before THEN
		RETURN NULL;
	END IF;
	PERFORM set_config(setting, value, true);
	RETURN before;
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_borrow(text, text) IS
	'sets a setting for a call, unless the value is NULL; returns what it was if that was another';

-- What the settings say of who calls stands: a client cannot speak for somebody else than its
-- gateway has said, but where nobody has said it.
CREATE FUNCTION custom_actions.mcp_run(action text, input jsonb, key text, expect text, meta jsonb)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	client jsonb := meta -> 'io.modelcontextprotocol/clientInfo';
	actor text;
	trace text;
	program text;
	said jsonb;
BEGIN
	actor := mcp_borrow('custom_actions.actor', CASE WHEN actor_now() IS NULL THEN meta ->> 'custom-actions/actor' END);
	trace := mcp_borrow('custom_actions.traceparent',
		CASE WHEN current_setting('custom_actions.traceparent') = '' THEN meta ->> 'traceparent' END);
	program := mcp_borrow('application_name',
		nullif(left(concat_ws(' ', client ->> 'name', client ->> 'version'), 60), ''));

	-- Whoever has the key of somebody else's request is not to get its answer.
	said := @extschema@.try_invoke_action(action, input,
		idempotency_key => CASE WHEN key IS NOT NULL THEN 'mcp-' || encode(sha256(convert_to(
			format('%s %L', coalesce(quote_literal(actor_now()), '-'), key), 'UTF8')), 'hex') END,
		expect => expect);

	PERFORM mcp_borrow('custom_actions.actor', actor),
		mcp_borrow('custom_actions.traceparent', trace),
		mcp_borrow('application_name', program);
	RETURN said;
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_run(text, jsonb, text, text, jsonb) IS
	'invokes an action for a request, whose client, trace and, if nobody else is named, actor are recorded';

CREATE FUNCTION custom_actions.mcp_invoke(
	tool jsonb, arguments jsonb, confirmed jsonb, key text, meta jsonb, pattern text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	action text := tool ->> 'name';
	destructive boolean := tool -> 'destructive';
	input jsonb := arguments;
	property text := 'expect';
	said jsonb;
BEGIN
	IF confirmed IS NULL THEN	-- its own tool, that has a property for this
		property := tool ->> 'expect';
		confirmed := CASE WHEN destructive THEN input -> property END;
		input := CASE WHEN destructive THEN input - property ELSE input END;
	ELSE
		confirmed := nullif(confirmed, 'null');
	END IF;
	IF jsonb_typeof(confirmed) <> 'string' OR confirmed #>> '{}' !~ '^p[0-9]+-[0-9a-f-]+$' THEN
		RETURN mcp_said(format(E'"%s" is not the token of a preview\nHint: %s', property,
			'Preview this call, and give the token as it was told.'));
	ELSIF destructive AND confirmed IS NULL THEN
		RETURN mcp_confirmation(tool, input, property, pattern);
	END IF;
	said := mcp_run(action, input, key, confirmed #>> '{}', meta);
	IF NOT (said -> 'ok')::boolean THEN
		RETURN mcp_failed(tool, input -> 'target', said, pattern);
	ELSIF confirmed IS NULL AND (mcp_tool(action, false) -> 'destructive')::boolean IS NOT FALSE THEN
		-- what ran may be another version than the one that was looked at
		RAISE serialization_failure USING
			MESSAGE = format('action "%s" was changed while it was called', action),
			HINT = 'Call it again.';
	END IF;
	RETURN mcp_said((said -> 'output')::text, said -> 'output',
		jsonb_build_object('custom-actions/invocation', said -> 'invocation'));
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_invoke(jsonb, jsonb, jsonb, text, jsonb, text) IS
	'calls an action that is listed; one that deletes or overwrites only if that is confirmed';

CREATE FUNCTION custom_actions.mcp_found(words text, pattern text)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT custom_actions.mcp_said(f.actions::text, f.actions)
	FROM (
		SELECT jsonb_build_object('actions', coalesce(jsonb_agg(jsonb_build_object(
			'name', t.tool ->> 'name', 'title', t.tool ->> 'title', 'description', t.tool ->> 'description')
			ORDER BY t.ordinality), '[]')) AS actions
		FROM jsonb_array_elements(@extschema@.mcp_tools(pattern)::jsonb -> 'tools') WITH ORDINALITY AS t (tool, ordinality)
		WHERE t.tool ->> 'name' <> 'preview_action'
			AND NOT EXISTS (
				SELECT FROM regexp_split_to_table(lower(coalesce(words, '')), '\s+') AS w (word)
				WHERE strpos(lower(concat_ws(' ', t.tool ->> 'name', t.tool ->> 'title', t.tool ->> 'description')), w.word) = 0)) AS f;
END;

COMMENT ON FUNCTION custom_actions.mcp_found(text, text) IS 'calls the tool find_actions';

CREATE FUNCTION custom_actions.mcp_mistake(tool text, arguments jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce(
		(SELECT format('There is no input "%s" of %s. It takes: %s', left(a.key, 100), tool, array_to_string(k.known, ', '))
			FROM jsonb_object_keys(arguments) AS a (key)
			WHERE a.key <> ALL (k.known)
			ORDER BY a.key LIMIT 1),
		(SELECT format('Input "%s" of %s has to be %s', a.key, tool, CASE a.key WHEN 'input' THEN 'an object' ELSE 'a string' END)
			FROM jsonb_each(arguments) AS a
			WHERE jsonb_typeof(a.value) <> CASE a.key WHEN 'input' THEN 'object' ELSE 'string' END
			ORDER BY a.key LIMIT 1),
		CASE WHEN 'action' = ANY (k.known) AND NOT arguments ? 'action' THEN format('Input "action" of %s is missing', tool) END)
	FROM (
		SELECT CASE tool
			WHEN 'find_actions' THEN '{words}'
			WHEN 'describe_action' THEN '{action}'
			WHEN 'preview_action' THEN '{action,input}'
			ELSE '{action,input,expect}' END::text[]) AS k (known);
END;

COMMENT ON FUNCTION custom_actions.mcp_mistake(text, jsonb) IS
	'what is wrong with the arguments of a tool that stands for all actions; NULL if nothing is';

CREATE FUNCTION custom_actions.mcp_generic(
	tool text, arguments jsonb, key text, meta jsonb, pattern text)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mistake text := mcp_mistake(tool, arguments);
	action text := arguments ->> 'action';
	input jsonb := coalesce(arguments -> 'input', '{}');
	meant jsonb;
BEGIN
	IF mistake IS NOT NULL THEN
		RETURN mcp_said(mistake);
	ELSIF tool = 'find_actions' THEN
		RETURN mcp_found(arguments ->> 'words', pattern);
	END IF;
	meant := mcp_listed(action, pattern, whole => tool = 'describe_action');
	IF meant IS NULL THEN
		RETURN mcp_said(format('There is no action "%s" among the tools', left(action, 128)));
	ELSIF tool = 'describe_action' THEN
		RETURN mcp_said(meant ->> 'tool', meant -> 'tool');
	ELSIF tool = 'preview_action' THEN
		RETURN mcp_preview(meant, input, pattern);
	END IF;
	RETURN mcp_invoke(meant, input, coalesce(arguments -> 'expect', 'null'), key, meta, pattern);
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_generic(text, jsonb, text, jsonb, text) IS
	'calls one of the tools that stand for all actions';

CREATE FUNCTION custom_actions.mcp_request_key(id jsonb, meta jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT coalesce('given: ' || (meta ->> 'custom-actions/idempotency-key'),
		CASE WHEN jsonb_typeof(id) = 'string'
			AND id #>> '{}' ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN 'id: ' || lower(id #>> '{}') END);
END;

COMMENT ON FUNCTION custom_actions.mcp_request_key(jsonb, jsonb) IS
	'the idempotency key of a request: the one that it has, or an id that nobody else has; ids that count begin anew in each session';

CREATE FUNCTION custom_actions.mcp_tools_call(id jsonb, params jsonb, pattern text, per_action boolean)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	meta jsonb := coalesce(params -> '_meta', '{}');
	tool text := params ->> 'name';
	arguments jsonb := coalesce(params -> 'arguments', '{}');
	key text := mcp_request_key(id, meta);
	meant jsonb;
BEGIN
	IF jsonb_typeof(params -> 'name') IS DISTINCT FROM 'string' THEN
		RETURN mcp_refusal(-32602, 'params.name has to be the name of a tool');
	ELSIF jsonb_typeof(arguments) <> 'object' THEN
		RETURN mcp_refusal(-32602, 'params.arguments has to be an object');
	ELSIF jsonb_typeof(meta -> 'custom-actions/idempotency-key') <> 'string'
		OR octet_length(key) > 255 OR key = 'given: ' THEN
		RETURN mcp_refusal(-32602, 'an idempotency key has to be a string of 1 to 240 bytes');
	ELSIF tool = 'preview_action' OR NOT per_action
		AND tool IN ('find_actions', 'describe_action', 'invoke_action') THEN
		RETURN mcp_generic(tool, arguments, key, meta, pattern);
	END IF;
	meant := CASE WHEN per_action THEN mcp_listed(tool, pattern) END;
	IF meant IS NOT NULL THEN
		RETURN mcp_invoke(meant, arguments, NULL, key, meta, pattern);
	END IF;
	RETURN mcp_refusal(-32602, format('Unknown tool: %s', left(tool, 128)));
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_tools_call(jsonb, jsonb, text, boolean) IS 'answers tools/call';

CREATE FUNCTION custom_actions.mcp_server()
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT jsonb_build_object('name', e.extname, 'title', 'Business actions of a PostgreSQL database', 'version', e.extversion)
	FROM pg_extension AS e
	WHERE e.extname = 'custom_actions';
END;

COMMENT ON FUNCTION custom_actions.mcp_server() IS 'what the server says of itself';

CREATE FUNCTION custom_actions.mcp_result(method text, params jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, custom_actions, pg_temp
BEGIN ATOMIC
	SELECT CASE method
		WHEN 'initialize' THEN jsonb_build_object(
			'protocolVersion', CASE WHEN params ->> 'protocolVersion' = ANY ((custom_actions.mcp_versions())[2:])
				THEN params ->> 'protocolVersion' ELSE (custom_actions.mcp_versions())[2] END,
			'capabilities', '{"tools": {}}'::jsonb,
			'serverInfo', custom_actions.mcp_server())
		WHEN 'server/discover' THEN jsonb_build_object(
			'supportedVersions', custom_actions.mcp_versions(),
			'capabilities', '{"tools": {}}'::jsonb)
		ELSE '{}' END
		|| CASE WHEN method IN ('initialize', 'server/discover') THEN jsonb_build_object('instructions',
			'Each tool is a business action: all of it happens, or none of it. One that deletes or overwrites does nothing when it is called first, '
			'but tells what it would do and gives a token; called again with that token, it does exactly that. '
			'An error says what is wrong and what would help.') ELSE '{}' END;
END;

COMMENT ON FUNCTION custom_actions.mcp_result(text, jsonb) IS
	'what methods answer that depend on nothing but the request';

CREATE FUNCTION custom_actions.mcp_is_id(id jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(id)
	WHEN 'string' THEN octet_length(id #>> '{}') <= 1000
	WHEN 'number' THEN id::numeric BETWEEN -9007199254740991 AND 9007199254740991 AND trunc(id::numeric) = id::numeric
	ELSE false END;

COMMENT ON FUNCTION custom_actions.mcp_is_id(jsonb) IS 'can a request have this id?';

CREATE FUNCTION custom_actions.mcp_flaw(request jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	id jsonb := request -> 'id';
	meta jsonb := request #> '{params,_meta}';
	version jsonb := meta -> 'io.modelcontextprotocol/protocolVersion';
BEGIN
	IF jsonb_typeof(request) IS DISTINCT FROM 'object' THEN
		RETURN mcp_refusal(-32600, 'a request is one object of JSON-RPC 2.0');
	ELSIF request -> 'jsonrpc' IS DISTINCT FROM '"2.0"' OR jsonb_typeof(request -> 'method') IS DISTINCT FROM 'string' THEN
		RETURN mcp_refusal(-32600, 'a request of JSON-RPC 2.0 has "jsonrpc": "2.0" and a method');
	ELSIF id IS NULL THEN
		RETURN NULL;
	ELSIF NOT mcp_is_id(id) THEN
		RETURN mcp_refusal(-32600, 'the id of a request is a string or a whole number');
	ELSIF jsonb_typeof(request -> 'params') <> 'object' THEN
		RETURN mcp_refusal(-32602, 'params has to be an object');
	ELSIF jsonb_typeof(meta) <> 'object' THEN
		RETURN mcp_refusal(-32602, 'params._meta has to be an object');
	ELSIF version <> to_jsonb((mcp_versions())[1]) THEN
		RETURN mcp_refusal(-32022, 'Unsupported protocol version', jsonb_build_object(
			'supported', mcp_versions(), 'requested', version #>> '{}'));
	ELSIF version IS NOT NULL
		AND jsonb_typeof(meta -> 'io.modelcontextprotocol/clientCapabilities') IS DISTINCT FROM 'object' THEN
		RETURN mcp_refusal(-32602, 'params._meta has to have io.modelcontextprotocol/clientCapabilities');
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_flaw(jsonb) IS 'why a request is none; NULL if it is one';

CREATE FUNCTION custom_actions.mcp_answer(request jsonb, pattern text, per_action boolean)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, custom_actions, pg_temp
AS $$
DECLARE
	method text := request ->> 'method';
	params jsonb := coalesce(request -> 'params', '{}');
	modern boolean := params #> '{_meta,io.modelcontextprotocol/protocolVersion}' IS NOT NULL;
	answer jsonb;
BEGIN
	CASE
		WHEN method = 'tools/call' THEN
			answer := mcp_tools_call(request -> 'id', params, pattern, per_action);
		WHEN method = 'tools/list' AND params ? 'cursor' THEN
			RETURN mcp_refusal(-32602, 'the list of tools has one page: there is no cursor');
		WHEN method = 'tools/list' THEN
			answer := jsonb_build_object('result', @extschema@.mcp_tools(pattern, per_action)::jsonb);
		WHEN method = 'server/discover' OR NOT modern AND method IN ('initialize', 'ping') THEN
			answer := jsonb_build_object('result', mcp_result(method, params));
		ELSE
			RETURN mcp_refusal(-32601, format('Method not found: %s', left(method, 100)));
	END CASE;
	IF NOT answer ? 'result' OR NOT modern AND method <> 'server/discover' THEN
		RETURN answer;
	END IF;
	RETURN jsonb_build_object('result', answer -> 'result' || jsonb_build_object(
			'resultType', 'complete',
			'_meta', coalesce(answer #> '{result,_meta}', '{}')
				|| jsonb_build_object('io.modelcontextprotocol/serverInfo', mcp_server()))
		|| CASE WHEN method = 'tools/call' THEN '{}' ELSE '{"ttlMs": 60000, "cacheScope": "private"}'::jsonb END);
END
$$;

COMMENT ON FUNCTION custom_actions.mcp_answer(jsonb, text, boolean) IS
	'the result or the error of a request; of the newest protocol if it names one, else of those before';

CREATE FUNCTION @extschema@.mcp_call(request jsonb, pattern text DEFAULT NULL, per_action boolean DEFAULT true)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, custom_actions, pg_temp
SET intervalstyle = 'iso_8601'	-- as JSON Schema has durations
AS $$
DECLARE
	flaw jsonb := mcp_flaw(request);
	answer jsonb := '{"jsonrpc": "2.0"}';
BEGIN
	IF flaw IS NULL AND NOT request ? 'id' THEN
		RETURN NULL;			-- a notification is not answered
	ELSIF request ? 'id' AND mcp_is_id(request -> 'id') THEN
		answer := answer || jsonb_build_object('id', request -> 'id');
	END IF;
	RETURN answer || coalesce(flaw, mcp_answer(request, pattern, coalesce(per_action, true)));
END
$$;

COMMENT ON FUNCTION @extschema@.mcp_call(jsonb, text, boolean) IS
	'answers a request of the Model Context Protocol: initialize, server/discover, ping, tools/list, tools/call; NULL for a notification';
