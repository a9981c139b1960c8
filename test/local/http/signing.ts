// Signs requests as the SDK does, with a say in every part.
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningRegion } from '../../../local/region.ts';

/** What the SDK signs of a request without and with a body (facts: run-command 10.6). */
export const SIGNED = ['x-date', '(request-target)', 'host'];
export const SIGNED_WITH_BODY = [...SIGNED, 'content-type', 'content-length', 'x-content-sha256'];

export interface Draft {
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signed: readonly string[];
  readonly keyId: string;
  readonly body?: string;
}

/** A request of the owner that is right in every part. */
export function draft(
  region: RunningRegion,
  request: { path: string; method?: string; body?: string },
): Draft {
  const { path, method = 'GET', body } = request;
  const config = readFileSync(region.description.ociConfig, 'utf8');
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(config)?.[1] ?? '';
  const base = { host: new URL(region.endpoint).host, 'x-date': new Date().toUTCString() };
  return {
    endpoint: region.endpoint,
    method,
    path,
    headers: body === undefined ? base : { ...base, ...bodyHeaders(body) },
    signed: body === undefined ? SIGNED : SIGNED_WITH_BODY,
    keyId: `${region.region.tenancyId}/${value('user')}/${value('fingerprint')}`,
    ...(body === undefined ? {} : { body }),
  };
}

function bodyHeaders(body: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-content-sha256': createHash('sha256').update(body).digest('base64'),
  };
}

/** The `Authorization` header of a request, signed with the owner's key. */
export function authorization(
  region: RunningRegion,
  { method, path, headers, signed, keyId }: Draft,
): string {
  const key = createPrivateKey(readFileSync(join(region.region.directory, 'oci', 'owner.pem')));
  const line = (name: string): string =>
    name === '(request-target)' ? `${name}: ${method.toLowerCase()} ${path}` : `${name}: ${headers[name]}`;
  const signature = sign('RSA-SHA256', Buffer.from(signed.map(line).join('\n')), key).toString('base64');
  return `Signature version="1",keyId="${keyId}",algorithm="rsa-sha256",headers="${signed.join(' ')}",signature="${signature}"`;
}

/** Sends it; an empty `header` sends none. fetch sets host and content-length itself, to the same values. */
export async function send(request: Draft, header: string): Promise<Response> {
  const { host: _host, 'content-length': _length, ...headers } = request.headers;
  return fetch(`${request.endpoint}${request.path}`, {
    method: request.method,
    headers: header === '' ? headers : { ...headers, authorization: header },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
}
