#!/usr/bin/env node
// Actions for clients that speak MCP, HTTP with JSON, or OData: an example, and what the tests
// point such clients at. The database does the work, and PG* says which one, and as whom.
//   node bridge.mjs                 MCP on standard input and output
//   node bridge.mjs --http PORT     on loopback: /openapi.json, /actions/NAME, /odata/
// Each request is a transaction. Inputs and outputs stay texts: JavaScript would round numbers.
import http from 'node:http';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const LIMIT = 1024 * 1024; // bytes of a request
const pool = new pg.Pool({ max: 8 });
pool.on('error', (error) => console.error(`a connection has ended: ${error.message}`));
pool.on('connect', (client) => client.on('error', () => {})); // the query at hand fails, the bridge does not

// Runs a query in a transaction, with settings that end with it; gives its row.
async function transact(settings, text, values, { mode = 'BEGIN', started = () => {} } = {}) {
	const client = await pool.connect();
	let broken;

	try {
		started(client.processID);
		await client.query(mode);
		await client.query("SELECT set_config(key, value, true) FROM json_each_text($1) WHERE value <> ''", [settings]);
		const { rows } = await client.query(text, values);
		await client.query('COMMIT');
		return rows[0];
	} catch (error) {
		await client.query('ROLLBACK').catch((worse) => (broken = worse));
		throw error;
	} finally {
		client.release(broken);
	}
}

// Settings of a request: who the record says is behind it, with which program, in which trace; and intervals as JSON Schema and OData have them
const settings_of = (actor, program, traceparent) => ({ IntervalStyle: 'iso_8601', application_name: program,
	'custom_actions.actor': actor ?? process.env.CUSTOM_ACTIONS_ACTOR, 'custom_actions.traceparent': traceparent });

/* ---- MCP: a message of JSON-RPC a line ---- */

const session = randomUUID(); // the ids of requests begin anew in each session, idempotency keys must not
const running = new Map(); // by id, what is under way: { process }
let client_info; // of a client that says it once, by "initialize"
const send = (message) => process.stdout.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
const refuse = (id, code, message) => send({ jsonrpc: '2.0', id, error: { code, message } });

// Of what asks for no answer one thing is heeded: that the client gives a request up.
function notified({ method, params }) {
	const given_up = method === 'notifications/cancelled' && running.get(params?.requestId);
	if (given_up?.process) pool.query('SELECT pg_cancel_backend($1)', [given_up.process]).catch(() => {});
	if (given_up) running.delete(params.requestId);
}

async function answer(line) {
	const call = {};
	let request;
	try { request = JSON.parse(line); } catch { return refuse(null, -32700, 'this is no JSON'); }
	if (request?.jsonrpc !== '2.0' || typeof request.method !== 'string' || !['string', 'number', 'undefined'].includes(typeof request.id))
		return refuse(null, -32600, 'this is no request of JSON-RPC 2.0');
	if (request.id === undefined) return notified(request);
	if (request.method === 'initialize') client_info = request.params?.clientInfo;

	const meta = request.params?._meta;
	const { name, version } = meta?.['io.modelcontextprotocol/clientInfo'] ?? client_info ?? {};
	const wanted = () => running.get(request.id) === call; // it has not been given up
	const started = (process) => { if (wanted()) call.process = process; else throw new Error('given up'); };
	running.set(request.id, call);
	try {
		const { response } = await transact(settings_of(null, name && `${name} ${version ?? ''}`.trim(), meta?.traceparent),
			`SELECT mcp_call(jsonb_set($1::jsonb, '{params,_meta}', $2::jsonb || coalesce($1::jsonb #> '{params,_meta}', '{}')))::text AS response`,
			[line, { 'custom-actions/idempotency-key': `${session}:${JSON.stringify(request.id)}` }], { started });
		if (wanted()) send(response);
	} catch (error) {
		if (wanted()) refuse(request.id, -32603, error.message);
	}
	if (wanted()) running.delete(request.id);
}

