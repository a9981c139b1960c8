import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  appOfObject,
  buildId,
  isBuildId,
  keyOfObject,
  retryToken,
  secondOf,
} from '../../../shared/build/id.ts';
import { building, ID } from '../../helpers/builds.ts';

const test = suite('names');
const upload = { namespace: 'ns', bucket: 'b', object: 'apps/shop/a.tgz', eTag: 'e' };

test('the same upload has the same id; ids sort by upload time', () => {
  const id = buildId(upload, '2026-11-24T10:11:12.999Z');
  assert.is(id, buildId({ ...upload }, '2026-11-24T10:11:12.999Z'));
  assert.ok(isBuildId(id));
  assert.ok(id < buildId(upload, '2026-11-24T10:11:13.000Z'));
  assert.is(secondOf(id).toISOString(), '2026-11-24T10:11:12.000Z');
  assert.is.not(id, buildId({ ...upload, eTag: 'f' }, '2026-11-24T10:11:12.999Z'));
});

for (const [object, app] of [
  ['apps/shop/a.tar.gz', 'shop'],
  ['apps/shop/deep/er/a.tgz', 'shop'],
  ['apps/shop/a.tar', 'shop'],
  ['apps/shop/a.zip', undefined],
  ['apps/Shop/a.tar', undefined],
  ['apps//a.tar', undefined],
  ['apps/a.tar', undefined],
  ['app/shop/a.tar', undefined],
  [`apps/${'a'.repeat(41)}/a.tar`, undefined],
  ['apps/-x/a.tar', undefined],
] as const) {
  test(`${object} belongs to ${app ?? 'no app'}`, () => assert.is(appOfObject(object), app));
}

test('a build is found in the names of its objects', () => {
  assert.equal(keyOfObject(`manifests/shop/${ID}.yaml`), { app: 'shop', id: ID });
  assert.equal(keyOfObject(`results/shop/${ID}/1`), { app: 'shop', id: ID });
  assert.is(keyOfObject('active/shop/x'), undefined);
});

test('a retry token is of one attempt, and fits', () => {
  assert.is(retryToken(building(), 1).length, 64);
  assert.is.not(retryToken(building(), 1), retryToken(building(), 2));
});

test.run();
