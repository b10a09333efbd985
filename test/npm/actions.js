// Judges the JSON Schemas of actions, with Ajv in strict mode:
//   NODE_PATH=... node test/npm/actions.js SEED COUNT schemas.jsonl   draws COUNT inputs of each
//   NODE_PATH=... node test/npm/actions.js check values.jsonl         looks at values
// A line of the schemas is {"action", "in", "out", "error"}. A line that is drawn is
// {"action", "input", "fits", "field", "change"}: one that fits the schema, or one
// that does not since a field was changed. A line of the values is {"schema", "value"};
// what does not fit is printed.
const fs = require('fs');
const Ajv = require('ajv/dist/2020');
const addFormats = require('ajv-formats');

const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((text) => text !== '').map((text) => JSON.parse(text));

// multipleOf is a division of doubles: to how many digits it must be whole
const ajv = new Ajv({ strict: true, allErrors: false, validateSchema: true, multipleOfPrecision: 6 });
addFormats(ajv);

const why = (validate) => {
  const [error] = validate.errors;
  return `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`;
};

if (process.argv[2] === 'check') {
  const compiled = new Map();
  for (const { schema, value } of lines(process.argv[3])) {
    const text = JSON.stringify(schema);
    if (!compiled.has(text)) compiled.set(text, ajv.compile(schema));
    const validate = compiled.get(text);
    if (!validate(value)) console.log(`${why(validate)}: ${JSON.stringify(value)}`);
  }
  process.exit(0);
}

let state = Number(process.argv[2]);
const count = Number(process.argv[3]);

// mulberry32
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, make);
const digits = (n) => times(n, () => below(10)).join('');
const two = (from, to) => String(from + below(to - from + 1)).padStart(2, '0');

const letters = [...'abcXYZ019 ,;:._-+*/=\'"\\{}[]()<>&%$#@!?~^|`', '\n', '\t', 'ä', 'ß', '→', '𝄞', '{{', '==', 'NULL'];
const words = (n) => times(n, () => pick(letters)).join('');

// A text that matches a regular expression of the sort that schemas have
function matching(pattern) {
  let at = 0;
  const repeat = (make) => {
    let [low, high] = [1, 1];
    if (pattern[at] === '*') [low, high] = [0, 3];
    else if (pattern[at] === '+') [low, high] = [1, 4];
    else if (pattern[at] === '?') [low, high] = [0, 1];
    else if (pattern[at] === '{') {
      const bounds = /^\{(\d+)(,?)(\d*)\}/.exec(pattern.slice(at));
      low = Number(bounds[1]);
      high = bounds[2] === '' ? low : bounds[3] === '' ? low + 3 : Number(bounds[3]);
      at += bounds[0].length - 1;
    } else return make;
    at++;
    return () => times(low + below(high - low + 1), make).join('');
  };
  const klass = () => {
    const negated = pattern[at] === '^';
    const chars = [];
    if (negated) at++;
    for (; pattern[at] !== ']'; at++) {
      if (pattern[at] === '\\' && /[sS]/.test(pattern[at + 1])) chars.push(...letters.filter((c) => [...c].length === 1)), at++;
      else if (pattern[at] === '\\') chars.push(pattern[++at]);
      else if (pattern[at + 1] === '-' && pattern[at + 2] !== ']') {
        for (let c = pattern.charCodeAt(at); c <= pattern.charCodeAt(at + 2); c++) chars.push(String.fromCharCode(c));
        at += 2;
      } else chars.push(pattern[at]);
    }
    at++;
    const from = negated ? letters.filter((c) => [...c].length === 1 && !chars.includes(c)) : chars;
    return () => pick(from);
  };
  const alternatives = () => {
    const all = [[]];
    while (at < pattern.length && pattern[at] !== ')') {
      const char = pattern[at++];
      if (char === '|') all.push([]);
      else if (char === '(') {
        if (pattern.startsWith('?:', at)) at += 2;
        const inner = alternatives();
        at++;
        all[all.length - 1].push(repeat(inner));
      } else if (char === '[') all[all.length - 1].push(repeat(klass()));
      else if (char === '\\') {
        const literal = pattern[at++];
        all[all.length - 1].push(repeat(() => literal));
      } else if (char !== '^' && char !== '$') all[all.length - 1].push(repeat(() => char));
    }
    return () => pick(all).map((make) => make()).join('');
  };
  return alternatives()();
}

const formats = {
  date: () => `${pick(['0001', '1969', '2024', '2026', '9999'])}-${two(1, 12)}-${two(1, 28)}`,
  'iso-time': () => `${two(0, 23)}:${two(0, 59)}:${two(0, 59)}${pick(['', '.5', '.123456'])}`,
  time: () => `${formats['iso-time']()}${pick(['Z', '+00:00', '-11:30', '+05:45'])}`,
  'date-time': () => `${formats.date()}${pick(['T', 't'])}${formats.time()}`,
  'iso-date-time': () => `${formats.date()}T${formats['iso-time']()}`,
  duration: () => pick([`P${below(99)}Y${below(11)}M`, `P${below(9)}W`, `PT${below(30)}H${below(59)}M${below(59)}S`, `P${below(400)}DT${below(90)}S`]),
  uuid: () => times(32, () => pick([...'0123456789abcdefABCDEF'])).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
};

function text(schema) {
  if (schema.format !== undefined) return formats[schema.format]();
  if (schema.pattern !== undefined) return matching(schema.pattern);
  const low = schema.minLength ?? 0;
  const high = schema.maxLength ?? low + 12;
  return [...words(low + below(high - low + 1))].slice(0, high).join('');
}

