// The lease of heads/<app>: who may take it, how long it holds, and who may give it back.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Head } from '../../../shared/build/seen.ts';
import { holdsLease, LEASE_SECONDS, releaseLease, takeLease } from '../../../shared/pipeline/lease.ts';
import { ID, IMAGE, later, NEWER, NOW, OLDER } from '../../helpers/builds.ts';
import { asks, type Scene, scene } from '../../helpers/scene.ts';
import { put } from '../../simulation/world.ts';

const test = suite('the lease');
const who = { app: 'shop', build: ID, holder: 'me' };
const leased = (holder: string, seconds: number, build = ID): Pick<Head, 'lease'> => ({
  lease: { build, holder, until: later(seconds).toISOString() },
});
const OURS = leased('me', LEASE_SECONDS);

function withHead(head: Head | undefined): Scene {
  const stage = scene();
  if (head !== undefined) setHead(stage, head);
  return stage;
}

function setHead({ world }: Scene, head: Head): void {
  put(world, world.heads, { key: 'shop', value: head });
}

function headOf({ world }: Scene): Head | undefined {
  return world.heads.get('shop')?.value;
}

for (const [what, head, kind, after] of [
  ['an app without a head', undefined, 'held', OURS],
  ['a head without a lease', { build: OLDER, image: IMAGE }, 'held', { build: OLDER, image: IMAGE, ...OURS }],
  ['another’s that is just over', leased('other', 0), 'held', OURS],
  ['another’s with a second left', leased('other', 1), 'busy', leased('other', 1)],
  ['another’s, for an older build', leased('other', 60, OLDER), 'busy', leased('other', 60, OLDER)],
  ['another’s, for a newer build, over', leased('other', -1, NEWER), 'held', OURS],
  ['its own: renewed', leased('me', 1), 'held', OURS],
  ['its own, for another build: taken over', leased('me', 50, OLDER), 'held', OURS],
  ['deployed: this build', { build: ID }, 'held', { build: ID, ...OURS }],
  ['deployed: a newer build', { build: NEWER }, 'newer', { build: NEWER }],
  ['deployed: a newer one, and leased', { build: NEWER, ...leased('other', 60) }, 'newer', undefined],
] as [string, Head | undefined, string, Head | undefined][]) {
  test(`taken? ${what}: ${kind}`, async () => {
    const stage = withHead(head);
    const taken = await takeLease(who, { ports: stage.ports });
    assert.is(taken.kind, kind);
    assert.equal(headOf(stage), after ?? head);
    if (taken.kind === 'held')
      assert.equal([taken.head, taken.eTag], [after, stage.world.heads.get('shop')?.eTag]);
    if (taken.kind === 'busy') assert.equal(taken.by, head?.lease);
    if (taken.kind === 'newer') assert.is(taken.build, NEWER);
  });
}

test('a head that was just read is not read again; one that has changed since is', async () => {
  const stage = withHead({ build: OLDER });
  const seen = await stage.ports.heads.read('shop');
  const first = await asks(stage, () => takeLease(who, { ports: stage.ports, seen }));
  assert.equal(first.calls, ['heads.swap']);
  const again = await asks(stage, () => takeLease({ ...who, holder: 'other' }, { ports: stage.ports, seen }));
  assert.equal(again.calls, ['heads.swap', 'heads.read']);
  assert.is(again.value.kind, 'busy');
});

test('of two at once one has it', async () => {
  const { ports } = scene();
  const holders = ['a', 'b', 'c', 'd'].map((holder) => takeLease({ ...who, holder }, { ports }));
  const kinds = (await Promise.all(holders)).map(({ kind }) => kind);
  assert.equal(kinds.sort(), ['busy', 'busy', 'busy', 'held']);
});

for (const [what, passed, meanwhile, holds, calls] of [
  ['taken 9 s ago: it cannot be another’s yet', 9, undefined, true, []],
  ['10 s ago: read', 10, undefined, true, ['heads.read']],
  ['39 s ago: 21 s are enough for one effect', 39, undefined, true, ['heads.read']],
  ['40 s ago: renewed', 40, undefined, true, ['heads.read', 'heads.read', 'heads.swap']],
  ['60 s ago: over, and not taken back', 60, undefined, false, ['heads.read']],
  ['another has it', 30, leased('other', 90), false, ['heads.read']],
  ['given back by nobody knows whom', 30, {}, false, ['heads.read']],
  ['renewed by itself meanwhile', 70, leased('me', 120), true, ['heads.read']],
  [
    'a newer build is deployed',
    45,
    { build: NEWER, ...leased('me', 60) },
    false,
    ['heads.read', 'heads.read'],
  ],
] as [string, number, Head | undefined, boolean, string[]][]) {
  test(`held? ${what}: ${holds ? 'yes' : 'no'}`, async () => {
    const stage = scene();
    const held = await takeLease(who, { ports: stage.ports });
    if (held.kind !== 'held') return assert.unreachable(held.kind);
    stage.world.now += passed * 1000;
    if (meanwhile !== undefined) setHead(stage, meanwhile);
    const answer = await asks(stage, () => holdsLease(who, { held, ports: stage.ports }));
    assert.equal(answer, { value: holds, calls });
    const isRenewed = calls.includes('heads.swap');
    if (isRenewed) assert.is(headOf(stage)?.lease?.until, later(passed + LEASE_SECONDS).toISOString());
  });
}

const DEPLOYED = { build: ID, image: IMAGE, endpoint: 'pending' };
for (const [what, meanwhile, deployed, given, after] of [
  ['its own', undefined, undefined, true, { build: OLDER }],
  ['its own, and what is deployed now', undefined, DEPLOYED, true, DEPLOYED],
  ['its own, renewed since', { build: OLDER, ...leased('me', 90) }, DEPLOYED, true, DEPLOYED],
  ['another’s', { build: OLDER, ...leased('other', 60) }, DEPLOYED, false, undefined],
  ['nobody’s', { build: NEWER }, DEPLOYED, false, undefined],
] as [string, Head | undefined, typeof DEPLOYED | undefined, boolean, Head | undefined][]) {
  test(`given back? ${what}: ${given ? 'yes' : 'no'}`, async () => {
    const stage = withHead({ build: OLDER });
    const held = await takeLease(who, { ports: stage.ports });
    if (held.kind !== 'held') return assert.unreachable(held.kind);
    if (meanwhile !== undefined) setHead(stage, meanwhile);
    const more = deployed === undefined ? {} : { deployed };
    assert.is(await releaseLease(who, { held, ports: stage.ports, ...more }), given);
    assert.equal(headOf(stage), after ?? meanwhile);
  });
}

test('its own that is over is given back, as long as nobody took it', async () => {
  const stage = scene();
  const held = await takeLease(who, { ports: stage.ports });
  stage.world.now = NOW.getTime() + 3_600_000;
  assert.is(held.kind === 'held' && (await releaseLease(who, { held, ports: stage.ports })), true);
});

test.run();
