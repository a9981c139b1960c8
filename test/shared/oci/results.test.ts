import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PipelineError } from '../../../shared/errors.ts';
import type { Bucket } from '../../../shared/oci/bucket.ts';
import { parseResult } from '../../../shared/oci/result-shape.ts';
import { ociResults } from '../../../shared/oci/results.ts';
import { ID, IMAGE } from '../../helpers/builds.ts';

const test = suite('results over OCI');
const KEY = { app: 'shop', id: ID };
const GOOD = {
  version: 1,
  app: 'shop',
  build: ID,
  attempt: 1,
  eTag: 'e-1',
  outcome: 'succeeded',
  phase: 'push',
  exitCode: 0,
  image: IMAGE,
  digest: IMAGE.slice(-71),
  logTail: ['step 1', 'pushed'],
  startedAt: '2026-11-24T10:11:12Z',
  finishedAt: '2026-11-24T10:12:12Z',
};

/** A bucket that holds one text, whatever is asked for. */
function holding(text: string | undefined): Bucket {
  return { findText: async () => text } as unknown as Bucket;
}

async function find(text: string | undefined): Promise<{ result: unknown; logged: unknown[] }> {
  const logged: unknown[] = [];
  const results = ociResults(holding(text), (message, fields) => logged.push({ message, ...fields }));
  return { result: await results.find(KEY, 1), logged };
}

test('a good result becomes what decide reads', async () => {
  const { result, logged } = await find(JSON.stringify(GOOD));
  assert.equal(result, {
    attempt: 1,
    eTag: 'e-1',
    outcome: 'succeeded',
    phase: 'push',
    exitCode: 0,
    image: IMAGE,
    logTail: ['step 1', 'pushed'],
  });
  assert.equal(logged, []);
});

test('no object is no result, and nothing to log', async () => {
  assert.equal(await find(undefined), { result: undefined, logged: [] });
});

const BAD: [string, unknown, string][] = [
  ['no JSON', '{"version":1', 'it is not JSON'],
  ['no object', [], 'wrong: all of it (invalid_type)'],
  ['another version', { ...GOOD, version: 2 }, 'wrong: version (invalid_value)'],
  ['an unknown outcome', { ...GOOD, outcome: 'great' }, 'wrong: outcome (invalid_value)'],
  ['an exit code that is none', { ...GOOD, exitCode: 256 }, 'wrong: exitCode (too_big)'],
  ['an exit code that is text', { ...GOOD, exitCode: '0' }, 'wrong: exitCode (invalid_type)'],
  ['a fault of nobody', { ...GOOD, fault: 'mine' }, 'wrong: fault (invalid_value)'],
  ['a log that is no list', { ...GOOD, logTail: 'x' }, 'wrong: logTail (invalid_type)'],
  ['a missing ETag', { ...GOOD, eTag: undefined }, 'wrong: eTag (invalid_type)'],
  ['another build', { ...GOOD, app: 'other' }, `it speaks of other/${ID} attempt 1`],
  ['another attempt', { ...GOOD, attempt: 2 }, `it speaks of shop/${ID} attempt 2`],
];
for (const [what, value, why] of BAD) {
  test(`${what} is not used, and the log says why`, async () => {
    const { result, logged } = await find(typeof value === 'string' ? value : JSON.stringify(value));
    assert.is(result, undefined);
    assert.equal(logged, [{ message: 'a result object is not used', object: `results/shop/${ID}/1`, why }]);
  });
}

test('a result too long to read is not used', async () => {
  const refusing = {
    findText: async () => {
      throw new PipelineError('too long', { retry: 'never', reason: 'TooLong' });
    },
  } as unknown as Bucket;
  assert.is(await ociResults(refusing, () => undefined).find(KEY, 1), undefined);
});

test('a failure to read goes on', async () => {
  const failing = {
    findText: async () => {
      throw new PipelineError('503', { retry: 'later' });
    },
  } as unknown as Bucket;
  const error = await ociResults(failing, () => undefined)
    .find(KEY, 1)
    .catch((thrown: Error) => thrown.message);
  assert.is(error, '503');
});

test('long words are cut, long tails keep their end', () => {
  const logTail = Array.from({ length: 300 }, (_, line) => `${line} ${'x'.repeat(2000)}`);
  const parsed = parseResult(JSON.stringify({ ...GOOD, detail: 'd'.repeat(9000), logTail }));
  if ('problem' in parsed) throw new Error(parsed.problem);
  assert.is(parsed.result.detail?.length, 4000);
  assert.is(parsed.result.logTail.length, 200);
  assert.ok(parsed.result.logTail[199]?.startsWith('299 '));
  assert.is(parsed.result.logTail[199]?.length, 1000);
});

test('names that mean something to JavaScript mean nothing here', () => {
  const text = JSON.stringify(GOOD).replace('{', '{"__proto__":{"polluted":true},"constructor":1,');
  const parsed = parseResult(text);
  assert.not.ok('problem' in parsed);
  assert.is(({} as Record<string, unknown>).polluted, undefined);
});

test.run();
