// What is taken: odd but honest archives, and what is read from them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { admit } from '../../../shared/tarball/admission.ts';
import { LIMITS } from '../../../shared/tarball/limits.ts';
import { DOCKERFILE, END, entry, pax, pieces, tar, tgz } from './archives.ts';

const file = (name: string, content = 'x'): Buffer => entry({ name, content });
const directory = (name: string): Buffer => entry({ name, type: '5', mode: 0o755 });

const test = suite('admission');

const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`;
const accepted: [what: string, bytes: Buffer, entries: number][] = [
  ['gzip', tgz(DOCKERFILE), 1],
  ['a plain tar', tar(DOCKERFILE), 1],
  ['one block of zeros as end mark', Buffer.concat([DOCKERFILE, Buffer.alloc(512)]), 1],
  ['zeros up to a record of 10 KiB', Buffer.concat([tar(DOCKERFILE), Buffer.alloc(8192)]), 1],
  ['zeros behind gzip', Buffer.concat([tgz(DOCKERFILE), Buffer.alloc(5000)]), 1],
  ['one tar in two gzip members', Buffer.concat([gzipSync(DOCKERFILE), gzipSync(tar(file('a')))]), 2],
  ['names that begin with ./', tgz(directory('./'), entry({ name: './Dockerfile', content: 'x' })), 2],
  [
    'a GNU long name',
    tgz(DOCKERFILE, entry({ name: '@', type: 'L', content: `${long}\0` }), file('short')),
    2,
  ],
  ['a pax name', tgz(DOCKERFILE, pax({ path: 'größe.txt' }), file('short')), 2],
  ['the comment of git archive', tgz(pax({ comment: 'a'.repeat(40) }, 'g'), DOCKERFILE), 1],
  ['a header of tar version 7', tgz(entry({ name: 'Dockerfile', content: 'x', magic: '' })), 1],
  ['a directory as version 7 wrote it', tgz(DOCKERFILE, file('old/', '')), 2],
  ['directories twice', tgz(DOCKERFILE, directory('a/'), directory('a')), 3],
  ['a link inside', tgz(DOCKERFILE, file('a/b'), entry({ name: 'c/l', type: '2', link: '../a/b' })), 3],
  ['a link to nothing', tgz(DOCKERFILE, entry({ name: 'l', type: '2', link: 'nowhere' })), 2],
  ['a hard link', tgz(DOCKERFILE, entry({ name: 'l', type: '1', link: './Dockerfile' })), 2],
  ['dots that are names', tgz(DOCKERFILE, file('..a/...'), file('a..')), 3],
];
for (const [what, bytes, entries] of accepted) {
  for (const size of [1, 511, 100_000]) {
    test(`${what}, in pieces of ${size}`, async () => {
      const admitted = await admit(pieces(bytes, size), { app: 'shop' });
      assert.is(admitted.entries, entries);
      assert.is(admitted.strip, '');
      assert.is(admitted.source, 'none');
    });
  }
}

const stripping: [what: string, bytes: Buffer, strip: string][] = [
  ['one directory', tgz(file('shop/Dockerfile'), file('shop/k8s/a.yaml', 'a: 1')), 'shop/'],
  ['one directory behind ./', tgz(directory('./'), file('./shop/Dockerfile')), 'shop/'],
  ['one directory, and what macOS puts beside it', tgz(file('._shop'), file('shop/Dockerfile')), 'shop/'],
  ['a file beside it', tgz(file('Dockerfile'), file('shop/a')), ''],
  ['two directories', tgz(file('a/b'), file('c/d'), DOCKERFILE), ''],
];
for (const [what, bytes, strip] of stripping) {
  test(`strips: ${what}`, async () => {
    assert.is((await admit(pieces(bytes), { app: 'shop' })).strip, strip);
  });
}

test('k8s/ alone is no wrapping', async () => {
  const admitted = await admit(pieces(tgz(file('k8s/a.yaml', 'a: 1'))), { app: 'shop', image: 'nginx' });
  assert.is(admitted.strip, '');
  assert.equal(admitted.manifests, [{ path: 'k8s/a.yaml', text: 'a: 1' }]);
});

const web = file('k8s/web.yaml', 'kind: Service\n');
const source: [what: string, parts: Buffer[], source: string, paths: string[]][] = [
  [
    'plain, in the order of names',
    [file('k8s/b.yml', 'b: 1'), file('k8s/a.json', '{}'), web],
    'plain',
    ['k8s/a.json', 'k8s/b.yml', 'k8s/web.yaml'],
  ],
  [
    'hidden, deeper and other files are left alone',
    [web, file('k8s/.b.yaml', '['), file('k8s/sub/c.yaml', '['), file('k8s/d.txt', '[')],
    'plain',
    ['k8s/web.yaml'],
  ],
  [
    'as galley.yaml says, which comes last',
    [
      file('ops/a.yaml', 'a: 1'),
      file('one.yaml', 'b: 1'),
      web,
      file('galley.yaml', 'manifests: [ops/, ./one.yaml]'),
    ],
    'plain',
    ['ops/a.yaml', 'one.yaml'],
  ],
  [
    'as galley.yaml says, which comes first',
    [file('galley.yaml', 'manifests: [ops]'), file('ops/a.yaml', 'a: 1'), web],
    'plain',
    ['ops/a.yaml'],
  ],
  [
    'the root, without galley.yaml itself',
    [file('galley.yaml', 'manifests: [.]'), file('a.yaml', 'a: 1')],
    'plain',
    ['a.yaml'],
  ],
  ['kustomize', [file('k8s/kustomization.yaml', 'resources: []'), web], 'kustomize', []],
  [
    'Helm, whose templates are no YAML',
    [
      file('k8s/Chart.yaml', 'name: a'),
      file('k8s/values.yaml', '{{'),
      file('k8s/templates/a.yaml', '{{ if }}'),
    ],
    'helm',
    [],
  ],
  [
    'plain and kustomize',
    [web, file('extra/kustomization.yml', ''), file('galley.yaml', 'manifests: [k8s, extra]')],
    'kustomize',
    [],
  ],
  ['none', [file('deploy.yaml', 'kind: Service')], 'none', []],
];
for (const [what, parts, kind, paths] of source) {
  for (const top of ['', 'shop-1.0/']) {
    test(`manifests: ${what}${top === '' ? '' : ', in a directory'}`, async () => {
      const wrapped = [DOCKERFILE, ...parts].map((part) => renamed(part, top));
      const admitted = await admit(pieces(tgz(...wrapped)), { app: 'shop' });
      assert.is(admitted.source, kind);
      assert.equal(
        admitted.manifests.map(({ path }) => path),
        paths,
      );
    });
  }
}

/** The same entry below another directory. */
function renamed(part: Buffer, top: string): Buffer {
  const name = part.subarray(0, 100).toString().replace(/\0+$/, '');
  const size = Number.parseInt(part.subarray(124, 135).toString(), 8);
  return entry({ name: top + name, content: part.subarray(512, 512 + size) });
}

test('reads galley.yaml, and an image given from outside wins', async () => {
  const bytes = tgz(file('galley.yaml', 'namespace: prod\nimage: nginx:1'));
  const admitted = await admit(pieces(bytes), { app: 'shop', image: 'nginx:2' });
  assert.is(admitted.descriptor.namespace, 'prod');
  assert.is(admitted.descriptor.image, 'nginx:2');
});

test('kustomize files larger than all plain manifests may be are no matter', async () => {
  const bytes = tgz(DOCKERFILE, file('k8s/kustomization.yaml', ''), file('k8s/dash.json', 'x'.repeat(2000)));
  const admitted = await admit(pieces(bytes), { app: 'shop', limits: { ...LIMITS, manifestBytes: 1000 } });
  assert.is(admitted.source, 'kustomize');
});

test('what the source throws is thrown as it is, and a refusal ends the source', async () => {
  const broken = new Error('connection reset');
  const thrown = await admit(failing(tar(DOCKERFILE).subarray(0, 600), broken), { app: 'a' }).catch((e) => e);
  assert.is(thrown, broken);
  let isEnded = false;
  const endless = async function* (): AsyncGenerator<Buffer> {
    try {
      yield tar(file('../evil'));
      for (;;) yield Buffer.alloc(512);
    } finally {
      isEnded = true;
    }
  };
  const refused = await admit(endless(), { app: 'a' }).catch((e) => e);
  assert.is(refused.rule, 'path-traversal');
  assert.ok(isEnded);
});

async function* failing(bytes: Buffer, error: Error): AsyncGenerator<Buffer> {
  yield bytes;
  throw error;
}

test('what GNU tar makes of a directory is taken', async () => {
  const work = mkdtempSync(join(tmpdir(), 'galley-tar-'));
  try {
    writeFileSync(join(work, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(work, 'n'.repeat(200)), '');
    for (const format of ['gnu', 'pax', 'ustar', 'v7'].filter((one) => one !== 'ustar' && one !== 'v7')) {
      const bytes = execFileSync('tar', ['-c', '-z', `--format=${format}`, '-C', work, '.']);
      assert.is((await admit(pieces(bytes), { app: 'shop' })).entries, 3, format);
    }
  } finally {
    rmSync(work, { recursive: true });
  }
});

test('an archive of 20,000 entries is counted', async () => {
  const parts = Array.from({ length: 20_000 }, (_, index) => file(`src/${index % 100}/${index}.js`));
  const admitted = await admit(pieces(tar(DOCKERFILE, ...parts), 65_536), { app: 'shop' });
  assert.is(admitted.entries, 20_001);
  assert.is(admitted.bytes, 20_000 + 'FROM scratch\n'.length);
  assert.is(END.length, 1024);
});

test.run();
