// Shows the forms of actions in a browser, fills one in as somebody would, by keyboard and
// mouse, and sends it through the bridge; for test/clients/forms.pl.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { ok, is } from './judge.mjs';

const [bridge_file, chromium, folder] = process.argv.slice(2);
const forms = JSON.parse(fs.readFileSync(path.join(folder, 'forms.json'), 'utf8'));
const bundle = path.join(folder, 'page.js');

execFileSync(process.execPath, [path.join(process.env.NODE_MODULES, 'esbuild/bin/esbuild'), 'test/clients/forms_page.jsx', '--bundle', '--jsx=automatic',
	'--define:process.env.NODE_ENV="development"', `--outfile=${bundle}`, '--log-level=error'], { env: { ...process.env, NODE_PATH: process.env.NODE_MODULES } });

const page = `<!doctype html><html><head><meta charset="utf-8"><link rel="icon" href="data:,"><style>
	body { font: 14px sans-serif; display: flex; gap: 40px; margin: 20px } body > div { width: 420px }
	label { display: block; margin-top: 12px; font-weight: bold } .checkbox label, .radio label, .checkbox-inline { font-weight: normal; display: inline }
	input:not([type=checkbox]):not([type=radio]), textarea, select { width: 100%; box-sizing: border-box; padding: 4px; font: inherit }
	.field-description, .help-block, .description, .input-description { color: #555; margin: 2px 0 } .text-danger, .validation_error, .validation { color: #b00020 }
	fieldset { border: 1px solid #ccc; margin: 0; padding: 8px 14px } .btn { margin-top: 14px } ul { margin: 4px 0; padding-left: 18px }
</style></head><body><div id="react"></div><div id="other"></div><script src="/page.js"></script></body></html>`;

