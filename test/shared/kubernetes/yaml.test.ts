import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  joinManifests,
  parseManifests,
  problemText,
  readManifests,
} from '../../../shared/kubernetes/manifests.ts';
import { readYaml } from '../../../shared/kubernetes/yaml.ts';

const reading = suite('YAML as kubectl reads it');

// Left column and result as kubectl 1.32.4 `label --local` had them (facts oke-apply §3.9).
for (const [text, value] of [
  ['0644', 420],
  ['0o644', 420],
  ['-0o17', -15],
  ['0x1f', 31],
  ['yes', true],
  ['on', true],
  ['n', false],
  ['2020-01-01', '2020-01-01'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
  ['1:30', '1:30'],
  ['1_000', 1000],
  ['"0644"', '0644'],
  ['1.5e3', 1500],
  ['~', null],
  ['!!binary aGVsbG8=', 'hello'],
  ['!custom x', 'x'],
] as const) {
  reading(`${text} -> ${JSON.stringify(value)}`, () => {
    assert.equal(readYaml(`v: ${text}`).documents[0]?.value, { v: value });
  });
}

reading('merge keys merge, own keys win', () => {
  const { documents } = readYaml('base: &b {a: 1, c: 2}\nmine: {<<: *b, a: 3}');
  assert.equal(documents[0]?.value, { base: { a: 1, c: 2 }, mine: { a: 3, c: 2 } });
});

reading('empty documents are dropped and not counted', () => {
  const { documents } = readYaml('---\n---\n# only a comment\n---\na: 1\n---\n\n---\nb: 2\n');
  assert.equal(
    documents.map(({ document, value }) => [document, value]),
    [
      [1, { a: 1 }],
      [2, { b: 2 }],
    ],
  );
});

reading('JSON is YAML, a byte order mark is no letter, __proto__ is a key', () => {
  const [document] = readYaml('\uFEFF{"a": [1, {"__proto__": 2}]}').documents;
  assert.is(JSON.stringify(document?.value), '{"a":[1,{"__proto__":2}]}');
});

for (const [what, text, line, message] of [
  ['duplicate key', 'a: 1\nb: {c: 1, c: 2}', 2, /key "c" is there twice/],
  ['duplicate key in many', `${'x: 1\n'.repeat(2)}`, 2, /key "x" is there twice/],
  ['bad indentation', 'a:\n  b: 1\n c: 2', 3, /./],
  ['tab', 'a:\n\tb: 1', 2, /./i],
  ['open quote', 'a: "b', 1, /quote/i],
  ['alias without anchor', 'a: *nobody', 1, /alias|anchor/i],
  ['YAML 1.2 mark', '%YAML 1.2\n---\na: 0644', 1, /marked %YAML 1\.2/],
  ['infinity', 'a: .inf', 1, /\.inf is not a number/],
  ['a number JavaScript rounds', 'a: 12345678901234567890', 1, /too big to be sent exactly/],
] as const) {
  reading(`${what} is a problem with its line`, () => {
    const { problems } = readYaml(text);
    assert.is(problems[0]?.line, line, JSON.stringify(problems));
    assert.match(problems[0]?.message ?? '', message);
  });
}

const nine = (name: string, inner: string): string =>
  `${name}: &${name} [${Array(9).fill(inner).join(', ')}]`;
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const laughs = letters.map((name, index) => nine(name, index === 0 ? 'lol' : `*${letters[index - 1]}`));
const wide = `a: &a [${Array(9000).fill('x').join(', ')}]\nb: [${Array(60).fill('*a').join(', ')}]`;
for (const [what, text] of [
  ['billion laughs', laughs.join('\n')],
  ['wide aliases', wide],
  ['deep nesting', '['.repeat(100_000)],
  ['deep maps', '{a: '.repeat(50_000)],
] as const) {
  reading(`${what}: refused, quickly and without much memory`, () => {
    assert.ok(readYaml(text).problems.length > 0);
  });
}

reading('a megabyte of keys is looked at once', () => {
  const text = Array.from({ length: 90_000 }, (_, index) => `k${index}: 1`).join('\n');
  assert.is(readYaml(text).problems.length, 0);
});

reading.run();

const sets = suite('a set of manifests');
const object = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;
const names = (text: string): string[] =>
  parseManifests([{ file: 'k8s/a.yaml', text }]).map(({ object: { metadata } }) => metadata.name);

sets('lists of lists are their items; a named kind that ends in List is itself', () => {
  const list = `kind: List\nitems: [{kind: PodList, items: [${'{apiVersion: v1, kind: Pod, metadata: {name: p}}'}]}]`;
  assert.equal(names(list), ['p']);
  assert.equal(names('apiVersion: e/v1\nkind: AllowList\nmetadata: {name: mine}\nitems: [a]'), ['mine']);
});

sets('what the server writes is left out; unknown fields stay', () => {
  const [manifest] = parseManifests([
    {
      file: 'a.yaml',
      text: `apiVersion: v1\nkind: X\nstatus: {a: 1}\nnewField: 1\nmetadata: {name: a, uid: u, creationTimestamp: null, weird: 1, managedFields: []}`,
    },
  ]);
  assert.equal(manifest?.object, {
    apiVersion: 'v1',
    kind: 'X',
    newField: 1,
    metadata: { name: 'a', weird: 1 },
  });
});

sets('joined files keep their names, documents are counted per file', () => {
  const text = joinManifests([
    { file: 'k8s/a b.yaml', text: `\uFEFF${object('one')}---\n${object('two')}` },
    { file: 'k8s/b.json', text: '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "three"}}' },
    { file: 'k8s/c.yml', text: `%YAML 1.1\n---\n${object('"0644"')}` },
  ]);
  const found = parseManifests([{ file: 'manifests.yaml', text }]);
  assert.equal(
    found.map(({ file, document, object: { metadata } }) => `${file} ${document} ${metadata.name}`),
    ['k8s/a b.yaml 1 one', 'k8s/a b.yaml 2 two', 'k8s/b.json 1 three', 'k8s/c.yml 1 0644'],
  );
});

sets('what cannot be read of joined files is told with their own names and lines', () => {
  const text = joinManifests([
    { file: 'k8s/a.yaml', text: `${object('one')}---\nkind: Pod\nkind: Pod\n` },
    { file: 'k8s/b.yaml', text: `${object('two')}---\n${object('three')}data: [\n` },
    { file: 'k8s/c.yaml', text: `data: {a: b\n` },
  ]);
  const { manifests, problems } = readManifests([{ file: 'manifests.yaml', text }]);
  assert.equal(
    manifests.map(({ file, document }) => `${file} ${document}`),
    ['k8s/a.yaml 1', 'k8s/b.yaml 1'],
  );
  const told = problems.map(problemText);
  assert.is(told[0], 'k8s/a.yaml, document 2: line 6: key "kind" is there twice in one map');
  assert.match(told[1] ?? '', /^k8s\/b\.yaml, document 2: line \d: /);
  assert.match(told.at(-1) ?? '', /^k8s\/c\.yaml, document 1: line \d: /);
});

sets('all problems are in one error, each with file, document, object and field', () => {
  const files = [
    { file: 'k8s/a.yaml', text: `${object('fine')}---\nkind: Pod\nmetadata: {name: p, labels: {a: yes}}\n` },
    { file: 'k8s/b.yaml', text: 'just text' },
    { file: 'k8s/c.yaml', text: 'a: {{ .Values.x }}' },
    { file: 'k8s/d.yaml', text: 'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: x-}' },
  ];
  try {
    parseManifests(files);
    assert.unreachable();
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    assert.is(lines[0], 'k8s/a.yaml, document 2, Pod p, apiVersion: expected text, got nothing');
    assert.is(
      lines[1],
      'k8s/a.yaml, document 2, Pod p, metadata.labels.a: expected text, got true: quote it',
    );
    assert.is(lines[2], 'k8s/b.yaml, document 1: expected a Kubernetes object, got "just text"');
    assert.match(lines[3] ?? '', /^k8s\/c\.yaml, document 1: line 1: .*template that was not rendered/);
    assert.match(lines.at(-1) ?? '', /metadata\.generateName: applying needs a fixed metadata\.name/);
  }
});

sets('limits: a megabyte together, two hundred objects', () => {
  const big = [{ file: 'a.yaml', text: `# ${'x'.repeat(1024 * 1024)}` }];
  assert.throws(() => parseManifests(big), /1048576 are taken/);
  const many = Array.from({ length: 201 }, (_, index) => object(`c${index}`)).join('---\n');
  assert.throws(() => names(many), /there are 201 objects; at most 200/);
});

sets.run();
