// node openapi.mjs FOLDER TYPESCRIPT BRIDGE: what test/t/openapi.pl asks of the documents in FOLDER.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { load, ok, is } from './judge.mjs';

const [folder, typescript, bridge] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`));
const documents = ['plain.number', 'postgrest.string'];
const node = (...command) => {
	try {
		return execFileSync(process.execPath, command, { encoding: 'utf8', stdio: 'pipe',
			env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } });
	} catch (error) {
		return `${error.stdout}${error.stderr}`;
	}
};

/* ---- the linter, and types ---- */

const lint = (name) => {
	const said = node(`${process.env.NODE_MODULES}/@redocly/cli/bin/cli.js`, 'lint', '--extends=recommended-strict', '--format=json', `${folder}/${name}.json`);
	return JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1));
};
for (const name of documents) {
	const { problems } = lint(name);
	is(problems.slice(0, 5).map(({ ruleId, message, location }) => ({ ruleId, message, at: location[0].pointer })), [], `the linter finds nothing in ${name}`);
}
writeFileSync(`${folder}/wrong.json`, readFileSync(`${folder}/plain.number.json`, 'utf8').replace('"operationId"', '"operationid"'));
ok(lint('wrong').problems.length > 0, 'the linter finds what is wrong');

for (const name of documents)
	node(`${typescript}/openapi-typescript/bin/cli.js`, '--default-non-nullable=false', `${folder}/${name}.json`, '-o', `${folder}/${name.replace('.', '_')}.ts`);
writeFileSync(`${folder}/use.ts`, `
import type { components, operations } from './plain_number.js';
import type { paths } from './postgrest_string.js';
type Input = components['schemas']['support.escalate_case.input'];
export const input: Input = { target: 42, reason: 'VIP' };
export const output: operations['support.escalate_case']['responses'][200]['content']['application/json'] = { task_id: 1 };
export const done: paths['/rpc/close_case']['post']['responses'][204]['content'] = undefined;
// @ts-expect-error: a reason is missing
export const wrong: Input = { target: 42 };
// @ts-expect-error: of no such status
export const status: paths['/rpc/count_cases']['get']['parameters']['query'] = { wanted: 'lost' };
`);
is(node(`${typescript}/typescript/bin/tsc`, '--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2022', '--module', 'nodenext',
	...documents.map((name) => `${folder}/${name.replace('.', '_')}.ts`), `${folder}/use.ts`), '', 'the types of openapi-typescript compile');

/* ---- codes ---- */

const api = read('plain.number.json');
const codes_of = ({ responses }) => Object.entries(responses).flatMap(([status, { content }]) =>
	(content?.['application/json'].schema.allOf?.[1].properties.code.anyOf[0].enum ?? []).map((code) => `${status} ${code}`));
const status_of = (code) => Object.values(api.paths).flatMap((item) => codes_of(item.post)).find((entry) => entry.endsWith(` ${code}`));
const lacking = read('errors.json').filter(({ action, code }) =>
	!codes_of(api.paths[`/actions/${action}`].post).some((entry) => entry.endsWith(` ${code}`)));
is(lacking.slice(0, 5), [], 'each error of action_errors is told of');
is([status_of('UA002'), status_of('42501'), status_of('P0002')], ['409 UA002', '403 42501', '404 P0002'], 'by its status');

/* ---- what the gateway answers ---- */

const Ajv = load('ajv/dist/2020');
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false, multipleOfPrecision: 6 });
load('ajv-formats')(ajv);
const definitions = JSON.parse(JSON.stringify(api.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'));
const validators = new Map();
function fits(schema, value) {
	const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
	if (!validators.has(text)) validators.set(text, ajv.compile({ ...JSON.parse(text), $defs: definitions }));
	const validate = validators.get(text);
	return validate(value) ? null : ajv.errorsText(validate.errors);
}
const seen = {};
const wrong = [];
function judge(operation, what, status, body) {
	const told = operation.responses[status] ?? operation.responses.default;
	const response = told.$ref ? api.components.responses[told.$ref.split('/').pop()] : told;
	const trouble = fits(response.content['application/json'].schema, body);

	seen[status] = (seen[status] ?? 0) + 1;
	if (trouble) wrong.push({ action: operation.operationId, what, status, body, trouble });
}

const server = spawn(process.execPath, [bridge, '--http', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const base = (await new Promise((resolve) => server.stdout.once('data', resolve))).toString().trim();
const ask = async (operation, what, path, options) => {
	const response = await fetch(`${base}${path}`, options);
	const body = await response.json();

	judge(operation, what, response.status, body);
	return { status: response.status, body };
};
const post = (body) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) });

is((await (await fetch(`${base}/openapi.json`)).json()).paths, api.paths, 'the gateway serves the same document');
const inputs = read('inputs.json');
const refused = [];
for (const [path, { get, post: operation }] of Object.entries(api.paths)) {
	const action = operation.operationId;
	const { example, schema } = operation.requestBody.content['application/json'];
	const name = schema.$ref.split('/').pop();

	if (example) {
		const trouble = fits(schema, example);
		const { status, body } = await ask(operation, 'the example', path, post(example));
		if (trouble || (status !== 200 && action.startsWith('generated.') && !/P0002|UA00/.test(body.code))) refused.push({ action, example, trouble, body });
	}
	if (inputs[action]) {
		const { status, body } = await ask(operation, 'what was drawn', path, post(inputs[action]));
		if (status !== 200) refused.push({ action, input: inputs[action], body });
	}
	await ask(operation, 'nothing', path, post({}));
	await ask(operation, 'a stranger', path, post({ ...example, stranger: 1 }));
	await ask(operation, 'no JSON', path, post('{'));
	for (const key of Object.keys(definitions[name].properties))
		await ask(operation, `${key} of another type`, path, post({ ...example, ...inputs[action], [key]: { no: ['such'] } }));
	if (get) {
		const given = inputs[action] ?? example ?? {};
		const query = new URLSearchParams(Object.entries(given).map(([key, value]) => [key, typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : value]));
		const { status, body } = await ask(get, 'GET', `${path}?${query}`);
		if (status !== 200) refused.push({ action, given, body });
	}
}
const { post: close } = api.paths['/actions/support.close_case'];
const { post: escalate } = api.paths['/actions/support.escalate_case'];
await ask(close, 'closes', '/actions/support.close_case', post({ target: 42 }));
is((await ask(close, 'closed', '/actions/support.close_case', post({ target: 42 }))).body.code, 'UA010', 'what is closed is not closed again');
is((await ask(escalate, 'closed', '/actions/support.escalate_case', post({ target: 42, reason: 'r' }))).status, 409, 'nor escalated');
is((await ask(escalate, 'nobody', '/actions/support.escalate_case', post({ target: 4711, reason: 'r' }))).status, 404, 'a case that is not there');
is(wrong.slice(0, 5), [], 'each response fits what is told of its status');
is(refused.slice(0, 5), [], 'examples are taken, and what actions are meant to take');
ok(seen[200] > 50 && seen[400] > 100 && seen[404] > 0 && seen[409] > 0, `there are responses of all sorts: ${JSON.stringify(seen)}`);
server.kill();
