import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadContext, removeNote, writeNote } from '../../cli/context.ts';

const test = suite('where the pipeline is');
const environment = {
  GALLEY_REGION: 'eu-frankfurt-1',
  GALLEY_BUCKET_NAMESPACE: 'ns',
  GALLEY_BUCKET_NAME: 'source',
  GALLEY_STATE_BUCKET_NAME: 'state',
};
let home = '';
test.before.each(() => {
  home = mkdtempSync(join(tmpdir(), 'galley-context-'));
});
test.after.each(() => rmSync(home, { recursive: true, force: true }));

test('a note is found from below, and variables win over it', () => {
  writeNote(home, { environment, ociConfig: '/c', profile: 'P' });
  const below = join(home, 'a', 'b');
  mkdirSync(below, { recursive: true });
  const context = loadContext(below, { GALLEY_BUCKET_NAME: 'other' });
  assert.is(context.config.sourceBucket, 'other');
  assert.is(context.config.stateBucket, 'state');
  assert.equal([context.ociConfig, context.profile], ['/c', 'P']);
});

test('variables alone are enough', () => {
  assert.is(loadContext(home, environment).config.region, 'eu-frankfurt-1');
});

test('without either it says what to run', () => {
  assert.throws(() => loadContext(home, {}), /No pipeline is known here/);
  writeNote(home, { environment });
  removeNote(home);
  assert.throws(() => loadContext(home, {}), /No pipeline is known here/);
});

test('a variable that is missing is named', () => {
  const { GALLEY_BUCKET_NAME: _, ...rest } = environment;
  assert.throws(() => loadContext(home, rest), /GALLEY_BUCKET_NAME/);
});

test('a note that is none is named', () => {
  mkdirSync(join(home, '.galley'));
  writeFileSync(join(home, '.galley', 'context.json'), '{"a": 1');
  assert.throws(() => loadContext(home, {}), /context\.json is not a note of galley/);
});

test.run();
