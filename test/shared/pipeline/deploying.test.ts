// What the cluster is asked for one build, and what it may ask back.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Head } from '../../../shared/build/seen.ts';
import { deployBuild } from '../../../shared/pipeline/deploying.ts';
import { takeLease } from '../../../shared/pipeline/lease.ts';
import { applying, ID, IMAGE, later, OLDER } from '../../helpers/builds.ts';
import { asks, invocation, READY, scene } from '../../helpers/scene.ts';
import { put } from '../../simulation/world.ts';

const test = suite('deploying');

/** The one request for a build over a head, while the lease is held. */
async function requested(build = applying(), head: Head = {}) {
  const stage = scene();
  put(stage.world, stage.world.heads, { key: 'shop', value: head });
  stage.world.manifests.set(`shop/${ID}`, 'new').set(`shop/${OLDER}`, 'old');
  const context = invocation(stage);
  const held = await takeLease({ app: 'shop', build: ID, holder: context.holder }, stage);
  if (held.kind !== 'held') throw new Error(held.kind);
  const { value, calls } = await asks(stage, () => deployBuild(build, { context, held }));
  const [request] = context.requests;
  if (request === undefined) throw new Error('the cluster was not asked');
  return { stage, request, value, calls };
}

test('it is asked with the record and the stored manifests', async () => {
  const { request, value, calls } = await requested();
  const { stillMine: _, savePlan: __, saveEvidence: ___, ...plain } = request;
  assert.equal(plain, {
    app: 'shop',
    namespace: 'shop',
    build: ID,
    image: IMAGE,
    manifests: 'new',
    deadline: later(300),
    onFailure: 'rollback',
    shrink: false,
    isRollback: false,
    until: later(288),
  });
  assert.equal([value, calls], [READY, ['texts.read']]);
});

test('a rollback, and an app that may shrink, say so', async () => {
  const { request } = await requested(applying({ rollbackOf: OLDER, shrink: true, onFailure: 'keep' }));
  assert.equal([request.isRollback, request.shrink, request.onFailure], [true, true, 'keep']);
});

for (const [what, head, lastGood] of [
  ['nothing', {}, undefined],
  ['a build without its image', { build: OLDER }, undefined],
  ['a build', { build: OLDER, image: 'i' }, { build: OLDER, image: 'i' }],
] as const) {
  test(`deployed before is ${what}: ${lastGood === undefined ? 'no way back' : 'the way back'}`, async () => {
    const { request } = await requested(applying(), head);
    const { manifests: _, ...last } = request.lastGood ?? { manifests: undefined };
    assert.equal(last, lastGood ?? {});
  });
}

test('the last good manifests are read only when they are asked for', async () => {
  const { stage, request, calls } = await requested(applying(), { build: OLDER, image: 'i' });
  assert.equal(calls, ['texts.read']);
  assert.is(await request.lastGood?.manifests(), 'old');
  stage.world.manifests.clear();
  assert.is(await request.lastGood?.manifests(), undefined);
});

test('it may ask at any time whether the lease is still held', async () => {
  const { stage, request } = await requested();
  assert.equal(await asks(stage, () => request.stillMine()), { value: true, calls: [] });
  stage.world.now = later(60).getTime();
  assert.equal(await asks(stage, () => request.stillMine()), { value: false, calls: ['heads.read'] });
});

test('its plan and its evidence are kept under the build’s name', async () => {
  const { stage, request } = await requested();
  await request.savePlan('plan');
  await request.saveEvidence('evidence');
  assert.equal(
    [...stage.world.texts],
    [
      [`plans/shop/${ID}`, 'plan'],
      [`evidence/shop/${ID}`, 'evidence'],
    ],
  );
});

test.run();