const bridge = spawn(process.execPath, [bridge_file, '--http', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const base = new URL(await new Promise((said) => bridge.stdout.once('data', (text) => said(String(text).trim()))));

// The page and its script; the rest goes to the bridge.
const server = http.createServer((request, response) => {
	if (request.url === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
	if (request.url === '/page.js') return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(fs.readFileSync(bundle));
	request.pipe(http.request(new URL(request.url, base), { method: request.method, headers: { ...request.headers, host: base.host } },
		(answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers))));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.on('listening', listening));

/* ---- a browser, led by its protocol over two pipes ---- */

const browser = spawn(chromium, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync', '--lang=en', '--window-size=960,1100', '--remote-debugging-pipe', `--user-data-dir=${folder}/browser`],
	{ stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder, TZ: 'UTC' } });

process.on('exit', () => [browser, bridge].forEach((child) => child.kill()));
setTimeout(() => { console.log('not ok - the browser says nothing'); process.exit(1); }, 240000);

const answers = new Map();
const complaints = [];
let last_id = 0;
let session;
let rest = '';

function heard({ id, result, error, method, params }) {
	if (id) return error ? answers.get(id)[1](new Error(error.message)) : answers.get(id)[0](result);
	if (method === 'Runtime.exceptionThrown') complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
	if (method === 'Runtime.consoleAPICalled' && ['error', 'assert'].includes(params.type)) complaints.push(params.args.map((arg) => arg.value ?? arg.description).join(' '));
	if (method === 'Log.entryAdded' && params.entry.level === 'error' && params.entry.source !== 'network') complaints.push(params.entry.text);
}
browser.stdio[4].setEncoding('utf8').on('data', (chunk) => {
	const messages = (rest + chunk).split('\0');

	rest = messages.pop();
	messages.forEach((message) => heard(JSON.parse(message)));
});

const ask = (method, params = {}) => new Promise((well, ill) => {
	answers.set(++last_id, [well, ill]);
	browser.stdio[3].write(`${JSON.stringify({ id: last_id, method, params, ...(session && { sessionId: session }) })}\0`);
});
const evaluate = async (expression) => (await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value;
const until = async (expression) => {
	for (let i = 0; i < 400; i++) {
		if (await evaluate(expression)) return true;
		await new Promise((wait) => setTimeout(wait, 50));
	}
	ok(false, `waited in vain: ${expression}`);
	return false;
};
const settle = () => evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))');

async function click(selector) {
	const { x, y } = await evaluate(`(() => { const one = document.querySelector(${JSON.stringify(selector)}); one.scrollIntoView({ block: 'center' });
		const box = one.getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()`);

	for (const type of ['mousePressed', 'mouseReleased']) await ask('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
	await settle();
}
async function press(key, code, modifiers = 0) {
	for (const type of ['rawKeyDown', 'keyUp']) await ask('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: code, modifiers });
}
async function type(selector, text) {
	await click(selector);
	await press('a', 65, 2);
	await evaluate(`document.activeElement.select?.()`);
	await ask('Input.insertText', { text });
	await settle();
}
async function choose(selector, label) {
	await evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
	for (let i = 0; i < 20; i++) {
		if (await evaluate(`(() => { const one = document.querySelector(${JSON.stringify(selector)}); return one.options[one.selectedIndex]?.text; })()`) === label) return;
		await press('ArrowDown', 40);
		await settle();
	}
	ok(false, `${selector} has no ${label}`);
}
async function picture(name) {
	const { data } = await ask('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });

	fs.writeFileSync(path.join(folder, name), Buffer.from(data, 'base64'));
}
const show = async (form) => {
	const unfit = await evaluate(`window.show(${JSON.stringify(form)})`);

	await settle();
	return unfit;
};
const text_of = (selector) => evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.innerText.trim()).join('|')`);
const submit = async () => {
	const before = await evaluate('window.outcomes.length');

	await click('#react button[type=submit]');
	await until(`window.outcomes.length > ${before}`);
	await settle();
	return evaluate('window.outcomes.at(-1)');
};

const { targetId } = await ask('Target.createTarget', { url: 'about:blank' });

session = (await ask('Target.attachToTarget', { targetId, flatten: true })).sessionId;
for (const domain of ['Page', 'Runtime', 'Log']) await ask(`${domain}.enable`);
await ask('Page.navigate', { url: `http://127.0.0.1:${server.address().port}/` });
await until('window.ready');

/* ---- one form, filled in ---- */

const settle_case = forms.find((form) => form.action === 'support.settle_case');

is(await show(settle_case), [], 'what a form holds first fits its schema');
is(await text_of('#react form > div label, #react fieldset > legend'), 'Settle the case|Answer*|Outcome*|Approver*|Visit|Priority|Tell the customer|Code',
	'the fields have their titles, in the order of the author');
is(await text_of('#react button[type=submit]'), 'Settle the case', 'the button is called as the action is');
is(await evaluate(`[...document.querySelectorAll('#root_answer, #root_outcome, #root_approver, #root_visit, #root_priority, #root_tell, #root_code')].map((one) => one.type)`),
	['textarea', 'select-one', 'number', 'date', 'number', 'checkbox', 'password'], 'each type has its widget');
is(await evaluate(`[document.querySelector('#root_priority').value, document.querySelector('#root_visit').value, document.querySelector('#root_tell').checked]`),
	['4', '2026-03-05', true], 'defaults are there, those that are computed, too');
is(await evaluate(`document.querySelector('#root_target') === null || document.querySelector('#root_target').type === 'hidden'`), true, 'the key of the row is not asked for');
await type('#root_answer', 'No');
await choose('#root_outcome', 'refund');
await type('#root_approver', '99');
await picture('filled.png');

let outcome = await submit();

is([outcome.status, outcome.said.code], [400, '23503'], 'a reference to no row is refused');
ok(/there is no row/.test(await text_of('#react .rjsf-field-integer:has(#root_approver) .text-danger, #react .rjsf-field:has(#root_approver):not(:has(#root_answer)) .text-danger')), 'which is shown at its field');
await type('#root_approver', '2');
outcome = await submit();
is([outcome.status, outcome.said.code, outcome.said.step], [409, 'UA002', '2'], 'what a step asks for is refused');
ok(/The answer is too short/.test(await text_of('#react .rjsf-field:has(#root_answer):not(:has(#root_approver)) .text-danger')), 'and shown at the field that it is asked of');
await picture('refused.png');
await type('#root_answer', 'You get your money back.');
await click('#root_tell');
outcome = await submit();
is(outcome.status, 200, 'with what it asks for, it runs');
is(outcome.sent, { target: 42, answer: 'You get your money back.', outcome: 'refund', approver: 2, visit: '2026-03-05', priority: 4, tell: false }, 'what is sent is what was filled in');
is(await text_of('#react .text-danger'), '', 'no error is left');

/* ---- JSON Forms shows the same ---- */

is(await text_of('#other label'), 'Answer*|Outcome*|Approver*|Visit|Priority|Tell the customer|Code', 'JSON Forms has the same titles');
is(await evaluate(`[...document.querySelectorAll('#other input, #other textarea, #other select')].map((one) => one.type)`),
	['textarea', 'select-one', 'number', 'date', 'number', 'checkbox', 'password'], 'and its widgets');
is(await evaluate('window.other.data'), settle_case.data, 'it holds the same');

/* ---- those of all types ---- */

const bad = [];
const unfit = [];
const lost = [];
const controls_of = (element) => element.elements?.flatMap(controls_of) ?? [element]; // of a group, those inside

for (const form of forms) {
	complaints.length = 0;
	const errors = await show(form);
	if (errors.length) unfit.push([form.action, errors]);
	if (complaints.length) bad.push([form.action, complaints.map((text) => text.slice(0, 400))]);
	const missing = await evaluate(`[...document.querySelectorAll('.unsupported-field')].map((one) => one.innerText)`);
	if (missing.length) bad.push([form.action, missing]);
	const { elements } = form.ui.jsonforms;
	const widgets = await evaluate(`[...document.querySelectorAll('#other > .vertical-layout > .vertical-layout-item')].map((item) =>
		/No applicable renderer/.test(item.innerText) ? 0 : item.querySelectorAll('input, textarea, select, button').length)`);
	if (widgets.length !== elements.length) lost.push(`${form.action}: ${widgets.length} of ${elements.length}`);
	elements.forEach((element, i) => widgets[i] < controls_of(element).length && lost.push(`${form.schema.description} ${element.scope?.replace('#/properties/', '') ?? element.label}`));
	const shown = await text_of('#react fieldset fieldset > legend, #react fieldset label[for^=root_]');
	if (form.action === 'support.form_options') is(shown.replaceAll('*', ''), 'Who|Other|Several|Agents|Next', 'a form is in the order of the author');
	if (form.schema.description === 'support.place')
		is(await evaluate(`document.querySelectorAll('#other fieldset.group, #other .group, #other .group-layout').length >= 5`), true, 'JSON Forms shows a composite value as a group');
	if (process.env.FORMS_PICTURES) await picture(`${form.action}.png`);
}
ok(forms.length > 30, `${forms.length} forms are shown`);
is(bad, [], 'none of them makes the browser complain');
is(unfit, [], 'what they hold first fits their schemas');
is(lost, ['json needed', 'json perhaps', 'json computed', 'json secret', 'jsonb needed', 'jsonb perhaps', 'jsonb secret'],
	'JSON Forms has a widget for each input, but for JSON of which nothing is known');
process.exit(0);
