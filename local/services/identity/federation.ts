// `POST /v1/x509`: an instance shows its certificate and gets a security token for a session key of its own.
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { invalidParameter, notAuthenticated } from '../../http/errors.ts';
import {
  checkBodyHash,
  checkSignature,
  parseAuthorization,
  requireBodySigned,
} from '../../http/signature.ts';
import type { Call, Principal, Region, Reply } from '../../types.ts';
import { type Authority, instanceOf } from './certificates.ts';
import { issueToken, sessionClaims } from './session-token.ts';

/** Tokens of instance principals live about 20 minutes; the SDKs ask again when they end. */
const TOKEN_SECONDS = 20 * 60;

/** The Python SDK leaves the host out here, and is served by OCI. */
const MUST_SIGN = ['(request-target)'];

interface Federated {
  readonly region: Region;
  readonly authority: Authority;
  readonly tokenKey: KeyObject;
}

/** Throws 401 for a certificate or signature that is not right, 400 for a body that is not readable. */
export async function federate(call: Call, { region, authority, tokenKey }: Federated): Promise<Reply> {
  const body = await call.json();
  const certificate = readCertificate(field(body, 'certificate'));
  const now = region.now();
  const instance = instanceOf(certificate, authority, now);
  await checkSigner(call, { certificate, instance, now });
  const publicKey = readKey(field(body, 'publicKey'));
  const claims = sessionClaims({ ...instance, kind: 'instance' }, { publicKey, now, seconds: TOKEN_SECONDS });
  return { status: 200, body: { token: issueToken(claims, tokenKey) } };
}

/** The request is signed with the certificate's key: `<tenancy>/fed-x509/<SHA-1 of the certificate>`. */
async function checkSigner(
  call: Call,
  { certificate, instance, now }: { certificate: X509Certificate; instance: Principal; now: Date },
): Promise<void> {
  const signature = parseAuthorization(call.header('authorization'));
  const fingerprint = certificate.fingerprint.replaceAll(':', '').toLowerCase();
  // The Python SDK writes the fingerprint with colons, the others without.
  const keyId = signature.keyId.replaceAll(':', '').toLowerCase();
  if (keyId !== `${instance.tenancyId}/fed-x509/${fingerprint}`.toLowerCase()) throw notAuthenticated();
  const headers = Object.fromEntries(
    Object.keys(call.request.headers).map((name) => [name, call.header(name)]),
  );
  const request = { method: 'POST', url: call.request.url ?? '', headers };
  checkSignature(request, signature, { key: certificate.publicKey, now, mustSign: MUST_SIGN });
  requireBodySigned(signature);
  checkBodyHash(await call.bytes(), call.header('x-content-sha256'));
}

function field(body: unknown, name: 'certificate' | 'publicKey'): Buffer {
  const value =
    typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : '';
  if (typeof value !== 'string' || value === '') throw invalidParameter(`${name} is missing`);
  // The SDKs send PEM without its first and last line, some with line breaks left in.
  return Buffer.from(value.replace(/-----[A-Z ]+-----/g, '').replace(/\s/g, ''), 'base64');
}

function readCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw invalidParameter('certificate is not an X.509 certificate');
  }
}

function readKey(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw invalidParameter('publicKey is not a public key');
  }
}
