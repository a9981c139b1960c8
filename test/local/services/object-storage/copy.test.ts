import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../until.ts';
import { outcome, startBucket, type TestBucket, twinWith } from './bucket.ts';

const test = suite('copy and rename');
let bucket: TestBucket;
const directory = mkdtempSync(join(tmpdir(), 'galley-twin-'));
test.before(async () => {
  const statements = ['Allow service objectstorage-eu-frankfurt-1 to manage object-family in tenancy'];
  bucket = await startBucket({ twin: twinWith(directory, { statements }) });
});
test.after(async () => {
  await bucket?.running.stop();
  rmSync(directory, { recursive: true });
});

const copy = async (sourceObjectName: string, more: object = {}) => {
  const copyObjectDetails = {
    sourceObjectName,
    destinationRegion: bucket.running.region.name,
    destinationNamespace: bucket.at.namespaceName,
    destinationBucket: bucket.at.bucketName,
    destinationObjectName: `${sourceObjectName}-copy`,
    ...more,
  };
  return (await bucket.client.copyObject({ ...bucket.at, copyObjectDetails })).opcWorkRequestId;
};
const status = async (workRequestId: string) =>
  (await bucket.client.getWorkRequest({ workRequestId })).workRequest.status;
const ended = (id: string) =>
  until(`the end of ${id}`, async () => {
    const now = await status(id);
    return now === 'COMPLETED' || now === 'FAILED' ? now : undefined;
  });

test('a copy ends COMPLETED, with the bytes and metadata of its source', async () => {
  await bucket.put('source', 'bytes', { opcMeta: { a: '1' } });
  assert.is(await ended(await copy('source')), 'COMPLETED');
  assert.is(await bucket.text('source-copy'), 'bytes');
  const head = await bucket.client.headObject({ ...bucket.at, objectName: 'source-copy' });
  assert.equal({ ...head.opcMeta }, { 'opc-meta-a': '1' });
});

test('a copy onto itself changes the metadata', async () => {
  const eTag = await bucket.put('self', 'bytes', { opcMeta: { a: '1' } });
  const more = {
    destinationObjectName: 'self',
    destinationObjectIfMatchETag: eTag,
    destinationObjectMetadata: { 'opc-meta-b': '2' },
  };
  assert.is(await ended(await copy('self', more)), 'COMPLETED');
  assert.is(await bucket.text('self'), 'bytes');
  const head = await bucket.client.headObject({ ...bucket.at, objectName: 'self' });
  assert.equal({ ...head.opcMeta }, { 'opc-meta-b': '2' });
});

for (const [name, more, expected] of [
  ['absent', {}, '404 ObjectNotFound'],
  ['there', { sourceObjectIfMatchETag: 'x' }, '412 IfMatchFailed'],
  [
    'there',
    { destinationObjectName: 'there', destinationObjectIfNoneMatchETag: '*' },
    '412 IfNoneMatchFailed',
  ],
  ['there', { destinationBucket: 'nowhere' }, '404 BucketNotFound'],
  ['there', { destinationRegion: 'us-ashburn-1' }, '400 InvalidParameter'],
  ['there', { destinationObjectMetadata: { a: '1' } }, '400 InvalidParameter'],
] as const) {
  test(`copy of ${name} with ${JSON.stringify(more)} -> ${expected}`, async () => {
    await bucket.put('there');
    assert.is(await outcome(copy(name, more)), expected);
  });
}

test('planted faults: the work request stays IN_PROGRESS, or ends FAILED', async () => {
  await bucket.put('faulty');
  const plant = (fault: object) =>
    fetch(`${bucket.running.endpoint}/_galley/faults`, { method: 'POST', body: JSON.stringify(fault) });
  await plant({ name: 'copy-failed', where: 'faulty-copy' });
  const failed = await copy('faulty');
  assert.is(await ended(failed), 'FAILED');
  assert.is((await bucket.client.listWorkRequestErrors({ workRequestId: failed })).items.length, 1);
  await plant({ name: 'copy-stuck' });
  const stuck = await copy('faulty');
  await until('it to be begun', async () => ((await status(stuck)) === 'IN_PROGRESS' ? true : undefined));
  assert.is(await outcome(bucket.text('faulty-copy')), '404 ObjectNotFound');
});

test('without the grant of the service a copy is refused', async () => {
  const plain = await startBucket({ twin: twinWith(directory, { statements: [] }) });
  try {
    await plain.put('x');
    const copyObjectDetails = {
      sourceObjectName: 'x',
      destinationRegion: plain.running.region.name,
      destinationNamespace: plain.at.namespaceName,
      destinationBucket: plain.at.bucketName,
      destinationObjectName: 'y',
    };
    const answer = await outcome(plain.client.copyObject({ ...plain.at, copyObjectDetails }));
    assert.is(answer, '400 InsufficientServicePermissions');
  } finally {
    await plain.running.stop();
  }
});

test('a rename moves bytes and metadata in one step', async () => {
  const eTag = await bucket.put('old', 'bytes', { opcMeta: { a: '1' } });
  await bucket.put('taken');
  const rename = (details: object) =>
    bucket.client.renameObject({
      ...bucket.at,
      renameObjectDetails: { sourceName: 'old', newName: 'new', ...details },
    });
  assert.is(await outcome(rename({ srcObjIfMatchETag: 'x' })), '412 IfMatchFailed');
  assert.is(await outcome(rename({ newName: 'taken', newObjIfNoneMatchETag: '*' })), '412 IfNoneMatchFailed');
  assert.is(await outcome(rename({ newName: 'old' })), '400 InvalidParameter');
  const renamed = await rename({ srcObjIfMatchETag: eTag });
  assert.is.not(renamed.eTag, eTag);
  assert.is(await bucket.text('new'), 'bytes');
  assert.is(await outcome(bucket.text('old')), '404 ObjectNotFound');
  assert.is(await outcome(rename({})), '404 ObjectNotFound');
  await rename({ sourceName: 'new', newName: 'taken' });
  assert.is(await bucket.text('taken'), 'bytes');
});
test.run();
