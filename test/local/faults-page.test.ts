import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FAULTS } from '../../local/faults.ts';

const test = suite('docs/local-region.md');

test('lists every fault there is, in its own words', () => {
  const page = readFileSync('docs/local-region.md', 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(([, name, what]) => [name, what]);
  assert.equal(Object.fromEntries(rows), FAULTS);
});

test.run();
