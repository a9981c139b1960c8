// OKE bearer tokens, made the way OCI CLI makes them (facts oke-apply 1.3), with every part open to spoiling.
import { createSign } from 'node:crypto';

export interface TokenParts {
  readonly clusterId: string;
  readonly region: string;
  readonly keyId: string;
  readonly privatePem: string;
  readonly date?: Date;
  readonly host?: string;
  readonly headers?: string;
  /** Further query parameters. */
  readonly extra?: Readonly<Record<string, string>>;
}

export function okeToken(parts: TokenParts): string {
  const {
    clusterId,
    region,
    keyId,
    privatePem,
    date = new Date(),
    headers = 'date (request-target) host',
  } = parts;
  const host = parts.host ?? `containerengine.${region}.oraclecloud.com`;
  const path = `/cluster_request/${clusterId}`;
  const text = `date: ${date.toUTCString()}\n(request-target): get ${path}\nhost: ${host}`;
  const signature = createSign('RSA-SHA256').update(text).sign(privatePem, 'base64');
  const authorization = `Signature algorithm="rsa-sha256",headers="${headers}",keyId="${keyId}",signature="${signature}",version="1"`;
  const query = new URLSearchParams({ authorization, date: date.toUTCString(), ...parts.extra });
  const url = `https://${host}${path}?${query}`;
  return Buffer.from(url).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
