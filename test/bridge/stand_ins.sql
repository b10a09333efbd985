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
\if :{?stand_in_action_error_payload}
CREATE FUNCTION action_error_payload(sqlstate text, message text, detail text, hint text) RETURNS json LANGUAGE sql
RETURN json_build_object('error', json_build_object('code', coalesce(sqlstate, 'General'), 'message', message));
\endif
\if :{?stand_in_action_csdl}
CREATE FUNCTION action_csdl(format text) RETURNS text LANGUAGE sql
RETURN CASE format WHEN 'xml' THEN '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
	<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="support">
		<EntityType Name="case"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.Int64" Nullable="false"/></EntityType>
		<ComplexType Name="open_case_result"><Property Name="case_id" Type="Edm.Int64"/><Property Name="opened_at" Type="Edm.DateTimeOffset"/>
			<Property Name="channel_used" Type="Edm.String"/></ComplexType>
		<Action Name="escalate_case" IsBound="true"><Parameter Name="target" Type="support.case" Nullable="false"/>
			<Parameter Name="reason" Type="Edm.String" Nullable="false"/><ReturnType Type="Edm.Int64"/></Action>
		<Action Name="close_case" IsBound="true"><Parameter Name="target" Type="support.case" Nullable="false"/></Action>
		<Action Name="open_case"><Parameter Name="customer" Type="Edm.Int64" Nullable="false"/><Parameter Name="subject" Type="Edm.String" Nullable="false"/>
			<ReturnType Type="support.open_case_result"/></Action>
		<Function Name="count_cases"><Parameter Name="wanted" Type="Edm.String" Nullable="false"/><ReturnType Type="Edm.Int32"/></Function>
		<EntityContainer Name="container"><EntitySet Name="case" EntityType="support.case"/><ActionImport Name="open_case" Action="support.open_case"/>
			<FunctionImport Name="count_cases" Function="support.count_cases"/></EntityContainer>
	</Schema></edmx:DataServices></edmx:Edmx>' ELSE '{"$Version": "4.0", "$EntityContainer": "support.container", "support": {
	"case": {"$Kind": "EntityType", "$Key": ["id"]},
	"open_case_result": {"$Kind": "ComplexType", "case_id": {}, "opened_at": {}, "channel_used": {}},
	"escalate_case": [{"$Kind": "Action", "$IsBound": true, "$Parameter": [{"$Name": "target", "$Type": "support.case"}], "$ReturnType": {"$Type": "Edm.Int64"}}],
	"close_case": [{"$Kind": "Action", "$IsBound": true, "$Parameter": [{"$Name": "target", "$Type": "support.case"}]}],
	"open_case": [{"$Kind": "Action", "$ReturnType": {"$Type": "support.open_case_result"}}],
	"count_cases": [{"$Kind": "Function", "$Parameter": [{"$Name": "wanted"}], "$ReturnType": {"$Type": "Edm.Int32"}}],
	"container": {"$Kind": "EntityContainer", "case": {"$Collection": true, "$Type": "support.case"}, "open_case": {"$Action": "support.open_case"},
		"count_cases": {"$Function": "support.count_cases"}}}}' END;
\endif
