// Planted faults: what they do to any operation, and how they are counted, drawn, matched and refused.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFault } from '../../local/fault-details.ts';
import { FAULTS, faultBox } from '../../local/faults.ts';
import { serve } from './http/test-server.ts';

const test = suite('faults');
let region: Awaited<ReturnType<typeof serve>>;
let effects = 0;
test.before(async () => {
  region = await serve([
    {
      auth: 'none',
      operation: 'Count',
      method: 'POST',
      path: '/count/:bucket',
      handle: () => {
        effects += 1;
        return { status: 200 };
      },
    },
  ]);
});
test.after(() => region.stop());

const ask = (method: string, body?: object): Promise<Response> =>
  fetch(`${region.admin}/_galley/faults`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
const count = (): Promise<number | 'reset'> =>
  fetch(`${region.endpoint}/count/a%2Fb`, { method: 'POST' }).then(
    ({ status }) => status,
    () => 'reset' as const,
  );

const outcomes: [fault: object, answers: (number | 'reset')[], effects: number][] = [
  [{ name: 'error-before', where: 'Count' }, [503, 200], 1],
  [{ name: 'error-before', where: 'Count', value: 500, times: 2 }, [500, 500, 200], 1],
  [{ name: 'error-after', where: 'Count' }, [503, 200], 2],
  [{ name: 'drop-reply', where: 'Count' }, ['reset', 200], 2],
  [{ name: 'throttle', where: 'C*' }, [429, 200], 1],
  [{ name: 'unauthenticated', where: 'Count */count/a/b' }, [401, 200], 1],
  [{ name: 'not-found' }, [404, 200], 1],
  [{ name: 'delay', value: 0.01 }, [200, 200], 2],
  [{ name: 'throttle', where: 'PutObject' }, [200, 200], 2],
];
for (const [fault, answers, expected] of outcomes) {
  test(`${JSON.stringify(fault)} -> ${answers.join(', ')}`, async () => {
    effects = 0;
    await ask('DELETE');
    assert.is((await ask('POST', fault)).status, 201);
    for (const wanted of answers) assert.is(await count(), wanted);
    assert.is(effects, expected);
  });
}

test('a planted fault is listed with what it has played, and lifted by name', async () => {
  await ask('DELETE');
  await ask('POST', { name: 'throttle', where: 'Count', times: 3 });
  await count();
  const [planted] = await (await ask('GET')).json();
  assert.is(planted.taken, 1);
  assert.is((await fetch(`${region.admin}/_galley/faults?name=throttle`, { method: 'DELETE' })).status, 204);
  assert.is(await count(), 200);
});

for (const [body, says] of [
  [null, /must be an object/],
  [{ name: 'nonsense' }, /there is no fault named nonsense; there are error-before/],
  [{ name: 'toString' }, /no fault named toString/],
  [{ name: 'delay', when: 1 }, /unknown field when/],
  [{ name: 'delay', value: '1' }, /value must be a number/],
  [{ name: 'delay', probability: 2 }, /probability/],
  [{ name: 'delay', times: 0 }, /times/],
] as const) {
  test(`refused: ${JSON.stringify(body)}`, () => assert.throws(() => parseFault(body), says));
}

test('the same seed draws the same faults', () => {
  const draw = (seed: number): boolean[] => {
    const box = faultBox(() => new Date());
    box.plant(parseFault({ name: 'event-lost', times: 1000, probability: 0.5, seed }));
    return Array.from({ length: 64 }, () => box.take('event-lost') !== undefined);
  };
  assert.equal(draw(7), draw(7));
  assert.not.equal(draw(7), draw(8));
  const lost = draw(7).filter(Boolean).length;
  assert.ok(lost > 16 && lost < 48, `${lost} of 64 is not about half`);
});

test('a standing fault is not used up', () => {
  const box = faultBox(() => new Date());
  box.plant(parseFault({ name: 'iam-delay', where: 'galley-*', value: 60 }));
  assert.is(box.standing('iam-delay', 'galley-apply')?.value, 60);
  assert.is(box.standing('iam-delay', 'galley-apply')?.value, 60);
  assert.is(box.standing('iam-delay', 'other'), undefined);
});

test('every fault says what it does', () => {
  for (const [name, text] of Object.entries(FAULTS)) assert.match(text, /^[A-Z].*\.$/, name);
});

test.run();
