// The key pairs of instance principal sessions: the first is made beside other work, each later session has its own.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sessionKeys } from '../../../shared/oci/session-keys.ts';

const test = suite('session keys');

test('the first session takes the pair that is there, the next one another', async () => {
  const keys = await sessionKeys();
  const made = keys.getKeyPair().getPrivate();
  keys.refreshKeys();
  assert.is(keys.getKeyPair().getPrivate(), made);
  keys.refreshKeys();
  assert.is.not(keys.getKeyPair().getPrivate(), made);
});

test('both halves belong together, in the encodings that the SDK’s own supplier uses', async () => {
  const pair = (await sessionKeys()).getKeyPair();
  assert.match(pair.getPublic(), /^-----BEGIN PUBLIC KEY-----\n/);
  assert.match(pair.getPrivate(), /^-----BEGIN PRIVATE KEY-----\n/);
  const derived = createPublicKey(createPrivateKey(pair.getPrivate()));
  assert.is(derived.export({ type: 'spki', format: 'pem' }), pair.getPublic());
  assert.is(derived.asymmetricKeyDetails?.modulusLength, 2048);
});

test.run();
