// The arrows as tables: each row is a rule.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Build, isFinal, NEXT } from '../../../shared/build/build.ts';
import { decide } from '../../../shared/build/decide.ts';
import { prolonged } from '../../../shared/build/decide-deploying.ts';
import type { CommandSeen, Seen } from '../../../shared/build/seen.ts';
import {
  applying,
  building,
  finals,
  LIMITS,
  later,
  NEWER,
  NOW,
  OLDER,
  pushed,
  queued,
  result,
  run,
} from '../../helpers/builds.ts';

const test = suite('decide');
const waiting: CommandSeen = { outcome: 'waiting' };
const running: CommandSeen = { outcome: 'running' };
const ended = (outcome: CommandSeen['outcome'], exitCode?: number): CommandSeen =>
  exitCode === undefined ? { outcome } : { outcome, exitCode };
const broken = result({
  outcome: 'failed',
  phase: 'build',
  fault: 'user',
  reason: 'BuildFailed',
  exitCode: 30,
});
const flaky = result({
  outcome: 'failed',
  phase: 'push',
  fault: 'platform',
  reason: 'PushFailed',
  exitCode: 50,
});
const slot = { instance: 'i', number: 0 };
const lease = { build: pushed().id, holder: 'x', until: later(60).toISOString() };

const RULES: [when: string, build: Build, seen: Seen, now: Date, then: string][] = [
  ['queued, nothing known', queued(), {}, NOW, 'queued: claim-slot'],
  ['queued, slot claimed', queued(), { slot }, NOW, 'building: ensure-command'],
  ['queued, no slot', queued(), { noSlot: 'all taken' }, NOW, 'queued:'],
  ['queued, cancel asked', queued(), { cancel: 'ada', slot }, NOW, 'canceled: finish'],
  ['queued, a newer upload is there', queued(), { siblings: [{ id: NEWER }] }, NOW, 'superseded: finish'],
  [
    'queued, policy queue, a newer upload is there',
    queued({ policy: 'queue' }),
    { siblings: [{ id: NEWER }] },
    NOW,
    'queued: claim-slot',
  ],
  [
    'queued, policy queue, an older one is on its way',
    queued({ policy: 'queue' }),
    { siblings: [{ id: OLDER }] },
    NOW,
    'queued:',
  ],
  [
    'queued, supersede, an older one is on its way',
    queued(),
    { siblings: [{ id: OLDER }] },
    NOW,
    'queued: claim-slot',
  ],
  ['queued, a newer build is deployed', queued(), { head: { build: NEWER } }, NOW, 'superseded: finish'],
  ['queued, backoff not over', queued({ notBefore: later(15).toISOString() }), {}, NOW, 'queued:'],
  [
    'queued, backoff over',
    queued({ notBefore: later(15).toISOString() }),
    {},
    later(15),
    'queued: claim-slot',
  ],
  ['building, command not known', building({ run: { ...run, command: '' } }), {}, NOW, 'building:'],
  ['building, not fetched yet', building(), { command: waiting }, NOW, 'building:'],
  ['building, runs', building(), { command: running }, later(1000), 'building:'],
  [
    'building, image pushed and command over',
    building(),
    { command: ended('succeeded', 0), result: result() },
    NOW,
    'pushed: invoke-apply free-slot',
  ],
  [
    'building, image pushed, command not seen to end',
    building(),
    { command: running, result: result() },
    NOW,
    'pushed: invoke-apply',
  ],
  [
    'building, result of other bytes',
    building(),
    { command: ended('succeeded', 0), result: result({ eTag: 'e-2' }) },
    NOW,
    'queued: free-slot',
  ],
  [
    'building, success without a digest',
    building(),
    { result: result({ image: 'shop:latest' }) },
    NOW,
    'queued:',
  ],
  [
    'building, result of another attempt',
    building(),
    { command: running, result: result({ attempt: 2 }) },
    NOW,
    'building:',
  ],
  [
    'building, Dockerfile error',
    building(),
    { command: ended('failed', 30), result: broken },
    NOW,
    'failed: free-slot finish',
  ],
  [
    'building, push failed',
    building(),
    { command: ended('failed', 50), result: flaky },
    NOW,
    'queued: free-slot',
  ],
  [
    'building, push failed a third time',
    building({ attempt: 3, run: { ...run, attempt: 3 } }),
    { result: { ...flaky, attempt: 3 } },
    NOW,
    'failed: finish',
  ],
  [
    'building, SUCCEEDED without a result',
    building(),
    { command: ended('succeeded', 0) },
    NOW,
    'queued: free-slot',
  ],
  [
    'building, FAILED 30 without a result',
    building(),
    { command: ended('failed', 30) },
    NOW,
    'failed: free-slot finish',
  ],
  [
    'building, FAILED 20 without a result',
    building(),
    { command: ended('failed', 20) },
    NOW,
    'queued: free-slot',
  ],
  ['building, EXPIRED', building(), { command: ended('expired') }, NOW, 'queued: free-slot'],
  [
    'building, TIMED_OUT without a result',
    building(),
    { command: ended('timedOut') },
    NOW,
    'queued: free-slot',
  ],
  [
    'building, cancelled by somebody in OCI',
    building(),
    { command: ended('canceled') },
    NOW,
    'canceled: free-slot finish',
  ],
  ['building, 404 on a young command', building(), { command: 'absent' }, later(119), 'building:'],
  ['building, 404 on an old command', building(), { command: 'absent' }, later(120), 'queued: free-slot'],
  ['building, never fetched', building(), { command: waiting }, later(900), 'building: cancel-command'],
  [
    'building, agent stopped',
    building(),
    { command: waiting, instanceProblem: 'STOPPED' },
    later(300),
    'building: cancel-command',
  ],
  [
    'building, runs and gave a sign of life',
    building(),
    { command: running, heardAt: NOW.toISOString() },
    later(299),
    'building:',
  ],
  [
    'building, runs and went silent',
    building(),
    { command: running, heardAt: NOW.toISOString() },
    later(300),
    'building: cancel-command',
  ],
  [
    'building, runs, never heard of, its instance is down',
    building(),
    { command: running, instanceProblem: 'STOPPED' },
    later(301),
    'building: cancel-command',
  ],
  ['building, runs too long', building(), { command: running }, later(3600), 'building: cancel-command'],
  [
    'building, cancel asked',
    building(),
    { command: running, cancel: 'ada' },
    NOW,
    'building: cancel-command',
  ],
  [
    'building, cancel asked and confirmed',
    building(),
    { command: ended('canceled'), cancel: 'ada' },
    NOW,
    'canceled: free-slot finish',
  ],
  [
    'building, cancel asked, it succeeded first',
    building(),
    { command: ended('succeeded', 0), result: result(), cancel: 'ada' },
    NOW,
    'canceled: free-slot finish',
  ],
  ['pushed', pushed(), {}, NOW, 'pushed: invoke-apply'],
  ['pushed, cancel asked', pushed(), { cancel: 'ada' }, NOW, 'canceled: finish'],
  ['pushed, a newer one is deployed', pushed(), { head: { build: NEWER } }, NOW, 'superseded: finish'],
  [
    'pushed, a newer one is pushed too',
    pushed(),
    { siblings: [{ id: NEWER, state: 'pushed' }] },
    NOW,
    'superseded: finish',
  ],
  [
    'pushed, a newer one only builds',
    pushed(),
    { siblings: [{ id: NEWER, state: 'building' }] },
    NOW,
    'pushed: invoke-apply',
  ],
  [
    'pushed, policy queue, an older one is on its way',
    pushed({ policy: 'queue' }),
    { siblings: [{ id: OLDER }] },
    NOW,
    'pushed:',
  ],
  ['pushed, never taken up', pushed(), {}, later(3600), 'failed: finish'],
  ['applying, somebody is at it', applying(), { head: { lease } }, NOW, 'applying:'],
  ['applying, its applier died', applying(), { head: { lease } }, later(60), 'applying: invoke-apply'],
  ['applying, far beyond its deadline', applying(), {}, later(300 + 1800), 'failed: finish'],
];
for (const [when, build, seen, now, then] of RULES) {
  test(`${when} → ${then}`, () => {
    const decision = decide(build, { seen, now, limits: LIMITS });
    assert.is(`${decision.build.state}: ${decision.tasks.join(' ')}`.trim(), then);
  });
}

