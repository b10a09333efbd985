// node typescript.mjs FOLDER: what test/t/typescript.pl asks of the files in FOLDER.
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { load, ok, is } from './judge.mjs';

const [folder] = process.argv.slice(2);
const inputs = JSON.parse(readFileSync(`${folder}/inputs.json`));
const compile = (...rest) => {
	try {
		return execFileSync(process.execPath, [`${process.env.NODE_MODULES}/typescript/bin/tsc`, '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', ...rest],
			{ encoding: 'utf8', stdio: 'pipe', cwd: folder });
	} catch (error) {
		return error.stdout;
	}
};

symlinkSync(process.env.NODE_MODULES, `${folder}/node_modules`);
writeFileSync(`${folder}/package.json`, '{"type": "module"}');

/* ---- what compiles ---- */

// Each action is called with what was drawn for it, and each output is looked at
const calls = Object.entries(inputs).map(([name, input]) => `	await invoke(pool, ${JSON.stringify(name)}, ${JSON.stringify(input)});`);
writeFileSync(`${folder}/use.ts`, `
import pg from 'pg';
import postgres from 'postgres';
import { PostgrestClient } from '@supabase/postgrest-js';
import { invoke, tryInvoke, type Actions, type Input, type Output } from './actions.js';
const pool = new pg.Pool();
const sql = postgres();
const rest = new PostgrestClient('http://localhost:3000');
export async function use() {
	const { task_id } = await invoke(pool, 'support.escalate_case', { target: 42, reason: 'VIP' });
	const id: number = task_id;
	const client = await pool.connect();
	await invoke(client, 'support.close_case', { target: 42 }, { idempotency_key: 'k' });
	await sql.begin(async (transaction) => invoke(transaction, 'support.open_case', { customer: 1, subject: 's', channel: 'phone' }));
	const outcome = await tryInvoke(rest, 'support.count_cases', { wanted: 'open' });
	if (outcome.ok) return [id, outcome.output.cases];
	const { sqlstate } = outcome.error;
	return sqlstate === 'UA002' ? outcome.error.hint : sqlstate;
}
export async function all() {
${calls.join('\n')}
}
export const names: (keyof Actions)[] = ${JSON.stringify(Object.keys(inputs))};
export type Both = [Input<'support.open_case'>, Output<'support.open_case'>];
`);
is(compile('--noEmit', 'use.ts', 'actions.ts', 'strings.ts'), '', `${Object.keys(inputs).length} actions compile, and calls over three clients`);

/* ---- what does not ---- */

const wrong = [
	[`await invoke(pool, 'support.escalate', { target: 42 });`, 'TS2345', 'a wrong name'],
	[`await invoke(pool, 'support.escalate_case', { target: 42 });`, 'TS2345', 'a missing input'],
	[`await invoke(pool, 'support.escalate_case', { target: 42, reason: null });`, 'TS2322', 'null for a required input'],
	[`await invoke(pool, 'support.escalate_case', { target: 42, reason: 'r', stranger: 1 });`, 'TS2353', 'an input that there is not'],
	[`await invoke(pool, 'support.escalate_case', { target: 'x', reason: 'r' });`, 'TS2322', 'an input of another type'],
	[`await invoke(pool, 'support.open_case', { customer: 1, subject: 's', channel: 'fax' });`, 'TS2322', 'a wrong label of an enum'],
	[`await invoke(pool, 'support.count_cases', { wanted: 'lost' });`, 'TS2322', 'a wrong option'],
	[`(await invoke(pool, 'support.open_case', { customer: 1, subject: 's' })).channel_used.length;`, 'TS2531', 'an output that may be null'],
	[`(await invoke(pool, 'support.open_case', { customer: 1, subject: 's' })).case;`, 'TS2339', 'an output that there is not'],
	[`(await tryInvoke(pool, 'support.close_case', { target: 1 })).output;`, 'TS2339', 'an outcome that is not looked at'],
	[`await invoke('postgres://', 'support.close_case', { target: 1 });`, 'TS2345', 'no client'],
];
writeFileSync(`${folder}/wrong.ts`, [`import { invoke, tryInvoke, type PgClient } from './actions.js'; declare const pool: PgClient;`, ...wrong.map(([text]) => text)].join('\n'));
const complaints = [...compile('--noEmit', 'wrong.ts').matchAll(/^wrong\.ts\((\d+),\d+\): error (TS\d+)/gm)];
wrong.forEach(([, code, what], i) =>
	is(complaints.filter(([, line]) => Number(line) === i + 2).map(([, , found]) => found), [code], `${what} does not compile`));

