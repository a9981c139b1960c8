// The Run Command, word for word: whatever an upload is called, a shell reads nothing but galley-build's arguments.
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandRequest, commandText, shellSafe } from '../../../shared/pipeline/command.ts';
import { building, ID, INSTANCE, LIMITS, queued, run } from '../../helpers/builds.ts';

const test = suite('the command');
const ETAG = '199f8dbf-0b8c-41b6-9596-4d2a6792d7e5';

test('is these two lines', () => {
  const text = commandText(building({ eTag: ETAG }));
  const line = `exec sudo -n galley-build run --app shop --build ${ID} --attempt 1 --object apps%2Fshop%2Fsource.tar.gz --etag ${ETAG}`;
  assert.is(text, `#!/bin/bash\n${line}\n`);
});

for (const [object, encoded] of [
  ['apps/shop/source.tar.gz', 'apps%2Fshop%2Fsource.tar.gz'],
  ["apps/shop/a'; rm -rf / #.tar", 'apps%2Fshop%2Fa%27%3B%20rm%20-rf%20%2F%20%23.tar'],
  ['apps/shop/$(id)`id`!*.tar', 'apps%2Fshop%2F%24%28id%29%60id%60%21%2A.tar'],
  ['apps/shop/ä\u0000\ud800.tar', 'apps%2Fshop%2F%C3%A4%00%EF%BF%BD.tar'],
  ['apps/shop/a\nreboot\n.tar', 'apps%2Fshop%2Fa%0Areboot%0A.tar'],
  ['apps/shop/"&&$HOME|<>\\~.tar', 'apps%2Fshop%2F%22%26%26%24HOME%7C%3C%3E%5C~.tar'],
  ['apps/shop/--etag x.tar', 'apps%2Fshop%2F--etag%20x.tar'],
  ['apps/shop/a%2Fb.tar', 'apps%2Fshop%2Fa%252Fb.tar'],
] as const) {
  test(`names ${JSON.stringify(object)} without a sign that a shell reads`, () => {
    const text = commandText(building({ object, eTag: ETAG }));
    assert.is(text.split(' --object ')[1], `${encoded} --etag ${ETAG}\n`);
  });
}

test('any name at all: what comes back is the name, and no sign of it is a shell’s', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const safe = shellSafe(name);
      assert.match(safe, /^[A-Za-z0-9%._~-]*$/);
      assert.is(decodeURIComponent(safe), name.toWellFormed());
    }),
  );
});

test('names the version in a bucket that keeps them', () => {
  const text = commandText(building({ eTag: ETAG, versionId: 'c3b0-1;' }));
  assert.ok(text.endsWith(` --etag ${ETAG} --version c3b0-1%3B\n`));
});

for (const [what, more] of [
  ['an ETag', { eTag: 'a b' }],
  ['no ETag', { eTag: '' }],
  ['an ETag of 129 signs', { eTag: 'a'.repeat(129) }],
  ['an ETag with a line', { eTag: 'a\n' }],
  ['an app', { app: 'a;b' }],
  ['an app in capitals', { app: 'Shop' }],
  ['an id', { id: '1' }],
  ['attempt 0', { run: { ...run, attempt: 0 } }],
] as const) {
  test(`there is none for ${what} that does not belong in a shell`, () => {
    assert.throws(
      () => commandText(building({ eTag: ETAG, ...more })),
      (error: Error) => error.message === `No command for build ${'id' in more ? 1 : ID}: bad name or ETag.`,
    );
  });
}

test('is at most 4 KB', () => {
  const text = (length: number) => commandText(building({ eTag: ETAG, versionId: 'v'.repeat(length) }));
  const most = 4096 - Buffer.byteLength(text(1)) + 1;
  assert.is(Buffer.byteLength(text(most)), 4096);
  assert.throws(() => text(most + 1), new RegExp(`The command of build ${ID} is over 4 KB\\.`));
});

test('is asked for by one name and one token per attempt', () => {
  const build = building({ eTag: ETAG });
  const request = commandRequest(build, LIMITS);
  assert.equal(request, {
    instance: INSTANCE,
    displayName: `galley shop ${ID} 1`,
    text: commandText(build),
    retryToken: request.retryToken,
    timeoutSeconds: 1800,
  });
  assert.match(request.retryToken, /^[0-9a-f]{64}$/);
  const again = commandRequest({ ...build, since: 'later' }, LIMITS);
  assert.equal(again, request);
  const second = commandRequest(building({ eTag: ETAG, run: { ...run, attempt: 2 } }), LIMITS);
  assert.is(second.displayName, `galley shop ${ID} 2`);
  assert.is.not(second.retryToken, request.retryToken);
});

test('there is none before there is an attempt', () => {
  assert.throws(() => commandRequest(queued(), LIMITS), /has no attempt to run/);
});

test.run();