const full = 'all 2 build slots are taken';
const PLACES: [before: number | undefined, seen: number | undefined, then: number | undefined][] = [
  [undefined, 1, 1],
  [3, 2, 2],
  [3, undefined, 3],
  [undefined, 16, 16],
  [undefined, 17, undefined],
  [16, 17, undefined],
];
for (const [before, place, then] of PLACES) {
  test(`queued with place ${before}, a sweep sees ${place} → ${then}`, () => {
    const build = queued({ reason: full, ...(before === undefined ? {} : { position: before }) });
    const seen: Seen = { noSlot: full, ...(place === undefined ? {} : { place }) };
    const decided = decide(build, { seen, now: NOW, limits: LIMITS }).build;
    assert.is(decided.state === 'queued' ? decided.position : decided.state, then);
    assert.is(decided === build, before === then, 'written only when it changes');
  });
}

for (const build of finals()) {
  test(`${build.state} is final: it is only finished`, () => {
    const decision = decide(build, {
      seen: { cancel: 'ada', slot, head: { build: NEWER } },
      now: NOW,
      limits: LIMITS,
    });
    assert.is(decision.build, build);
    assert.equal(decision.tasks, ['finish']);
  });
}

/** Every wait has a deadline of its own from stored time, a reason of its own, and somebody whose fault it is. */
const silent = {
  ...building(),
  stopping: 'no sign of life from galley-build since x',
  stoppingSince: NOW.toISOString(),
};
const late = { ...building(), stopping: 'the command did not end in time', stoppingSince: NOW.toISOString() };
const { command: _command, ...unsent } = run;
const WAITS: [wait: string, build: Build, seen: Seen, now: Date, reason: string][] = [
  [
    'OCI takes the command',
    building({ run: unsent }),
    { command: 'absent' },
    later(1020),
    'platform NotSubmitted',
  ],
  ['the agent fetches it', building(), { command: ended('expired') }, NOW, 'platform NotDelivered'],
  ['it ends in time', late, { command: ended('canceled') }, NOW, 'platform BuildTimedOut'],
  ['its machine lives', silent, { command: ended('canceled') }, NOW, 'platform BuildLost'],
  ['its machine answers', silent, { command: running }, later(60), 'platform BuildLost'],
  ['its end is confirmed', late, { command: running }, later(600), 'platform NotConfirmed'],
  ['its result is there', building(), { command: ended('succeeded', 0) }, NOW, 'platform ResultMissing'],
  ['OCI remembers it', building(), { command: 'absent' }, later(120), 'platform CommandLost'],
  ['apply takes the image up', pushed(), {}, later(3600), 'platform ApplyStalled'],
  ['the rollout ends', applying(), {}, later(300 + 1800), 'platform ApplyStalled'],
];
for (const [wait, build, seen, now, reason] of WAITS) {
  test(`not in time: ${wait} → ${reason}`, () => {
    // The last attempt, so that the reason is the record's end and not another attempt.
    const last = build.state === 'building' ? { ...build, attempt: 3 } : build;
    const then = decide(last, { seen, now, limits: LIMITS }).build;
    assert.is(then.state === 'failed' ? `${then.fault} ${then.reason}` : then.state, reason);
  });
}