/* ---- what runs ---- */

writeFileSync(`${folder}/run.ts`, `export * as numbers from './actions.js';\nexport * as strings from './strings.js';\n`);
is(compile('--outDir', 'out', 'run.ts'), '', 'the functions compile');
const { numbers, strings } = await import(`${folder}/out/run.js`);
const pg = load('pg');
const sql = load('postgres')({ host: process.env.PGHOST, onnotice: () => {} });
const pool = new pg.Pool({ max: 1 });

// The results are written into a file of constants with the types that they are said to have
const results = [];
const note = (file, name, output) => results.push(`export const r${results.length}: ${file}.Output<${JSON.stringify(name)}> = ${JSON.stringify(output)};`);
const differing = [];
for (const [name, input] of Object.entries(inputs)) {
	const output = await numbers.invoke(pool, name, input);
	const other = await numbers.invoke(sql, name, input);
	note('numbers', name, output);
	note('strings', name, await strings.invoke(pool, name, input));
	if (JSON.stringify(output) !== JSON.stringify(other)) differing.push({ name, output, other });
}
is(differing, [], 'node-postgres and postgres.js bring the same');
writeFileSync(`${folder}/results.ts`, [`import type * as numbers from './actions.js';\nimport type * as strings from './strings.js';`, ...results].join('\n'));
is(compile('--noEmit', 'results.ts').split('\n').slice(0, 5), [''], `${results.length} results are what the types say`);

const opened = await strings.invoke(pool, 'support.open_case', { customer: '1', subject: 's' });
is([typeof opened.case_id, opened.channel_used], ['string', 'mail'], 'a bigint comes as a string where that is asked for');
const closed = await numbers.tryInvoke(pool, 'support.close_case', { target: 41 });
is([closed.ok, closed.output, typeof closed.invocation], [true, {}, 'string'], 'what went well');
const again = await strings.tryInvoke(sql, 'support.close_case', { target: 41 });
is([again.ok, again.error.sqlstate, again.error.message, again.error.step, Object.keys(again.error).sort()],
	[false, 'UA010', 'Case 41 is closed', '1', ['constraint', 'detail', 'hint', 'message', 'sqlstate', 'step']], 'what did not');
await numbers.invoke(pool, 'support.close_case', { target: 41 }).then(() => ok(false, 'refused'), (error) => is(error.code, 'UA010', 'invoke throws the error of the driver'));
const keyed = { customer: 1, subject: 'once' };
is(await numbers.invoke(pool, 'support.open_case', keyed, { idempotency_key: 'k' }), await numbers.invoke(sql, 'support.open_case', keyed, { idempotency_key: 'k' }),
	'the same key gives the same outputs');

// PostgREST gives what JSON.parse makes of the function's result; here it is a stand-in
const rest = { rpc: async (name, { action, input }) => {
	try {
		const { rows } = await pool.query(`SELECT ${name}($1, $2) AS data`, [action, input]);
		return { data: rows[0].data, error: null };
	} catch ({ message, code }) {
		return { data: null, error: { message, code, details: null, hint: null } };
	}
} };
is(await numbers.invoke(rest, 'support.count_cases', { wanted: 'waiting' }), await numbers.invoke(pool, 'support.count_cases', { wanted: 'waiting' }), 'rpc() is taken for what it is');
await numbers.invoke(rest, 'support.close_case', { target: 41 }).then(() => ok(false, 'refused'), (error) => is([error.code, error instanceof Error], ['UA010', true], 'and its errors are thrown'));
await pool.end();
await sql.end();
