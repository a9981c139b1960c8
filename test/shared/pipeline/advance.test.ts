// One build moved on: what is saved, what is done, and what happens when somebody else was faster.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { advance } from '../../../shared/pipeline/advance.ts';
import { INSTANCE, later, NOW, queued } from '../../helpers/builds.ts';
import { recordOf, type Scene, scene, stored } from '../../helpers/scene.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { putRecord } from '../../simulation/world.ts';

const test = suite('advance');
const SLOT = `${INSTANCE}/0`;

/** While one invocation slept between claim and save, a sweep revoked its claim; another claimed the slot anew. */
async function claimedAnew({ world }: Scene): Promise<void> {
  world.slots.delete(SLOT);
  const holder = { app: 'shop', id: queued().id, attempt: 1, since: NOW.toISOString() };
  await worldPorts(world).slots.claim({ instance: INSTANCE, number: 0 }, holder);
}

test('a claim that lost gives back itself alone: not the same slot, claimed anew for the same attempt', async () => {
  const stage = scene();
  stored(stage, queued());
  stage.before.set('records.swap', () => {
    putRecord(stage.world, queued({ revoked: 1, notBefore: later(60).toISOString() }));
    void claimedAnew(stage);
  });
  await advance(queued(), stage.loop);
  assert.is(recordOf(stage, queued())?.state, 'queued');
  assert.is(stage.world.slots.get(SLOT)?.value.id, queued().id, 'another invocation is about to use it');
});

test.run();
