import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startPulse } from '../../build-instance/pulse.ts';

const test = suite('the pulse of a build');
const key = { app: 'shop', id: '20261124T101112Z-1a2b3c4d' };

test('signs come at once and again, one that fails is followed by the next, none after the end', async () => {
  let count = 0;
  const enough = Promise.withResolvers<void>();
  const writeSign = async (): Promise<void> => {
    count += 1;
    if (count === 1) throw new Error('503');
    if (count === 3) enough.resolve();
  };
  // Its own timer does not keep the process alive.
  const awake = setInterval(() => undefined, 1000);
  const pulse = startPulse({ ports: { writeSign }, key, attempt: 1, everyMs: 1 });
  assert.is(count, 1);
  await enough.promise;
  pulse.end();
  clearInterval(awake);
  const last = count;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(count, last);
});

test('a sign that takes long is not overtaken', async () => {
  let [count, isOpen] = [0, false];
  const gate = Promise.withResolvers<void>();
  const more = Promise.withResolvers<void>();
  const writeSign = async (): Promise<void> => {
    count += 1;
    if (isOpen) more.resolve();
    await gate.promise;
  };
  const awake = setInterval(() => undefined, 1000);
  const pulse = startPulse({ ports: { writeSign }, key, attempt: 1, everyMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(count, 1);
  isOpen = true;
  gate.resolve();
  await more.promise;
  pulse.end();
  clearInterval(awake);
});

test.run();
