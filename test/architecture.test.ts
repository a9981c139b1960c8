// The floors of the house, the sizes of its files and the words of its docs: rules that a reader may rely on.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NEXT } from '../shared/build/build.ts';

const test = suite('architecture');
const FOLDERS = ['functions', 'shared', 'local', 'cli', 'build-instance', 'tools', 'bench'];
/** Data and contracts may be longer: tables with their sources, the types that every service shares. */
const MAX_LINES = 180;
const DATA = /operations\.ts$|grants\.ts$|permissions\.ts$|faults\.ts$|^local\/types\.ts$/;

const files = FOLDERS.filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));

const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));

/** What a file imports at run time; `import type` leaves no trace and is free. */
function imports(file: string): string[] {
  const text = sources.get(file) ?? '';
  const named = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;]*?from\s+)?'([^']+)'/gm)];
  const late = [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)];
  return [...named, ...late].map(([, target = '']) =>
    target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
  );
}

const RULES: [who: RegExp, mayNot: RegExp, because: string][] = [
  [/^shared\/build\//, /^(?!shared\/build\/|node:crypto$)/, 'decisions are pure and know only themselves'],
  [
    /^shared\/pipeline\//,
    /^(oci-|@kubernetes|@fnproject|node:(?!crypto)|shared\/oci|functions|cli|local|build-instance)/,
    'the loop does no I/O of its own',
  ],
  [
    /^shared\/tarball\//,
    /^(oci-|@kubernetes|shared\/(?!tarball|errors|log|secret))/,
    'the tarball reader stands on the ground floor',
  ],
  [/^shared\/kubernetes\//, /^(oci-|shared\/(oci|pipeline|tarball)\/)/, 'the cluster knows nothing of OCI'],
  [/^shared\/(?!oci\/)/, /^oci-/, 'shared/oci is the only place that calls OCI'],
  [/^(functions|cli|build-instance)\//, /^oci-(?!common$)/, 'shared/oci is the only place that calls OCI'],
  [/^shared\//, /^(functions|local|cli|build-instance|tools|bench)\//, 'shared is the bottom'],
  [
    /^functions\/upload-trigger\//,
    /^functions\/(?!upload-trigger)|^(local|cli|build-instance)\//,
    'a function deploys alone',
  ],
  [
    /^functions\/poll-build\//,
    /^functions\/(?!poll-build)|^(local|cli|build-instance)\//,
    'a function deploys alone',
  ],
  [/^functions\/apply\//, /^functions\/(?!apply)|^(local|cli|build-instance)\//, 'a function deploys alone'],
  [/^build-instance\//, /^(functions|local|cli)\//, 'galley-build deploys alone'],
  [
    /^local\//,
    /^(shared|functions|cli|build-instance|tools)\//,
    'the other side must not inherit our mistakes',
  ],
];
for (const [who, mayNot, because] of RULES) {
  test(`${who.source} imports nothing like ${mayNot.source}: ${because}`, () => {
    const broken = files
      .filter((file) => who.test(file))
      .flatMap((file) =>
        imports(file)
          .filter((to) => mayNot.test(to))
          .map((to) => `${file} imports ${to}`),
      );
    assert.equal(broken, []);
  });
}

test(`no file is over ${MAX_LINES} lines`, () => {
  const long = [...sources].filter(
    ([file, text]) => !DATA.test(file) && text.split('\n').length - 1 > MAX_LINES,
  );
  assert.equal(
    long.map(([file]) => file),
    [],
  );
});

test('nothing reads as unfinished, and no type is switched off', () => {
  const words =
    /\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented|:\s*any\s*[;,)\]>=]|\bas any\b|@ts-(ignore|expect-error)/;
  const found = [...sources].filter(([, text]) => words.test(text)).map(([file]) => file);
  assert.equal(found, []);
});

test('the states of docs/architecture.md are those of the code, with the same arrows', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \|[^|]*\| ([^|]*) \|/gm)].map(([, state, next = '']) => [
    state,
    next.trim() === '–' ? [] : next.split(',').map((each) => each.trim().replaceAll('`', '')),
  ]);
  assert.equal(Object.fromEntries(rows), { ...NEXT });
});

test('every file that the docs name is there', () => {
  const pages = [
    'README.md',
    ...readdirSync('docs')
      .filter((file) => file.endsWith('.md'))
      .map((file) => join('docs', file)),
  ];
  const missing = pages.flatMap((page) =>
    [
      ...readFileSync(page, 'utf8').matchAll(
        /`((?:functions|shared|local|cli|build-instance|tools|bench|test|deploy|examples)\/[\w./-]+\.\w+)`/g,
      ),
    ]
      .map(([, file = '']) => file)
      .filter((file) => !existsSync(file))
      .map((file) => `${page}: ${file}`),
  );
  assert.equal(missing, []);
});

test.run();
