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
import { commandText } from '../../../shared/pipeline/command.ts';
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

for (const [object, encoded] of [
  ['apps/shop/source.tar.gz', 'apps%2Fshop%2Fsource.tar.gz'],
  ["apps/shop/a'; rm -rf / #.tar", 'apps%2Fshop%2Fa%27%3B%20rm%20-rf%20%2F%20%23.tar'],
  ['apps/shop/$(id)`id`!*.tar', 'apps%2Fshop%2F%24%28id%29%60id%60%21%2A.tar'],
  ['apps/shop/ä\u0000\ud800.tar', 'apps%2Fshop%2F%C3%A4%00%EF%BF%BD.tar'],
] as const) {
  test(`the command for ${JSON.stringify(object)}`, () => {
    const text = commandText(building({ object, eTag: '199f8dbf-0b8c' }));
    const line = `exec sudo -n galley-build run --app shop --build ${ID} --attempt 1 --object ${encoded} --etag 199f8dbf-0b8c`;
    assert.is(text, `#!/bin/bash\n${line}\n`);
  });
}

test('the command names the version in a bucket that keeps them', () => {
  const text = commandText(building({ eTag: '199f8dbf-0b8c', versionId: 'c3b0-1;' }));
  assert.match(text, / --etag 199f8dbf-0b8c --version c3b0-1%3B\n$/);
});

for (const [what, more] of [
  ['an ETag', { eTag: 'a b' }],
  ['an app', { app: 'a;b' }],
  ['an id', { id: '1' }],
] as const) {
  test(`no command for ${what} that does not belong in a shell`, () => {
    assert.throws(() => commandText(building(more)), /bad name or ETag/);
  });
}

test.run();
