// Parses the session's private key. sshpk reads twenty formats in JavaScript; OCI hands out PEM.
import { createPrivateKey, createPublicKey } from 'node:crypto';

interface PrivateKey {
  toPublic(): { toString(): string };
  toBuffer(): Buffer;
}

export function parsePrivateKey(
  pem: string,
  _format: 'auto',
  { passphrase }: { passphrase?: string } = {},
): PrivateKey {
  const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  return {
    toPublic: () => ({
      toString: () => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    }),
    toBuffer: () => Buffer.from(key.export({ type: 'pkcs1', format: 'pem' })),
  };
}
