// Apply, told by an image's event or by an invoke: early, late, twice, of anything.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../../../functions/apply/handle.ts';
import type { Build } from '../../../shared/build/build.ts';
import { building, finals, ID, IMAGE, pushed, queued, result } from '../../helpers/builds.ts';
import { imagePush } from '../../helpers/events.ts';
import { finished, invocation, recordOf, type Scene, scene, sent, stored } from '../../helpers/scene.ts';

const test = suite('apply');
const KEY = { app: 'shop', id: ID };
const INVOKE = { app: 'shop', build: ID };
const build = `shop/${ID}`;
const PUSHED = result();

/** A build with its manifests; and an apply whose waits are written down, with what happens in the n-th. */
async function given(record: Build, during: (stage: Scene, wait: number) => void = () => {}) {
  const stage = scene();
  stored(stage, record);
  stage.world.manifests.set(build, 'kind: Deployment');
  await sent(stage);
  const waits: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    during(stage, waits.length);
  };
  return { stage, waits, deps: { ...invocation(stage), sleep } };
}

const prove = ({ world }: Scene) => world.results.set(`${build}/1`, PUSHED);

for (const [what, arrives, waits] of [
  ['a moment after the event', 1, [200]],
  ['late', 4, [200, 300, 500, 1000]],
  ['at the last look', 6, [200, 300, 500, 1000, 1000, 2000]],
] as const) {
  test(`an image's event, its proof ${what}: deployed, and poll-build need not invoke it`, async () => {
    const at = await given(building(), (stage, wait) => void (wait === arrives && prove(stage)));
    assert.equal(await apply(imagePush(), at.deps), { build, outcome: 'deployed' });
    assert.equal(at.waits, waits);
    assert.equal(at.stage.world.invokes, []);
    assert.is(recordOf(at.stage, KEY)?.state, 'deployed');
    assert.is(at.stage.world.slots.size, 0, 'its command is over, so its slot is given back');
  });
}

test('an image’s event whose proof never comes touches nothing', async () => {
  const at = await given(building());
  assert.equal(await apply(imagePush(), at.deps), { build, outcome: 'building' });
  assert.equal(at.waits, [200, 300, 500, 1000, 1000, 2000]);
  assert.equal(at.deps.requests, []);
  assert.is(at.stage.world.heads.size, 0);
  assert.equal(recordOf(at.stage, KEY), building());
});

test('a proof of other bytes is none: the image is not deployed', async () => {
  const at = await given(building(), ({ world }) =>
    world.results.set(`${build}/1`, { ...PUSHED, eTag: 'e-2' }),
  );
  assert.equal(await apply(imagePush(), at.deps), { build, outcome: 'queued' });
  assert.equal(at.deps.requests, []);
});

for (const [what, faster, outcome] of [
  ['moved it on', (stage: Scene) => stored(stage, pushed()), 'busy'],
  ['ended it', ({ world }: Scene) => world.active.clear(), 'absent'],
] as const) {
  test(`while it waits another invocation ${what}: it is left alone`, async () => {
    const at = await given(building(), faster);
    assert.equal(await apply(imagePush(), at.deps), { build, outcome });
    assert.equal(at.waits, [200]);
    assert.equal(at.deps.requests, []);
  });
}

for (const [what, input] of [
  ['an invoke', INVOKE],
  ['an image’s event', imagePush()],
] as const) {
  test(`${what} of a pushed build deploys it without a wait`, async () => {
    const at = await given(pushed());
    assert.equal(await apply(input, at.deps), { build, outcome: 'deployed' });
    assert.equal(at.waits, []);
    assert.equal(
      at.deps.requests.map(({ image, manifests }) => [image, manifests]),
      [[IMAGE, 'kind: Deployment']],
    );
  });
}

test('twice at once: one deploys, the other finds it busy', async () => {
  const at = await given(pushed());
  const other = { ...invocation(at.stage, { holder: 'call-2' }), sleep: at.deps.sleep };
  const answers = await Promise.all([apply(INVOKE, at.deps), apply(imagePush(), other)]);
  assert.equal(answers.map(({ outcome }) => outcome).sort(), ['busy', 'deployed']);
  assert.is(at.deps.requests.length + other.requests.length, 1);
  assert.equal(at.stage.world.history.get(build), ['pushed', 'applying', 'deployed']);
});

test('told again after the end it finds nothing to do', async () => {
  const at = await given(pushed());
  await apply(INVOKE, at.deps);
  assert.equal(await apply(imagePush(), at.deps), { build, outcome: 'absent' });
  assert.is(at.deps.requests.length, 1);
});

for (const final of finals()) {
  test(`a build that is ${final.state} is left alone, finished or about to be`, async () => {
    const at = await given(final);
    assert.equal(await apply(INVOKE, at.deps), { build, outcome: final.state });
    at.stage.world.active.clear();
    finished(at.stage, final);
    assert.equal(await apply(INVOKE, at.deps), { build, outcome: 'absent' });
    assert.equal(at.deps.requests, []);
  });
}

test('one that is queued is left alone', async () => {
  const at = await given(queued());
  assert.equal(await apply(INVOKE, at.deps), { build, outcome: 'queued' });
  assert.equal(at.deps.requests, []);
});

test('what is no build of ours is ignored, with a line in the log', async () => {
  const at = await given(pushed());
  const ignored = 'no build of ours: shop:latest';
  assert.equal(await apply(imagePush('galley/shop:latest'), at.deps), { ignored });
  assert.equal(at.stage.logged, [`ignored {"why":"${ignored}"}`]);
  assert.equal(at.stage.calls, []);
});

test.run();
