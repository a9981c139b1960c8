import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseEngine, digestIn } from '../../tools/packaging/image-engine.ts';

const test = suite('image engine');
const DIGEST = `sha256:${'a'.repeat(64)}`;

test('the digest is that of the repository the image was pushed to', () => {
  const known = [`other.example/apply@sha256:${'b'.repeat(64)}`, `reg.example:5000/ns/apply@${DIGEST}`];
  assert.is(digestIn(known, 'reg.example:5000/ns/apply:0.1.0'), DIGEST);
  assert.throws(() => digestIn(known, 'reg.example/ns/apply:0.1.0'), /knows no digest of/);
});

test('an engine that is not there is named', async () => {
  const error = await chooseEngine('containerd').catch((thrown: Error) => thrown.message);
  assert.is(error, 'No containerd on PATH: one of them builds the images.');
});

test.run();
