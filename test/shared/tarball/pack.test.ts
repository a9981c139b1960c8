// Packing: the same source, the same bytes; and what goes in comes out again.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { lstat, mkdir, readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { admit } from '../../../shared/tarball/admission.ts';
import { pack } from '../../../shared/tarball/pack.ts';
import { unpack } from '../../../shared/tarball/unpack.ts';
import { entry, pieces, tgz } from './archives.ts';

const test = suite<{ work: string }>('pack');
test.before.each((context) => {
  context.work = mkdtempSync(join(tmpdir(), 'galley-pack-'));
});
test.after.each(({ work }) => rmSync(work, { recursive: true, force: true }));

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Every kind of thing a source has. */
function fill(root: string): void {
  mkdirSync(join(root, 'src/empty'), { recursive: true });
  mkdirSync(join(root, 'k8s'));
  writeFileSync(join(root, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(root, 'galley.yaml'), 'namespace: prod\n');
  writeFileSync(join(root, 'k8s/web.yaml'), 'kind: Service\n');
  writeFileSync(join(root, 'src/run.sh'), '#!/bin/sh\n', { mode: 0o751 });
  writeFileSync(join(root, 'src/größe'), 'ü');
  writeFileSync(join(root, 'src/big'), Buffer.alloc(3_000_001, 'galley'));
  writeFileSync(join(root, 'src/none'), '');
  symlinkSync('run.sh', join(root, 'src/link'));
}

test('names come in a fixed order, galley.yaml and Dockerfile first', async ({ work }) => {
  fill(work);
  const packed = pack(work);
  assert.is(packed.files, 7);
  assert.is(packed.leftOut, 0);
  const bytes = await bytesOf(packed.stream);
  const listed = execFileSync('tar', ['-tzf', '-', '--quoting-style=literal'], { input: bytes }).toString();
  assert.equal(listed.trim().split('\n'), [
    'galley.yaml',
    'Dockerfile',
    'k8s/web.yaml',
    'src/big',
    'src/empty/',
    'src/größe',
    'src/link',
    'src/none',
    'src/run.sh',
  ]);
});

test('time, owner and umask do not show in the bytes', async ({ work }) => {
  const [one, two] = [join(work, 'one'), join(work, 'two')];
  for (const root of [one, two]) {
    mkdirSync(root);
    fill(root);
  }
  utimesSync(join(two, 'Dockerfile'), 1, 1);
  chmodSync(join(two, 'Dockerfile'), 0o600);
  chmodSync(join(two, 'src/run.sh'), 0o700);
  const [first, second] = [await bytesOf(pack(one).stream), await bytesOf(pack(two).stream)];
  assert.ok(first.equals(second));
  assert.ok(gunzipSync(first).length > 3_000_000);
});

test('what was packed is admitted and comes out the same', async ({ work }) => {
  const [source, target] = [join(work, 'source'), join(work, 'target')];
  mkdirSync(source);
  mkdirSync(target);
  fill(source);
  const bytes = await bytesOf(pack(source).stream);
  const admitted = await admit(pieces(bytes, 5000), { app: 'shop' });
  assert.is(admitted.descriptor.namespace, 'prod');
  assert.is(admitted.source, 'plain');
  const { root } = await unpack(pieces(bytes, 5000), { app: 'shop', directory: target });
  assert.is(root, target);
  assert.equal(await tree(target), await tree(source));
});

/** Path → kind, permission (as packed) and content. */
async function tree(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    const path = join(root, name);
    const status = await lstat(path);
    if (status.isSymbolicLink()) found[name] = `link ${await readlink(path)}`;
    else if (status.isDirectory()) found[name] = 'directory';
    else found[name] = `${(status.mode & 0o100) !== 0} ${(await readFile(path)).toString('base64')}`;
  }
  return found;
}

