import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runArguments } from '../../build-instance/arguments.ts';
import { failureOf } from '../../build-instance/phases.ts';

const test = suite('galley-build run: arguments');

const good = {
  app: 'shop',
  build: '20261124T101112Z-1a2b3c4d',
  attempt: '2',
  object: 'apps%2Fshop%2Fa%20%27b%27%2Fshop%3B.tar.gz',
  etag: '199f8dbf-0b8c-4ea5',
};
const words = (changes: Partial<Record<keyof typeof good | 'version', string>> = {}): string[] =>
  Object.entries({ ...good, ...changes }).flatMap(([key, value]) => [`--${key}`, value]);

test('are decoded', () => {
  assert.equal(runArguments(words()), {
    app: 'shop',
    build: '20261124T101112Z-1a2b3c4d',
    attempt: 2,
    object: "apps/shop/a 'b'/shop;.tar.gz",
    eTag: '199f8dbf-0b8c-4ea5',
  });
  assert.is(runArguments(words({ version: 'c3b0%2Fa%3B' })).versionId, 'c3b0/a;');
});

const wrong: [changes: Parameters<typeof words>[0], problem: RegExp][] = [
  [{ app: 'Shop' }, /^--app: expected a DNS label/],
  [{ app: '../x' }, /--app: /],
  [{ build: '1' }, /^--build: expected an id/],
  [{ attempt: '0' }, /^--attempt: /],
  [{ attempt: '10' }, /^--attempt: /],
  [{ object: 'apps%2Fother%2Fa.tgz' }, /^--object: expected apps\/shop\//],
  [{ object: 'apps%2Fshop%2Fa.zip' }, /^--object: /],
  [{ object: '%zz' }, /^--object: /],
  [{ etag: 'a b' }, /^--etag: /],
  [{ etag: '$(id)' }, /^--etag: /],
  [{ version: '' }, /^--version: /],
  [{ version: 'a%20b' }, /^--version: /],
  [{ version: '%zz' }, /^--version: /],
  [{ app: '', etag: '' }, /--app: .*; --object: .*; --etag: /],
];
for (const [changes, problem] of wrong) {
  test(`refused: ${JSON.stringify(changes)}`, () => refuses(words(changes), problem));
}

test('unknown and missing ones are refused', () => {
  refuses([...words(), '--shell', 'x'], /Unknown option '--shell'/);
  refuses([...words(), 'extra'], /Unexpected argument 'extra'/);
  refuses(['--app'], /--app/);
  refuses([], /--app: .*--build: .*--attempt: .*--object: .*--etag: /);
});

function refuses(line: string[], problem: RegExp): void {
  try {
    runArguments(line);
  } catch (error) {
    const failure = failureOf(error, 'wait');
    assert.match(failure.detail, problem);
    assert.is(failure.exitCode, 10);
    assert.is(failure.fault, 'user');
    return;
  }
  assert.unreachable(`taken: ${line.join(' ')}`);
}

test.run();
