// The invariants under random schedules: a fixed set of seeds, fresh ones each time, and planted mistakes that must
// each be caught.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MISTAKES } from './mistakes.ts';
import { runSchedule } from './schedule.ts';
import { replayOf, shrink } from './shrink.ts';

const FIXED = 300;
const FRESH = 2_000;
const LENGTH = 60;
/** The rarest mistake shows itself once in a thousand schedules. */
const MOST_TRIES = 10_000;

const test = suite('simulation');

async function holds(seed: number): Promise<void> {
  if ((await runSchedule({ seed, length: LENGTH })).violation === undefined) return;
  const failure = await shrink({ seed, length: LENGTH });
  assert.unreachable(
    failure === undefined ? `seed ${seed}` : `${failure.violation}\n  again: ${replayOf(failure)}`,
  );
}

test(`I1–I8 hold in ${FIXED} fixed schedules`, async () => {
  for (let seed = 1; seed <= FIXED; seed += 1) await holds(seed);
});

test(`I1–I8 hold in ${FRESH} fresh schedules`, async () => {
  const first = Math.floor(Math.random() * 2 ** 31);
  for (let seed = first; seed < first + FRESH; seed += 1) await holds(seed);
});

test('a schedule played again is the same', async () => {
  assert.equal(
    await runSchedule({ seed: 7, length: LENGTH }),
    await runSchedule({ seed: 7, length: LENGTH }),
  );
});

for (const { name, caughtBy, mistake } of MISTAKES) {
  test(`a planted mistake is caught by ${caughtBy.join(' or ')}: ${name}`, async () => {
    let violation: string | undefined;
    for (let seed = 1; seed <= MOST_TRIES && violation === undefined; seed += 1) {
      violation = (await runSchedule({ seed, length: LENGTH, mistake })).violation;
    }
    const invariant = violation?.slice(0, 2) ?? 'nothing';
    assert.ok(caughtBy.includes(invariant), `caught by ${invariant}: ${violation}`);
  });
}

test.run();
