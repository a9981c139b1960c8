// The sweep: fair between apps, in order within one, and one that is broken does not stop the others.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Door } from '../../../shared/pipeline/admit.ts';
import type { Ports } from '../../../shared/pipeline/ports.ts';
import { fairly, sweep } from '../../../shared/pipeline/sweep.ts';
import { LIMITS, later, NOW, queued } from '../../helpers/builds.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { createWorld, putRecord } from '../../simulation/world.ts';

const test = suite('the sweep');
const id = (second: number): string => `20261124T1011${String(second).padStart(2, '0')}Z-00000000`;
const pool = { instances: ['i1'], slotsEach: 2 };

/** Nothing is uploaded. */
const closed = (ports: Ports): Door => ({
  ports,
  namespace: 'ns',
  bucket: 'b',
  judge: async () => ({ kind: 'rejected', rule: 'r', detail: 'd' }),
});

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

test('those who wait know their place, the first sixteen of them', async () => {
  const world = createWorld(NOW.getTime());
  const ports = worldPorts(world);
  for (let second = 10; second < 30; second += 1)
    putRecord(world, queued({ app: `app-${second}`, id: id(second) }));
  await sweep({ ports, limits: LIMITS, pool }, { door: closed(ports), until: later(300) });
  const places = new Map<string, number | undefined>();
  for (const key of await ports.records.listActive()) {
    const build = (await ports.records.findActive(key))?.build;
    if (build?.state === 'queued') places.set(build.app, build.position);
  }
  assert.equal([places.size, places.get('app-12'), places.get('app-13')], [18, 1, 2]);
  assert.equal([places.get('app-27'), places.get('app-28')], [16, undefined]);
});

test('a burst of 100 uploads never has more commands in flight than slots', async () => {
  const world = createWorld(NOW.getTime());
  const ports = worldPorts(world);
  for (let index = 0; index < 100; index += 1) putRecord(world, queued({ app: `app-${index}` }));
  for (let tick = 0; tick < 3; tick += 1) {
    await sweep({ ports, limits: LIMITS, pool }, { door: closed(ports), until: later(300) });
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
  const report = await sweep({ ports, limits: LIMITS, pool }, { door: closed(ports), until: later(300) });
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
  const report = await sweep({ ports, limits: LIMITS, pool }, { door: closed(ports), until: later(300) });
  assert.equal(report.errors, [`bad/${queued().id}: its head cannot be read`]);
  assert.match(world.commands.map(({ text }) => text).join(), /--app good /);
});

test.run();
