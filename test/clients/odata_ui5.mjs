// Serves a page with OpenUI5 that calls actions through the bridge by OData, and opens it in
// a browser; for test/clients/odata_ui5.pl.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { ok, is } from './judge.mjs';

const [bridge_file, chromium, folder] = process.argv.slice(2);
const sources = path.join(process.env.NODE_MODULES, '@openui5/sap.ui.core/src');

// What runs in the page; it tells what came of each call.
async function page_script(ODataModel) {
	const model = new ODataModel({ serviceUrl: '/odata/', groupId: '$direct', operationMode: 'Server' });
	const told = {};
	const tell = async (what, call) => {
		told[what] = await call().catch((error) => ({ message: error.message, error: error.error, status: error.status }));
	};
	const operation = async (path, parameters, context) => {
		const binding = model.bindContext(`${path}(...)`, context);

		for (const [name, value] of Object.entries(parameters)) binding.setParameter(name, value);
		await binding.invoke();
		return binding.getBoundContext()?.getObject() ?? null;
	};
	const row = (path) => model.bindContext(path).getBoundContext();

	await tell('metadata', () => model.getMetaModel().requestObject('/'));
	await tell('function', () => operation('/count_cases', { wanted: 'open' }));
	await tell('unbound', () => operation('/open_case', { customer: '1', subject: 'From UI5' }));
	await tell('bound', () => operation('support.escalate_case', { reason: 'UI5' }, row('/case(42)')));
	await tell('empty', () => operation('support.close_case', {}, row('/case(43)')));
	await tell('refused', () => operation('support.escalate_case', { reason: 'UI5' }, row('/case(40)')));
	await fetch('/told', { method: 'POST', body: JSON.stringify(told) });
}

const page = `<html><head><script src="/ui5/ui5loader.js"></script><script src="/ui5/ui5loader-autoconfig.js"></script></head><body><script>
	sap.ui.require(['sap/ui/model/odata/v4/ODataModel'], ${page_script});
</script></body></html>`;

const bridge = spawn(process.execPath, [bridge_file, '--http', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const base = new URL(await new Promise((said) => bridge.stdout.once('data', (text) => said(String(text).trim()))));
const requests = [];
let told;
const done = new Promise((tell) => (told = tell));

// The page, its sources, and what it says; the rest goes to the bridge.
const server = http.createServer((request, response) => {
	if (request.url === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
	if (request.url === '/told') return request.toArray().then((parts) => told(JSON.parse(Buffer.concat(parts))) ?? response.end());
	if (request.url.startsWith('/odata/')) {
		requests.push(`${request.method} ${request.url}`);
		return request.pipe(http.request(new URL(request.url, base), { method: request.method, headers: { ...request.headers, host: base.host } },
			(answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers))));
	}
	const file = path.join(sources, path.normalize(decodeURIComponent(new URL(request.url, base).pathname)).replace(/^\/(ui5|resources)\//, '/'));

	fs.readFile(file, (error, text) => error ? response.writeHead(404).end() : response.writeHead(200, { 'Content-Type': file.endsWith('.js') ? 'text/javascript' : 'text/plain' }).end(text));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.on('listening', listening));

const browser = spawn(chromium, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync', '--remote-debugging-port=0', `--user-data-dir=${folder}/browser`, `http://127.0.0.1:${server.address().port}/`],
	{ stdio: 'ignore', env: { ...process.env, HOME: folder } });

process.on('exit', () => [browser, bridge].forEach((child) => child.kill()));
const late = setTimeout(() => { console.log('not ok - the page says nothing', requests); process.exit(1); }, 240000);
const said = await done;

clearTimeout(late);
is(Object.keys(said.metadata).filter((name) => name[0] !== '$' && ['case', 'open_case', 'count_cases'].includes(name)).sort(), ['case', 'count_cases', 'open_case'],
	'the client has read the metadata');
is(said.function.cases, 2, 'a function gives its value');
ok(said.unbound.case_id > 0 && said.unbound.channel_used === 'mail', 'an unbound action gives its outputs');
ok(said.bound.task_id > 0, 'a bound action gives its output');
is(said.empty, {}, 'one without outputs gives nothing');
is([said.refused.message, said.refused.error?.code, said.refused.status], ['Case 40 is closed', 'UA002', 409], 'an error is one that the client understands');
is(requests.filter((request) => /escalate_case/.test(request)), ['POST /odata/case(42)/support.escalate_case', 'POST /odata/case(40)/support.escalate_case'],
	'the URLs are those of the client');
if (Object.values(said).some((part) => part?.message && part !== said.refused)) console.log(JSON.stringify(said, null, 1));
process.exit(0);
