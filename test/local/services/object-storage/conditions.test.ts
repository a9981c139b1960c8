import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRead, checkWrite, conditionsOf } from '../../../../local/services/object-storage/conditions.ts';
import { outcome, startBucket, type TestBucket } from './bucket.ts';

const pure = suite('conditions');
const code = (decide: () => unknown): unknown => {
  try {
    return decide() ?? 'ok';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};
const there = { eTag: 'a' };
for (const [name, present, conditions, write, read] of [
  ['nothing asked', there, {}, 'ok', 'changed'],
  ['If-Match current', there, { ifMatch: 'a' }, 'ok', 'changed'],
  ['If-Match stale', there, { ifMatch: 'b' }, 'IfMatchFailed', 'IfMatchFailed'],
  ['If-Match *', there, { ifMatch: '*' }, 'ok', 'changed'],
  ['If-Match on nothing', undefined, { ifMatch: 'a' }, 'IfMatchFailed', 'IfMatchFailed'],
  ['If-Match * on nothing', undefined, { ifMatch: '*' }, 'IfMatchFailed', 'IfMatchFailed'],
  ['If-None-Match * on something', there, { ifNoneMatch: '*' }, 'IfNoneMatchFailed', 'unchanged'],
  ['If-None-Match * on nothing', undefined, { ifNoneMatch: '*' }, 'ok', 'changed'],
  ['If-None-Match current', there, { ifNoneMatch: 'a' }, 'InvalidParameter', 'unchanged'],
  ['If-None-Match other', there, { ifNoneMatch: 'b' }, 'InvalidParameter', 'changed'],
] as const) {
  pure(`${name}: write ${write}, read ${read}`, () => {
    assert.is(
      code(() => checkWrite(present, conditions)),
      write,
    );
    assert.is(
      code(() => checkRead(present, conditions)),
      read,
    );
  });
}
pure('ETags come bare or quoted', () => {
  assert.equal(
    conditionsOf((name) => (name === 'if-match' ? ' "a" ' : 'b')),
    { ifMatch: 'a', ifNoneMatch: 'b' },
  );
});
pure.run();

const test = suite('conditional requests over HTTP');
let bucket: TestBucket;
test.before(async () => {
  bucket = await startBucket();
});
test.after(() => bucket.running.stop());

/** The live results of facts A.6. `fresh` stands for the ETag of the object before the call. */
const MATRIX: [
  string,
  { exists: boolean; ifMatch?: string; ifNoneMatch?: string; call?: 'put' | 'delete' },
  string,
][] = [
  ['PUT absent, If-None-Match *', { exists: false, ifNoneMatch: '*' }, 'ok'],
  ['PUT existing, If-None-Match *', { exists: true, ifNoneMatch: '*' }, '412 IfNoneMatchFailed'],
  ['PUT, If-Match current', { exists: true, ifMatch: 'fresh' }, 'ok'],
  ['PUT, If-Match stale', { exists: true, ifMatch: 'stale' }, '412 IfMatchFailed'],
  ['PUT absent, If-Match', { exists: false, ifMatch: 'stale' }, '412 IfMatchFailed'],
  ['PUT, If-None-Match with an ETag', { exists: true, ifNoneMatch: 'stale' }, '400 InvalidParameter'],
  ['DELETE, If-Match stale', { exists: true, ifMatch: 'stale', call: 'delete' }, '412 IfMatchFailed'],
  ['DELETE, If-Match current', { exists: true, ifMatch: 'fresh', call: 'delete' }, 'ok'],
  ['DELETE absent', { exists: false, call: 'delete' }, '404 ObjectNotFound'],
  ['DELETE absent, If-Match', { exists: false, ifMatch: 'stale', call: 'delete' }, '404 ObjectNotFound'],
];
for (const [name, { exists, call = 'put', ifMatch, ifNoneMatch }, expected] of MATRIX) {
  test(`${name} -> ${expected}`, async () => {
    const objectName = name;
    const fresh = exists ? await bucket.put(objectName, 'before') : 'none';
    const conditions = {
      ...(ifMatch === undefined ? {} : { ifMatch: ifMatch === 'fresh' ? fresh : ifMatch }),
      ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    };
    const request = { ...bucket.at, objectName, ...conditions };
    const answer = outcome(
      call === 'put'
        ? bucket.client.putObject({ ...request, putObjectBody: 'after' })
        : bucket.client.deleteObject(request),
    );
    assert.is(await answer, expected);
    if (exists && expected !== 'ok') assert.is(await bucket.text(objectName), 'before');
    if (exists && expected === 'ok' && call === 'delete') {
      assert.is(await outcome(bucket.text(objectName)), '404 ObjectNotFound');
    }
  });
}

test('GET and HEAD: If-None-Match current is 304, If-Match stale is 412', async () => {
  const eTag = await bucket.put('read');
  const request = { ...bucket.at, objectName: 'read' };
  assert.match(await outcome(bucket.client.getObject({ ...request, ifNoneMatch: eTag })), /^304/);
  assert.match(await outcome(bucket.client.headObject({ ...request, ifNoneMatch: eTag })), /^304/);
  assert.is(await outcome(bucket.client.getObject({ ...request, ifNoneMatch: 'other' })), 'ok');
  assert.is(await outcome(bucket.client.getObject({ ...request, ifMatch: 'other' })), '412 IfMatchFailed');
  assert.match(await outcome(bucket.client.headObject({ ...request, ifMatch: 'other' })), /^412/);
});

for (const [name, conditions, lost] of [
  ['If-None-Match *', { ifNoneMatch: '*' }, '412 IfNoneMatchFailed'],
  ['the same If-Match', { ifMatch: 'fresh' }, '412 IfMatchFailed'],
] as const) {
  test(`32 racing writers with ${name} have exactly one winner, whose bytes stay`, async () => {
    const objectName = `race ${name}`;
    const fresh = 'ifMatch' in conditions ? await bucket.put(objectName) : '';
    const given = 'ifMatch' in conditions ? { ifMatch: fresh } : conditions;
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, writer) =>
        outcome(
          // Some bodies are held in memory, some go to disk in pieces.
          bucket.client.putObject({
            ...bucket.at,
            objectName,
            putObjectBody: String(writer).padEnd(writer % 2 ? 1_500_000 : 10),
            ...given,
          }),
        ),
      ),
    );
    const winners = answers.flatMap((answer, writer) => (answer === 'ok' ? [writer] : []));
    assert.is(winners.length, 1);
    assert.is(answers.filter((answer) => answer === lost).length, 31);
    assert.is((await bucket.text(objectName)).trim(), String(winners[0]));
  });
}
test.run();
