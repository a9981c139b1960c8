// Security tokens of instance and resource principals: JWTs (RS256) that carry the session's public key.
// Claims are named as in the tokens OCI issues; the SDKs read `exp`, `res_tenant` and `res_compartment` (facts E.3).
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Principal } from '../../types.ts';

export interface SessionClaims {
  readonly sub: string;
  readonly ptype: 'instance' | 'resource';
  readonly res_type: string;
  readonly res_tenant: string;
  readonly res_compartment: string;
  /** The session's public key as a JWK in a string, as OCI does. */
  readonly jwk: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs the claims with the region's key; never ends in a newline, which breaks the SDK (facts E.3). */
export function issueToken(claims: SessionClaims, key: KeyObject): string {
  const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'asw' })}.${encode(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** The claims of a token that this region signed, expired or not; undefined for any other text. */
export function readToken(token: string, key: KeyObject): SessionClaims | undefined {
  const [header, payload, signature, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const text = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', text, key, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

export function sessionKey(claims: SessionClaims): KeyObject {
  return createPublicKey({ key: JSON.parse(claims.jwk), format: 'jwk' });
}

export function sessionPrincipal(claims: SessionClaims): Principal {
  return {
    kind: claims.ptype,
    id: claims.sub,
    compartmentId: claims.res_compartment,
    tenancyId: claims.res_tenant,
    type: claims.res_type,
  };
}

/** The claims for a principal's session key, valid from now for `seconds`. */
export function sessionClaims(
  principal: Principal & { kind: 'instance' | 'resource' },
  session: { publicKey: KeyObject; now: Date; seconds: number },
): SessionClaims {
  const iat = Math.floor(session.now.getTime() / 1000);
  return {
    sub: principal.id,
    ptype: principal.kind,
    res_type: principal.type,
    res_tenant: principal.tenancyId,
    res_compartment: principal.compartmentId,
    jwk: JSON.stringify({
      ...session.publicKey.export({ format: 'jwk' }),
      alg: 'RS256',
      use: 'sig',
      kid: 'session',
    }),
    iat,
    exp: iat + session.seconds,
  };
}
