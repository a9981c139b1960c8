// docs/troubleshooting.md against the code: every rule and every reason of a failure has its line, and none is made up.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT_PHASES } from '../shared/build/ended.ts';
import { RULES } from '../shared/tarball/rules.ts';

const test = suite('docs/troubleshooting.md');
const page = readFileSync('docs/troubleshooting.md', 'utf8');

/** Texts in backquotes in the first column of the tables under a heading. */
function firstColumn(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

const sources = [
  'shared/build',
  'shared/pipeline',
  'shared/kubernetes',
  'build-instance',
  'shared/oci',
].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8')),
);

/** How code says the reason of a failure. */
const SAYS = [
  /BuildFailure\('(\w+)'/g,
  /\breason: '([A-Z]\w+)'/g,
  /\breason = '([A-Z]\w+)'/g,
  /\breason(?:: [\w.]+)? (?:\|\||\?\?) '([A-Z]\w+)'/g,
  /'reason'\) \?\? '([A-Z]\w+)'/g,
  /\b(?:reason|lost|refused)\b[^\n]*\? '([A-Z]\w+)' : '([A-Z]\w+)'/g,
];

/** Said inside, or of single calls that are tried again: no record ends with them. */
const INSIDE = new Set([
  'BadKubeconfig',
  'BadRecord',
  'Canceled',
  'Failed',
  'Fenced',
  'LeaseLost',
  'NoAnswer',
  'NoPrincipal',
  'OutOfTime',
  'TooLong',
]);

test('every rule of admission has its line', () => {
  assert.equal(firstColumn('`rejected`').sort(), [...Object.keys(RULES), 'name-too-long'].sort());
});

test('every reason in the code has its line', () => {
  const said = sources.flatMap((text) =>
    SAYS.flatMap((pattern) => [...text.matchAll(pattern)].flatMap(([, ...words]) => words)),
  );
  const reasons = new Set([...said, ...Object.values(EXIT_PHASES).map(({ reason }) => reason)]);
  const told = new Set(firstColumn('`failed`: on').concat(firstColumn('`failed`: in')));
  assert.equal([...reasons].filter((reason) => !told.has(reason) && !INSIDE.has(reason)).sort(), []);
});

test('no reason is told that the code does not know', () => {
  const all = sources.join('\n');
  const told = firstColumn('`failed`: on').concat(firstColumn('`failed`: in'), [...INSIDE]);
  assert.equal(
    told.filter((reason) => !new RegExp(`\\b${reason}\\b`).test(all)),
    [],
  );
});

test('the variables of deploy/ that it names are there', () => {
  const files = readdirSync('deploy').filter((file) => file.endsWith('.tf'));
  const module = files.map((file) => readFileSync(join('deploy', file), 'utf8')).join('\n');
  const named = [...page.matchAll(/`((?:build|ocir|delivery)_\w+)`/g)].map(([, name = '']) => name);
  assert.ok(named.length > 0);
  assert.equal(
    named.filter((name) => !module.includes(`variable "${name}"`)),
    [],
  );
});

test.run();
