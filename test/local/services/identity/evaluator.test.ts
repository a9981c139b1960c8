// Which statement lets whom do what: vectors.txt, with the T-numbers of the facts' test vectors (iam 8).
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ask, ask, tenancy, WHO } from './tenancy.ts';

const test = suite('IAM evaluator');

/** `u GetBucket/variant@compartment bucket.name=Src at=<time>` */
function parseAsk(line: string): Ask {
  const [who = '', call = '', ...pairs] = line.split(' ');
  const [to = '', compartment = 'A'] = call.split('@');
  const { at, ...on } = Object.fromEntries(pairs.map((pair) => pair.split('=', 2))) as Record<string, string>;
  assert.ok(who in WHO, `there is no ${who} in the tenancy`);
  return { who: who as keyof typeof WHO, to, in: compartment, on, ...(at === undefined ? {} : { at }) };
}

const text = readFileSync(new URL('vectors.txt', import.meta.url), 'utf8');
for (const block of text.trim().split('\n\n')) {
  const lines = block.split('\n');
  test((lines[0] ?? '').replace('# ', ''), () => {
    const world = tenancy(lines.filter((line) => /^allow/i.test(line)));
    const asks = lines.filter((line) => /^[+-] /.test(line));
    assert.ok(asks.length > 0, 'a vector asks something');
    for (const line of asks) assert.is(ask(world, parseAsk(line.slice(2))), line.startsWith('+'), line);
  });
}

test('an operation without a row is our mistake, not a denial', () => {
  assert.throws(
    () => ask(tenancy([]), { who: 'u', to: 'InventOperation' }),
    /operations.ts has no row for InventOperation/,
  );
});

test.run();
