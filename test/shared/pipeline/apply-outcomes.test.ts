// How a deployment ended → what the record, the head, the lease and the slot say.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyBuild } from '../../../shared/pipeline/apply.ts';
import type { DeployOutcome, DeployRequest } from '../../../shared/pipeline/cluster.ts';
import { ID, IMAGE, INSTANCE, later, NEWER, OLDER, pushed } from '../../helpers/builds.ts';
import { invocation, READY, recordOf, type Scene, scene, sent, stored } from '../../helpers/scene.ts';
import { put } from '../../simulation/world.ts';

const test = suite('outcomes');
const KEY = { app: 'shop', id: ID };
const GOOD = { build: OLDER, image: 'older', endpoint: 'e', report: 'r', instance: 'i' };
const NOW_GOOD = {
  build: ID,
  image: IMAGE,
  endpoint: 'http://203.0.113.7/',
  report: '2 created',
  instance: INSTANCE,
};
const BAD = { phase: 'rollout', reason: 'CrashLoop', detail: 'exit 1', fault: 'user' } as const;

type Meanwhile = (stage: Scene, request: DeployRequest) => Promise<void> | void;

/** Applies a pushed build over an older one that is good, to a cluster that answers `outcome`. */
async function applied(outcome: DeployOutcome, meanwhile: Meanwhile = () => {}) {
  const stage = scene();
  stored(stage, pushed());
  await sent(stage);
  stage.world.manifests.set(`shop/${ID}`, 'm');
  put(stage.world, stage.world.heads, { key: 'shop', value: GOOD });
  const call = invocation(stage, { outcome, meanwhile: (request) => meanwhile(stage, request) });
  const answer = await applyBuild(await stage.ports.records.findActive(KEY), call).catch(String);
  return { stage, answer, head: stage.world.heads.get('shop')?.value, record: recordOf(stage, KEY) };
}

/** What the record says beyond what it said before. */
function said(record: object | undefined): object {
  const before: object = pushed();
  return Object.fromEntries(
    Object.entries(record ?? {}).filter(([key]) => !(key in before) || key === 'state' || key === 'image'),
  );
}

for (const [what, outcome, answer, record, head] of [
  [
    'ready',
    READY,
    'deployed',
    { state: 'deployed', image: IMAGE, endpoint: 'http://203.0.113.7/', report: '2 created' },
    NOW_GOOD,
  ],
  ['fenced', { kind: 'fenced', by: NEWER }, 'superseded', { state: 'superseded', by: NEWER }, GOOD],
  ['failed', { kind: 'failed', ...BAD }, 'failed', { state: 'failed', image: IMAGE, ...BAD }, GOOD],
  [
    'failed and rolled back',
    { kind: 'failed', ...BAD, rolledBackTo: OLDER },
    'failed',
    { state: 'failed', image: IMAGE, ...BAD, rolledBackTo: OLDER },
    GOOD,
  ],
] as [string, DeployOutcome, string, object, object][]) {
  test(`${what}: ${answer}, in done/ alone; the lease and the slot are given back`, async () => {
    const at = await applied(outcome);
    assert.equal([at.answer, said(at.record), at.head], [answer, record, head]);
    const { active, done, slots, invokes } = at.stage.world;
    assert.equal([active.size, done.size, slots.size, invokes], [0, 1, 0, []]);
  });
}

test('waiting: the record says for what, and the next invocation is asked for', async () => {
  const at = await applied({ kind: 'waiting', detail: '1 of 3 ready' });
  const rolloutBy = later(300).toISOString();
  assert.is(at.answer, 'waiting');
  assert.equal(said(at.record), { state: 'applying', image: IMAGE, rolloutBy, reason: '1 of 3 ready' });
  assert.equal([at.head, at.stage.world.invokes, at.stage.world.slots.size], [GOOD, [KEY], 1]);
});

test('lost: another goes on, so nothing is touched any more', async () => {
  const others = { lease: { build: ID, holder: 'other', until: later(60).toISOString() } };
  const take: Meanwhile = ({ world }) => void put(world, world.heads, { key: 'shop', value: others });
  for (const outcome of [{ kind: 'lost' }, READY, { kind: 'failed', ...BAD }] as const) {
    const at = await applied(outcome, take);
    assert.equal([at.answer, at.record?.state, at.head], ['lost', 'applying', others]);
    assert.equal(at.stage.world.invokes, []);
  }
});

test('thrown: the lease is given back, the reason noted, and the error goes on', async () => {
  const long = 'x'.repeat(500);
  const at = await applied(READY, () => Promise.reject(new Error(`connect ECONNREFUSED ${long}`)));
  assert.is(at.answer, `Error: connect ECONNREFUSED ${long}`);
  const reason = `broken off, tried again: connect ECONNREFUSED ${long}`.slice(0, 400);
  assert.is(at.record?.state === 'applying' && at.record.reason, reason);
  assert.equal([at.head, at.stage.world.invokes], [GOOD, []]);
});

test('no manifests: failed, and the cluster is not asked', async () => {
  const stage = scene();
  await sent(stage);
  const call = invocation(stage);
  assert.is(await applyBuild(stored(stage, pushed()), call), 'failed');
  const detail = `manifests/shop/${ID}.yaml is not there.`;
  const why = { phase: 'plan', reason: 'ManifestsMissing', detail, fault: 'platform' };
  assert.equal(said(recordOf(stage, KEY)), { state: 'failed', image: IMAGE, ...why });
  assert.equal(call.requests, []);
});

test('its reply lost as the lease is given back: the next one records what the head says', async () => {
  const at = await applied(READY, ({ lostReplies }) => void lostReplies.add('heads.swap'));
  assert.equal([at.answer, at.record?.state, at.head], ['lost', 'applying', NOW_GOOD]);
  const next = invocation(at.stage);
  assert.is(await applyBuild(await at.stage.ports.records.findActive(KEY), next), 'deployed');
  assert.equal([next.requests, recordOf(at.stage, KEY)?.state], [[], 'deployed']);
});

test.run();
