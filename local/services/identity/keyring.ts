// Who signed a request: `tenancy/user/fingerprint` of an API key, or `ST$<token>` of a session.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { notAuthenticated } from '../../http/errors.ts';
import { checkSignature, parseAuthorization, type SignedRequest } from '../../http/signature.ts';
import { keptSetting } from '../../store.ts';
import type { Principal, Region } from '../../types.ts';
import { readToken, sessionKey, sessionPrincipal } from './session-token.ts';
import type { User } from './users.ts';

export interface Keyring {
  /** Signs the session tokens of this region. */
  readonly tokenKey: KeyObject;
  /** Throws 401 `NotAuthenticated`. */
  verifySigned(request: SignedRequest): Principal;
}

/** The keyring of a region; its token key is kept, so that sessions survive a restart. */
export function openKeyring(region: Region, users: readonly User[]): Keyring {
  const tokenKey = createPrivateKey(keptSetting(region.database, 'identity.token-key', newPrivateKey));
  const tokenPublicKey = createPublicKey(tokenKey);
  const signer = (keyId: string): { key: KeyObject; principal: Principal } =>
    keyId.startsWith('ST$')
      ? session(region, tokenPublicKey, keyId.slice('ST$'.length))
      : apiKey(region.tenancyId, users, keyId);
  return {
    tokenKey,
    verifySigned(request) {
      const signature = parseAuthorization(request.headers.authorization);
      const { key, principal } = signer(signature.keyId);
      checkSignature(request, signature, { key, now: region.now() });
      return principal;
    },
  };
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function session(
  region: Region,
  tokenKey: KeyObject,
  token: string,
): { key: KeyObject; principal: Principal } {
  const claims = readToken(token, tokenKey);
  if (claims === undefined) throw notAuthenticated();
  const principal = sessionPrincipal(claims);
  const isExpired = claims.exp * 1000 <= region.now().getTime();
  const isPlanted =
    claims.ptype === 'resource' && region.faults.take('token-expired', claims.sub) !== undefined;
  if (isExpired || isPlanted) throw notAuthenticated('The security token is expired.');
  return { key: sessionKey(claims), principal };
}

function apiKey(
  tenancyId: string,
  users: readonly User[],
  keyId: string,
): { key: KeyObject; principal: Principal } {
  const user = users.find(({ id, fingerprint }) => keyId === `${tenancyId}/${id}/${fingerprint}`);
  if (user === undefined) throw notAuthenticated();
  const principal = { kind: 'user', id: user.id, compartmentId: tenancyId, tenancyId, type: 'user' } as const;
  return { key: user.publicKey, principal };
}
