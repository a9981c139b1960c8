// One build moved on: where it comes to, and by which calls.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build } from '../../../shared/build/build.ts';
import type { CommandSeen, Result } from '../../../shared/build/seen.ts';
import { advance } from '../../../shared/pipeline/advance.ts';
import * as builds from '../../helpers/builds.ts';
import { asks, recordOf, type Scene, scene, sent, stored } from '../../helpers/scene.ts';

const { applying, building, finals, ID, later, NEWER, OLDER, pushed, queued, run } = builds;
const test = suite('advance');
const KEY = { app: 'shop', id: ID };
const BESIDE = ['records.listActive', 'cancels.find'];
const END = ['records.swap', 'records.finish', 'records.drop'];
const FREE = ['slots.read', 'slots.free'];
const LOOK = ['results.find', 'commands.look', 'cancels.find'];
const PROVEN = builds.result();
const { command: _, ...unsent } = run;

type Also = (stage: Scene) => unknown;
const canceled: Also = ({ world }) => world.cancels.set(`shop/${ID}`, 'ada');
const newer: Also = (stage) => stored(stage, queued({ id: NEWER }));
const older: Also = (stage) => stored(stage, queued({ id: OLDER }));
const result =
  (more: Partial<Result> = {}): Also =>
  ({ world }) =>
    world.results.set(`shop/${ID}/1`, { ...PROVEN, ...more });
const platform = result({ outcome: 'failed', phase: 'push', fault: 'platform', exitCode: 50 });
const user = result({ outcome: 'failed', phase: 'build', fault: 'user', exitCode: 30 });
const ended: CommandSeen = { outcome: 'failed', exitCode: 137 };
const START = [
  'heads.read',
  'slots.claim',
  'records.findDone',
  'records.swap',
  'commands.create',
  'records.swap',
];

for (const [what, build, also, state, calls] of [
  ['queued', queued(), () => {}, 'building', [...BESIDE, ...START]],
  ['queued, cancel asked', queued(), canceled, 'canceled', [...BESIDE, 'records.findDone', ...END]],
  ['queued, a newer upload', queued(), newer, 'superseded', [...BESIDE, 'records.findDone', ...END]],
  ['queued, behind an older one', queued({ policy: 'queue' }), older, 'queued', [...BESIDE, 'records.swap']],
  ['queued, before its time', queued({ notBefore: later(60).toISOString() }), () => {}, 'queued', BESIDE],
  [
    'intended',
    building({ run: unsent }),
    () => {},
    'building',
    ['cancels.find', 'commands.create', 'records.swap'],
  ],
  ['building', building(), commanded({ outcome: 'running' }), 'building', LOOK],
  [
    'building, over and without a result',
    building(),
    commanded(ended),
    'queued',
    [...LOOK, 'results.find', 'records.swap', ...FREE, ...BESIDE],
  ],
  ['building, proven', building(), result(), 'pushed', ['results.find', 'records.swap', 'applier.invoke']],
  ['building, the user’s fault', building(), user, 'failed', ['results.find', ...END]],
  [
    'building, the platform’s fault',
    building(),
    platform,
    'queued',
    ['results.find', 'records.swap', ...BESIDE],
  ],
  [
    'building, cancel asked',
    building(),
    both(canceled, commanded({ outcome: 'running' })),
    'building',
    [...LOOK, 'records.swap', 'commands.cancel'],
  ],
  ['pushed', pushed(), () => {}, 'pushed', [...BESIDE, 'heads.read', 'applier.invoke']],
  ['pushed, cancel asked', pushed(), canceled, 'canceled', [...BESIDE, 'heads.read', ...END]],
  ['applying, nobody at it', applying(), () => {}, 'applying', ['heads.read', 'applier.invoke']],
  ...finals().map((final) => [final.state, final, () => {}, final.state, END.slice(1)] as const),
] as [string, Build, Also, string, string[]][]) {
  test(`${what}: ${state}, by ${calls.length} calls`, async () => {
    const stage = scene();
    if (build.state !== 'queued') await sent(stage);
    const loaded = stored(stage, build);
    also(stage);
    const { value, calls: asked } = await asks(stage, () => advance(build, { ...stage.loop, loaded }));
    assert.equal(asked, calls);
    const record = recordOf(stage, KEY);
    assert.is(record?.state, state);
    assert.equal(value, stage.world.active.has(`shop/${ID}`) ? record : undefined);
  });
}

function commanded(seen: CommandSeen): Also {
  return ({ world }) => {
    for (const command of world.commands) command.seen = seen;
  };
}

function both(...all: Also[]): Also {
  return (stage) => all.forEach((each) => void each(stage));
}

test('a build that is not active is no fault', async () => {
  const stage = scene();
  assert.equal(await asks(stage, () => advance(KEY, stage.loop)), {
    value: undefined,
    calls: ['records.findActive'],
  });
});

test.run();
