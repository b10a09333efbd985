// Calls tools through the bridge by the official clients; for test/clients/bridge_mcp.pl.
import { load, load_module, ok, is } from './judge.mjs';

const [bridge] = process.argv.slice(2);
const server = {
	command: process.execPath, args: [bridge],
	env: { ...process.env, PGUSER: 'desk_agent', CUSTOM_ACTIONS_ACTOR: 'ada@support.example' }
};

// The first generation, which opens a session; and the second one, which asks what it has before it.
const generations = {
	old: async () => {
		const { Client } = load('@modelcontextprotocol/sdk/client/index.js');
		const { StdioClientTransport } = load('@modelcontextprotocol/sdk/client/stdio.js');
		const client = new Client({ name: 'old client', version: '1.0' });

		await client.connect(new StdioClientTransport(server));
		return client;
	},
	young: async () => {
		const { Client } = await load_module('@modelcontextprotocol/client');
		const { StdioClientTransport } = await load_module('@modelcontextprotocol/client/stdio');
		const client = new Client({ name: 'young client', version: '2.0' }, { versionNegotiation: { mode: 'auto' } });

		await client.connect(new StdioClientTransport(server));
		return client;
	}
};

const text_of = (result) => result.content.map((part) => part.text).join('\n');

for (const [name, connect] of Object.entries(generations)) {
	const client = await connect();

	ok(client.getServerCapabilities()?.tools, `${name}: a client connects`);

	// What there is: what agents are shown, and this role may execute
	const { tools } = await client.listTools();
	const names = tools.map((tool) => tool.name).filter((tool) => tool.startsWith('support.'));

	ok(['support.count_cases', 'support.escalate_case'].every((tool) => names.includes(tool)), `${name}: tools are listed`);
	ok(!names.includes('support.open_case'), `${name}: and no action that agents are not shown`);
	ok(tools.every((tool) => tool.inputSchema?.type === 'object'), `${name}: each has a schema of its inputs`);

	// Calls
	const counted = await client.callTool({ name: 'support.count_cases', arguments: { wanted: 'closed' } });

	is([counted.isError ?? false, counted.structuredContent], [false, { cases: 1 }], `${name}: a tool that reads`);
	const asked = await client.callTool({ name: 'support.escalate_case', arguments: { target: 42, reason: 'VIP' } });
	const expect = /"expect": "([^"]+)"/.exec(text_of(asked))?.[1];
	const escalated = await client.callTool({ name: 'support.escalate_case', arguments: { target: 42, reason: 'VIP', expect } });

	ok(!escalated.isError && escalated.structuredContent.task_id > 0, `${name}: a tool that writes`);

	// Refusals
	const refused = await client.callTool({ name: 'support.escalate_case', arguments: { target: 40, reason: 'VIP' } });

	ok(refused.isError && /Case 40 is closed/.test(text_of(refused)), `${name}: what the action refuses says why`);
	const denied = await client.callTool({ name: 'support.close_case', arguments: { target: 41 } }).catch((error) => ({ isError: true, content: [{ text: error.message }] }));

	ok(denied.isError && /permission denied|does not exist|unknown tool|no tool/i.test(text_of(denied)), `${name}: what the role may not execute is refused`);
	const mistaken = await client.callTool({ name: 'support.escalate_case', arguments: { target: 42, reson: 'VIP' } });

	ok(mistaken.isError && /reson/.test(text_of(mistaken)), `${name}: a mistake is named`);

	// Many at once, one of which is given up
	const controller = new AbortController();
	const slow = client.callTool({ name: 'support.wait', arguments: { seconds: 30 } }, ...(name === 'old' ? [undefined] : []), { signal: controller.signal }).then(() => 'answered', () => 'given up');
	const many = await Promise.all([...Array(20).keys()].map(() => client.callTool({ name: 'support.count_cases', arguments: { wanted: 'closed' } })));

	is(many.map((result) => result.structuredContent.cases), Array(20).fill(1), `${name}: many at once`);
	controller.abort();
	is(await slow, 'given up', `${name}: one is given up`);
	await client.close();
}
process.exit(0);
