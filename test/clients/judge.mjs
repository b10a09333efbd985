// What the scripts of judges share: packages of npm, and assertions that test/t/Judge.pm counts.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual, inspect } from 'node:util';

const require = createRequire(`${process.env.NODE_MODULES}/judge.cjs`);

// A package of those that the judge's folder below test/npm pins
export const load = (name) => require(name);
export const load_module = (name) => import(pathToFileURL(require.resolve(name)));

export function ok(holds, what) {
	console.log(`${holds ? 'ok' : 'not ok'} - ${what}`);
}

export function is(got, expected, what) {
	const same = isDeepStrictEqual(got, expected);

	ok(same, what);
	if (!same)
		console.log(inspect({ got, expected }, { depth: null }));
}
