// Every task a decision can ask for: what it calls, and that doing it again does no harm.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build } from '../../../shared/build/build.ts';
import type { Task } from '../../../shared/build/decide.ts';
import { doTask } from '../../../shared/pipeline/tasks.ts';
import {
  building,
  COMMAND,
  finals,
  ID,
  INSTANCE,
  later,
  NEWER,
  pushed,
  queued,
  run,
} from '../../helpers/builds.ts';
import { asks, recordOf, type Scene, scene, sent, stored } from '../../helpers/scene.ts';
import { putRecord } from '../../simulation/world.ts';

const test = suite('tasks');
const { command: _, ...unsent } = run;
const intended = building({ run: unsent });
const [final = pushed()] = finals();

/** Does a task of a stored build; the answer as the record's state, or `gone`, or `lost`. */
async function does(task: Task, { stage, build }: { stage: Scene; build: Build }) {
  const found = stored(stage, build);
  const { value, calls } = await asks(stage, () => doTask(task, { found, loop: stage.loop }));
  const isSame = typeof value === 'object' && value.eTag === found.eTag;
  return { calls, outcome: typeof value === 'object' ? (isSame ? 'as it was' : 'noted') : value };
}

for (const [task, what, build, calls, outcome] of [
  ['claim-slot', 'queued', queued(), [], 'as it was'],
  ['ensure-command', 'no command yet', intended, ['commands.create', 'records.swap'], 'noted'],
  ['ensure-command', 'a command already', building(), [], 'as it was'],
  ['ensure-command', 'not building', pushed(), [], 'as it was'],
  ['cancel-command', 'a command', building(), ['commands.cancel'], 'as it was'],
  ['cancel-command', 'no command yet', intended, [], 'as it was'],
  ['free-slot', 'its slot', pushed(), ['slots.read', 'slots.free'], 'as it was'],
  ['free-slot', 'an image that was given', given(), [], 'as it was'],
  ['free-slot', 'another build’s slot', pushed({ id: NEWER }), ['slots.read'], 'as it was'],
  [
    'free-slot',
    'another attempt’s slot',
    pushed({ run: { ...run, attempt: 2 } }),
    ['slots.read'],
    'as it was',
  ],
  ['free-slot', 'no slot', pushed({ run: { ...run, slot: 1 } }), ['slots.read'], 'as it was'],
  ['invoke-apply', 'pushed', pushed(), ['applier.invoke'], 'as it was'],
  ['finish', 'final', final, ['records.finish', 'records.drop'], 'gone'],
] as const) {
  test(`${task}, ${what}: ${calls.join(', ') || 'nothing'}`, async () => {
    const stage = scene();
    await sent(stage);
    assert.equal(await does(task, { stage, build }), { calls, outcome });
    const mayFree = task === 'free-slot' && calls.length === 2;
    assert.is(stage.world.slots.size, mayFree ? 0 : 1);
  });
}

function given(): Build {
  const { run: _, ...build } = pushed();
  return build;
}

test('ensure-command notes the command, and from when on its status must be known', async () => {
  const stage = scene();
  stage.world.now = later(300).getTime();
  await does('ensure-command', { stage, build: intended });
  const noted = recordOf(stage, intended);
  const [command] = stage.world.commands;
  const submittedAt = later(300).toISOString();
  assert.equal(noted, { ...intended, run: { ...unsent, command: command?.id, submittedAt } });
});

test('ensure-command again, after a crash before the note: the same command', async () => {
  const stage = scene();
  await does('ensure-command', { stage, build: intended });
  await does('ensure-command', { stage, build: intended });
  assert.is(stage.world.commands.length, 1);
});

test('ensure-command loses to whoever changed the record', async () => {
  const stage = scene();
  stage.before.set('records.swap', () => putRecord(stage.world, intended));
  assert.is((await does('ensure-command', { stage, build: intended })).outcome, 'lost');
});

for (const [what, isThere, calls, outcome] of [
  ['one that is there is noted', true, ['commands.find', 'records.swap'], 'noted'],
  ['none is created any more', false, ['commands.find'], 'as it was'],
] as const) {
  test(`ensure-command after the time to deliver: ${what}`, async () => {
    const stage = scene();
    if (isThere) await sent(stage);
    stage.world.now = later(900).getTime();
    assert.equal(await does('ensure-command', { stage, build: intended }), { calls, outcome });
    const noted = recordOf(stage, intended);
    if (isThere) assert.is(noted?.state === 'building' && noted.run.command, COMMAND);
  });
}

test('ensure-command that is refused says why in the record, once', async () => {
  const stage = scene();
  const refuse = () =>
    stage.before.set('commands.create', () => assert.unreachable(`429 ${'x'.repeat(500)}`));
  refuse();
  const calls = ['commands.create', 'records.swap'];
  assert.equal(await does('ensure-command', { stage, build: intended }), { calls, outcome: 'noted' });
  const noted = recordOf(stage, intended);
  if (noted?.state !== 'building') return assert.unreachable(noted?.state);
  assert.ok(noted.reason?.startsWith('command not accepted: 429 xxx'));
  assert.is(noted.reason?.length, 400);
  refuse();
  const again = await does('ensure-command', { stage, build: noted });
  assert.equal(again, { calls: ['commands.create'], outcome: 'as it was' });
  assert.match(stage.logged[0] ?? '', /^command not created \{"app":"shop","build":"\d+T/);
});

test('free-slot in a sweep tells the others that it is free', async () => {
  const stage = scene();
  await sent(stage);
  const board = { taken: new Set([`${INSTANCE}/0`]), unfit: new Map() };
  const found = stored(stage, pushed());
  await doTask('free-slot', { found, loop: { ...stage.loop, board } });
  assert.equal([...board.taken], []);
});

test('finish writes done/ first, and only then takes the record from active/', async () => {
  const stage = scene();
  stage.before.set('records.drop', () => {
    throw new Error('died');
  });
  await does('finish', { stage, build: final }).catch(() => {});
  const { active, done } = stage.world;
  assert.equal([[...active.keys()], [...done.keys()]], [[`shop/${ID}`], [`shop/${ID}`]]);
  assert.is((await does('finish', { stage, build: final })).outcome, 'gone');
  assert.equal([active.size, recordOf(stage, final)?.state], [0, final.state]);
});

test.run();
