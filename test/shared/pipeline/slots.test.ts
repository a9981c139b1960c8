// Slots: never more claims than slots, the preferred instance first, unfit ones passed over.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { preferred } from '../../../shared/pipeline/preference.ts';
import { boardOf, claimSlot } from '../../../shared/pipeline/slots.ts';
import { queued } from '../../helpers/builds.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { createWorld } from '../../simulation/world.ts';

const test = suite('slots');
const pool = { instances: ['i1', 'i2'], slotsEach: 2 };

test('of 32 claimers at once as many win as there are slots', async () => {
  const world = createWorld(0);
  const ports = worldPorts(world);
  const claims = Array.from({ length: 32 }, async (_, index) => {
    const app = `app-${index}`;
    return claimSlot(queued({ app }), { ports, pool, board: boardOf(await ports.slots.list()) });
  });
  const won = (await Promise.all(claims)).flatMap((claim) => ('slot' in claim ? [claim.slot] : []));
  assert.is(won.length, 4);
  assert.is(new Set(won.map(({ instance, number }) => `${instance}/${number}`)).size, 4);
  assert.is(world.slots.size, 4);
});

test('an app goes to the same instance each time, and to another when that one failed it', async () => {
  const ports = worldPorts(createWorld(0));
  const [first = '', second = ''] = preferred('shop', pool.instances);
  const claim = async (avoid?: string) => {
    const got = await claimSlot(queued(avoid === undefined ? {} : { avoid }), {
      ports,
      pool,
      board: boardOf(await ports.slots.list()),
    });
    return 'slot' in got ? got.slot.instance : got.noSlot;
  };
  assert.is(await claim(), first);
  assert.is(await claim(), first);
  assert.is(await claim(first), second);
});

test('the instance that has the app’s layers comes first, wherever it ranks', async () => {
  for (const last of pool.instances) {
    const ports = worldPorts(createWorld(0));
    const claim = (avoid?: string) =>
      claimSlot(queued(avoid === undefined ? {} : { avoid }), { ports, pool, board: undefined, last });
    const got = await claim();
    assert.is('slot' in got && got.slot.instance, last);
    const again = await claim(last);
    assert.is.not('slot' in again && again.slot.instance, last, 'not where the build has just failed');
  }
  assert.is(preferred('shop', pool.instances, 'gone').length, 2);
});

test('an instance that cannot fetch commands is passed over, and it is said why', async () => {
  const world = createWorld(0);
  const ports = worldPorts(world);
  const [first = '', second = ''] = preferred('shop', pool.instances);
  world.silent.set(first, 0);
  const got = await claimSlot(queued(), { ports, pool, board: boardOf(await ports.slots.list()) });
  assert.is('slot' in got && got.slot.instance, second);
  assert.is('slot' in got && got.passedOver, `passed over: ${first}: plugin stopped`);
  world.silent.set(second, 0);
  const none = await claimSlot(queued({ app: 'other' }), {
    ports,
    pool,
    board: boardOf(await ports.slots.list()),
  });
  assert.match(
    'noSlot' in none ? none.noSlot : '',
    /no Build Instance can take it: i\d: plugin stopped; i\d: plugin stopped/,
  );
});

test.run();
