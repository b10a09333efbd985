// Calls actions by what the metadata of OData says, through the bridge; for test/t/odata.pl.
import { spawn } from 'node:child_process';
import { load, ok, is } from './judge.mjs';

const bridge = spawn(process.execPath, [process.argv[2], '--http', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const base = String(await new Promise((said) => bridge.stdout.once('data', said))).trim();

process.on('exit', () => bridge.kill());

// What a client makes of the metadata: SAP's reader, which resolves names
const xml = await (await fetch(`${base}/odata/$metadata`, { headers: { Accept: 'application/xml' } })).text();
const model = load('@sap-ux/annotation-converter').convert(load('@sap-ux/edmx-parser').parse(xml));
const json = await (await fetch(`${base}/odata/$metadata?$format=json`)).json();

is(load('odata-csdl').xml2json(xml, { strict: true }), json, 'both forms come by HTTP, and are one model');

// The URL of an action by the model: what it is bound to comes first, with its namespace behind
function url_of(name, key) {
	const action = model.actions.find((one) => one.name === name);
	const qualified = action.fullyQualifiedName.replace(/\(.*/, '');
	const set = model.entitySets.find((one) => one.entityTypeName === action.sourceType.replace(/^Collection\((.*)\)$/, '$1'));
	const entry = model.actionImports.find((one) => one.actionName === qualified);

	return action.isBound ? `${set.name}${key === undefined ? '' : `(${key})`}/${qualified}` : entry.name;
}

async function post(url, body = {}) {
	const response = await fetch(`${base}/odata/${url}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	const text = await response.text();

	return { status: response.status, body: text ? JSON.parse(text) : null };
}

const bound = await post(url_of('escalate_case', 42), { reason: 'By OData' });
is([bound.status, Object.keys(bound.body)], [200, ['@odata.context', 'task_id']], 'a bound action answers with its outputs');
ok(bound.body['@odata.context'].endsWith('#support.escalate_caseResponse'), 'of the type that the metadata tells');

const unbound = await post(url_of('open_case'), { customer: 1, subject: 'By OData' });
is([unbound.status, unbound.body.channel_used], [200, 'mail'], 'an unbound action answers with its outputs');
is(Object.keys(unbound.body).slice(1), Object.keys(json.support.open_caseResponse).filter((name) => !/[$@]/.test(name)), 'which are the properties of its type');

// Another schema has one of that name
const counted = await fetch(`${base}/odata/support_count_cases(wanted='open')`);
is([counted.status, typeof (await counted.json()).cases], [200, 'number'], 'a function is called by GET');

is((await post(url_of('close_case', 43))).status, 204, 'an action without outputs answers with nothing');
is((await post(url_of('remove_closed'))).status, 200, 'one of a collection takes no key');
is((await post("case(reference='odd')/support.reopen_case")).status, 204, 'a row is found by another key');

// Errors are objects of OData
const is_error = (error) => typeof error?.code === 'string' && error.code !== '' && typeof error.message === 'string' &&
	(error.details ?? []).every((one) => typeof one.code === 'string' && typeof one.message === 'string') && (error.innererror === undefined || typeof error.innererror === 'object');
const refused = await post(url_of('escalate_case', 40), { reason: 'By OData' });

is([refused.status, refused.body.error.code, refused.body.error.message], [409, 'UA002', 'Case 40 is closed'], 'what refuses says why');
is(refused.body.error.innererror?.action, 'support.escalate_case', 'and which action it was');
for (const [url, body] of [['nothing', {}], [url_of('escalate_case', 42), {}], [url_of('escalate_case', 42), { reason: 'x', more: 1 }], [url_of('escalate_case', 999999), { reason: 'x' }]]) {
	const { status, body: answer } = await post(url, body);

	ok(status >= 400 && is_error(answer.error), `an error object: ${status} ${JSON.stringify(answer)}`);
}
process.exit(0);
