import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { followLinks } from '../../../shared/tarball/links.ts';

const test = suite('links');

const inside: [links: Record<string, string>][] = [
  [{ a: 'b' }],
  [{ 'a/b': '../c' }],
  [{ 'a/b': '..' }],
  [{ 'a/b/c': '../../d/./e//f' }],
  [{ 'a/l': '../b', m: 'a/l/../c' }],
  [{ a: 'b', b: 'c', c: 'd' }],
  [{ 'x/y/l': '../..', m: 'x/y/l/etc' }],
];
const outside: [links: Record<string, string>, detail: RegExp][] = [
  [{ a: '..' }, /outside/],
  [{ a: '/etc' }, /"\/etc", outside/],
  [{ 'a/b': '../../c' }, /outside/],
  [{ 'a/b': 'c/../../../d' }, /outside/],
  [{ 'x/y/l': '../..', m: 'x/y/l/../etc' }, /outside/],
  [{ a: 'a' }, /circle/],
  [{ a: 'b/c', b: 'a' }, /circle/],
  [{ m: 'l/x', l: '/abs' }, /outside/],
];

for (const [links] of inside) {
  test(`inside: ${JSON.stringify(links)}`, () => followLinks(new Map(Object.entries(links)), 1000));
}
for (const [links, detail] of outside) {
  test(`refused: ${JSON.stringify(links)}`, () => {
    assert.throws(() => followLinks(new Map(Object.entries(links)), 1000), detail);
  });
}

test('links that double at every step end in bounded time', () => {
  const links = new Map([['l0', '.']]);
  for (let level = 1; level < 64; level += 1) links.set(`l${level}`, `l${level - 1}/l${level - 1}`);
  assert.throws(() => followLinks(links, 10_000), /circle|too many links/);
});

test.run();
