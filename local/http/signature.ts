// OCI's request signature: draft-cavage "Signing HTTP Messages", version 1, RSA-SHA256 only.
// The rules are those of API/Concepts/signingrequests; what the SDKs really send: facts A.1, run-command 10.6.
import { createHash, type KeyObject, verify } from 'node:crypto';
import { notAuthenticated } from './errors.ts';

/** OCI refuses a date more than five minutes away from its own clock (API/References/apierrors). */
export const CLOCK_SKEW_MS = 5 * 60 * 1000;
/** What a request with a body must sign beyond date, target and host. */
export const BODY_HEADERS = ['content-type', 'content-length', 'x-content-sha256'] as const;

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as they came over the wire. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface Signature {
  readonly keyId: string;
  /** Lower-case names, in signing order. */
  readonly headers: readonly string[];
  readonly value: Buffer;
}

/** Reads an `Authorization: Signature …` header. Throws 401 `NotAuthenticated` naming what is missing. */
export function parseAuthorization(header: string | undefined): Signature {
  if (header === undefined) {
    throw notAuthenticated('The required information to complete authentication was not provided.');
  }
  const fields = signatureFields(header);
  if (fields.algorithm !== 'rsa-sha256') throw notAuthenticated('Signature: algorithm must be rsa-sha256.');
  if (fields.version !== undefined && fields.version !== '1') {
    throw notAuthenticated('Signature: version must be 1.');
  }
  const { keyId, headers, signature } = fields;
  if (!keyId || !headers || !signature)
    throw notAuthenticated('Signature: keyId, headers and signature are needed.');
  return { keyId, headers: headers.toLowerCase().split(' '), value: Buffer.from(signature, 'base64') };
}

function signatureFields(header: string): Record<string, string> {
  const [scheme, rest] = [header.slice(0, 10), header.slice(10)];
  if (scheme.toLowerCase() !== 'signature ')
    throw notAuthenticated('Authorization: the scheme must be Signature.');
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of rest.matchAll(/([a-z]+)="([^"]*)"/gi)) {
    if (name in fields) throw notAuthenticated(`Signature: ${name} is given twice.`);
    fields[name] = value;
  }
  return fields;
}

/** The text that was signed. Throws 401 when a signed header is not in the request. */
export function signingString(request: SignedRequest, headers: readonly string[]): string {
  const line = (name: string): string => {
    if (name === '(request-target)') return `${name}: ${request.method.toLowerCase()} ${request.url}`;
    const value = request.headers[name];
    if (value === undefined)
      throw notAuthenticated(`Signature: signed header ${name} is not in the request.`);
    return `${name}: ${value}`;
  };
  return headers.map(line).join('\n');
}

/** What every request must sign, beside a date. */
const ALWAYS_SIGNED = ['(request-target)', 'host'] as const;

interface Check {
  readonly key: KeyObject;
  readonly now: Date;
  /** Default: target and host. */
  readonly mustSign?: readonly string[];
}

/** Checks date, signed headers and the signature itself; not the body. Throws 401. */
export function checkSignature(request: SignedRequest, signature: Signature, check: Check): void {
  for (const name of check.mustSign ?? ALWAYS_SIGNED) {
    if (!signature.headers.includes(name)) throw notAuthenticated(`Signature: ${name} must be signed.`);
  }
  if (!signature.headers.includes('date') && !signature.headers.includes('x-date')) {
    throw notAuthenticated('Signature: date or x-date must be signed.');
  }
  checkDate(request, signature.headers, check.now);
  const isSigned = spellingsOf(request).some((spelling) =>
    verify('RSA-SHA256', Buffer.from(signingString(spelling, signature.headers)), check.key, signature.value),
  );
  if (!isSigned) throw notAuthenticated();
}

/**
 * The target as it came, and as it has to be signed: "you must URL encode all parameters in the path and query
 * string according to RFC 3986". They differ for an apostrophe, which the TypeScript SDK signs as %27 (Node's
 * url.parse) and sends as it is (fetch).
 */
function spellingsOf(request: SignedRequest): readonly SignedRequest[] {
  if (!request.url.includes("'")) return [request];
  return [request, { ...request, url: request.url.replaceAll("'", '%27') }];
}

/** `x-date` wins over `date`, as clients that cannot set `date` send it; it counts only when it is signed. */
function checkDate(request: SignedRequest, signed: readonly string[], now: Date): void {
  const text = request.headers[signed.includes('x-date') ? 'x-date' : 'date'] ?? '';
  const date = Date.parse(text);
  const [from, to] = [now.getTime() - CLOCK_SKEW_MS, now.getTime() + CLOCK_SKEW_MS];
  if (Number.isNaN(date) || date < from || date > to) {
    const range = `['${new Date(from).toUTCString()}', '${new Date(to).toUTCString()}']`;
    throw notAuthenticated(
      `Date '${text}' is not within allowed clock skew. Current '${now.toUTCString()}', valid datetime range: ${range}`,
    );
  }
}

/** A request with a body must sign its type, length and hash. Throws 401 naming the header. */
export function requireBodySigned(signature: Signature): void {
  for (const name of BODY_HEADERS) {
    if (!signature.headers.includes(name)) throw notAuthenticated(`Signature: ${name} must be signed.`);
  }
}

/** Compares the signed hash with the bytes that came. Throws 401. */
export function checkBodyHash(body: Buffer, sha256: string | undefined): void {
  if (createHash('sha256').update(body).digest('base64') !== sha256) {
    throw notAuthenticated('x-content-sha256 is not the SHA-256 of the body.');
  }
}
