import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bucketOf, outcome, startBucket, type TestBucket } from './bucket.ts';

const test = suite('versions');
let bucket: TestBucket;
test.before(async () => {
  const { running } = await startBucket();
  bucket = bucketOf(running, running.description.sourceBucket);
});
test.after(() => bucket.running.stop());

const versionsOf = async (prefix: string) =>
  (await bucket.client.listObjectVersions({ ...bucket.at, prefix, fields: 'name,size,etag' }))
    .objectVersionCollection.items;
const setVersioning = (versioning: string) =>
  bucket.client.updateBucket({ ...bucket.at, updateBucketDetails: { versioning: versioning as never } });

test('every PUT is a version that stays readable by its id', async () => {
  const objectName = 'read';
  const first = await bucket.client.putObject({ ...bucket.at, objectName, putObjectBody: 'one' });
  const second = await bucket.client.putObject({ ...bucket.at, objectName, putObjectBody: 'two' });
  assert.is.not(first.versionId, second.versionId);
  assert.is(await bucket.text(objectName), 'two');
  assert.is(await bucket.text(objectName, { versionId: first.versionId }), 'one');
  const listed = await versionsOf(objectName);
  assert.equal(
    listed.map(({ versionId }) => versionId),
    [second.versionId, first.versionId],
  );
});

test('a delete leaves a marker; deleting the marker brings the object back', async () => {
  await bucket.put('marked', 'kept');
  const gone = await bucket.client.deleteObject({ ...bucket.at, objectName: 'marked' });
  assert.is(await outcome(bucket.text('marked')), '404 ObjectNotFound');
  assert.equal(await bucket.names({ prefix: 'marked' }), []);
  assert.is(
    await outcome(bucket.client.deleteObject({ ...bucket.at, objectName: 'marked' })),
    '404 ObjectNotFound',
  );
  assert.equal(
    (await versionsOf('marked')).map(({ isDeleteMarker }) => isDeleteMarker),
    [true, false],
  );
  assert.is(await outcome(bucket.put('marked', 'new', { ifMatch: 'x' })), '412 IfMatchFailed');
  await bucket.client.deleteObject({ ...bucket.at, objectName: 'marked', versionId: gone.versionId });
  assert.is(await bucket.text('marked'), 'kept');
});

test('deleting the latest version makes the one before the latest', async () => {
  await bucket.put('undo', 'one');
  const { versionId } = await bucket.client.putObject({
    ...bucket.at,
    objectName: 'undo',
    putObjectBody: 'two',
  });
  await bucket.client.deleteObject({ ...bucket.at, objectName: 'undo', versionId });
  assert.is(await bucket.text('undo'), 'one');
  const again = { ...bucket.at, objectName: 'undo', versionId };
  assert.is(await outcome(bucket.client.deleteObject(again)), '404 ObjectNotFound');
});

test('If-None-Match * writes over a delete marker', async () => {
  await bucket.put('again');
  await bucket.client.deleteObject({ ...bucket.at, objectName: 'again' });
  assert.is(await outcome(bucket.put('again', 'x', { ifNoneMatch: '*' })), 'ok');
  assert.is((await versionsOf('again')).length, 3);
});

test('versions are listed in pages', async () => {
  for (const body of ['1', '2', '3']) await bucket.put('paged', body);
  const seen: string[] = [];
  let page: string | undefined;
  do {
    const request = { ...bucket.at, prefix: 'paged', limit: 2, ...(page === undefined ? {} : { page }) };
    const answer = await bucket.client.listObjectVersions(request);
    seen.push(...answer.objectVersionCollection.items.map(({ versionId }) => versionId));
    page = answer.opcNextPage;
  } while (page);
  assert.is(new Set(seen).size, 3);
  assert.is(seen.length, 3);
});

test('suspended: kept versions stay, new ones replace one another', async () => {
  await bucket.put('paused', 'kept');
  await setVersioning('Suspended');
  await bucket.put('paused', 'a');
  await bucket.put('paused', 'b');
  assert.is((await versionsOf('paused')).length, 2);
  await bucket.client.deleteObject({ ...bucket.at, objectName: 'paused' });
  assert.equal(
    (await versionsOf('paused')).map(({ isDeleteMarker }) => isDeleteMarker),
    [true, false],
  );
  assert.is(await outcome(setVersioning('Disabled')), '400 InvalidParameter');
  await setVersioning('Enabled');
});

test('a name in a bucket without versioning is gone when it is deleted', async () => {
  const plain = bucketOf(bucket.running, bucket.running.description.stateBucket);
  await plain.put('gone');
  await plain.put('gone');
  const list = async () =>
    (await plain.client.listObjectVersions(plain.at)).objectVersionCollection.items.length;
  assert.is(await list(), 1);
  await plain.client.deleteObject({ ...plain.at, objectName: 'gone' });
  assert.is(await list(), 0);
});
test.run();