async function serve_mcp() {
	const under_way = new Set();
	let rest = '';
	for await (const chunk of process.stdin.setEncoding('utf8')) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop().slice(0, LIMIT + 1); // of one that is too long so much is enough to refuse it
		for (const line of lines.filter((line) => line.trim())) {
			const task = line.length > LIMIT ? refuse(null, -32600, `a message has at most ${LIMIT} bytes`) : answer(line);
			under_way.add(task);
			Promise.resolve(task).finally(() => under_way.delete(task));
			if (under_way.size >= 100) await Promise.race(under_way);
		}
	}
	await Promise.all(under_way);
	await pool.end();
}

/* ---- HTTP: JSON, and OData ---- */

const http_error = (status, message) => Object.assign(new Error(message), { status });

async function body_of(request) {
	const parts = [];
	let size = 0;
	for await (const part of request) if ((size += part.length) <= LIMIT) parts.push(part);
	if (size > LIMIT) throw http_error(413, `a request has at most ${LIMIT} bytes`);
	if (size > 0 && !/^application\/json\b/i.test(request.headers['content-type'])) throw http_error(415, 'the body has to be application/json');
	return size > 0 ? Buffer.concat(parts).toString() : '{}';
}

// Values in a URL: null, 'text', JSON if it looks like an object, an array or a "text", else as it is
function literal(text) {
	if (text === 'null' || /^'.*'$/s.test(text)) return text === 'null' ? null : text.slice(1, -1).replaceAll("''", "'");
	try { return /^[[{"]/.test(text) ? JSON.parse(text) : text; } catch { return text; }
}
const literals = (entries) => Object.fromEntries([...entries].map(([name, text]) => [name, literal(text)]));

// Calls an action; gives its outputs as text of JSON, and the value of the first one.
async function invoke({ headers, method }, body, name, input) {
	const { failed, output, value } = await transact(settings_of(headers.from, headers['user-agent'], headers.traceparent),
		`SELECT said -> 'error' AS failed, (said -> 'output')::text AS output, (SELECT min(value::text) FROM jsonb_each(said -> 'output')) AS value
		 FROM try_invoke_action($1, $2::jsonb || $3::jsonb, idempotency_key => $4, if_match => $5) AS said`,
		[name, body, input, headers['idempotency-key'], headers['if-match']], { mode: method === 'GET' ? 'BEGIN READ ONLY' : 'BEGIN' });

	if (failed) throw Object.assign(new Error(failed.message), { ...failed, code: failed.sqlstate, action: name });
	return { output, value };
}

// What a segment of a path names, and what stands in its parentheses: [["", "42"]] or [["a", "1"], ["b", "'x'"]]
function segment(text, url) {
	const [, name, inside = ''] = /^([^(]*)(?:\((.*)\))?$/s.exec(decodeURIComponent(text)) ?? [];
	const values = inside.matchAll(/(?:(\w+)=)?('(?:[^']|'')*'|[^,]+)/g);

	return { name, given: [...values].map(([, key = '', value]) => [key, value[0] === '@' ? url.searchParams.get(value) ?? 'null' : value]) };
}

// Answers a request of OData: status, body, type.
async function odata(request, body, url) {
	const base = `http://${request.headers.host}/odata/$metadata`;
	const xml = !/json/.test(url.searchParams.get('$format') ?? request.headers.accept ?? '');
	const [first, second] = url.pathname.slice('/odata/'.length).split('/').map((text) => segment(text, url));
	if (first.name === '$metadata') return [200, (await transact({}, 'SELECT action_csdl($1)::text AS csdl', [xml ? 'xml' : 'json'])).csdl, xml && 'application/xml'];

	const { csdl } = await transact({}, "SELECT action_csdl('json')::json AS csdl");
	const find = (name) => name && csdl[name.slice(0, name.lastIndexOf('.'))]?.[name.slice(name.lastIndexOf('.') + 1)];
	const container = find(csdl.$EntityContainer) ?? {};
	const entries = Object.keys(container).filter((key) => key[0] !== '$').map((name) => ({ name, url: name }));
	if (first.name === '') return [200, JSON.stringify({ '@odata.context': base, value: entries })];

	const entry = container[first.name];
	const name = second?.name ?? entry?.$Action ?? entry?.$Function;
	const kind = request.method === 'GET' ? 'Function' : 'Action';
	const verb = [find(name)].flat().find((one) => one?.$Kind === kind && (second ? one.$Parameter?.[0].$Type === entry?.$Type : !one.$IsBound));
	if (!entry || !verb) throw http_error(404, `there is no ${kind.toLowerCase()} at ${url.pathname}`);

	const target = second && first.given.length > 0 ? (first.given.length === 1 ? literal(first.given[0][1]) : literals(first.given)) : undefined; // none: a collection
	const options = [...url.searchParams].filter(([option]) => !/^[$@]/.test(option));
	const { output, value } = await invoke(request, body, verb['@custom_actions.action'] ?? name, { ...literals([...options, ...(second ?? first).given]), target });
	const type = verb.$ReturnType && (verb.$ReturnType.$Type ?? 'Edm.String');
	const collection = verb.$ReturnType?.$Collection;
	const whole = !collection && Object.keys(JSON.parse(output)).every((name) => name in (find(type) ?? {})); // its type is that of all outputs
	const context = JSON.stringify(`${base}#${collection ? `Collection(${type})` : type}`);
	return !type || (!whole && value === 'null') ? [204] : [200, `{"@odata.context": ${context}, ${whole ? output.slice(1) : `"value": ${value}}`}`];
}

async function respond(request, url) {
	const [, door, ...path] = url.pathname.split('/');
	if (![request.headers.host, request.headers.origin ?? 'localhost'].every((from) => /^(http:\/\/)?(localhost|127\.0\.0\.1)(:\d+)?$/.test(from))) throw http_error(403, 'this is for programs on this machine');
	if (!['GET', 'POST'].includes(request.method)) throw http_error(405, 'GET and POST are what there is');
	const body = await body_of(request);
	if (door === 'odata') return odata(request, body, url);
	if (door === 'actions') return [200, (await invoke(request, body, decodeURIComponent(path.join('/')), literals(url.searchParams))).output];
	if (url.pathname === '/openapi.json') return [200, (await transact({}, "SELECT action_openapi('plain')::text AS api")).api];
	throw http_error(404, `there is nothing at ${url.pathname}`);
}

async function serve_http(request, response) {
	const is_odata = request.url.startsWith('/odata');
	const [status, body, type] = await respond(request, new URL(`http://localhost${request.url}`)).catch(async (error) => {
		const { code = null, message, detail = null, hint = null, action = null, step = null } = error;
		const ours = error.status ?? (error.name === 'URIError' ? 400 : undefined);
		const said = (is_odata || !ours) && await transact({}, 'SELECT action_error_status($1) AS status, action_error_payload($1, $2, $3, $4, $5, $6)::text AS payload',
			[code, message, detail, hint, action, step]).catch(() => ({ status: 503 })); // a database that cannot be asked is what went wrong

		return [ours ?? said.status, (is_odata && said.payload) || JSON.stringify({ code, message, details: detail, hint, action, step })];
	});

	response.writeHead(status, { ...(body !== undefined && { 'Content-Type': type || 'application/json' }), ...(is_odata && { 'OData-Version': '4.0' }) }).end(body);
}

if (process.argv[2] === '--http')
	http.createServer(serve_http).listen(process.argv[3] ?? 0, '127.0.0.1', function () { console.log(`http://127.0.0.1:${this.address().port}`); });
else await serve_mcp();
