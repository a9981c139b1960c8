// Slots, heads, cancels, texts: small objects of the state bucket.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { METADATA_LIMIT_BYTES, sizeOf } from '../../../shared/build/metadata.ts';
import type { Head } from '../../../shared/build/seen.ts';
import { askToCancel, ociCancels } from '../../../shared/oci/cancels.ts';
import { decodeHead, encodeHead, ociHeads } from '../../../shared/oci/heads.ts';
import { ociSlots } from '../../../shared/oci/slots.ts';
import { ociTexts } from '../../../shared/oci/texts.ts';
import { ID, IMAGE, INSTANCE, NEWER, NOW } from '../../helpers/builds.ts';
import { startTestOci, type TestOci } from '../../helpers/oci.ts';

const test = suite<{ oci: TestOci }>('state objects over OCI');
test.before(async (context) => {
  context.oci = await startTestOci();
});
test.after(({ oci }) => oci.stop());

const KEY = { app: 'shop', id: ID };
const HOLDER = { ...KEY, attempt: 2, since: NOW.toISOString() };

test('a slot is claimed once, read, listed and freed by its ETag', async ({ oci }) => {
  const slots = ociSlots(oci.state);
  const slot = { instance: INSTANCE, number: 1 };
  const claim = await slots.claim(slot, HOLDER);
  assert.is(await slots.claim(slot, { ...HOLDER, id: NEWER }), undefined);
  assert.equal(await slots.list(), [slot]);
  const found = await slots.read(slot);
  assert.equal(found, { holder: HOLDER, eTag: claim });
  await slots.free(slot, 'another-etag');
  assert.ok(await slots.read(slot));
  await slots.free(slot, found?.eTag ?? '');
  assert.is(await slots.read(slot), undefined);
  assert.equal(await slots.list(), []);
});

for (const fault of ['drop-reply', 'error-after'] as const) {
  test(`${fault}: a claim that landed without a word is won`, async ({ oci }) => {
    const slots = ociSlots(oci.state);
    const slot = { instance: `${INSTANCE}-${fault}`, number: 0 };
    await oci.plant(fault, `PutObject *slots/${slot.instance}/*`);
    assert.is(await slots.claim(slot, HOLDER), (await slots.read(slot))?.eTag ?? 'not there');
  });
}

test('a slot that names no holder says what to do', async ({ oci }) => {
  await oci.state.put('slots/broken/0', '');
  const error = await ociSlots(oci.state)
    .read({ instance: 'broken', number: 0 })
    .catch((thrown) => thrown);
  assert.is(error.message, 'slots/broken/0 names no holder: app, id, attempt or since is missing');
  assert.is(error.hint, 'Delete the object to give the slot back.');
});

const HEADS: [string, Head][] = [
  ['empty', {}],
  ['leased', { lease: { build: ID, holder: 'call-1', until: NOW.toISOString() } }],
  ['deployed', { build: ID, image: IMAGE, endpoint: 'http://10.0.0.1', report: '2 created; „ok“' }],
  [
    'deployed, built somewhere',
    { build: ID, image: IMAGE, endpoint: 'pending', instance: 'ocid1.instance.oc1..a' },
  ],
  ['both', { build: ID, image: IMAGE, lease: { build: NEWER, holder: 'c', until: NOW.toISOString() } }],
];
for (const [name, head] of HEADS) {
  test(`a head goes through metadata: ${name}`, () => assert.equal(decodeHead(encodeHead(head)), head));
}

test('a head with a long report stays within the metadata of an object', () => {
  const report = 'größer als erlaubt '.repeat(300);
  const metadata = encodeHead({ build: ID, image: IMAGE, report });
  assert.ok(sizeOf(metadata) <= METADATA_LIMIT_BYTES);
  const kept = decodeHead(metadata).report ?? '';
  assert.ok(kept.endsWith('…') && report.startsWith(kept.slice(0, -1)) && kept.length > 300);
});

test('a head is swapped by its ETag, made only once', async ({ oci }) => {
  const heads = ociHeads(oci.state);
  assert.is(await heads.read('shop'), undefined);
  const first = (await heads.swap('shop', { build: ID }, undefined)) ?? '';
  assert.is(await heads.swap('shop', { build: NEWER }, undefined), undefined);
  const second = await heads.swap('shop', { build: NEWER }, first);
  assert.is(await heads.swap('shop', { build: ID }, first), undefined);
  assert.equal(await heads.read('shop'), { head: { build: NEWER }, eTag: second });
});

test('a cancel keeps who asked first, and goes away', async ({ oci }) => {
  const cancels = ociCancels(oci.state);
  assert.is(await cancels.find(KEY), undefined);
  await askToCancel(oci.state, { key: KEY, by: 'Zoë <zoe@example.org>', at: NOW });
  await askToCancel(oci.state, { key: KEY, by: 'another', at: NOW });
  assert.is(await cancels.find(KEY), 'Zoë <zoe@example.org>');
  assert.equal(await cancels.list(), [KEY]);
  await cancels.remove(KEY);
  await cancels.remove(KEY);
  assert.equal(await cancels.list(), []);
});

test('a cancel written by hand is by somebody', async ({ oci }) => {
  await oci.state.put(`cancel/byhand/${ID}`, '');
  assert.is(await ociCancels(oci.state).find({ app: 'byhand', id: ID }), 'somebody');
});

test('manifests are written once; a lost reply is no second text', async ({ oci }) => {
  const texts = ociTexts(oci.state);
  assert.is(await texts.readManifests(KEY), undefined);
  await oci.plant('drop-reply', 'PutObject *manifests/*');
  await texts.writeManifests(KEY, 'kind: Größe\n');
  await texts.writeManifests(KEY, 'kind: Other\n');
  assert.is(await texts.readManifests(KEY), 'kind: Größe\n');
});

test('plans and evidence have their places, and may be written again', async ({ oci }) => {
  const texts = ociTexts(oci.state);
  for (const text of ['one', 'two']) {
    await texts.writePlan(KEY, text);
    await texts.writeEvidence(KEY, text);
  }
  assert.is(await oci.state.findText(`plans/shop/${ID}`, 100), 'two');
  assert.is(await oci.state.findText(`logs/shop/${ID}/900001`, 100), 'two');
});

test('a text over its limit is refused, not read to the end', async ({ oci }) => {
  await oci.state.put('long', 'x'.repeat(5000));
  const error = await oci.state.findText('long', 4999).catch((thrown) => thrown);
  assert.is(error.message, 'long is longer than 4999 bytes');
  assert.is((await oci.state.findText('long', 5000))?.length, 5000);
});

test.run();
