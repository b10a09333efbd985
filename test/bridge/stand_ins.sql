-- What the bridge asks the database for, in few words, as far as the extension has it not.
\if :{?stand_in_mcp_call}
CREATE FUNCTION mcp_call(request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	said jsonb;
	result jsonb;
BEGIN
	CASE request ->> 'method'
	WHEN 'ping' THEN
		result = '{}';
	WHEN 'tools/list' THEN
		SELECT jsonb_build_object('tools', jsonb_agg(jsonb_build_object('name', n.nspname || '.' || p.proname, 'description', obj_description(p.oid, 'pg_proc'),
			'inputSchema', '{"type": "object"}'::jsonb) ORDER BY p.proname))
		INTO result
		FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang JOIN pg_namespace AS n ON n.oid = p.pronamespace
		WHERE l.lanname = 'custom_action' AND has_function_privilege(p.oid, 'EXECUTE') AND length(obj_description(p.oid, 'pg_proc')) > 40 AND p.proname <> 'open_case';
	WHEN 'tools/call' THEN
		said = try_invoke_action(request #>> '{params,name}', coalesce(request #> '{params,arguments}', '{}'),
			idempotency_key => request #>> '{params,_meta,custom-actions/idempotency-key}');
		result = jsonb_build_object('content', jsonb_build_array(jsonb_build_object('type', 'text', 'text', coalesce(said #>> '{error,message}', said ->> 'output'))),
			'isError', NOT (said ->> 'ok')::boolean, 'structuredContent', coalesce(said -> 'output', said -> 'error'));
	ELSE
		RETURN jsonb_build_object('jsonrpc', '2.0', 'id', request -> 'id', 'error', jsonb_build_object('code', -32601, 'message', 'there is no such method'));
	END CASE;
	RETURN jsonb_build_object('jsonrpc', '2.0', 'id', request -> 'id', 'result', result);
END
$$;
\endif
\if :{?stand_in_action_openapi}
CREATE FUNCTION action_openapi(gateway text) RETURNS json LANGUAGE sql RETURN json_build_object('openapi', '3.1.0');
\endif
