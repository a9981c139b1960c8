import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  fitsGlob,
  isNamed,
  isOlderThan,
  parseRule,
} from '../../../../local/services/object-storage/lifecycle.ts';
import { bucketOf, outcome, resource, startBucket, twinWith } from './bucket.ts';

const pure = suite('lifecycle rules');
for (const [pattern, name, expected] of [
  ['*', 'a/b', true],
  ['logs/*.txt', 'logs/a/b.txt', true],
  ['logs/*.txt', 'logs/a.txt.gz', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[a-c]x', 'bx', true],
  ['[a-c]x', 'dx', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a.c', 'abc', false],
  ['(a+)+$', '(a+)+$', true],
] as const) {
  pure(`${pattern} ${expected ? 'fits' : 'does not fit'} ${name}`, () =>
    assert.is(fitsGlob(name, pattern), expected),
  );
}
const filter = { inclusionPrefixes: ['logs/'], inclusionPatterns: ['*.tmp'], exclusionPatterns: ['*keep*'] };
for (const [name, expected] of [
  ['logs/a', true],
  ['a.tmp', true],
  ['a', false],
  ['logs/keep', false],
] as const) {
  pure(`the filter ${expected ? 'takes' : 'leaves'} ${name}`, () =>
    assert.is(isNamed(name, filter), expected),
  );
}
for (const [since, now, expected] of [
  ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', true],
  ['2026-01-01T00:00:01Z', '2026-01-02T00:00:01Z', false],
  ['2026-01-01T23:00:00Z', '2026-01-02T23:59:59Z', false],
  ['2026-01-01T23:00:00Z', '2026-01-03T00:00:00Z', true],
] as const) {
  pure(`written ${since}, a day old at ${now}: ${expected}`, () =>
    assert.is(isOlderThan(1, { since, now: new Date(now) }), expected),
  );
}
const rule = { name: 'r', action: 'DELETE', timeAmount: 3, timeUnit: 'DAYS', isEnabled: true };
for (const [what, change, error] of [
  ['an action that is not played', { action: 'ARCHIVE' }, /not ARCHIVE/],
  ['no amount', { timeAmount: 0 }, /timeAmount/],
  ['hours', { timeUnit: 'HOURS' }, /timeUnit/],
  ['a target there is not', { target: 'buckets' }, /target/],
] as const) {
  pure(`${what} is refused`, () => assert.throws(() => parseRule({ ...rule, ...change }), error));
}
pure.run();

const test = suite('lifecycle policies');
const directory = mkdtempSync(join(tmpdir(), 'galley-lifecycle-'));
const statements = ['Allow service objectstorage-eu-frankfurt-1 to manage object-family in tenancy'];
const declared = {
  name: 'old-logs',
  action: 'DELETE',
  target: 'objects',
  time_amount: '2',
  time_unit: 'DAYS',
  is_enabled: true,
  object_name_filter: [{ inclusion_prefixes: ['logs/'], inclusion_patterns: null, exclusion_patterns: null }],
};
const previous = { ...declared, name: 'old', target: 'previous-object-versions', object_name_filter: [] };
const policy = (bucket: string, rules: object[]) =>
  resource('oci_objectstorage_object_lifecycle_policy', bucket, { bucket, namespace: 'galleydemo', rules });
test.after(() => rmSync(directory, { recursive: true }));

test('what is old enough goes when the region starts, and nothing else', async () => {
  const resources = [policy('galley-state', [declared]), policy('galley-source', [previous])];
  const options = {
    directory: join(directory, 'region'),
    twin: twinWith(directory, { statements, resources }),
  };
  const first = await startBucket(options);
  const source = bucketOf(first.running, 'galley-source');
  for (const name of ['logs/a', 'manifests/a']) await first.put(name);
  for (const body of ['one', 'two']) await source.put('apps/a/x.tgz', body);
  await first.running.stop();
  const later = new Date(Date.now() + 4 * 24 * 3600 * 1000);
  // The region's clock is ahead of the client's, whose signatures are then too old: look into the database.
  const second = await startBucket({ ...options, now: () => later });
  const rows = second.running.region.database
    .prepare('SELECT name, is_latest FROM storage_object ORDER BY name')
    .all();
  assert.equal(
    rows.map((row) => [row.name, row.is_latest]),
    [
      ['apps/a/x.tgz', 1],
      ['manifests/a', 1],
    ],
  );
  await second.running.stop();
});

test('put, get and delete over the API', async () => {
  const bucket = await startBucket({ twin: twinWith(directory, { statements }) });
  await bucket.client.deleteObjectLifecyclePolicy(bucket.at);
  const get = () => bucket.client.getObjectLifecyclePolicy(bucket.at);
  assert.is(await outcome(get()), '404 LifecyclePolicyNotFound');
  const items = [{ ...rule, action: 'DELETE', timeAmount: 3, timeUnit: 'DAYS' as never }];
  const put = { ...bucket.at, putObjectLifecyclePolicyDetails: { items } };
  assert.is((await bucket.client.putObjectLifecyclePolicy(put)).objectLifecyclePolicy.items?.[0]?.name, 'r');
  assert.is((await get()).objectLifecyclePolicy.items?.length, 1);
  await bucket.client.deleteObjectLifecyclePolicy(bucket.at);
  assert.is(await outcome(get()), '404 LifecyclePolicyNotFound');
  await bucket.running.stop();
});

test('without the grant of the service a policy is refused', async () => {
  const bucket = await startBucket({ twin: twinWith(directory, { statements: [] }) });
  const put = { ...bucket.at, putObjectLifecyclePolicyDetails: { items: [] } };
  const answer = await outcome(bucket.client.putObjectLifecyclePolicy(put));
  assert.is(answer, '400 InsufficientServicePermissions');
  await bucket.running.stop();
});

test('objects of the twin are there from the start, once', async () => {
  const values = {
    bucket: 'galley-state',
    object: 'system/x',
    content: 'hello',
    metadata: { sha256: 'abc' },
  };
  const twin = twinWith(directory, { resources: [resource('oci_objectstorage_object', 'x', values)] });
  const options = { directory: join(directory, 'objects'), twin };
  const first = await startBucket(options);
  const head = await first.client.headObject({ ...first.at, objectName: 'system/x' });
  assert.equal({ ...head.opcMeta }, { 'opc-meta-sha256': 'abc' });
  await first.running.stop();
  const second = await startBucket(options);
  assert.is((await second.client.headObject({ ...second.at, objectName: 'system/x' })).eTag, head.eTag);
  assert.is(await second.text('system/x'), 'hello');
  await second.running.stop();
});
test.run();
