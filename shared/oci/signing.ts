// Signs requests as OCI asks for: https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm
// Not the SDK's own signer: it parses keys with sshpk and hashes in JavaScript, a fifth of a function's cold start.
import { createHash, createPrivateKey, createSign, type KeyObject } from 'node:crypto';

/** Who signs: every authentication provider of the SDK is one. */
export interface Provider {
  getKeyId(): Promise<string>;
  /** PEM. Asked after the key id: asking for that may renew both. */
  getPrivateKey(): string;
  getPassphrase(): string | null;
  /** Reads a rotated session anew. */
  refresh?(): Promise<unknown>;
}

export interface Signable {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; completed in place. */
  readonly headers: Record<string, string>;
  /** undefined: not part of the signature (streams, and PutObject by its contract). */
  readonly body?: string | Uint8Array;
}

/** A signer for one provider; it parses a key once. */
export function requestSigner(provider: Provider): (request: Signable) => Promise<void> {
  const sign = rsaSigner(provider);
  return async ({ method, url, headers, body }) => {
    headers.host = url.host;
    headers['x-date'] = new Date().toUTCString();
    const names = ['x-date', '(request-target)', 'host'];
    if (body !== undefined) {
      headers['content-type'] ??= 'application/json';
      headers['content-length'] = String(Buffer.byteLength(body));
      headers['x-content-sha256'] = createHash('sha256').update(body).digest('base64');
      names.push('content-type', 'content-length', 'x-content-sha256');
    }
    const target = `${method.toLowerCase()} ${url.pathname}${url.search}`;
    const lines = names.map((name) => `${name}: ${name === '(request-target)' ? target : headers[name]}`);
    const { keyId, signature } = await sign(lines.join('\n'));
    headers.authorization = `Signature version="1",keyId="${keyId}",algorithm="rsa-sha256",headers="${names.join(' ')}",signature="${signature}"`;
  };
}

export type Sign = (text: string) => Promise<{ keyId: string; signature: string }>;

/** RSA-SHA256 over a text, in base64, with the provider's current key. */
export function rsaSigner(provider: Provider): Sign {
  let parsed: { pem: string; key: KeyObject } | undefined;
  return async (text) => {
    const keyId = await provider.getKeyId();
    const pem = provider.getPrivateKey();
    if (parsed?.pem !== pem) {
      const passphrase = provider.getPassphrase();
      const key = createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) });
      parsed = { pem, key };
    }
    return { keyId, signature: createSign('RSA-SHA256').update(text).sign(parsed.key, 'base64') };
  };
}
