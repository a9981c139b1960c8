// Registry tokens: JWTs that the registry verifies by a certificate, and that name who they were made for.
import { createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import type { Principal } from '../../types.ts';
import type { Access } from './access.ts';

/** OCIR's lifetime is not documented; scripts see about an hour (facts: run-command 7.2). */
export const TOKEN_SECONDS = 3600;
/** Issuer and service, as the registry is configured with them. */
export const ISSUER = 'ocir';

export interface TokenKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The certificate the registry trusts, DER as base64. */
  readonly certificate: string;
}

/** Reads key and certificate from PEM. */
export function tokenKey(pem: { key: string; certificate: string }): TokenKey {
  const body = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem.certificate)?.[1];
  return {
    privateKey: createPrivateKey(pem.key),
    publicKey: createPublicKey(pem.certificate),
    certificate: (body ?? '').replace(/\s/g, ''),
  };
}

/** A token for `principal` that opens `access`, and nothing else. */
export function mintToken(
  key: TokenKey,
  { principal, access, now }: { principal: Principal; access: readonly Access[]; now: Date },
): string {
  const iat = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: ISSUER,
    aud: ISSUER,
    sub: principal.id,
    iat,
    nbf: iat - 60,
    exp: iat + TOKEN_SECONDS,
    jti: randomUUID(),
    access,
    principal,
  };
  const text = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [key.certificate] })}.${encode(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key.privateKey).toString('base64url')}`;
}

/** Who a token was made for; undefined when it is not ours, was changed, or is expired. */
export function tokenPrincipal(key: TokenKey, token: string, now: Date): Principal | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) return undefined;
  const bytes = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', bytes, key.publicKey, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return claims.exp * 1000 > now.getTime() ? claims.principal : undefined;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
