// Asks PostGraphile, which serves schema support, by HTTP; for test/clients/postgraphile.pl.
import http from 'node:http';
import { load, ok, is } from './judge.mjs';

const { postgraphile } = load('postgraphile');

// A gateway for one role of the database; who is behind a request stands in a header.
async function serve(role) {
	const connection = { host: process.env.PGHOST, port: process.env.PGPORT, user: role, database: process.env.PGDATABASE };
	const gateway = postgraphile(connection, ['support'], {
		graphileBuildOptions: { pgStrictFunctions: true },
		ignoreRBAC: false,
		dynamicJson: true,
		extendedErrors: ['hint', 'detail', 'errcode'],
		disableQueryLog: true,
		pgSettings: (request) => ({ 'custom_actions.actor': request.headers.from ?? '' })
	});
	const server = http.createServer(gateway).listen(0, '127.0.0.1');

	await new Promise((listening) => server.on('listening', listening));
	return {
		async ask(query, headers = {}) {
			const answer = await fetch(`http://127.0.0.1:${server.address().port}/graphql`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', ...headers },
				body: JSON.stringify({ query })
			});

			return answer.json();
		},
		async stop() {
			server.closeAllConnections();
			server.close();
			await gateway.release?.();
		}
	};
}

// A type as GraphQL writes it, "[Int!]!"
function written(type) {
	return type.kind === 'NON_NULL' ? `${written(type.ofType)}!` : type.kind === 'LIST' ? `[${written(type.ofType)}]` : type.name;
}

// Names of fields, or of arguments, with their types
const typed = (fields) => Object.fromEntries(fields.filter((f) => !['clientMutationId', 'query'].includes(f.name)).map((f) => [f.name, written(f.type)]));

const REF = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const INTROSPECTION = `{ __schema { types { kind name
	fields { name description type { ${REF} } args { name type { ${REF} } } }
	inputFields { name type { ${REF} } } enumValues { name } } } }`;

async function read_schema(gateway) {
	const { data } = await gateway.ask(INTROSPECTION);

	return Object.fromEntries(data.__schema.types.map((type) => [type.name, type]));
}

const owner = await serve('postgres');
const types = await read_schema(owner);
const mutation = (name) => types.Mutation.fields.find((field) => field.name === name);
const query = (name) => types.Query.fields.find((field) => field.name === name);

// Names, types, descriptions
is(typed(types.EscalateCaseInput.inputFields), { target: 'BigInt!', reason: 'String!', bump: 'Int', owner: 'Int' },
	'required inputs are not nullable, those with a default are');
is(typed(types.OpenCaseInput.inputFields), { customer: 'BigInt!', subject: 'String!', channel: 'Channel' }, 'an enum is one');
is(types.Channel.enumValues.map((value) => value.name), ['PHONE', 'MAIL', 'CHAT'], 'with its values');
is(typed(types.CloseCaseInput.inputFields), { target: 'BigInt!' }, 'a bound action has the key of its table');
is(typed(types.EscalateCasePayload.fields), { taskId: 'BigInt' }, 'one output has its name');
is(typed(types.OpenCaseRecord.fields), { caseId: 'BigInt', openedAt: 'Datetime', channelUsed: 'Channel' }, 'several are a record with theirs');
is(typed(types.CloseCasePayload.fields), {}, 'an action without outputs has none');
is(typed(query('countCases').args), { wanted: 'String!' }, 'an action that only reads is a query, with arguments');
is(written(query('countCases').type), 'Int', 'and the type of its output');
ok(!mutation('countCases'), 'and no mutation');
ok(!query('escalateCase') && !query('openCase'), 'one that writes is no query');
is(mutation('escalateCase').description, 'Escalate a case to the on-call team', 'the description is there');
is(query('countCases').description, 'Count the cases of a status', 'also that of a query');

