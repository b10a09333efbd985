// Validates documents by a JSON Schema of draft 2020-12, with Ajv in strict mode:
//   NODE_PATH=$(test/npm/install ajv@8.17.1) node test/npm/validate.js schema.json documents.jsonl
// One line for each document, which stands on one line: "valid", or what is wrong.
const fs = require('fs');
const Ajv = require('ajv/dist/2020');

const [schemaFile, documentsFile] = process.argv.slice(2);
const ajv = new Ajv({ strict: true, allErrors: false, validateSchema: true });
const validate = ajv.compile(JSON.parse(fs.readFileSync(schemaFile, 'utf8')));

for (const line of fs.readFileSync(documentsFile, 'utf8').split('\n').filter((text) => text !== '')) {
  if (validate(JSON.parse(line))) {
    console.log('valid');
  } else {
    const [error] = validate.errors;
    console.log(`${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
  }
}
