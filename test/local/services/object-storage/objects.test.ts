import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rangeOf } from '../../../../local/services/object-storage/ranges.ts';
import { bucketOf, outcome, startBucket, type TestBucket } from './bucket.ts';

const ranges = suite('ranges');
for (const [header, size, expected] of [
  [undefined, 10, undefined],
  ['bytes=0-3', 10, { start: 0, end: 3 }],
  ['bytes=4-', 10, { start: 4, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=5-100', 10, { start: 5, end: 9 }],
  ['bytes=3-1', 10, undefined],
  ['bytes=0-1,4-5', 10, undefined],
  ['lines=1-2', 10, undefined],
] as const) {
  ranges(`${header} of ${size} bytes`, () => assert.equal(rangeOf(header, size), expected));
}
for (const [header, size] of [
  ['bytes=10-', 10],
  ['bytes=0-0', 0],
  ['bytes=-5', 0],
] as const) {
  ranges(`${header} of ${size} bytes is not satisfiable`, () =>
    assert.throws(() => rangeOf(header, size), /not within/),
  );
}
ranges.run();

const test = suite('objects over HTTP');
let bucket: TestBucket;
test.before(async () => {
  bucket = await startBucket();
});
test.after(() => bucket.running.stop());

for (const name of ['a/b.tar.gz', 'ü b+c%2F?#;=&', '//', 'emoji 🚢', 'quo"te', 'x'.repeat(1024), '%25']) {
  test(`the name ${name.slice(0, 20)} comes back as it went`, async () => {
    await bucket.put(name, name);
    assert.is(await bucket.text(name), name);
    assert.ok((await bucket.names()).includes(name));
    await bucket.client.deleteObject({ ...bucket.at, objectName: name });
  });
}

for (const [what, name] of [
  ['1025 bytes', 'x'.repeat(1025)],
  ['1026 bytes in 513 characters', 'ü'.repeat(513)],
  ['a line feed', 'a\nb'],
  ['a NUL', 'a\0b'],
] as const) {
  test(`a name with ${what} is refused`, async () => {
    assert.is(await outcome(bucket.put(name)), '400 InvalidObjectName');
  });
}

test('metadata comes back with its prefix and in lower case; a PUT replaces the whole set', async () => {
  await bucket.put('meta', 'x', { opcMeta: { State: 'a%20b', other: '1' } });
  const head = () => bucket.client.headObject({ ...bucket.at, objectName: 'meta' });
  assert.equal({ ...(await head()).opcMeta }, { 'opc-meta-state': 'a%20b', 'opc-meta-other': '1' });
  await bucket.put('meta', 'x', { opcMeta: { third: '3' } });
  assert.equal({ ...(await head()).opcMeta }, { 'opc-meta-third': '3' });
});

for (const [bytes, expected] of [
  [2048, 'ok'],
  [2049, '400 InvalidParameter'],
] as const) {
  test(`metadata of ${bytes} bytes with its names -> ${expected}`, async () => {
    const opcMeta = { a: 'x'.repeat(1000), b: 'x'.repeat(bytes - 1000 - 'opc-meta-aopc-meta-b'.length) };
    assert.is(await outcome(bucket.put(`limit ${bytes}`, 'x', { opcMeta })), expected);
  });
}

test('content headers come back, and a conditional PUT stores what the client added', async () => {
  const sent = {
    contentType: 'text/x',
    contentEncoding: 'gzip',
    contentLanguage: 'de',
    cacheControl: 'max-age=1',
  };
  await bucket.put('headers', 'x', sent);
  const head = await bucket.client.headObject({ ...bucket.at, objectName: 'headers' });
  for (const [name, value] of Object.entries(sent)) assert.is(head[name as keyof typeof head], value);
  const overridden = await bucket.client.getObject({
    ...bucket.at,
    objectName: 'headers',
    httpResponseContentType: 'text/y',
  });
  assert.is(overridden.contentType, 'text/y');
});

test('a wrong Content-MD5 is refused and leaves the object as it was, and no bytes on disk', async () => {
  await bucket.put('md5', 'before');
  const files = () => readdirSync(join(bucket.running.region.directory, 'object-storage')).length;
  const before = files();
  const contentMD5 = createHash('md5').update('other').digest('base64');
  assert.is(await outcome(bucket.put('md5', 'after', { contentMD5 })), '400 UnmatchedContentMD5');
  assert.is(await bucket.text('md5'), 'before');
  assert.is(files(), before);
  const right = createHash('md5').update('after').digest('base64');
  assert.is(await outcome(bucket.put('md5', 'after', { contentMD5: right })), 'ok');
});

test('ranges are 206 with their bytes; beyond the end is 416', async () => {
  await bucket.put('range', '0123456789');
  const range = (startByte: number, endByte: number) => ({ range: { startByte, endByte, contentLength: 0 } });
  assert.is(await bucket.text('range', range(2, 4)), '234');
  assert.is(await outcome(bucket.text('range', range(20, 30))), '416 InvalidRange');
});

test('an empty object is an object', async () => {
  await bucket.put('empty', '');
  const head = await bucket.client.headObject({ ...bucket.at, objectName: 'empty' });
  assert.is(head.contentLength, 0);
  assert.is(await bucket.text('empty'), '');
});

test('absent and denied look the same: BucketNotFound; an absent object is ObjectNotFound', async () => {
  const elsewhere = { namespaceName: bucket.at.namespaceName, bucketName: 'nowhere', objectName: 'x' };
  assert.is(await outcome(bucket.client.getObject(elsewhere)), '404 BucketNotFound');
  assert.is(
    await outcome(bucket.client.getObject({ ...bucket.at, namespaceName: 'other', objectName: 'x' })),
    '404 BucketNotFound',
  );
  const write = { ...bucket.at, objectName: 'heads/x', putObjectBody: 'x' };
  assert.is(await outcome(bucket.developer.putObject(write)), '404 BucketNotFound');
  assert.is(await outcome(bucket.text('absent')), '404 ObjectNotFound');
  assert.is(await outcome(bucket.client.headObject({ ...bucket.at, objectName: 'absent' })), '404 None');
});

test('a large body streams in and out, and may be replaced while it is read', async () => {
  const bytes = randomBytes(5_000_000);
  const stream = Readable.from([bytes.subarray(0, 3_000_000), bytes.subarray(3_000_000)]);
  const put = { ...bucket.at, objectName: 'large', contentLength: bytes.length };
  const written = await bucket.client.putObject({ ...put, putObjectBody: stream });
  assert.is(written.opcContentMd5, createHash('md5').update(bytes).digest('base64'));
  const reading = await bucket.client.getObject({ ...bucket.at, objectName: 'large' });
  await bucket.put('large', 'replaced');
  assert.ok(reading.value instanceof ReadableStream);
  const read = Buffer.from(await new Response(reading.value).arrayBuffer());
  assert.ok(read.equals(bytes));
  assert.is(await bucket.text('large'), 'replaced');
});

test('buckets: create, get, update, list, refuse a second and a full one, delete', async () => {
  const { client, at, running } = bucket;
  const { compartmentId } = running.region;
  const create = { ...at, createBucketDetails: { name: 'made', compartmentId, objectEventsEnabled: true } };
  const made = (await client.createBucket(create)).bucket;
  assert.is(made.objectEventsEnabled, true);
  assert.is(await outcome(client.createBucket(create)), '409 BucketAlreadyExists');
  const in_ = { ...at, bucketName: 'made' };
  assert.is((await client.getBucket(in_)).bucket.versioning, 'Disabled');
  await client.headBucket(in_);
  const update = { ...in_, updateBucketDetails: { versioning: 'Enabled' as never } };
  assert.is((await client.updateBucket(update)).bucket.versioning, 'Enabled');
  const listed = (await client.listBuckets({ ...at, compartmentId })).items.map(({ name }) => name);
  assert.equal(listed, ['galley-source', 'galley-state', 'made']);
  const { eTag } = await client.putObject({ ...in_, objectName: 'x', putObjectBody: 'x' });
  assert.ok(eTag);
  assert.is(await outcome(client.deleteBucket(in_)), '409 BucketNotEmpty');
  const versions = (await client.listObjectVersions(in_)).objectVersionCollection.items;
  for (const { name, versionId } of versions)
    await client.deleteObject({ ...in_, objectName: name, versionId });
  await client.deleteBucket(in_);
  assert.is(await outcome(client.getBucket(in_)), '404 BucketNotFound');
});

test('a batch deletes what it can and says what it could not', async () => {
  const [eTag] = [await bucket.put('batch/1'), await bucket.put('batch/2')];
  const objects = [
    { objectName: 'batch/1', ifMatch: eTag },
    { objectName: 'batch/2', ifMatch: 'stale' },
    { objectName: 'batch/3' },
  ];
  const request = { ...bucket.at, batchDeleteObjectsDetails: { objects } };
  const { deleted, failed } = (await bucket.client.batchDeleteObjects(request)).batchDeleteObjectsResult;
  assert.equal(
    deleted.map(({ objectName }) => objectName),
    ['batch/1'],
  );
  assert.equal(
    failed?.map(({ objectName, statusCode }) => [objectName, statusCode]),
    [
      ['batch/2', 412],
      ['batch/3', 404],
    ],
  );
  assert.equal(await bucket.names({ prefix: 'batch/' }), ['batch/2']);
});

test('pre-authenticated requests are refused in so many words', async () => {
  const details = { name: 'p', accessType: 'ObjectRead' as never, timeExpires: new Date(0), objectName: 'x' };
  const request = { ...bucket.at, createPreauthenticatedRequestDetails: details };
  assert.is(await outcome(bucket.client.createPreauthenticatedRequest(request)), '400 InvalidParameter');
});

test('a reset forgets objects and keeps the buckets of the twin', async () => {
  await bucket.put('forgotten');
  const answer = await fetch(`${bucket.running.endpoint}/_galley/reset`, { method: 'POST' });
  assert.is(answer.status, 204);
  assert.equal(await bucket.names(), []);
  const files = readdirSync(join(bucket.running.region.directory, 'object-storage'));
  assert.equal(files, []);
  await bucketOf(bucket.running, 'galley-source').put('apps/a/b.tgz');
});
test.run();
