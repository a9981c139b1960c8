// One build moved on by several at once: nothing is done twice, and nothing is taken from who is about to use it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { advance } from '../../../shared/pipeline/advance.ts';
import { building, ID, INSTANCE, later, NOW, queued, result } from '../../helpers/builds.ts';
import { finished, recordOf, type Scene, scene, sent, stored } from '../../helpers/scene.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { putRecord } from '../../simulation/world.ts';

const test = suite('advance, with others');
const KEY = { app: 'shop', id: ID };
const SLOT = `${INSTANCE}/0`;

test('a record that came back after its end goes again before it has a command', async () => {
  const stage = scene();
  const { attempt: __, reason: ___, ...origin } = queued();
  finished(stage, { ...origin, state: 'canceled', by: 'ada' });
  stored(stage, queued());
  assert.is(await advance(KEY, stage.loop), undefined);
  const { active, slots, commands } = stage.world;
  assert.equal(
    [active.size, slots.size, commands.length, recordOf(stage, KEY)?.state],
    [0, 0, 0, 'canceled'],
  );
});

test('whoever loses the swap looks again, and goes on from there', async () => {
  const stage = scene();
  await sent(stage);
  stored(stage, building());
  stage.world.results.set(`shop/${ID}/1`, result());
  stage.before.set('records.swap', () => putRecord(stage.world, building({ reason: 'changed' })));
  assert.is((await advance(KEY, stage.loop))?.state, 'pushed');
  const twice = ['records.findActive', 'results.find', 'records.swap'];
  assert.equal(stage.calls, [...twice, ...twice, 'applier.invoke']);
});

test('a record that changes all the time is left after twelve looks', async () => {
  const stage = scene();
  stored(stage, queued());
  const change = (): void => {
    putRecord(stage.world, queued());
    stage.before.set('records.swap', change);
  };
  change();
  assert.is((await advance(KEY, stage.loop))?.state, 'queued');
  assert.is(stage.calls.filter((call) => call === 'records.swap').length, 12);
  assert.equal([stage.world.slots.size, stage.world.commands.length], [0, 0]);
});

test('a save that was told as lost and was won keeps its slot', async () => {
  const stage = scene();
  stored(stage, queued());
  stage.lostReplies.add('records.swap');
  assert.is((await advance(KEY, stage.loop))?.state, 'building');
  assert.equal([[...stage.world.slots.keys()], stage.world.commands.length], [[SLOT], 1]);
});

/** While one invocation slept between claim and save, a sweep revoked its claim; another claimed the slot anew. */
async function claimedAnew({ world }: Scene): Promise<void> {
  world.slots.delete(SLOT);
  const holder = { ...KEY, attempt: 1, since: NOW.toISOString() };
  await worldPorts(world).slots.claim({ instance: INSTANCE, number: 0 }, holder);
}

test('a claim that lost gives back itself alone: not the same slot, claimed anew for the same attempt', async () => {
  const stage = scene();
  stored(stage, queued());
  stage.before.set('records.swap', () => {
    putRecord(stage.world, queued({ revoked: 1, notBefore: later(60).toISOString() }));
    void claimedAnew(stage);
  });
  assert.is((await advance(KEY, stage.loop))?.state, 'queued');
  assert.is(stage.world.slots.get(SLOT)?.value.id, ID, 'another invocation is about to use it');
});

test.run();
