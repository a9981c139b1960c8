import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outbox, type OutboxOptions, outbox } from '../../../../local/outbox.ts';
import { openStore } from '../../../../local/store.ts';
import { afterCommit, atomically } from '../../../../local/transaction.ts';
import { until } from '../until.ts';

const test = suite('the outbox');
const directory = mkdtempSync(join(tmpdir(), 'galley-outbox-'));
const database = openStore(directory);
test.after(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

interface Played {
  readonly box: Outbox<string>;
  readonly sent: string[];
  readonly givenUp: string[];
  readonly clock: { ms: number };
}

/** An outbox whose deliveries fail as often as their target says, and whose clock stands still. */
function play(name: string, more: Partial<OutboxOptions<string>> = {}): Played {
  const [sent, givenUp, clock]: [string[], string[], { ms: number }] = [[], [], { ms: 1_000_000 }];
  const box = outbox<string>({ database, now: () => new Date(clock.ms) } as never, {
    name,
    deliver: async ({ body, attempts, target }) => {
      sent.push(`${body}.${attempts}`);
      return attempts < Number(target) ? 'retry' : 'done';
    },
    retryAfter: ({ attempts }, age) => (age > 100 ? undefined : 10 * (attempts + 1)),
    onGiveUp: ({ body }) => givenUp.push(body),
    ...more,
  });
  return { box, sent, givenUp, clock };
}
const add = ({ box }: Played, body: string, more: { fails?: number; delaySeconds?: number } = {}) =>
  box.add({ id: body, target: String(more.fails ?? 0), body, delaySeconds: more.delaySeconds ?? 0 });
const toBe = (what: string, ask: () => boolean) => until(what, () => (ask() ? true : undefined));

test('what is added before the start is sent after it', async () => {
  const played = play('early');
  add(played, 'a');
  assert.is(played.box.pending(), 1);
  played.box.start();
  await toBe('sent', () => played.box.pending() === 0);
  assert.equal(played.sent, ['a.0']);
  played.box.stop();
});

test('a failure waits for its pause, others go past it', async () => {
  const played = play('retry');
  played.box.start();
  add(played, 'a', { fails: 2 });
  await toBe('the first attempt', () => played.sent.length === 1);
  add(played, 'b');
  await toBe('b', () => played.sent.includes('b.0'));
  assert.equal(played.sent, ['a.0', 'b.0']);
  played.clock.ms += 10_000;
  await toBe('the second attempt', () => played.sent.includes('a.1'));
  played.clock.ms += 20_000;
  await toBe('the end', () => played.box.pending() === 0);
  assert.equal(played.sent, ['a.0', 'b.0', 'a.1', 'a.2']);
  played.box.stop();
});

test('what is too old is given up, and said', async () => {
  const played = play('old');
  add(played, 'a', { fails: 99 });
  played.clock.ms += 101_000;
  played.box.start();
  await toBe('given up', () => played.givenUp.length === 1);
  assert.is(played.box.pending(), 0);
  played.box.stop();
});

test('an exception is a failure', async () => {
  let calls = 0;
  const played = play('throws', {
    deliver: async () => {
      calls += 1;
      if (calls === 1) throw new Error('planted');
      return 'done';
    },
    retryAfter: () => 0,
  });
  played.box.start();
  add(played, 'a');
  await toBe('delivered', () => played.box.pending() === 0);
  assert.is(calls, 2);
  played.box.stop();
});

test('a delay holds a delivery back', async () => {
  const played = play('late');
  played.box.start();
  add(played, 'late', { delaySeconds: 5 });
  add(played, 'now');
  await toBe('now', () => played.sent.length === 1);
  assert.equal(played.sent, ['now.0']);
  played.clock.ms += 5000;
  await toBe('late', () => played.sent.length === 2);
  played.box.stop();
});

test('a hundred at once all arrive, at most 32 under way', async () => {
  let [underway, most] = [0, 0];
  const played = play('many', {
    deliver: async () => {
      underway += 1;
      most = Math.max(most, underway);
      await new Promise((resolve) => setImmediate(resolve));
      underway -= 1;
      return 'done';
    },
  });
  for (let index = 0; index < 100; index += 1) add(played, String(index));
  played.box.start();
  await toBe('all', () => played.box.pending() === 0);
  assert.is(most, 32);
  played.box.stop();
});

test('what was under way at the stop is sent again after the next start', async () => {
  let answer: () => void = () => {};
  const first = play('stopped', {
    deliver: () => new Promise((resolve) => (answer = () => resolve('done'))),
  });
  first.box.start();
  add(first, 'a');
  await toBe('under way', () => `${answer}`.includes('done'));
  first.box.stop();
  answer();
  const second = play('stopped');
  second.box.start();
  await toBe('sent again', () => second.sent.length === 1);
  second.box.stop();
});

test('a delivery added in a transaction that fails is not sent', async () => {
  const played = play('rolled back');
  played.box.start();
  assert.throws(() =>
    atomically(database, () => {
      add(played, 'never');
      throw new Error('planted');
    }),
  );
  add(played, 'sent');
  await toBe('the other', () => played.box.pending() === 0);
  assert.equal(played.sent, ['sent.0']);
  played.box.stop();
});

test('transactions join; effects wait for the outermost commit, and are dropped with a rollback', () => {
  const order: string[] = [];
  atomically(database, () => {
    atomically(database, () => afterCommit(database, () => order.push('effect')));
    order.push('still inside');
  });
  afterCommit(database, () => order.push('at once'));
  assert.throws(() =>
    atomically(database, () => {
      afterCommit(database, () => order.push('dropped'));
      throw new Error('planted');
    }),
  );
  assert.equal(order, ['still inside', 'effect', 'at once']);
  assert.not(database.isTransaction);
});
test.run();