/** `applying` since NOW, with 300 s for its rollout. */
const PROLONGED: [when: string, now: Date, rolloutBy: Date][] = [
  ['at once', NOW, later(300)],
  ['when its time is nearly over', later(290), later(590)],
  ['long after it', later(2000), later(2300)],
  ['after nearly an hour', later(3500), later(3600)],
  ['after more than that', later(4000), later(3600)],
];
for (const [when, now, rolloutBy] of PROLONGED) {
  test(`a rollout broken off ${when} gets its time anew, for an hour at most`, () => {
    assert.is(prolonged(applying(), now), rolloutBy.toISOString());
  });
}

test('a command without an id is created, and given up only when it can no longer come', () => {
  const { command: _, ...unnamed } = run;
  const build = building({ run: unnamed });
  const tasks = (seen: Seen, now: Date) => decide(build, { seen, now, limits: LIMITS });
  assert.equal(tasks({}, NOW).tasks, ['ensure-command']);
  assert.equal(
    tasks({ cancel: 'ada' }, NOW).tasks,
    ['ensure-command'],
    'canceled is said only of what is proven',
  );
  assert.equal(tasks({ command: 'absent' }, later(900)).tasks, ['ensure-command']);
  assert.is(tasks({ command: 'absent' }, later(900 + 120)).build.state, 'queued');
});

