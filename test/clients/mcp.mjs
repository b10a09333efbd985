// The Model Context Protocol's own clients confirm what they are shown, through the bridge; for
// test/clients/mcp.pl. Each message that the server sends is kept, and judged by the schemas of the
// protocol as its packages have them: the folder MCP_SCHEMAS, if given, has the published ones besides.
import { readFileSync } from 'node:fs';
import { load, load_module, ok, is } from './judge.mjs';

const [bridge] = process.argv.slice(2);
const server = {
	command: process.execPath, args: [bridge],
	env: { ...process.env, PGUSER: 'mcp_agent', CUSTOM_ACTIONS_ACTOR: 'ada@support.example' }
};
const generations = {
	'2025-11-25': async () => {
		const { Client } = load('@modelcontextprotocol/sdk/client/index.js');
		const { StdioClientTransport } = load('@modelcontextprotocol/sdk/client/stdio.js');

		return { client: new Client({ name: 'old client', version: '1.0' }), transport: new StdioClientTransport(server) };
	},
	'2026-07-28': async () => {
		const { Client } = await load_module('@modelcontextprotocol/client');
		const { StdioClientTransport } = await load_module('@modelcontextprotocol/client/stdio');

		return { client: new Client({ name: 'young client', version: '2.0' }, { versionNegotiation: { mode: 'auto' } }), transport: new StdioClientTransport(server) };
	}
};

const text_of = (result) => result.content.map((part) => part.text).join('\n');
const refused = (promise) => promise.then((result) => (result.isError ? text_of(result) : ''), (error) => error.message);

// Says by which rule of the published schema a message is wrong.
function judge_of(version) {
	if (!process.env.MCP_SCHEMAS) return undefined;
	const ajv = new (load('ajv/dist/2020'))({ strict: false, allErrors: true });
	load('ajv-formats')(ajv);
	ajv.addSchema(JSON.parse(readFileSync(`${process.env.MCP_SCHEMAS}/${version}/schema.json`)), 'mcp');
	return (definition, value) => {
		const validate = ajv.getSchema(`mcp#/$defs/${definition}`);

		return validate(value) ? '' : `${definition}: ${ajv.errorsText(validate.errors)}`;
	};
}

// What a request is answered, by its method
const results = { initialize: 'InitializeResult', 'server/discover': 'DiscoverResult', 'tools/list': 'ListToolsResult', 'tools/call': 'CallToolResult', ping: 'EmptyResult' };

for (const [version, connect] of Object.entries(generations)) {
	const { client, transport } = await connect();
	const target = version === '2025-11-25' ? 41 : 43; // a case for each
	const methods = new Map();
	const answers = [];
	const send = transport.send.bind(transport);

	// Keeps what goes both ways.
	transport.send = (message, ...rest) => {
		if (message.id !== undefined) methods.set(message.id, message.method);
		return send(message, ...rest);
	};
	await client.connect(transport);
	const receive = transport.onmessage;
	transport.onmessage = (message, ...rest) => {
		answers.push({ method: methods.get(message.id), message });
		return receive?.(message, ...rest);
	};

	const { tools } = await client.listTools();
	const verb = tools.find((tool) => tool.name === 'support.close_case');

	is(tools.map((tool) => tool.name), ['support.close_case', 'support.count_cases', 'support.open_case', 'preview_action'], `${version}: what is listed`);
	is([verb.annotations.destructiveHint, 'expect' in verb.inputSchema.properties], [true, true], `${version}: one that overwrites is to be confirmed`);

	// The model previews, calls, is told to confirm, and confirms.
	const preview = await client.callTool({ name: 'preview_action', arguments: { action: 'support.close_case', input: { target } } });

	is(preview.structuredContent.changes.map((change) => [change.operation, change.table, change.key.id, change.columns.status.after]),
		[['update', 'support.case', target, 'closed']], `${version}: a preview`);
	const asked = await client.callTool({ name: 'support.close_case', arguments: { target } });

	ok(asked.isError && /^Nothing was done yet/.test(text_of(asked)), `${version}: a call is answered by what it would do`);
	const expect = /"expect": "([^"]+)"/.exec(text_of(asked))[1];

	ok(/token for another input/.test(await refused(client.callTool({ name: 'support.close_case', arguments: { target: 42, expect } }))), `${version}: the token is for this case alone`);
	const done = await client.callTool({ name: 'support.close_case', arguments: { target, expect } });

	is([done.isError, done.structuredContent], [false, {}], `${version}: confirmed, it is done`);
	ok(/Case \d+ is closed/.test(await refused(client.callTool({ name: 'support.close_case', arguments: { target, expect } }))), `${version}: and not twice`);
	const opened = await client.callTool({ name: 'support.open_case', arguments: { customer: 1, subject: 'Again' } });

	ok(opened.structuredContent.case_id >= 100, `${version}: what only adds is done at once`);
	ok(/no such|unknown tool/i.test(await refused(client.callTool({ name: 'support.escalate_case', arguments: { target: 42, reason: 'x' } }))), `${version}: what is not listed is not there`);
	ok(/channel/.test(await refused(client.callTool({ name: 'support.open_case', arguments: { customer: 1, subject: 'x', channel: 'pigeon' } }))), `${version}: a mistake is named`);
	ok(answers.length >= 9, `${version}: messages were kept`);

	const judge = judge_of(version);
	const complaints = judge && answers.flatMap(({ method, message }) => [
		judge(message.error ? 'JSONRPCErrorResponse' : 'JSONRPCResultResponse', message),
		message.error ? '' : judge(results[method], message.result)]).filter((complaint) => complaint);

	if (judge) is(complaints, [], `${version}: every message is as the published schema has it`);
	for (const tool of tools) {
		const ajv = new (load('ajv/dist/2020'))({ strict: true, allowUnionTypes: true });

		load('ajv-formats')(ajv);
		ajv.addFormat('int32', true).addFormat('int64', true);
		ok(ajv.compile(tool.inputSchema) && ajv.compile(tool.outputSchema), `${version}: ${tool.name} has schemas that a strict validator takes`);
	}
	await client.close();
}
process.exit(0);
