/*
 * typescript_client.c
 *		The functions of TypeScript that call actions.
 *
 * They know of three clients as much as they need, so that the file needs none of
 * them: node-postgres, which has query(), postgres.js, which has unsafe(), and those of
 * PostgREST and Supabase, which have rpc(). Values go and come as text, as drivers would
 * make of JSON what they think best.
 */
#include "postgres.h"

#include "web/typescript_client.h"

static const char client_types[] =
"export type ActionName = keyof Actions;\n"
"export type Input<K extends ActionName> = Actions[K]['input'];\n"
"export type Output<K extends ActionName> = Actions[K]['output'];\n"
"/** SQLSTATEs that an action is known to raise; triggers and functions may raise others. */\n"
"export type Errors<K extends ActionName> = Actions[K]['errors'];\n"
"export type OtherError = string & {};\n"
"\n"
"/** What try_invoke_action() says of an error. */\n"
"export interface Failure<K extends ActionName> {\n"
"\tsqlstate: Errors<K> | OtherError;\n"
"\tmessage: string;\n"
"\tdetail: string | null;\n"
"\thint: string | null;\n"
"\tconstraint: string | null;\n"
"\t/** path of the step that failed */\n"
"\tstep: string | null;\n"
"}\n"
"\n"
"export type Outcome<K extends ActionName> =\n"
"\t| { ok: true; output: Output<K>; invocation: string }\n"
"\t| { ok: false; error: Failure<K>; invocation: string };\n"
"\n"
"export interface Options {\n"
"\t/** the same key again gives the stored outputs, and nothing is done twice */\n"
"\tidempotency_key?: string;\n"
"\t/** token of the preview that was approved */\n"
"\texpect?: string;\n"
"\t/** version that the row was read in */\n"
"\tif_match?: string;\n"
"}\n"
"\n"
"/** A Client or Pool of node-postgres. */\n"
"export interface PgClient {\n"
"\tquery(text: string, values: any[]): Promise<{ rows: any[] }>;\n"
"}\n"
"/** Of postgres.js: sql, also that of a transaction. */\n"
"export interface PostgresClient {\n"
"\tunsafe(text: string, values: any[]): PromiseLike<readonly any[]>;\n"
"}\n"
"/** Of supabase-js or postgrest-js; the schema of invoke_action() has to be among those that are exposed. */\n"
"export interface RestClient {\n"
"\trpc(name: any, values?: any): PromiseLike<{ data: any; error: any }>;\n"
"}\n"
"export type Client = PgClient | PostgresClient | RestClient;\n"
"\n";

static const char client_functions[] =
"/** Runs an action. All of it happens, or none of it: what fails is thrown as the client throws it. */\n"
"export async function invoke<K extends ActionName>(client: Client, action: K, input: Input<K>, options: Options = {}): Promise<Output<K>> {\n"
"\treturn read(await call(client, 'invoke_action', action, input, options), action, 'output');\n"
"}\n"
"\n"
"/** Runs an action and says how it went. Work of one that failed is undone, the transaction goes on. */\n"
"export async function tryInvoke<K extends ActionName>(client: Client, action: K, input: Input<K>, options: Options = {}): Promise<Outcome<K>> {\n"
"\treturn read(await call(client, 'try_invoke_action', action, input, options), action, '');\n"
"}\n"
"\n"
"/* The result of one of these functions: text of JSON, or what a client has made of it. */\n"
"async function call(client: Client, name: string, action: string, input: object, options: Options): Promise<unknown> {\n"
"\tif ('rpc' in client) {\n"
"\t\tconst { data, error } = await client.rpc(name, { action, input, ...options });\n"
"\t\tif (error) throw error instanceof Error ? error : Object.assign(new Error(error.message), error);\n"
"\t\treturn data;\n"
"\t}\n"
"\tconst text = `SELECT ${schema}.${name}($1::text, $2::text::jsonb, $3::text, $4::text, $5::text)::text AS result`;\n"
"\tconst values = [action, JSON.stringify(input), options.idempotency_key ?? null, options.expect ?? null, options.if_match ?? null];\n"
"\tconst rows = 'query' in client ? (await client.query(text, values)).rows : await client.unsafe(text, values);\n"
"\treturn rows[0].result;\n"
"}\n"
"\n";

static const char reader_of_numbers[] =
"function read(result: unknown, _action: string, _path: string): any {\n"
"\treturn typeof result === 'string' ? JSON.parse(result) : result;\n"
"}\n";

static const char reader_of_strings[] =
"/* Reads a result so that no long number loses a digit: all are marked before they are parsed. */\n"
"function read(result: unknown, action: string, path: string): any {\n"
"\tconst text = typeof result === 'string' ? result : JSON.stringify(result);\n"
"\tconst marked = text.replace(/\"(?:[^\"\\\\]|\\\\.)*\"|-?\\d[\\d.eE+-]*/g, (token) => (token[0] === '\"' ? token : `\"\\\\u0000${token}\"`));\n"
"\treturn unmark(JSON.parse(marked), new Set(longNumbers[action]), path);\n"
"}\n"
"\n"
"function unmark(value: any, long: Set<string>, path: string): any {\n"
"\tif (typeof value === 'string' && value[0] === '\\u0000') return long.has(path) ? value.slice(1) : Number(value.slice(1));\n"
"\tif (Array.isArray(value)) return value.map((member) => unmark(member, long, path.endsWith('[]') ? path : `${path}[]`));\n"
"\tif (typeof value !== 'object' || value === null) return value;\n"
"\treturn Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unmark(member, long, path ? `${path}.${key}` : key)]));\n"
"}\n";

void
typescript_client(StringInfo out, const char *schema, const char *long_numbers)
{
	appendStringInfoString(out, client_types);
	appendStringInfoString(out, client_functions);
	appendStringInfoString(out, "const schema = '");
	for (const char *c = schema; *c != '\0'; c++)
	{
		if (*c == '\'' || *c == '\\')
			appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, *c);
	}
	appendStringInfoString(out, "';\n\n");
	if (long_numbers != NULL)
		appendStringInfo(out, "/* Where outputs are bigint or numeric; [] are the members of lists. */\n"
						 "const longNumbers: { [action: string]: readonly string[] } = {\n%s};\n\n", long_numbers);
	appendStringInfoString(out, long_numbers != NULL ? reader_of_strings : reader_of_numbers);
}
