// Who may begin to apply a build, who goes on, and who leaves it alone; nothing reaches the cluster otherwise.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build } from '../../../shared/build/build.ts';
import type { Head } from '../../../shared/build/seen.ts';
import { applyBuild } from '../../../shared/pipeline/apply.ts';
import * as builds from '../../helpers/builds.ts';
import { finished, invocation, recordOf, type Scene, scene, sent, stored } from '../../helpers/scene.ts';
import { put, putRecord } from '../../simulation/world.ts';

const { applying, building, finals, ID, IMAGE, later, NEWER, OLDER, pushed, queued } = builds;
const test = suite('applying a build');
const KEY = { app: 'shop', id: ID };
const leasedBy = (holder: string, build = ID): Head => ({
  lease: { build, holder, until: later(60).toISOString() },
});
const { run: _, ...given } = pushed();

/** A stored build with its manifests, a head and whatever else is there; and an invocation that finds it. */
async function staged(
  build: Build,
  { head, also = () => {} }: { head?: Head; also?: (stage: Scene) => void },
) {
  const stage = scene();
  await sent(stage);
  const found = stored(stage, build);
  stage.world.manifests.set(`shop/${ID}`, 'm');
  if (head !== undefined) put(stage.world, stage.world.heads, { key: 'shop', value: head });
  also(stage);
  return { stage, found, call: invocation(stage) };
}

const older = (stage: Scene): unknown => stored(stage, building({ id: OLDER }));
const newer = (stage: Scene): unknown => stored(stage, queued({ id: NEWER }));
const DEPLOYED = { build: ID, image: IMAGE, endpoint: 'http://203.0.113.9/', report: 'r' };
const canceled = ({ world }: Scene): unknown => world.cancels.set(`shop/${ID}`, 'ada');
const past = ({ world }: Scene): unknown => (world.now = later(3600).getTime());
const wasDone = (stage: Scene): void => {
  finished(stage, { ...given, state: 'canceled', by: 'ada' } as Build);
  putRecord(stage.world, given);
};

const goesOn = true;
for (const [what, build, extra, outcome, state, reaches = false] of [
  ['pushed', pushed(), {}, 'deployed', 'deployed', goesOn],
  ['pushed, an image given', given, {}, 'deployed', 'deployed', goesOn],
  ['pushed, an older one deployed', pushed(), { head: { build: OLDER } }, 'deployed', 'deployed', goesOn],
  ['pushed, a newer one waits for a slot', pushed(), { also: newer }, 'deployed', 'deployed', goesOn],
  ['pushed, a newer one deployed', pushed(), { head: { build: NEWER } }, 'absent', 'superseded'],
  ['pushed, leased by another', pushed(), { head: leasedBy('other') }, 'busy', 'pushed'],
  ['pushed, cancel asked', pushed(), { also: canceled }, 'absent', 'canceled'],
  ['pushed, an hour ago', pushed(), { also: past }, 'absent', 'failed'],
  ['pushed, queue, an older one before it', pushed({ policy: 'queue' }), { also: older }, 'pushed', 'pushed'],
  [
    'pushed, queue, a newer one behind it',
    pushed({ policy: 'queue' }),
    { also: newer },
    'deployed',
    'deployed',
    goesOn,
  ],
  ['applying, its applier gone', applying(), {}, 'deployed', 'deployed', goesOn],
  [
    'applying, its lease over',
    applying(),
    { head: leasedBy('other'), also: past },
    'deployed',
    'deployed',
    goesOn,
  ],
  ['applying, cancel asked: too late', applying(), { also: canceled }, 'deployed', 'deployed', goesOn],
  ['applying, leased by another', applying(), { head: leasedBy('other') }, 'busy', 'applying'],
  ['applying, a newer one deployed', applying(), { head: { build: NEWER } }, 'superseded', 'superseded'],
  ['applying, and deployed as the head says', applying(), { head: DEPLOYED }, 'deployed', 'deployed'],
  ['building', building(), {}, 'building', 'building'],
  ['queued', queued(), {}, 'queued', 'queued'],
  ...finals().map((build) => [build.state, build, {}, build.state, build.state] as const),
] as [string, Build, { head?: Head; also?: (stage: Scene) => void }, string, string, boolean?][]) {
  test(`${what}: ${outcome}${reaches ? ', by the cluster' : ''}`, async () => {
    const { stage, found, call } = await staged(build, extra);
    assert.is(await applyBuild(found, call), outcome);
    assert.is(recordOf(stage, KEY)?.state, state);
    assert.is(call.requests.length, reaches ? 1 : 0);
    const lease = stage.world.heads.get('shop')?.value.lease;
    assert.equal(lease, outcome === 'busy' ? extra.head?.lease : undefined, 'no lease of ours is left');
  });
}

test('none: absent, and nothing is asked', async () => {
  const { stage, call } = await staged(pushed(), {});
  stage.calls.length = 0;
  assert.equal([await applyBuild(undefined, call), stage.calls], ['absent', []]);
});

test('a record that came back after its end goes again, as it ended', async () => {
  const { stage, call } = await staged(given, {});
  wasDone(stage);
  const found = await stage.ports.records.findActive(KEY);
  assert.is(await applyBuild(found, call), 'absent');
  assert.equal([stage.world.active.size, recordOf(stage, KEY)?.state], [0, 'canceled']);
  assert.equal(call.requests, []);
});

test('the end that the head remembers is the end that is recorded', async () => {
  const { stage, found, call } = await staged(applying(), { head: DEPLOYED });
  await applyBuild(found, call);
  const build = recordOf(stage, KEY);
  if (build?.state !== 'deployed') return assert.unreachable(build?.state);
  assert.equal([build.endpoint, build.report], ['http://203.0.113.9/', 'r']);
  assert.equal(stage.world.heads.get('shop')?.value, DEPLOYED);
});

for (const [what, call, meddle, outcome, state] of [
  [
    'a newer one is deployed after the head was read',
    'heads.swap',
    ({ world }: Scene) => put(world, world.heads, { key: 'shop', value: { build: NEWER } }),
    'superseded',
    'superseded',
  ],
  [
    'another takes the lease after the head was read',
    'heads.swap',
    ({ world }: Scene) => put(world, world.heads, { key: 'shop', value: leasedBy('other') }),
    'busy',
    'pushed',
  ],
  [
    'the record changes before it is taken',
    'records.swap',
    (stage: Scene) => stored(stage, pushed()),
    'lost',
    'pushed',
  ],
] as const) {
  test(`${what}: ${outcome}`, async () => {
    const { stage, found, call: context } = await staged(pushed(), { head: { build: OLDER } });
    stage.before.set(call, () => void meddle(stage));
    assert.is(await applyBuild(found, context), outcome);
    assert.is(recordOf(stage, KEY)?.state, state);
    assert.equal(context.requests, []);
    assert.is(stage.world.heads.get('shop')?.value.lease?.holder, outcome === 'busy' ? 'other' : undefined);
  });
}

test.run();
