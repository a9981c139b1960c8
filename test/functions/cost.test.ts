// What a deploy costs: every call that the functions make for one upload, in order. OCI bills each, and each takes
// 10–30 ms, so a call that is added, or asked twice, shows here.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../../functions/apply/handle.ts';
import { pollBuild } from '../../functions/poll-build/handle.ts';
import { uploadTrigger } from '../../functions/upload-trigger/handle.ts';
import { buildId } from '../../shared/build/id.ts';
import { INSTANCE, later, NOW, OLDER, result } from '../helpers/builds.ts';
import { imagePush, objectEvent } from '../helpers/events.ts';
import { asks, invocation, NAMES, type Scene, scene, upload } from '../helpers/scene.ts';
import { put } from '../simulation/world.ts';

const test = suite('the cost of a deploy');
const ID = buildId({ ...NAMES, object: 'apps/shop/source.tar.gz', eTag: 'e-1' }, NOW.toISOString());

/** The upload is judged, recorded, given a slot, and sent to the instance. */
const ON_UPLOAD = [
  'uploads.find',
  'records.findActive',
  'records.findDone',
  'uploads.open',
  'records.create',
  'records.listActive',
  'heads.read',
  'slots.claim',
  'records.findDone',
  'records.swap',
  'commands.create',
  'records.swap',
];
const ON_RESULT = ['records.findActive', 'results.find', 'records.swap', 'applier.invoke'];
const PROOF = ['records.findActive', 'results.find', 'results.find', 'records.swap', 'records.findActive'];
const DEPLOY = [
  'records.listActive',
  'cancels.find',
  'heads.read',
  'heads.swap',
  'records.swap',
  'texts.read',
  'heads.swap',
  'records.swap',
  'records.finish',
  'records.drop',
];
const GIVE_BACK = ['commands.look', 'slots.read', 'slots.free'];
const NOTHING_LEFT = ['records.listActive', 'uploads.list', 'slots.list', 'cancels.list'];

/** An app that was deployed before; the build's command is the second (of the first the status is 404 for a while). */
function deployedBefore(): Scene {
  const stage = scene();
  upload(stage.world);
  put(stage.world, stage.world.heads, {
    key: 'shop',
    value: { build: OLDER, image: 'older', instance: INSTANCE },
  });
  stage.world.commands.push({
    id: 'another',
    instance: INSTANCE,
    displayName: 'another',
    retryToken: 'another',
    text: '',
    createdAt: stage.world.now,
    seen: { outcome: 'succeeded' },
    cancelAsked: false,
  });
  return stage;
}

/** galley-build has pushed, written the manifests and its result; its command is over a moment later. */
function built({ world }: Scene): void {
  world.manifests.set(`shop/${ID}`, 'm');
  world.results.set(`shop/${ID}/1`, result());
  for (const command of world.commands) command.seen = { outcome: 'succeeded', exitCode: 0 };
}

const uploaded = (stage: Scene) => () => uploadTrigger(objectEvent('createobject'), stage);
const told = (stage: Scene) => () => {
  const event = objectEvent('createobject', { object: `results/shop/${ID}/1`, bucket: 'state' });
  return pollBuild(event, { ...stage, until: later(288) });
};
const ticked = (stage: Scene) => () => pollBuild({}, { ...stage, until: later(288) });
const invoked = (stage: Scene) => () =>
  apply({ app: 'shop', build: ID }, { ...invocation(stage), sleep: async () => {} });
const pushed = (stage: Scene, sleep: () => Promise<void>) => () =>
  apply(imagePush(`galley/shop:${ID}`), { ...invocation(stage), sleep });

/** Each step must answer so, and ask exactly that. */
async function costs(
  stage: Scene,
  steps: readonly (readonly [step: () => Promise<object>, answer: object, calls: readonly string[]])[],
): Promise<void> {
  for (const [step, answer, calls] of steps) {
    const asked = await asks(stage, step);
    assert.equal(asked, { value: answer, calls });
  }
}

const build = `shop/${ID}`;
const SENT = { build: ID, state: 'building' };
const DEPLOYED = { build, outcome: 'deployed' };
const QUIET = { looked: 0, admitted: 0, errors: [] };

test('the image’s event first: 12 calls by upload-trigger, 19 by apply, 1 by poll-build', async () => {
  const stage = deployedBefore();
  const proof = async (): Promise<void> => built(stage);
  await costs(stage, [
    [uploaded(stage), SENT, ON_UPLOAD],
    [pushed(stage, proof), DEPLOYED, ['records.findActive', ...PROOF, ...DEPLOY, ...GIVE_BACK]],
    [told(stage), { build, state: 'finished' }, ['records.findActive']],
    [ticked(stage), QUIET, NOTHING_LEFT],
  ]);
});

test('the result’s event first: 12 calls by upload-trigger, 4 by poll-build, 14 and 1 by apply', async () => {
  const stage = deployedBefore();
  const noSleep = async (): Promise<void> => assert.unreachable('nothing to wait for');
  await costs(stage, [[uploaded(stage), SENT, ON_UPLOAD]]);
  built(stage);
  await costs(stage, [
    [told(stage), { build, state: 'pushed' }, ON_RESULT],
    [invoked(stage), DEPLOYED, ['records.findActive', ...DEPLOY, ...GIVE_BACK]],
    [pushed(stage, noSleep), { build, outcome: 'absent' }, ['records.findActive']],
    [ticked(stage), QUIET, NOTHING_LEFT],
  ]);
});

test('an app’s first deploy looks twice for its head', async () => {
  const stage = deployedBefore();
  stage.world.heads.clear();
  await costs(stage, [[uploaded(stage), SENT, ON_UPLOAD]]);
  built(stage);
  const [beside, cancels, head, ...rest] = DEPLOY;
  const first = [beside, cancels, head, head, ...rest].map(String);
  await costs(stage, [
    [told(stage), { build, state: 'pushed' }, ON_RESULT],
    [invoked(stage), DEPLOYED, ['records.findActive', ...first, ...GIVE_BACK]],
  ]);
});

test.run();
