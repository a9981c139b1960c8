import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCron } from '../../../../local/services/resource-scheduler/cron.ts';

const test = suite('cron');

/** 2026-11-24 is a Tuesday. */
for (const [text, after, next] of [
  ['17 * * * *', '2026-11-24T10:16:59Z', '2026-11-24T10:17:00.000Z'],
  ['17 * * * *', '2026-11-24T10:17:00Z', '2026-11-24T11:17:00.000Z'],
  ['0 3 * * *', '2026-11-24T03:00:00Z', '2026-11-25T03:00:00.000Z'],
  ['30 8 1 * *', '2026-12-01T09:00:00Z', '2027-01-01T08:30:00.000Z'],
  ['0 6 * * 1-5', '2026-11-27T07:00:00Z', '2026-11-30T06:00:00.000Z'],
  ['0 0 * * 7', '2026-11-24T00:00:00Z', '2026-11-29T00:00:00.000Z'],
  ['0 0 13 * 5', '2026-11-24T00:00:00Z', '2026-11-27T00:00:00.000Z'],
  ['5 */6 * * *', '2026-11-24T12:06:00Z', '2026-11-24T18:05:00.000Z'],
  ['0 8-10/2,20 * * *', '2026-11-24T10:30:00Z', '2026-11-24T20:00:00.000Z'],
  ['0 0 29 2 *', '2026-11-24T00:00:00Z', '2028-02-29T00:00:00.000Z'],
] as const) {
  test(`${text} after ${after}: ${next}`, () => {
    assert.is(parseCron(text).next(new Date(after))?.toISOString(), next);
  });
}

test('30 February never comes', () => {
  assert.is(parseCron('0 0 30 2 *').next(new Date('2026-11-24T00:00:00Z')), undefined);
});

for (const [text, says] of [
  ['* * * *', /"\* \* \* \*" must be five fields of cron/],
  ['60 * * * *', /"60" is no minute of cron: 0 to 59/],
  ['0 0 0 * *', /"0" is no day of the month/],
  ['0 9-8 * * *', /"9-8" is no hour/],
  ['0 * * JAN *', /"JAN" is no month/],
  ['*/0 * * * *', /"\*\/0" is no minute/],
] as const) {
  test(`${text} is refused`, () => assert.throws(() => parseCron(text), says));
}

test.run();
