// Judges $metadata in both forms:  odata_metadata.mjs FILE.xml [FILE.json]
// By OASIS's own reader and schema, and by SAP's, which many user interfaces are built on.
import fs from 'node:fs';
import { load, ok, is } from './judge.mjs';

const [xml_file, json_file] = process.argv.slice(2);
const xml = fs.readFileSync(xml_file, 'utf8');

// What a function gives, or its error as an assertion that fails
function attempt(what, call) {
	try {
		const result = call();

		ok(true, what);
		return result;
	} catch (error) {
		ok(false, `${what}: ${error.message}`.replaceAll('\n', ' '));
	}
}

// As JSON, by OASIS's reader, which is strict about elements and where they stand
const messages = [];
const read = attempt('the XML is read', () => load('odata-csdl').xml2json(xml, { strict: true, messages }));

is(messages, [], 'and nothing is to be said about it');
if (json_file) {
	const json = JSON.parse(fs.readFileSync(json_file, 'utf8'));
	const Ajv = load('ajv');
	const schema = JSON.parse(fs.readFileSync(`${process.env.NODE_MODULES}/odata-csdl/schemas/csdl.schema.json`, 'utf8'));
	const validate = attempt("OASIS's schema compiles", () => new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema));

	ok(validate?.(json), `the JSON fits OASIS's schema: ${JSON.stringify(validate?.errors)}`);
	is(json, read, 'and is what the XML says');
}

// By SAP's reader: a model, in which each type that is used must be found
const model = attempt('a client makes its model of it', () => load('@sap-ux/annotation-converter').convert(load('@sap-ux/edmx-parser').parse(xml)));
const known = new Set(['entityTypes', 'complexTypes', 'enumTypes', 'typeDefinitions'].flatMap((kind) => (model?.[kind] ?? []).map((type) => type.fullyQualifiedName)));
const used = [...(model?.actions ?? []).flatMap((action) => [action.returnType, ...action.parameters.map((parameter) => parameter.type)]),
	...['entityTypes', 'complexTypes'].flatMap((kind) => (model?.[kind] ?? []).flatMap((type) => [...(type.entityProperties ?? type.properties ?? [])].map((property) => property.type)))];
const EDM = /^Edm\.(Binary|Boolean|Byte|Date|DateTimeOffset|Decimal|Double|Duration|Guid|Int16|Int32|Int64|SByte|Single|Stream|String|TimeOfDay|Untyped|Geo\w+)$/;

is(used.filter((type) => type).map((type) => type.replace(/^Collection\((.*)\)$/, '$1')).filter((type) => !EDM.test(type) && !known.has(type)), [], 'all types that it uses are there');
const bare = (type) => type?.replace(/^Collection\((.*)\)$/, '$1');
is((model?.actions ?? []).filter((action) => action.isBound && !known.has(bare(action.sourceType)) && !known.has(bare(action.parameters[0]?.type))).map((action) => action.name), [],
	'bound actions begin with a row');
is(model?.diagnostics ?? [], [], 'and it has nothing to complain of');
