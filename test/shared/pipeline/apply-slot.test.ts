// At its end a build gives its slot back, if its command is over; if that cannot be known now, the sweep does it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyBuild } from '../../../shared/pipeline/apply.ts';
import { applying, COMMAND, ID, run } from '../../helpers/builds.ts';
import { invocation, scene, sent, stored } from '../../helpers/scene.ts';

const test = suite('the slot at the end');
const { command: _, ...unsent } = run;
for (const [what, build, seen, isFreed, calls] of [
  [
    'over',
    applying(),
    { outcome: 'succeeded', exitCode: 0 },
    true,
    ['commands.look', 'slots.read', 'slots.free'],
  ],
  ['still running', applying(), { outcome: 'running' }, false, ['commands.look']],
  [
    'over as the record knows',
    applying({ run: { ...run, isOver: true } }),
    { outcome: 'running' },
    false,
    [],
  ],
  ['not known', applying({ run: unsent }), { outcome: 'running' }, false, []],
  [
    'over, its slot another’s',
    applying({ run: { ...run, attempt: 2 } }),
    { outcome: 'failed' },
    false,
    ['commands.look', 'slots.read'],
  ],
] as const) {
  test(`at the end its command is ${what}: the slot is ${isFreed ? 'given back' : 'left to the sweep'}`, async () => {
    const stage = scene();
    await sent(stage, { seen });
    stage.world.manifests.set(`shop/${ID}`, 'm');
    await applyBuild(stored(stage, build), invocation(stage));
    assert.equal(stage.calls.slice(stage.calls.indexOf('records.drop') + 1), calls);
    assert.is(stage.world.slots.size, isFreed ? 0 : 1);
  });
}

test('a slot that cannot be given back now does not undo the end', async () => {
  const stage = scene();
  await sent(stage);
  stage.world.manifests.set(`shop/${ID}`, 'm');
  stage.before.set('commands.look', () => {
    throw new Error(`429 ${COMMAND}`);
  });
  assert.is(await applyBuild(stored(stage, applying()), invocation(stage)), 'deployed');
  const left = { app: 'shop', build: ID, error: `429 ${COMMAND}` };
  assert.is(stage.logged.at(-1), `slot left to the sweep ${JSON.stringify(left)}`);
});

test.run();