test('a stop that is never confirmed ends all the same', () => {
  const build = building({ stopping: 'cancel requested by ada', stoppingSince: NOW.toISOString() });
  const at = (seconds: number) =>
    decide(build, { seen: { command: running, cancel: 'ada' }, now: later(seconds), limits: LIMITS }).build;
  assert.is(at(599).state, 'building');
  const failed = at(600);
  assert.is(failed.state === 'failed' ? failed.reason : '', 'CancelNotConfirmed');
});

test('a build that went silent is tried elsewhere a minute after nobody answered its stop', () => {
  const seen = { command: running, heardAt: NOW.toISOString(), instanceProblem: 'the instance is STOPPED' };
  const stopped = decide(building(), { seen, now: later(300), limits: LIMITS }).build;
  const at = (seconds: number) => decide(stopped, { seen, now: later(seconds), limits: LIMITS });
  assert.is(at(359).build.state, 'building');
  const { build, tasks } = at(360);
  assert.equal(tasks, [], 'its slot is held until OCI says that the command is over');
  assert.match(
    build.state === 'queued' ? build.reason : '',
    'BuildLost: no sign of life from galley-build since 2026-11-24T10:11:12.000Z: the instance is STOPPED;',
  );
  const late = decide(stopped, {
    seen: { command: ended('canceled') },
    now: later(310),
    limits: LIMITS,
  }).build;
  assert.match(late.state === 'queued' ? late.reason : late.state, 'BuildLost');
});

test('another attempt avoids the instance that failed, and waits longer each time', () => {
  const second = decide(building(), { seen: { command: ended('expired') }, now: NOW, limits: LIMITS }).build;
  assert.is(second.state === 'queued' ? second.avoid : '', run.instance);
  assert.is(second.state === 'queued' ? second.notBefore : '', later(15).toISOString());
});

const anyBuild = fc.constantFrom<Build>(queued(), building(), pushed(), applying(), ...finals());
const anyCommand = fc.constantFrom<CommandSeen | 'absent'>(
  waiting,
  running,
  ended('succeeded', 0),
  ended('failed', 30),
  ended('failed', 50),
  ended('timedOut'),
  ended('canceled'),
  ended('expired'),
  'absent',
);
const anySeen: fc.Arbitrary<Seen> = fc.record(
  {
    cancel: fc.constant('ada'),
    siblings: fc.subarray([
      { id: OLDER, state: 'building' },
      { id: NEWER, state: 'pushed' },
    ]),
    head: fc.constantFrom({ build: NEWER }, { build: OLDER }, { lease }),
    slot: fc.constant(slot),
    noSlot: fc.constant('all taken'),
    command: anyCommand,
    result: fc.constantFrom(result(), broken, flaky, result({ eTag: 'e-2' }), result({ attempt: 2 })),
    instanceProblem: fc.constant('STOPPED'),
    heardAt: fc.integer({ min: 0, max: 100_000 }).map((seconds) => later(seconds).toISOString()),
  },
  { requiredKeys: [] },
);
const anyTime = fc.integer({ min: 0, max: 100_000 }).map(later);

test('never leaves a final state, follows only known arrows, is deterministic', () => {
  fc.assert(
    fc.property(anyBuild, anySeen, anyTime, (build, seen, now) => {
      const one = decide(build, { seen, now, limits: LIMITS });
      assert.equal(one, decide(build, { seen, now, limits: LIMITS }));
      if (one.build.state === build.state) return;
      const allowed: readonly string[] = NEXT[build.state];
      assert.ok(allowed.includes(one.build.state), `${build.state} → ${one.build.state}`);
    }),
  );
});

test('always moves, asks for something, or waits for a deadline it has stored', () => {
  fc.assert(
    fc.property(anyBuild, anySeen, anyTime, (build, seen, now) => {
      const { build: next, tasks } = decide(build, { seen, now, limits: LIMITS });
      if (isFinal(next)) return assert.ok(tasks.includes('finish'));
      if (next.state !== build.state || tasks.length > 0) return;
      const waits = {
        queued: 'reason',
        building: 'runBy',
        pushed: 'applyBy',
        applying: 'rolloutBy',
      } as const;
      const field = waits[next.state as keyof typeof waits];
      assert.ok(field in next, `${next.state} waits without ${field}`);
    }),
  );
});

test.run();
