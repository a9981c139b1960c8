// One upload, one record: what it says, and what the same upload, a bad one, or one with a long name leaves.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildId } from '../../../shared/build/id.ts';
import { encodeBuild, METADATA_LIMIT_BYTES, sizeOf } from '../../../shared/build/metadata.ts';
import { admit, type Judged } from '../../../shared/pipeline/admit.ts';
import type { Upload } from '../../../shared/pipeline/ports.ts';
import { IMAGE, later, NOW, queued } from '../../helpers/builds.ts';
import { ACCEPTED, asks, finished, NAMES, recordOf, scene, stored, upload } from '../../helpers/scene.ts';

const test = suite('admit');
const ID = buildId({ ...NAMES, object: 'apps/shop/source.tar.gz', eTag: 'e-1' }, NOW.toISOString());
const KEY = { app: 'shop', id: ID };
const REJECTED: Judged = {
  kind: 'rejected',
  rule: 'path-traversal',
  path: '../x',
  detail: 'No ".." in names.',
};
const LOOK = ['records.findActive', 'records.findDone'];
const QUEUED = { state: 'queued', attempt: 0, reason: 'waits for a build slot' };
const ORIGIN = {
  ...KEY,
  object: 'apps/shop/source.tar.gz',
  eTag: 'e-1',
  uploadedAt: NOW.toISOString(),
  namespace: 'shop',
  policy: 'supersede',
  rolloutSeconds: 300,
  onFailure: 'rollback',
  since: later(5).toISOString(),
};

/** Admits an upload of `NOW`, five seconds later. */
async function admitted(judged: Judged, more: Partial<Upload> = {}) {
  const stage = scene(judged);
  const made = upload(stage.world, more);
  stage.world.now = later(5).getTime();
  return { stage, ...(await asks(stage, () => admit(made, stage.door))) };
}

const asked = { namespace: 'n', policy: 'queue', rolloutSeconds: 60, onFailure: 'keep' } as const;
const pushed = { state: 'pushed', attempt: 0, image: IMAGE, applyBy: later(3605).toISOString() };
for (const [what, judged, more, calls, phase] of [
  ['to be built', ACCEPTED, {}, [...LOOK, 'uploads.open', 'records.create'], QUEUED],
  [
    'with plain manifests',
    { ...ACCEPTED, manifests: 'm' },
    {},
    [...LOOK, 'uploads.open', 'texts.write', 'records.create'],
    QUEUED,
  ],
  [
    'with an image',
    { ...ACCEPTED, manifests: 'm', image: IMAGE },
    {},
    [...LOOK, 'uploads.open', 'texts.write', 'records.create'],
    pushed,
  ],
  [
    'with settings of its own',
    { ...ACCEPTED, ...asked, shrink: true },
    { versionId: 'v-1' },
    [...LOOK, 'uploads.open', 'records.create'],
    { ...QUEUED, ...asked, shrink: true, versionId: 'v-1' },
  ],
] as [string, Judged, Partial<Upload>, string[], object][]) {
  test(`an upload ${what}: ${calls.slice(2).join(', ')}`, async () => {
    const at = await admitted(judged, more);
    assert.equal(at.calls, calls);
    const eTag = at.stage.world.active.get(`shop/${ID}`)?.eTag;
    assert.equal(at.value, { build: { ...ORIGIN, ...phase }, eTag });
    assert.equal(recordOf(at.stage, KEY), { ...ORIGIN, ...phase });
    assert.is(at.stage.world.manifests.get(`shop/${ID}`), 'manifests' in judged ? 'm' : undefined);
  });
}

test('a bad one goes straight to done/: nothing gives way to it', async () => {
  const at = await admitted(REJECTED);
  assert.equal(at.calls, [...LOOK, 'uploads.open', 'records.finish']);
  const { kind: _, ...why } = REJECTED;
  assert.equal(at.value, { build: { ...ORIGIN, state: 'rejected', ...why }, eTag: '' });
  assert.equal([at.stage.world.active.size, recordOf(at.stage, KEY)], [0, at.value?.build]);
  assert.equal(at.stage.logged, [`upload rejected {"app":"shop","build":"${ID}","rule":"path-traversal"}`]);
});

for (const [what, before] of [
  ['is there already', stored],
  ['has ended', finished],
] as const) {
  test(`one whose build ${what} is not even read`, async () => {
    const stage = scene();
    before(stage, queued({ id: ID }));
    const { value, calls } = await asks(stage, () => admit(upload(stage.world), stage.door));
    assert.equal([value, calls], [undefined, LOOK]);
  });
}

test('twice at once: one makes the record, the other finds it there', async () => {
  const stage = scene();
  const made = upload(stage.world);
  const both = await Promise.all([admit(made, stage.door), admit(made, stage.door)]);
  assert.is(both.filter((each) => each !== undefined).length, 1);
  assert.match(stage.logged[1] ?? '', /^upload was admitted already/);
});

test('no app’s object is nobody’s build', async () => {
  const at = await admitted(ACCEPTED, { object: 'apps/Shop/a.tgz' });
  assert.equal([at.value, at.calls], [undefined, []]);
});

/** `encoded`: the name's length, percent-encoded; `apps/shop/` takes 14, `.tgz` 4. */
const nameOf = (encoded: number): string => `apps/shop/${'x'.repeat(encoded - 18)}.tgz`;
for (const [what, object, state] of [
  ['480 bytes', nameOf(480), 'queued'],
  ['481 bytes', nameOf(481), 'rejected'],
  ['50 signs of four bytes: 600 encoded', `apps/shop/${'𝄞'.repeat(50)}.tgz`, 'rejected'],
  ['half a sign', 'apps/shop/\ud800.tgz', 'queued'],
] as const) {
  test(`a name of ${what}: ${state}, within a record`, async () => {
    const at = await admitted(ACCEPTED, { object });
    const build = at.value?.build;
    assert.is(build?.state, state);
    if (build === undefined) return;
    assert.ok(sizeOf(encodeBuild(build)) <= METADATA_LIMIT_BYTES);
    if (build.state !== 'rejected') return assert.is(build.object, object);
    assert.equal(at.calls, [...LOOK, 'records.finish'], 'not read: its name is enough');
    const detail = "The object's name is over 480 bytes when percent-encoded. Upload it under a shorter one.";
    assert.equal([build.rule, build.detail], ['name-too-long', detail]);
    assert.is(build.object, `${[...object].slice(0, 60).join('')}…`);
  });
}

for (const call of ['uploads.open', 'texts.write', 'records.create']) {
  test(`what fails at ${call} leaves no record, and the next one admits it`, async () => {
    const stage = scene({ ...ACCEPTED, manifests: 'm' });
    const made = upload(stage.world);
    stage.before.set(call, () => {
      throw new Error('503');
    });
    assert.is(await admit(made, stage.door).catch(String), 'Error: 503');
    assert.is(recordOf(stage, KEY), undefined);
    assert.is((await admit(made, stage.door))?.build.state, 'queued');
  });
}

test.run();