function number(schema, whole) {
  const step = schema.multipleOf ?? (whole ? 1 : undefined);
  const low = schema.minimum ?? schema.exclusiveMinimum ?? -1e6;
  const high = schema.maximum ?? schema.exclusiveMaximum ?? 1e6;
  const edge = below(6);
  if (edge === 0 && schema.minimum !== undefined && Math.abs(low) < 9e15) return low;
  if (edge === 1 && schema.maximum !== undefined && Math.abs(high) < 9e15) return high;
  const [from, to] = [Math.max(low, -9e15), Math.min(high, 9e15)];
  const value = edge === 2 && from <= 0 && to >= 0 ? 0 : from + random() * (to - from);
  if (step === undefined) return edge === 3 ? Number(value.toPrecision(3)) : value;
  return step >= 1 ? Math.round(value / step) * step : Number((Math.round(value / step) * step).toFixed(String(step).length));
}

function anything() {
  return pick([() => below(100), () => words(4), () => true, () => [1, null, 'x'], () => ({ a: { b: [] } }), () => -1.5e-3])();
}

function draw(schema, root) {
  if (schema.$ref !== undefined) return draw(root.$defs[decodeURIComponent(schema.$ref.split('/').pop())], root);
  if (schema.anyOf !== undefined) return draw(pick(schema.anyOf), root);
  const type = Array.isArray(schema.type) ? (below(4) === 0 ? 'null' : schema.type[0]) : schema.type;
  if (type === 'null') return null;
  if (schema.enum !== undefined) return pick(schema.enum);
  if (schema.not !== undefined) return anything();
  switch (type) {
    case undefined: return below(5) === 0 ? null : anything();
    case 'boolean': return below(2) === 0;
    case 'integer': return number(schema, true);
    case 'number': return number(schema, false);
    case 'string': return text(schema);
    case 'array': return times((schema.minItems ?? 0) + below(Math.min(4, (schema.maxItems ?? 9) - (schema.minItems ?? 0) + 1)), () => draw(schema.items, root));
    default: return Object.fromEntries(Object.entries(schema.properties)
      .filter(([name]) => (schema.required ?? []).includes(name) || below(2) === 0)
      .map(([name, member]) => [name, draw(member, root)]));
  }
}

// What a field may be changed to
function changes(schema, root) {
  if (schema.$ref !== undefined) return changes(root.$defs[schema.$ref.split('/').pop()], root);
  if (schema.anyOf !== undefined) return changes(schema.anyOf[0], root);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const wrong = [];
  if (type === undefined) return wrong;
  if (type !== 'object') wrong.push(['an object', { nobody: 1 }]);
  if (type !== 'array') wrong.push(['a list', [1, 2]]);
  if (type === 'integer' || type === 'number' || type === 'boolean') wrong.push(['a word', 'nonsense']);
  if (type === 'integer') wrong.push(['a fraction', 1.5]);
  if (type === 'object') wrong.push(['an unknown member', { nobody: 1 }], ['a number', 5]);
  if (type === 'array') wrong.push(['a number', 5]);
  if (type === 'array' && schema.maxItems !== undefined) wrong.push(['too many', times(schema.maxItems + 1, () => draw(schema.items, root))]);
  if (schema.maximum < 9e15) wrong.push(['too much', schema.maximum + (schema.multipleOf ?? 1) * 1.5]);
  if (schema.maximum > 1e30) wrong.push(['far too much', 1e300]);
  if (schema.minimum > -9e15) wrong.push(['too little', schema.minimum - (schema.multipleOf ?? 1) * 1.5]);
  if (schema.exclusiveMaximum !== undefined) wrong.push(['as much as must not be', schema.exclusiveMaximum]);
  if (schema.maxLength !== undefined) wrong.push(['a long text', 'x'.repeat(schema.maxLength + 1)]);
  if (schema.minLength > 0) wrong.push(['a short text', '']);
  if (schema.enum !== undefined) wrong.push(['another word', 'no such word'], ['another number', 987654]);
  if (schema.format !== undefined || schema.pattern !== undefined) wrong.push(['another format', 'non-sense']);
  return wrong;
}

for (const { action, in: schema, out, error } of lines(process.argv[4])) {
  const validate = ajv.compile(schema);
  const names = Object.keys(schema.properties);
  const say = (line) => console.log(JSON.stringify({ action, ...line }));
  const fitting = () => {
    for (let tries = 0; tries < 20000; tries++) {
      const input = draw(schema, schema);
      if (validate(input)) return input;
    }
    throw new Error(`${action}: nothing that is drawn fits: ${why(validate)}`);
  };
  ajv.compile(out);
  ajv.compile(error);
  if (count === 0) continue;
  for (let i = 0; i < count; i++) say({ input: fitting(), fits: true });
  for (const field of names) {
    for (const [change, value] of changes(schema.properties[field], schema)) {
      const input = { ...fitting(), [field]: value };
      if (!validate(input)) say({ input, fits: false, field, change });
    }
    if ((schema.required ?? []).includes(field)) {
      const { [field]: left, ...rest } = fitting();
      say({ input: rest, fits: false, field, change: 'nothing' });
    }
    if (!validate({ ...fitting(), [field]: null })) say({ input: { ...fitting(), [field]: null }, fits: false, field, change: 'null' });
  }
  say({ input: { ...fitting(), nobody: 1 }, fits: false, field: 'nobody', change: 'an unknown input' });
}
