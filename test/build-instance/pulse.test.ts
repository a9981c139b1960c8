import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startPulse } from '../../build-instance/pulse.ts';

const test = suite('the pulse of a build');
const key = { app: 'shop', id: '20261124T101112Z-1a2b3c4d' };

/** Its timers do not keep the process alive: a test that waits for one has to. */
async function awake<Value>(work: Promise<Value>): Promise<Value> {
  const timer = setInterval(() => undefined, 1000);
  return work.finally(() => clearInterval(timer));
}

test('signs come again and again, one that fails is followed by the next, none after the end', async () => {
  let count = 0;
  const enough = Promise.withResolvers<void>();
  const writeSign = async (): Promise<void> => {
    count += 1;
    if (count === 1) throw new Error('503');
    if (count === 3) enough.resolve();
  };
  const pulse = startPulse({ ports: { writeSign }, key, attempt: 1, firstMs: 1, everyMs: 1 });
  await awake(enough.promise);
  pulse.end();
  const last = count;
  await awake(sleep(20));
  assert.is(count, last);
});

test('a short build gives none', async () => {
  let count = 0;
  const writeSign = async (): Promise<void> => {
    count += 1;
  };
  startPulse({ ports: { writeSign }, key, attempt: 1, firstMs: 5 }).end();
  await awake(sleep(20));
  assert.is(count, 0);
});

test('a sign that takes long is not overtaken, and none follows the end', async () => {
  let count = 0;
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const writeSign = async (): Promise<void> => {
    count += 1;
    begun.resolve();
    await gate.promise;
  };
  const pulse = startPulse({ ports: { writeSign }, key, attempt: 1, firstMs: 1, everyMs: 1 });
  await awake(begun.promise);
  await awake(sleep(20));
  assert.is(count, 1);
  pulse.end();
  gate.resolve();
  await awake(sleep(20));
  assert.is(count, 1);
});

test.run();
