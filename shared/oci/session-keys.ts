// The key pair of an instance principal's session. The SDK's own supplier makes two of them before the first call,
// and nothing else goes on meanwhile: a tenth of a second each, three when the numbers are unlucky.
import { generateKeyPair, generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';

const RSA = {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const;

/** As the SDK's federation client wants it. */
export interface SessionKeys {
  getKeyPair(): { getPublic(): string; getPrivate(): string };
  /** Called before each session, the first one too. */
  refreshKeys(): void;
}

/** The first session's pair is made on another thread; a later session, every twenty minutes, waits for its own. */
export async function sessionKeys(): Promise<SessionKeys> {
  let pair = await promisify(generateKeyPair)('rsa', RSA);
  let isUsed = false;
  return {
    getKeyPair: () => ({ getPublic: () => pair.publicKey, getPrivate: () => pair.privateKey }),
    refreshKeys() {
      if (isUsed) pair = generateKeyPairSync('rsa', RSA);
      isUsed = true;
    },
  };
}
