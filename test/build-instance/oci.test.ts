// The ports of galley-build as the instance principal, with the grants that deploy/ writes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type InstanceConfig, readConfig } from '../../build-instance/config.ts';
import { ociBuildPorts } from '../../build-instance/oci.ts';
import type { BuildPorts } from '../../build-instance/ports.ts';
import { openBucket } from '../../shared/oci/bucket.ts';
import { createClients } from '../../shared/oci/clients.ts';
import { ociResults } from '../../shared/oci/results.ts';
import { noRetries, startTestRegion, type TestRegion } from '../helpers/region.ts';

const test = suite('galley-build over OCI');

interface Setting {
  readonly region: TestRegion;
  readonly owner: ObjectStorageClient;
  readonly config: InstanceConfig;
  readonly ports: BuildPorts;
  readonly directory: string;
}
let setting: Setting;

const key = { app: 'shop', id: '20261124T101112Z-1a2b3c4d' };

test.before(async () => {
  const region = await startTestRegion({ services: ['object-storage', 'metadata'] });
  const directory = mkdtempSync(join(tmpdir(), 'galley-config-'));
  const { endpoint, namespace, sourceBucket, stateBucket } = region.description;
  const file = join(directory, 'build.env');
  const lines = {
    GALLEY_REGION: 'eu-frankfurt-1',
    GALLEY_BUCKET_NAMESPACE: namespace,
    GALLEY_BUCKET_NAME: sourceBucket,
    GALLEY_STATE_BUCKET_NAME: stateBucket,
    GALLEY_OCIR_ENDPOINT: `127.0.0.1:5000/${namespace}/galley`,
    GALLEY_ENDPOINT: endpoint,
    GALLEY_METADATA_URL: `${endpoint}/opc/v2/`,
    GALLEY_BUILD_SECONDS: '900',
  };
  writeFileSync(
    file,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const config = await readConfig(file);
  const owner = new ObjectStorageClient({ authenticationDetailsProvider: region.credentials() }, noRetries);
  owner.endpoint = String(endpoint);
  setting = { region, owner, config, ports: ociBuildPorts(config), directory };
});
test.after(async () => {
  await setting?.region.stop();
  rmSync(setting.directory, { recursive: true });
});

const at = (bucketName: string, objectName: string) => ({
  namespaceName: setting.config.namespace,
  bucketName,
  objectName,
});

async function textOf(objectName: string): Promise<string> {
  const { value } = await setting.owner.getObject(at(setting.config.stateBucket, objectName));
  return new Response(value as ReadableStream).text();
}

test('the configuration is what the file says', () => {
  assert.is(setting.config.buildSeconds, 900);
  assert.is(setting.config.ocirUsername, undefined);
});

test('reads exactly the upload with the ETag', async () => {
  const { owner, config, ports } = setting;
  const object = 'apps/shop/a b.tar.gz';
  const { eTag } = await owner.putObject({ ...at(config.sourceBucket, object), putObjectBody: 'bytes' });
  const open = (tag: string) => ports.uploads.open({ object, eTag: tag, uploadedAt: '', bytes: 0 });
  const chunks: Uint8Array[] = [];
  for await (const chunk of await open(eTag)) chunks.push(chunk);
  assert.is(Buffer.concat(chunks).toString(), 'bytes');
  const error = await open('0000').catch((thrown) => thrown);
  assert.is(error.reason, 'UploadGone');
});

test('reads an upload by its version when a newer one has taken its name', async () => {
  const { owner, config, ports } = setting;
  const object = 'apps/shop/again.tar.gz';
  const put = (putObjectBody: string) =>
    owner.putObject({ ...at(config.sourceBucket, object), putObjectBody });
  const { eTag, versionId } = await put('old');
  await put('new');
  const chunks: Uint8Array[] = [];
  const upload = { object, eTag, versionId, uploadedAt: '', bytes: 0 };
  for await (const chunk of await ports.uploads.open(upload)) chunks.push(chunk);
  assert.is(Buffer.concat(chunks).toString(), 'old');
});

test('a sign of life is heard by whoever looks for it', async () => {
  const { region, config, ports } = setting;
  const access = { provider: region.credentials(), region: 'eu-frankfurt-1', endpoint: region.endpoint };
  const state = openBucket(createClients(access), {
    namespace: config.namespace,
    bucket: config.stateBucket,
  });
  const results = ociResults(state, () => undefined);
  assert.is(await results.heard(key, 1), undefined);
  const before = Date.now() - 1000;
  await ports.writeSign(key, 1);
  await ports.writeSign(key, 1);
  const heard = await results.heard(key, 1);
  assert.ok(Date.parse(heard ?? '') >= before, heard);
  assert.is(await results.heard(key, 2), undefined);
});

test('writes log, manifests and result where the others look for them', async () => {
  const { ports } = setting;
  await ports.writeLog(key, 100_001, 'one\n');
  await ports.texts.writeManifests(key, 'a: 1\n');
  await ports.texts.writeManifests(key, 'a: 2\n');
  const base = { version: 1, app: key.app, build: key.id, attempt: 2, eTag: 'e', phase: 'push' } as const;
  const times = { startedAt: '2026-11-24T10:11:12Z', finishedAt: '2026-11-24T10:11:13Z' };
  await ports.writeResult({ ...base, ...times, outcome: 'succeeded', exitCode: 0, logTail: [] });
  assert.is(await textOf(`logs/shop/${key.id}/100001`), 'one\n');
  assert.is(await textOf(`manifests/shop/${key.id}.yaml`), 'a: 2\n');
  assert.is(JSON.parse(await textOf(`results/shop/${key.id}/2`)).outcome, 'succeeded');
});

test('sees a cancel mark, and who put it', async () => {
  const { ports, owner, config } = setting;
  assert.is(await ports.cancels.find(key), undefined);
  const mark = at(config.stateBucket, `cancel/shop/${key.id}`);
  await owner.putObject({ ...mark, opcMeta: { by: 'ada' }, putObjectBody: '' });
  assert.is(await ports.cancels.find(key), 'ada');
});

test('a wrong configuration names every variable; a missing one its file', async () => {
  const file = join(setting.directory, 'wrong.env');
  writeFileSync(file, 'GALLEY_REGION=EU\nGALLEY_BUILD_SECONDS=soon\n');
  const wrong = await readConfig(file).catch((thrown) => thrown);
  assert.match(wrong.message, /GALLEY_REGION[\s\S]*GALLEY_BUCKET_NAME is missing/);
  const missing = await readConfig('/nowhere/build.env').catch((thrown) => thrown);
  assert.match(missing.message, '/nowhere/build.env');
  assert.is(missing.reason, 'NotReady');
});

test.run();
