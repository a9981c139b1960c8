import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { afterPrefix } from '../../../../local/services/object-storage/names.ts';
import { outcome, startBucket, type TestBucket } from './bucket.ts';

const pure = suite('the name after a prefix');
for (const [prefix, after] of [
  ['a/', 'a0'],
  ['a', 'b'],
  ['', undefined],
  ['a\u{10ffff}', 'b'],
  ['\ud7ff', '\ue000'],
] as const) {
  pure(JSON.stringify(prefix), () => assert.is(afterPrefix(prefix), after));
}
pure.run();

const test = suite('listings');
let bucket: TestBucket;
const NAMES = ['a', 'a/1', 'a/2', 'a/b/1', 'a0', 'b/1', 'b/2', 'c', 'ü', '\u{1f6a2}', '\uffee'];
test.before(async () => {
  bucket = await startBucket();
  for (const name of NAMES) await bucket.put(name);
});
test.after(() => bucket.running.stop());

type Query = Record<string, string | number>;
for (const [query, names, prefixes] of [
  [{}, ['a', 'a/1', 'a/2', 'a/b/1', 'a0', 'b/1', 'b/2', 'c', 'ü', '\uffee', '\u{1f6a2}'], []],
  [{ prefix: 'a/' }, ['a/1', 'a/2', 'a/b/1'], []],
  [{ delimiter: '/' }, ['a', 'a0', 'c', 'ü', '\uffee', '\u{1f6a2}'], ['a/', 'b/']],
  [{ delimiter: '/', prefix: 'a/' }, ['a/1', 'a/2'], ['a/b/']],
  [{ start: 'b' }, ['b/1', 'b/2', 'c', 'ü', '\uffee', '\u{1f6a2}'], []],
  [{ start: 'b/1', end: 'c' }, ['b/1', 'b/2'], []],
  [{ startAfter: 'b/1', end: 'd' }, ['b/2', 'c'], []],
  [{ prefix: 'none' }, [], []],
  [{ prefix: 'a/', start: 'a/2' }, ['a/2', 'a/b/1'], []],
] as [Query, string[], string[]][]) {
  test(JSON.stringify(query), async () => {
    const { objects, prefixes: found } = (await bucket.client.listObjects({ ...bucket.at, ...query }))
      .listObjects;
    assert.equal(
      objects.map(({ name }) => name),
      names,
    );
    assert.equal(found, prefixes);
  });
}

for (const query of [{}, { delimiter: '/' }, { prefix: 'a/', delimiter: '/' }]) {
  for (const limit of [1, 2, 3]) {
    test(`pages of ${limit} of ${JSON.stringify(query)} add up to the whole`, async () => {
      const whole = (await bucket.client.listObjects({ ...bucket.at, ...query })).listObjects;
      const seen: string[] = [];
      let start: string | undefined;
      do {
        const request = {
          ...bucket.at,
          ...query,
          limit,
          ...(start === undefined ? {} : { start: encodeURI(start) }),
        };
        const page = (await bucket.client.listObjects(request)).listObjects;
        const entries = [...page.objects.map(({ name }) => name), ...(page.prefixes ?? [])];
        assert.ok(entries.length <= limit);
        seen.push(...entries);
        start = page.nextStartWith;
      } while (start !== undefined);
      assert.equal(
        seen.toSorted(),
        [...whole.objects.map(({ name }) => name), ...(whole.prefixes ?? [])].toSorted(),
      );
    });
  }
}

test('only the fields asked for, and never metadata', async () => {
  const list = async (fields?: string) =>
    (await bucket.client.listObjects({ ...bucket.at, limit: 1, ...(fields ? { fields } : {}) })).listObjects
      .objects[0];
  assert.equal(Object.keys({ ...(await list()) }), ['name']);
  const shown = { ...(await list('name,size,etag,md5,timeCreated,timeModified,storageTier')) };
  assert.equal(Object.keys(shown).sort(), [
    'etag',
    'md5',
    'name',
    'size',
    'storageTier',
    'timeCreated',
    'timeModified',
  ]);
  assert.match(String(shown.timeCreated), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

for (const [query, expected] of [
  [{ delimiter: '.' }, '400 InvalidParameter'],
  [{ limit: 0 }, '400 InvalidParameter'],
  [{ fields: 'color' }, '400 InvalidParameter'],
] as const) {
  test(`${JSON.stringify(query)} -> ${expected}`, async () => {
    assert.is(await outcome(bucket.client.listObjects({ ...bucket.at, ...query })), expected);
  });
}
test.run();
