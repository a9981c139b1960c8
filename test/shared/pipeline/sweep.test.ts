// The sweep: fair between apps, in order within one, and one that is broken does not stop the others.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fairly, sweep } from '../../../shared/pipeline/sweep.ts';
import { LIMITS, later, NOW, queued } from '../../helpers/builds.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { createWorld, putRecord } from '../../simulation/world.ts';

const test = suite('the sweep');
const id = (second: number): string => `20261124T1011${String(second).padStart(2, '0')}Z-00000000`;
const pool = { instances: ['i1'], slotsEach: 2 };

test('every app’s first build comes before any app’s second', () => {
  const found = [
    ['a', 1],
    ['a', 2],
    ['a', 3],
    ['b', 4],
    ['c', 5],
  ].map(([app, second]) => ({ build: queued({ app: String(app), id: id(Number(second)) }), eTag: 'e' }));
  const order = fairly(found).map(({ build }) => `${build.app}${build.id.slice(13, 15)}`);
  assert.equal(order, ['a01', 'b04', 'c05', 'a02', 'a03']);
});

test('a burst of 100 uploads never has more commands in flight than slots', async () => {
  const world = createWorld(NOW.getTime());
  const ports = worldPorts(world);
  for (let index = 0; index < 100; index += 1) putRecord(world, queued({ app: `app-${index}` }));
  const door = {
    ports,
    namespace: 'ns',
    bucket: 'b',
    judge: async () => ({ kind: 'rejected', rule: 'r', detail: 'd' }) as const,
  };
  for (let tick = 0; tick < 3; tick += 1) {
    await sweep({ ports, limits: LIMITS, pool }, { door, until: later(300) });
    const inFlight = world.commands.filter(
      ({ seen }) => seen.outcome === 'waiting' || seen.outcome === 'running',
    );
    assert.is(inFlight.length, 2);
  }
});

test('a broken record is reported, and the others move on', async () => {
  const world = createWorld(NOW.getTime());
  const ports = worldPorts(world);
  putRecord(world, queued({ app: 'good' }));
  world.active.set(`bad/${id(1)}`, { value: { state: 'nonsense' }, eTag: 'e' });
  const door = {
    ports,
    namespace: 'ns',
    bucket: 'b',
    judge: async () => ({ kind: 'rejected', rule: 'r', detail: 'd' }) as const,
  };
  const report = await sweep({ ports, limits: LIMITS, pool }, { door, until: later(300) });
  assert.is(report.errors.length, 1);
  assert.match(report.errors[0] ?? '', /^bad\/.*unknown state "nonsense"/);
  assert.is(world.commands.length, 1);
});

test('an app that cannot be moved is reported, and the others move on', async () => {
  const world = createWorld(NOW.getTime());
  const plain = worldPorts(world);
  const heads = {
    ...plain.heads,
    read: async (app: string) => {
      if (app === 'bad') throw new Error('its head cannot be read');
      return plain.heads.read(app);
    },
  };
  const ports = { ...plain, heads };
  for (const app of ['bad', 'good']) putRecord(world, queued({ app }));
  const door = {
    ports,
    namespace: 'ns',
    bucket: 'b',
    judge: async () => ({ kind: 'rejected', rule: 'r', detail: 'd' }) as const,
  };
  const report = await sweep({ ports, limits: LIMITS, pool }, { door, until: later(300) });
  assert.equal(report.errors, [`bad/${queued().id}: its head cannot be read`]);
  assert.match(world.commands.map(({ text }) => text).join(), /--app good /);
});

test.run();
