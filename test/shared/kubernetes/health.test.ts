// Fixtures are test/fixtures/health/<kind>/<verdict>[-<what>].yaml; their first line is the sentence expected.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { healthOf } from '../../../shared/kubernetes/health.ts';

const test = suite('health');
const DIRECTORY = 'test/fixtures/health';
const files = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
);

test('there are fixtures for every kind with a file under health/', () => {
  const kinds = readdirSync('shared/kubernetes/health').map((file) => file.replace('.ts', ''));
  const covered = new Set(files.map((file) => file.split('/')[0]));
  assert.equal(
    kinds.filter((kind) => kind !== 'verdict' && !covered.has(kind)),
    [],
  );
  assert.ok(files.length >= 40);
});

for (const file of files) {
  const text = readFileSync(join(DIRECTORY, file), 'utf8');
  const verdict = file.replace(/^.*\//, '').replace(/[-.].*$/, '');
  const sentence = /^# (.*)\n/.exec(text)?.[1] ?? '';
  test(`${file} -> ${verdict}`, () => {
    const health = healthOf(parse(text));
    assert.is(health.state, verdict);
    assert.is(health.detail, sentence);
    if (verdict === 'failed') assert.ok(health.reason, 'a failure has a reason');
  });
}

test.run();