const refused: [what: string, spoil: (root: string) => void, message: RegExp][] = [
  ['a pipe', (root) => execFileSync('mkfifo', [join(root, 'pipe')]), /\(device, pipe\)/],
  ['a link out', (root) => symlinkSync('../..', join(root, 'out')), /\(link-escapes, out\)/],
  ['an absolute link', (root) => symlinkSync('/etc/hosts', join(root, 'hosts')), /\(link-escapes, hosts\)/],
  [
    'names that differ in case alone',
    (root) => writeFileSync(join(root, 'dockerfile'), ''),
    /\(case-clash, /,
  ],
  ['a bad name', (root) => writeFileSync(join(root, 'a\nb'), ''), /\(bad-name, /],
  ['a bad galley.yaml', (root) => writeFileSync(join(root, 'galley.yaml'), 'a: 1'), /unknown setting "a"/],
];
for (const [what, spoil, message] of refused) {
  test(`refuses before anything is sent: ${what}`, ({ work }) => {
    writeFileSync(join(work, 'Dockerfile'), '');
    spoil(work);
    assert.throws(() => pack(work), message);
  });
}

test('a directory that is not there is named', ({ work }) => {
  assert.throws(() => pack(join(work, 'nowhere')), /Could not read .*nowhere/);
});

test('a file that shrinks while it is packed ends the stream with its name', async ({ work }) => {
  writeFileSync(join(work, 'Dockerfile'), '');
  writeFileSync(join(work, 'big'), Buffer.alloc(1_000_000));
  const { stream } = pack(work);
  writeFileSync(join(work, 'big'), 'short');
  const error = await bytesOf(stream).catch((thrown) => thrown);
  assert.match(error.message, /Could not pack big: /);
});

test('unpack: modes stay but for set-id bits, hard links become copies, long files are whole', async ({
  work,
}) => {
  await mkdir(join(work, 'u'));
  const bytes = tgz(
    entry({ name: 't/Dockerfile', content: 'FROM a' }),
    entry({ name: 't/closed', type: '5', mode: 0o555 }),
    entry({ name: 't/closed/in', content: 'x', mode: 0o4755 }),
    entry({ name: 't/secret', content: 'y', mode: 0o400 }),
    entry({ name: 't/copy', type: '1', link: 't/Dockerfile' }),
    entry({ name: 't/long', content: 'l'.repeat(700_000) }),
  );
  const { root } = await unpack(pieces(bytes), { app: 'a', directory: join(work, 'u') });
  assert.is(root, join(work, 'u/t'));
  const mode = async (name: string): Promise<number> => (await lstat(join(root, name))).mode & 0o7777;
  assert.is(await mode('closed'), 0o755);
  assert.is(await mode('closed/in'), 0o755);
  assert.is(await mode('secret'), 0o600);
  assert.is(readFileSync(join(root, 'copy'), 'utf8'), 'FROM a');
  assert.is((await lstat(join(root, 'copy'))).nlink, 1);
  assert.is(readFileSync(join(root, 'long'), 'utf8').length, 700_000);
});

test('unpack: nothing is written through a link, whatever the order', async ({ work }) => {
  const victim = join(work, 'victim');
  await mkdir(victim);
  await mkdir(join(work, 'u'));
  const link = entry({ name: 'l', type: '2', link: victim });
  for (const parts of [
    [link, entry({ name: 'l/evil', content: 'x' })],
    [entry({ name: 'l/evil', content: 'x' }), link],
  ]) {
    const error = await unpack(pieces(tgz(...parts)), { app: 'a', directory: join(work, 'u') }).catch(
      (thrown) => thrown,
    );
    assert.match(error.message, /refused/);
    assert.equal(await readdir(victim), []);
    rmSync(join(work, 'u'), { recursive: true });
    await mkdir(join(work, 'u'));
  }
});

test('GNU tar unpacks what pack wrote', async ({ work }) => {
  const [source, target] = [join(work, 'source'), join(work, 'target')];
  mkdirSync(source);
  mkdirSync(target);
  fill(source);
  const input = await bytesOf(pack(source).stream);
  assert.is(spawnSync('tar', ['-xzf', '-', '-C', target], { input }).status, 0);
  assert.equal(await tree(target), await tree(source));
});

test.run();
