import { buffer } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ociUploads } from '../../../shared/oci/uploads.ts';
import type { Upload } from '../../../shared/pipeline/ports.ts';
import { startTestOci, type TestOci } from '../../helpers/oci.ts';

const test = suite<{ oci: TestOci }>('uploads over OCI');
test.before(async (context) => {
  context.oci = await startTestOci();
});
test.after(({ oci }) => oci.stop());

async function read(oci: TestOci, upload: Upload | undefined): Promise<string> {
  if (upload === undefined) throw new Error('no upload');
  return (await buffer(await ociUploads(oci.source).open(upload))).toString();
}

for (const object of [
  'apps/shop/plain.tar.gz',
  'apps/shop/with space+plus.tgz',
  'apps/shop/100%&a=b?c#d.tar',
  'apps/shop/größe/船 ✓.tar.gz',
  "apps/shop/it's (1)!*.tgz",
]) {
  test(`${object} is found and read, whatever its name`, async ({ oci }) => {
    await oci.source.put(object, `bytes of ${object}`);
    const upload = await ociUploads(oci.source).find(object);
    assert.is(upload?.object, object);
    assert.is(upload?.bytes, Buffer.byteLength(`bytes of ${object}`));
    assert.match(upload?.uploadedAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.is(await read(oci, upload), `bytes of ${object}`);
  });
}

test('an overwritten upload is found by its ETag, and read as it was', async ({ oci }) => {
  const uploads = ociUploads(oci.source);
  const object = 'apps/shop/twice.tgz';
  await oci.source.put(object, 'first');
  const first = await uploads.find(object);
  await oci.source.put(object, 'second');
  const newest = await uploads.find(object);
  assert.is(await read(oci, newest), 'second');
  assert.equal(await uploads.find(object, first?.eTag), first);
  assert.is(await read(oci, first), 'first');
});

test('a longer name with the same beginning is another upload', async ({ oci }) => {
  const uploads = ociUploads(oci.source);
  await oci.source.put('apps/shop/prefix.tar.gz', 'long');
  assert.is(await uploads.find('apps/shop/prefix.tar'), undefined);
});

test('a deleted upload is gone, its version is not', async ({ oci }) => {
  const uploads = ociUploads(oci.source);
  const object = 'apps/shop/deleted.tgz';
  await oci.source.put(object, 'still there');
  const upload = await uploads.find(object);
  await oci.source.remove(object);
  assert.is(await uploads.find(object), undefined);
  assert.is(await read(oci, await uploads.find(object, upload?.eTag)), 'still there');
});

test('the list has every version since a time, oldest first', async ({ oci }) => {
  const uploads = ociUploads(oci.source);
  const object = 'apps/listed/a.tgz';
  await oci.source.put(object, '1');
  await oci.source.put(object, '2');
  await oci.source.put('elsewhere/b.tgz', '3');
  const all = await uploads.list(new Date(0));
  const versions = all.filter((upload) => upload.object === object);
  assert.is(versions.length, 2);
  assert.ok(all.every((upload) => upload.object.startsWith('apps/')));
  assert.equal(
    all.map(({ uploadedAt }) => uploadedAt),
    all.map(({ uploadedAt }) => uploadedAt).sort(),
  );
  const newest = versions[1];
  if (newest === undefined) throw new Error('no second version');
  const since = await uploads.list(new Date(newest.uploadedAt));
  assert.ok(since.some(({ eTag }) => eTag === newest.eTag));
  assert.equal(await uploads.list(new Date(Date.now() + 60_000)), []);
});

test('what is no longer there is UploadGone, and never tried again', async ({ oci }) => {
  const gone = { object: 'apps/shop/never.tgz', eTag: 'e', uploadedAt: '', bytes: 0 };
  const error = await ociUploads(oci.source)
    .open(gone)
    .then(
      () => undefined,
      (thrown) => thrown,
    );
  assert.is(error.reason, 'UploadGone');
  assert.is(error.retry, 'never');
  assert.is(error.message, 'reading galley-source/apps/shop/never.tgz: the version with ETag e is gone');
});

test('an overwritten upload without a version is gone too: other bytes are not its own', async ({ oci }) => {
  const uploads = ociUploads(oci.source);
  const object = 'apps/shop/replaced.tgz';
  await oci.source.put(object, 'first');
  const found = await uploads.find(object);
  await oci.source.put(object, 'second');
  if (found === undefined) throw new Error('no upload');
  const { versionId: _, ...unversioned } = found;
  const error = await uploads.open(unversioned).catch((thrown) => thrown);
  assert.is(error.reason, 'UploadGone');
});

test.run();
