// Object names that a shell, a URL, a header or a file system would read otherwise, through every door and to the end.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildKey } from '../../shared/build/build.ts';
import { buildId } from '../../shared/build/id.ts';
import { noRetries } from '../helpers/region.ts';
import { tarball } from '../helpers/tarballs.ts';
import { as, deployed } from './ended.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

const test = suite('hostile object names');
const SMALL = { Dockerfile: 'FROM busybox\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080"]\n' };
/** Made by a name that got into a shell. */
const MARK = join(tmpdir(), `galley-names-${process.pid}`);

const NAMES = [
  `a'b "c" $(id);ä #%.tar.gz`,
  `$(touch ${MARK});\`touch ${MARK}\`|touch ${MARK}&.tgz`,
  `'; touch ${MARK}; '!(*)~.tar.gz`,
  '--etag x --app other.tar.gz',
  '../../etc/passwd/../%2e%2e%2f//x.tar.gz',
  '?query=1&eTag=2#frag+plus.tar.gz',
  '日本語 🚀 \u0301.tar.gz',
];
/** 480 bytes when percent-encoded, and one more. */
const LONGEST = `${'n'.repeat(480 - 'apps%2Flongest%2F.tar.gz'.length)}.tar.gz`;

let pipeline: Pipeline;
let client: ObjectStorageClient;
test.before(async () => {
  pipeline = await startPipeline({ cluster: 'stand-in', functions: 'processes', pods: 'played' });
  client = new ObjectStorageClient(
    { authenticationDetailsProvider: pipeline.region.credentials() },
    noRetries,
  );
  client.endpoint = pipeline.region.endpoint;
});
test.after(async () => {
  client?.close();
  await pipeline?.stop();
});

/** As any other program uploads: by the unmodified SDK, over its own transport. */
async function putBySdk(app: string, name: string): Promise<BuildKey> {
  const { namespace, sourceBucket: bucket } = pipeline.region.description;
  const object = `apps/${app}/${name}`;
  const at = { namespaceName: namespace, bucketName: bucket, objectName: object };
  const bytes = await tarball(SMALL);
  const { eTag } = await client.putObject({ ...at, putObjectBody: bytes, contentLength: bytes.length });
  assert.is((await client.headObject(at)).eTag, eTag);
  const upload = await pipeline.desk.uploads.find(object, eTag);
  return { app, id: buildId({ namespace, bucket, object, eTag }, upload?.uploadedAt ?? '') };
}

for (const [door, put] of [
  ['event', (app, name) => pipeline.upload(app, SMALL, name)],
  ['event-sdk', putBySdk],
  ['sweep', (app, name) => pipeline.upload(app, SMALL, name)],
] as [string, (app: string, name: string) => Promise<BuildKey>][]) {
  test(`every name is built and deployed, by way of ${door}`, async () => {
    if (door === 'sweep') await pipeline.fault({ name: 'event-lost', where: '*createobject', times: 99 });
    const keys: [string, BuildKey][] = [];
    for (const [index, name] of NAMES.entries()) keys.push([name, await put(`${door}-${index}`, name)]);
    for (const [name, key] of keys) {
      const build = deployed(await pipeline.ended(key));
      assert.is(build.object, `apps/${key.app}/${name}`);
      assert.match(build.image, /@sha256:[0-9a-f]{64}$/);
    }
    await pipeline.liftFaults();
    assert.not.ok(existsSync(MARK), 'a name was run by a shell');
  });
}

test('the longest name that is taken is built; one byte more is rejected by rule', async () => {
  deployed(await pipeline.ended(await pipeline.upload('longest', SMALL, LONGEST)));
  const rejected = as(
    await pipeline.ended(await pipeline.upload('longest', SMALL, `n${LONGEST}`)),
    'rejected',
  );
  assert.is(rejected.rule, 'name-too-long');
  assert.ok(rejected.object.length < 100, 'the record holds the beginning only');
});

test('as long as Object Storage lets it be, in three-byte letters: rejected, not lost', async () => {
  const name = `${'日'.repeat(330)}.tar.gz`;
  assert.is(as(await pipeline.ended(await putBySdk('wide', name)), 'rejected').rule, 'name-too-long');
});

test('what is no upload is left alone, whatever its name', async () => {
  await pipeline.upload('none', SMALL, 'readme.md').catch(() => undefined);
  await pipeline.upload('Not-An-App', SMALL, 'x.tar.gz').catch(() => undefined);
  await pipeline.upload('none', SMALL, '.tar.gz').catch(() => undefined);
  deployed(await pipeline.ended(await pipeline.upload('after', SMALL)));
  assert.equal(await pipeline.desk.ids('none'), []);
});

test.run();