// A query, and mutations
is(await owner.ask('{ countCases(wanted: "open") }'), { data: { countCases: 2 } }, 'a query runs');
is(await owner.ask('mutation { escalateCase(input: {target: "42", reason: "VIP"}) { taskId } }'), { data: { escalateCase: { taskId: '1' } } }, 'a mutation runs');
is((await owner.ask('{ caseById(id: "42") { status priority title taskById: tasksByCaseId { nodes { title } } } }')).data.caseById,
	{ status: 'escalated', priority: 3, title: 'Orders fail at the checkout', taskById: { nodes: [{ title: 'Escalated: VIP' }] } }, 'the rows are changed');
{
	const { data } = await owner.ask('mutation { openCase(input: {customer: "1", subject: "No dial tone", channel: PHONE}) { result { caseId channelUsed openedAt } } }',
		{ From: 'ada@support.example' });

	is({ ...data?.openCase.result, openedAt: null }, { caseId: '100', channelUsed: 'PHONE', openedAt: null }, 'several outputs come as a record');
	ok(!Number.isNaN(Date.parse(data?.openCase.result.openedAt)), 'with a time that JavaScript reads');
}
is(await owner.ask('mutation { closeCase(input: {target: "42", clientMutationId: "a"}) { clientMutationId } }'), { data: { closeCase: { clientMutationId: 'a' } } },
	'an action without outputs runs');

// What is refused before the database is asked
ok(/"EscalateCaseInput.reason" of required type "String!" was not provided|reason.* required/.test((await owner.ask(
	'mutation { escalateCase(input: {target: "42"}) { taskId } }')).errors?.[0].message), 'a missing input is refused by the schema');

// Errors
const error_of = async (text) => {
	const { message, errcode, detail, hint } = (await owner.ask(text)).errors?.[0] ?? {};

	return { message, errcode, detail, hint };
};

is(await error_of('mutation { escalateCase(input: {target: "40", reason: "VIP"}) { taskId } }'),
	{ message: 'Case 40 is closed', errcode: 'UA002', detail: 'Action "support.escalate_case" version 1, step 1 (require).', hint: undefined }, 'an error has message, class and detail');
is(await error_of('mutation { closeCase(input: {target: "999"}) { clientMutationId } }'),
	{
		message: 'there is no row (id) = (999) in support.case', errcode: 'P0002', detail: 'Action "support.close_case" version 1.',
		hint: 'It does not exist, or it is not visible to you.'
	}, 'and its hint');
is(await error_of('{ countCases(wanted: "opne") }'),
	{
		message: 'input "wanted" of action "support.count_cases" cannot be "opne"', errcode: '22023',
		detail: 'Action "support.count_cases" version 1.', hint: 'Did you mean "open"? The options are: open, waiting, escalated, closed.'
	}, 'also that of a query');
is(await error_of('mutation { openCase(input: {customer: "77", subject: "x"}) { clientMutationId } }').then((error) => error.errcode), '23503',
	'a customer who does not exist is refused');

// One request, two mutations: each is a transaction's part, the one that fails changes nothing.
{
	const answer = await owner.ask('mutation { a: closeCase(input: {target: "43"}) { clientMutationId } b: closeCase(input: {target: "43"}) { clientMutationId } }');

	is([answer.data.a !== null, answer.data.b, answer.errors.length], [true, null, 1], 'of two mutations the second one fails alone');
	is((await owner.ask('{ caseById(id: "43") { status } }')).data.caseById.status, 'closed', 'and what the first one did is kept');
}

// What a role may not execute it does not see.
const clerk = await serve('desk_clerk');
const seen = await read_schema(clerk);

is(seen.Mutation.fields.map((field) => field.name).filter((name) => /Case$/.test(name) && !/^(create|update|delete)/.test(name)), ['escalateCase'],
	'a role sees the actions that it may execute');
is(await clerk.ask('mutation { escalateCase(input: {target: "41", reason: "Angry"}) { taskId } }'), { data: { escalateCase: { taskId: '2' } } }, 'and runs them');
ok(/Cannot query field/.test((await clerk.ask('mutation { closeCase(input: {target: "41"}) { clientMutationId } }')).errors?.[0].message), 'and no other');

await owner.stop();
await clerk.stop();
process.exit(0);
