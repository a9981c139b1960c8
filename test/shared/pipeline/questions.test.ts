// Which questions each state asks, alone and in a sweep that knows its listings: a table, so that none is added unseen.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build } from '../../../shared/build/build.ts';
import { observe } from '../../../shared/pipeline/observe.ts';
import {
  applying,
  building,
  finals,
  ID,
  later,
  NEWER,
  NOW,
  OLDER,
  pushed,
  queued,
  run,
} from '../../helpers/builds.ts';
import { asks, scene, sent, stored } from '../../helpers/scene.ts';
import { put } from '../../simulation/world.ts';

const test = suite('questions');
const { command: _, ...unsent } = run;
const BESIDE = ['records.listActive', 'cancels.find'];
const HEAD = 'heads.read';
/** What a sweep has listed: no cancel marks, no other builds of the app. */
const SWEPT = { cancels: new Map<string, string>(), siblings: () => [] };

for (const [what, build, seconds, alone, swept] of [
  ['queued', queued(), 0, BESIDE, []],
  ['building, its command not noted yet', building({ run: unsent }), 0, ['cancels.find'], []],
  [
    '… nor by the time to deliver',
    building({ run: unsent }),
    900,
    ['commands.find', 'cancels.find'],
    ['commands.find'],
  ],
  [
    'building',
    building(),
    0,
    ['results.find', 'commands.look', 'cancels.find'],
    ['results.find', 'commands.look'],
  ],
  [
    '… for five minutes',
    building(),
    300,
    ['results.find', 'commands.look', 'cancels.find', 'results.heard'],
    ['results.find', 'commands.look', 'results.heard'],
  ],
  ['pushed', pushed(), 0, [...BESIDE, HEAD], [HEAD]],
  ['applying', applying(), 0, [HEAD], [HEAD]],
  ...finals().map((build) => [build.state, build, 0, [], []] as const),
] as [string, Build, number, string[], string[]][]) {
  test(`${what}: ${alone.join(', ') || 'none'}; in a sweep ${swept.join(', ') || 'none'}`, async () => {
    for (const [known, expected] of [
      [{}, alone],
      [SWEPT, swept],
    ] as const) {
      const stage = scene();
      await sent(stage, { seen: { outcome: 'running' } });
      stage.world.now = later(seconds).getTime();
      const look = () => observe(build, { ports: stage.ports, known, withHead: false });
      assert.equal((await asks(stage, look)).calls, expected);
    }
  });
}

test('the head of a queued build is read for who is about to move it', async () => {
  const stage = scene();
  put(stage.world, stage.world.heads, { key: 'shop', value: { build: OLDER } });
  const asked = await asks(stage, () =>
    observe(queued(), { ports: stage.ports, known: SWEPT, withHead: true }),
  );
  const headTag = stage.world.heads.get('shop')?.eTag;
  assert.equal(asked, { value: { siblings: [], head: { build: OLDER }, headTag }, calls: [HEAD] });
});

test('the other builds of the app are seen, and not itself', async () => {
  const stage = scene();
  for (const build of [queued({ id: OLDER }), queued(), queued({ id: NEWER }), queued({ app: 'blog' })])
    stored(stage, build);
  const seen = await observe(queued(), { ports: stage.ports, known: {}, withHead: false });
  assert.equal(
    seen.siblings?.map(({ id }) => id),
    [OLDER, NEWER],
  );
  const siblings = () => [{ id: ID }, { id: NEWER, state: 'pushed' }];
  const swept = await observe(queued(), {
    ports: stage.ports,
    known: { ...SWEPT, siblings },
    withHead: false,
  });
  assert.equal(swept.siblings, [{ id: NEWER, state: 'pushed' }]);
});

for (const [what, marks, calls, cancel] of [
  ['its own, and who made it, as listed', new Map([[`shop/${ID}`, 'ada']]), [], 'ada'],
  ['its own: who made it is asked', new Map([[`shop/${ID}`, '']]), ['cancels.find'], 'grace'],
  ['another’s', new Map([[`shop/${NEWER}`, '']]), [], undefined],
] as const) {
  test(`a mark to cancel ${what}`, async () => {
    const stage = scene();
    stage.world.cancels.set(`shop/${ID}`, 'grace');
    const known = { ...SWEPT, cancels: marks };
    const asked = await asks(stage, () => observe(queued(), { ports: stage.ports, known, withHead: false }));
    assert.equal([asked.calls, asked.value.cancel], [calls, cancel]);
  });
}

test('a command that is there after all is not absent', async () => {
  const stage = scene();
  const late = building({ run: unsent, deliverBy: NOW.toISOString() });
  const look = () => observe(late, { ports: stage.ports, known: SWEPT, withHead: false });
  assert.equal(await look(), { command: 'absent' });
  await sent(stage);
  assert.equal(await look(), {});
});

test.run();
