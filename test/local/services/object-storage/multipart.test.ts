import { createHash, randomBytes } from 'node:crypto';
import { UploadManager } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { multipartMd5, partsToCommit } from '../../../../local/services/object-storage/commit.ts';
import { outcome, startBucket, type TestBucket } from './bucket.ts';

const pure = suite('commit');
const part = (number: number) => ({ number, eTag: `e${number}`, md5: 'AA==', size: 1, segments: [] });
const named = (number: number, etag = `e${number}`) => ({ partNum: number, etag });
for (const [name, body, expected] of [
  ['in the order of numbers', { partsToCommit: [named(2), named(1)] }, [1, 2]],
  ['without the excluded', { partsToCommit: [named(2)], partsToExclude: [1] }, [2]],
  ['a part forgotten', { partsToCommit: [named(1)] }, /neither/],
  ['another ETag', { partsToCommit: [named(1), named(2, 'x')] }, /no part 2/],
  ['a part that never came', { partsToCommit: [named(1), named(2), named(3)] }, /no part 3/],
  ['a part twice', { partsToCommit: [named(1), named(1), named(2)] }, /twice/],
  ['nothing', { partsToCommit: [] }, /at least one/],
  ['no object', 'x', /JSON object/],
] as const) {
  pure(name, () => {
    const commit = () => partsToCommit(body, [part(1), part(2)]).map(({ number }) => number);
    if (expected instanceof RegExp) assert.throws(commit, expected);
    else assert.equal(commit(), expected);
  });
}
pure('the digest is over the digests', () => {
  const digests = ['a', 'b'].map((text) => createHash('md5').update(text).digest());
  const whole = createHash('md5').update(Buffer.concat(digests)).digest('base64');
  const parts = digests.map((md5, at) => ({ ...part(at), md5: md5.toString('base64') }));
  assert.is(multipartMd5(parts), `${whole}-2`);
});
pure.run();

const test = suite('multipart uploads');
let bucket: TestBucket;
test.before(async () => {
  bucket = await startBucket();
});
test.after(() => bucket.running.stop());

const begin = async (object: string, more: object = {}) => {
  const request = { ...bucket.at, createMultipartUploadDetails: { object, ...more } };
  return (await bucket.client.createMultipartUpload(request)).multipartUpload.uploadId;
};
const send = async (of: { object: string; uploadId: string; number: number }, body: string | Uint8Array) =>
  (
    await bucket.client.uploadPart({
      ...bucket.at,
      objectName: of.object,
      uploadId: of.uploadId,
      uploadPartNum: of.number,
      uploadPartBody: body,
    })
  ).eTag;

test('parts become one object at the commit, ranges reach over them', async () => {
  const object = 'parts';
  const uploadId = await begin(object, { contentType: 'text/parts', metadata: { 'opc-meta-a': '1' } });
  const [two, one] = [
    await send({ object, uploadId, number: 2 }, 'cdef'),
    await send({ object, uploadId, number: 1 }, 'ab'),
  ];
  assert.is(await outcome(bucket.text(object)), '404 ObjectNotFound');
  const listed = await bucket.client.listMultipartUploadParts({ ...bucket.at, objectName: object, uploadId });
  assert.equal(
    listed.items.map(({ partNumber }) => partNumber),
    [1, 2],
  );
  assert.is((await bucket.client.listMultipartUploads(bucket.at)).items.length, 1);
  await bucket.client.commitMultipartUpload({
    ...bucket.at,
    objectName: object,
    uploadId,
    commitMultipartUploadDetails: {
      partsToCommit: [
        { partNum: 1, etag: one },
        { partNum: 2, etag: two },
      ],
    },
  });
  assert.is(await bucket.text(object), 'abcdef');
  assert.is(await bucket.text(object, { range: { startByte: 1, endByte: 3, contentLength: 0 } }), 'bcd');
  const head = await bucket.client.headObject({ ...bucket.at, objectName: object });
  assert.is(head.contentType, 'text/parts');
  assert.equal({ ...head.opcMeta }, { 'opc-meta-a': '1' });
  assert.match(head.opcMultipartMd5, /-2$/);
  assert.is((await bucket.client.listMultipartUploads(bucket.at)).items.length, 0);
});

test('a part that comes again replaces the one before', async () => {
  const object = 'again';
  const uploadId = await begin(object);
  const stale = await send({ object, uploadId, number: 1 }, 'old');
  const etag = await send({ object, uploadId, number: 1 }, 'new');
  const commit = (part: string) =>
    bucket.client.commitMultipartUpload({
      ...bucket.at,
      objectName: object,
      uploadId,
      commitMultipartUploadDetails: { partsToCommit: [{ partNum: 1, etag: part }] },
    });
  assert.is(await outcome(commit(stale)), '400 InvalidUploadPart');
  await commit(etag);
  assert.is(await bucket.text(object), 'new');
});

test('a commit keeps If-None-Match, and an abort leaves nothing', async () => {
  const object = 'conditional';
  const uploadId = await begin(object);
  const etag = await send({ object, uploadId, number: 1 }, 'x');
  await bucket.put(object, 'first');
  const commit = bucket.client.commitMultipartUpload({
    ...bucket.at,
    objectName: object,
    uploadId,
    ifNoneMatch: '*',
    commitMultipartUploadDetails: { partsToCommit: [{ partNum: 1, etag }] },
  });
  assert.is(await outcome(commit), '412 IfNoneMatchFailed');
  assert.is(await bucket.text(object), 'first');
  await bucket.client.abortMultipartUpload({ ...bucket.at, objectName: object, uploadId });
  assert.is(await outcome(send({ object, uploadId, number: 1 }, 'x')), '404 NoSuchUpload');
});

test("the SDK's upload manager uploads in parts", async () => {
  const bytes = randomBytes(4 * 1024 * 1024);
  const manager = new UploadManager(bucket.client, { partSize: 1024 * 1024, enforceMD5: true });
  await manager.upload({
    content: { blob: new Blob([bytes]) },
    requestDetails: { ...bucket.at, objectName: 'managed' },
  });
  const { value } = await bucket.client.getObject({ ...bucket.at, objectName: 'managed' });
  assert.ok(value instanceof ReadableStream);
  assert.ok(Buffer.from(await new Response(value).arrayBuffer()).equals(bytes));
});
test.run();
