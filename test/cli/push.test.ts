// galley push before anything is uploaded: what the pipeline would reject stays here.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { uploadSource } from '../../cli/commands/push.ts';
import { loadContext } from '../../cli/context.ts';
import { TarballRefused } from '../../shared/tarball/rules.ts';
import { keepingTerminal } from '../helpers/terminal.ts';

const test = suite('galley push, before the upload');
const home = mkdtempSync(join(tmpdir(), 'galley-push-test-'));
test.after(() => rmSync(home, { recursive: true, force: true }));

const context = loadContext(home, {
  GALLEY_REGION: 'eu-frankfurt-1',
  GALLEY_BUCKET_NAMESPACE: 'ns',
  GALLEY_BUCKET_NAME: 'source',
  GALLEY_STATE_BUCKET_NAME: 'state',
  // Nobody listens there: an upload would fail with another error.
  GALLEY_ENDPOINT: 'http://127.0.0.1:1',
});

function refusalOf(directory: string, options: { image?: string } = {}): Promise<unknown> {
  const { terminal } = keepingTerminal();
  return uploadSource({ directory, app: 'shop', options, context, terminal }).catch(
    (error: unknown) => error,
  );
}

for (const [rule, files, image] of [
  ['no-dockerfile', {}, undefined],
  ['bad-yaml', { Dockerfile: 'FROM scratch', 'k8s/x.yaml': 'a: b: c' }, undefined],
  ['bad-descriptor', { Dockerfile: 'FROM scratch', 'galley.yaml': 'nam: x' }, undefined],
  ['bad-descriptor', {}, 'no image!'],
  ['image-and-templates', { 'k8s/kustomization.yaml': 'resources: []' }, 'docker.io/library/nginx:1.29'],
] as const) {
  test(`${rule} is refused here${image === undefined ? '' : ` (--image ${image})`}`, async () => {
    const directory = mkdtempSync(join(home, 'source-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const thrown = await refusalOf(directory, image === undefined ? {} : { image });
    assert.instance(thrown, TarballRefused);
    assert.is((thrown as TarballRefused).rule, rule);
  });
}

test('a name that is no UTF-8 is named as such', async () => {
  const directory = mkdtempSync(join(home, 'source-'));
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/bad`), Buffer.from([0xff])]), '');
  assert.match(String(await refusalOf(directory)), /bad-name/);
});

test('what may not be read is named', async () => {
  if (process.getuid?.() === 0) return;
  const directory = mkdtempSync(join(home, 'source-'));
  writeFileSync(join(directory, 'secret'), '');
  chmodSync(join(directory, 'secret'), 0);
  assert.match(String(await refusalOf(directory)), /secret/);
});

test('nothing stays in the temporary directory', async () => {
  const own = mkdtempSync(join(home, 'tmp-'));
  process.env.TMPDIR = own;
  await refusalOf(mkdtempSync(join(home, 'source-')));
  assert.equal(readdirSync(own), []);
});

test.run();
