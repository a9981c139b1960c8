// Digests that a writer announces of its bytes.
import { ServiceError } from '../../types.ts';
import type { Received } from './bodies.ts';
import { notOffered } from './errors.ts';

type Header = (name: string) => string | undefined;

const ANNOUNCED = {
  'content-md5': { algorithm: 'md5', code: 'UnmatchedContentMD5' },
  'opc-content-sha256': { algorithm: 'sha256', code: 'UnmatchedContentSHA256' },
  'opc-content-sha384': { algorithm: 'sha384', code: 'UnmatchedContentSHA384' },
} as const;

/** The digests to be computed beside MD5. Throws 400 for CRC32C, which is not offered. */
export function digestsWanted(header: Header): string[] {
  if (header('opc-content-crc32c') !== undefined) {
    throw notOffered('CRC32C checksums', 'Use Content-MD5 or opc-content-sha256.');
  }
  return Object.entries(ANNOUNCED)
    .filter(([name, { algorithm }]) => algorithm !== 'md5' && header(name) !== undefined)
    .map(([, { algorithm }]) => algorithm);
}

/** Throws 400 `UnmatchedContentMD5` (or of the other digests) when the bytes are not those announced. */
export function checkDigests(header: Header, { digests }: Received): void {
  for (const [name, { algorithm, code }] of Object.entries(ANNOUNCED)) {
    const announced = header(name);
    if (announced === undefined || announced === digests[algorithm]) continue;
    const message = `The ${name} you specified (${announced}) did not match what was received (${digests[algorithm]}).`;
    throw new ServiceError(400, code, message);
  }
}
