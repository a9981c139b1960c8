// One hostile tarball, byte for byte, for every rule.
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { admit } from '../../../shared/tarball/admission.ts';
import { LIMITS, type Limits } from '../../../shared/tarball/limits.ts';
import { RULES, type Rule, TarballRefused } from '../../../shared/tarball/rules.ts';
import { DOCKERFILE, END, entry, pax, pieces, tar, tgz } from './archives.ts';

interface Hostile {
  readonly what: string;
  readonly rule: Rule;
  readonly bytes: Buffer;
  readonly path?: string;
  readonly detail?: RegExp;
  readonly limits?: Partial<Limits>;
}

const file = (name: string, content = 'x'): Buffer => entry({ name, content });
const symlink = (name: string, link: string): Buffer => entry({ name, type: '2', link });
const link = (name: string, target: string): Buffer => entry({ name, type: '1', link: target });
const yaml = (text: string): Buffer => tgz(DOCKERFILE, file('galley.yaml', text));
const gzipTail = (tail: Buffer): Buffer => Buffer.concat([tgz(DOCKERFILE), tail]);
const negative = Buffer.alloc(12, 0xff);

const table: Hostile[] = [
  { what: 'nothing at all', rule: 'not-a-tarball', bytes: Buffer.alloc(0), detail: /empty/ },
  { what: 'text', rule: 'not-a-tarball', bytes: Buffer.from('hello\n'.repeat(500)) },
  { what: 'a zip', rule: 'not-a-tarball', bytes: Buffer.from('PK\x03\x04 and so on'), detail: /zip/ },
  { what: 'an xz', rule: 'not-a-tarball', bytes: Buffer.from('fd377a585a00', 'hex'), detail: /xz/ },
  { what: 'gzip of no tar', rule: 'not-a-tarball', bytes: gzipSync(randomBytes(2048)) },
  { what: 'gzip cut off', rule: 'truncated', bytes: tgz(DOCKERFILE).subarray(0, -9) },
  { what: 'cut in a body', rule: 'truncated', bytes: tar(file('a', 'x'.repeat(2000))).subarray(0, 1000) },
  {
    what: 'cut in a header',
    rule: 'truncated',
    bytes: Buffer.concat([DOCKERFILE, DOCKERFILE.subarray(0, 99)]),
  },
  { what: 'cut between entries', rule: 'truncated', bytes: DOCKERFILE, detail: /end mark/ },
  { what: 'a wrong checksum', rule: 'corrupt', bytes: tar(DOCKERFILE, entry({ name: 'a', checksumOff: 1 })) },
  {
    what: 'a flipped byte in gzip',
    rule: 'corrupt',
    bytes: flipped(tgz(file('a', randomBytes(4000).toString('hex')))),
  },
  { what: 'garbage behind gzip', rule: 'trailing-garbage', bytes: gzipTail(Buffer.from('garbage')) },
  { what: 'zeros, then garbage', rule: 'trailing-garbage', bytes: gzipTail(Buffer.from('\0\0\0\0garbage')) },
  { what: 'entries behind the end', rule: 'trailing-garbage', bytes: tgz(DOCKERFILE, END, file('hidden')) },
  { what: 'a second tar in a second member', rule: 'trailing-garbage', bytes: gzipTail(tgz(file('hidden'))) },
  {
    what: 'a bomb',
    rule: 'compression-ratio',
    bytes: tgz(file('zeros', '0'.repeat(2_000_000))),
    limits: { ratioFromBytes: 1_000_000 },
  },
  {
    what: 'too much content',
    rule: 'too-large',
    bytes: tar(file('a', 'x'.repeat(5000))),
    limits: { unpackedBytes: 4096 },
  },
  {
    what: 'too many entries',
    rule: 'too-many-entries',
    bytes: tgz(file('a'), file('b'), file('c')),
    limits: { entries: 2 },
  },
  { what: 'NUL in a name', rule: 'bad-name', bytes: tgz(pax({ path: 'a\0b' }), file('a')) },
  { what: 'a line break in a name', rule: 'bad-name', bytes: tgz(file('a\nb')) },
  { what: 'a name that is no UTF-8', rule: 'bad-name', bytes: tgz(latin1('caf\xe9')) },
  {
    what: 'a name that is too long',
    rule: 'bad-name',
    bytes: tgz(pax({ path: 'a'.repeat(256) }), file('a')),
  },
  {
    what: 'a path that is too long',
    rule: 'bad-name',
    bytes: tgz(pax({ path: `${'abc/'.repeat(1100)}a` }), file('a')),
  },
  { what: 'no name', rule: 'bad-name', bytes: tgz(entry({ name: '' })) },
  { what: '..', rule: 'path-traversal', bytes: tgz(file('a/../../b')), path: 'a/../../b' },
  { what: '.. at the end', rule: 'path-traversal', bytes: tgz(entry({ name: 'a/..', type: '5' })) },
  {
    what: '.. in a pax name',
    rule: 'path-traversal',
    bytes: tgz(pax({ path: '../evil' }), file('good')),
    path: '../evil',
  },
  { what: 'a root', rule: 'absolute-path', bytes: tgz(file('/etc/cron.d/evil')), path: '/etc/cron.d/evil' },
  {
    what: 'a symlink out',
    rule: 'link-escapes',
    bytes: tgz(DOCKERFILE, symlink('a', '../outside')),
    path: 'a',
  },
  { what: 'an absolute symlink', rule: 'link-escapes', bytes: tgz(DOCKERFILE, symlink('a', '/etc/passwd')) },
  {
    what: 'a symlink out through another',
    rule: 'link-escapes',
    bytes: tgz(DOCKERFILE, symlink('x/y/l', '../..'), symlink('m', 'x/y/l/../etc')),
    path: 'm',
  },
  {
    what: 'a symlink in a circle',
    rule: 'link-escapes',
    bytes: tgz(DOCKERFILE, symlink('a', 'b'), symlink('b', 'a')),
  },
  {
    what: 'a symlink out of the stripped directory',
    rule: 'link-escapes',
    bytes: tgz(file('top/Dockerfile'), symlink('top/a', '../b')),
    path: 'a',
  },
  {
    what: 'a file below a symlink',
    rule: 'link-escapes',
    bytes: tgz(symlink('a', 'b'), file('a/c')),
    path: 'a/c',
  },
  { what: 'a hard link to nothing', rule: 'link-escapes', bytes: tgz(DOCKERFILE, link('a', 'b')), path: 'a' },
  {
    what: 'a hard link out',
    rule: 'link-escapes',
    bytes: tgz(DOCKERFILE, link('a', '../../etc/shadow')),
    path: 'a',
  },
  {
    what: 'a hard link to a symlink',
    rule: 'link-escapes',
    bytes: tgz(DOCKERFILE, symlink('l', 'Dockerfile'), link('a', 'l')),
  },
  {
    what: 'a character device',
    rule: 'device',
    bytes: tgz(entry({ name: 'null', type: '3' })),
    path: 'null',
  },
  { what: 'a block device', rule: 'device', bytes: tgz(entry({ name: 'sda', type: '4' })) },
  { what: 'a pipe', rule: 'device', bytes: tgz(entry({ name: 'pipe', type: '6' })) },
  { what: 'an unknown kind', rule: 'unsupported-entry', bytes: tgz(entry({ name: 'a', type: 'Z' })) },
  {
    what: 'a directory with content',
    rule: 'unsupported-entry',
    bytes: tgz(entry({ name: 'a', type: '5', content: 'x' })),
    path: 'a',
  },
  {
    what: 'a directory by its slash, with content',
    rule: 'unsupported-entry',
    bytes: tgz(file('a/')),
    path: 'a/',
  },
  {
    what: 'a symlink with content',
    rule: 'unsupported-entry',
    bytes: tgz(entry({ name: 'a', type: '2', link: 'b', content: 'x' })),
  },
  { what: 'a size below zero', rule: 'unsupported-entry', bytes: tgz(entry({ name: 'a', size: negative })) },
  {
    what: 'a pax size',
    rule: 'unsupported-entry',
    bytes: tgz(pax({ size: '0' }), file('a', 'x'.repeat(1024))),
    detail: /"size"/,
  },
  {
    what: 'a global pax path',
    rule: 'unsupported-entry',
    bytes: tgz(pax({ path: 'evil' }, 'g'), DOCKERFILE),
    detail: /"path"/,
  },
  {
    what: 'a sparse file',
    rule: 'unsupported-entry',
    bytes: tgz(pax({ 'GNU.sparse.major': '1' }), file('a')),
    detail: /sparse/,
  },
  {
    what: 'a huge pax header',
    rule: 'unsupported-entry',
    bytes: tgz(pax({ comment: 'x'.repeat(5000) }), file('a')),
    limits: { headerBytes: 4096 },
  },
  { what: 'a file twice', rule: 'duplicate-entry', bytes: tgz(DOCKERFILE, DOCKERFILE), path: 'Dockerfile' },
  {
    what: 'a file twice, written differently',
    rule: 'duplicate-entry',
    bytes: tgz(file('a/b'), file('./a//b')),
    path: 'a/b',
  },
  {
    what: 'two cases of one name',
    rule: 'case-clash',
    bytes: tgz(file('README'), file('readme')),
    path: 'readme',
  },
  { what: 'two cases of one directory', rule: 'case-clash', bytes: tgz(file('Src/a'), file('src/b')) },
  { what: 'two forms of one letter', rule: 'case-clash', bytes: tgz(file('\u00e9'), file('e\u0301')) },
  { what: 'a file below a file', rule: 'path-conflict', bytes: tgz(file('a'), file('a/b')), path: 'a/b' },
  {
    what: 'a file that is a directory',
    rule: 'path-conflict',
    bytes: tgz(file('a/b'), file('a')),
    path: 'a',
  },
  { what: 'no Dockerfile', rule: 'no-dockerfile', bytes: tgz(file('README.md')), path: 'Dockerfile' },
  {
    what: 'no Dockerfile where galley.yaml says',
    rule: 'no-dockerfile',
    bytes: yaml('build: {context: app, dockerfile: Dockerfile.prod}'),
    path: 'app/Dockerfile.prod',
  },
  {
    what: 'an unknown setting',
    rule: 'bad-descriptor',
    bytes: yaml('imgae: nginx'),
    path: 'galley.yaml',
    detail: /unknown setting "imgae"/,
  },
  {
    what: 'a huge galley.yaml',
    rule: 'bad-descriptor',
    bytes: yaml(`# ${'x'.repeat(70_000)}`),
    path: 'galley.yaml',
  },
  {
    what: 'galley.yaml as a link',
    rule: 'bad-descriptor',
    bytes: tgz(DOCKERFILE, symlink('galley.yaml', 'Dockerfile')),
  },
  {
    what: 'broken galley.yaml',
    rule: 'bad-yaml',
    bytes: yaml('build: {'),
    path: 'galley.yaml',
    detail: /^Line 1: /,
  },
  {
    what: 'a broken manifest',
    rule: 'bad-yaml',
    bytes: tgz(DOCKERFILE, file('k8s/web.yaml', 'a: 1\nb: [')),
    path: 'k8s/web.yaml',
    detail: /^Line 2: /,
  },
  {
    what: 'broken JSON',
    rule: 'bad-yaml',
    bytes: tgz(DOCKERFILE, file('k8s/web.json', '{"a": ')),
    path: 'k8s/web.json',
  },
  {
    what: 'manifests that are not there',
    rule: 'no-manifests',
    bytes: yaml('manifests: [deploy/]'),
    path: 'deploy',
  },
  {
    what: 'k8s/ without manifests',
    rule: 'no-manifests',
    bytes: tgz(DOCKERFILE, file('k8s/README.md')),
    path: 'k8s',
  },
  {
    what: 'manifests only deeper down',
    rule: 'no-manifests',
    bytes: tgz(DOCKERFILE, file('k8s/base/a.yaml')),
    detail: /directories below/,
  },
  {
    what: 'manifests that are too large',
    rule: 'manifests-too-large',
    bytes: tgz(DOCKERFILE, file('k8s/a.yaml', 'a: 1\n'.repeat(20)), file('k8s/b.yaml', 'b: 1\n')),
    limits: { manifestBytes: 100 },
  },
  {
    what: 'galley.yaml behind too much YAML',
    rule: 'manifests-too-late',
    bytes: tgz(
      DOCKERFILE,
      file('deploy/a.yaml', 'a: 1\n'),
      file('z.yaml', 'x: 1\n'.repeat(30)),
      file('galley.yaml', 'manifests: [deploy]'),
    ),
    limits: { heldBytes: 100 },
    path: 'deploy/a.yaml',
  },
  {
    what: 'an image of its own and kustomize',
    rule: 'image-and-templates',
    bytes: tgz(file('galley.yaml', 'image: nginx'), file('k8s/kustomization.yaml', '{}')),
    path: 'k8s',
  },
];

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 0xff;
  return copy;
}

function latin1(name: string): Buffer {
  const raw = entry({ name: 'x'.repeat(name.length) });
  raw.write(name, 0, 'latin1');
  raw.fill(' ', 148, 156);
  const sum = raw.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  raw.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return raw;
}

const test = suite('tarball refusals');

for (const { what, rule, bytes, path, detail, limits } of table) {
  test(`${what} -> ${rule}`, async () => {
    const options = { app: 'shop', limits: { ...LIMITS, ...limits } };
    const thrown: unknown = await admit(pieces(bytes), options).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.instance(thrown, TarballRefused);
    if (!(thrown instanceof TarballRefused)) return;
    assert.is(thrown.rule, rule, thrown.message);
    assert.is(thrown.reason, 'TarballRefused');
    assert.is(thrown.retry, 'never');
    if (path !== undefined) assert.is(thrown.path, path);
    if (detail !== undefined) assert.match(thrown.detail, detail);
    assert.match(thrown.message, `(${rule}`);
  });
}

test('every rule has its hostile tarball', () => {
  const covered = new Set(table.map(({ rule }) => rule));
  assert.equal(
    Object.keys(RULES).filter((rule) => !covered.has(rule as Rule)),
    [],
  );
});

test.run();
