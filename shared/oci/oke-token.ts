// The bearer token of an OKE cluster, minted here from the caller's own key: no `oci` binary, no exec plugin.
// The algorithm is OCI CLI's `generate_token` (facts oke-apply §1.3): a signed GET that is never sent.
import { type Provider, rsaSigner } from './signing.ts';

/** The CLI gives its tokens 4 minutes of the 5 that the date may be off; a fresh one costs a millisecond. */
export const TOKEN_SECONDS = 4 * 60;
const RENEW_AFTER_MS = 60_000;

export interface TokenPlace {
  readonly region: string;
  readonly clusterId: string;
  /** Of the region's realm; the commercial one when not given. */
  readonly secondLevelDomain?: string;
}

/** A source of tokens that are never older than a minute. */
export function okeTokens(provider: Provider, { place, now }: { place: TokenPlace; now: () => Date }) {
  let last: { token: string; at: number } | undefined;
  return async (): Promise<string> => {
    const date = now();
    if (last !== undefined && Math.abs(date.getTime() - last.at) < RENEW_AFTER_MS) return last.token;
    last = { token: await mintToken(provider, { place, date }), at: date.getTime() };
    return last.token;
  };
}

/**
 * base64url, with its padding, of `https://<host>/cluster_request/<cluster>?authorization=…&date=…`.
 * The signature is over `date`, not over the SDK's `x-date`; the host is not the SDK's `.oci.` host.
 */
export async function mintToken(
  provider: Provider,
  { place, date }: { place: TokenPlace; date: Date },
): Promise<string> {
  const host = `containerengine.${place.region}.${place.secondLevelDomain ?? 'oraclecloud.com'}`;
  const path = `/cluster_request/${place.clusterId}`;
  const day = date.toUTCString();
  const sign = rsaSigner(provider);
  const { keyId, signature } = await sign(`date: ${day}\n(request-target): get ${path}\nhost: ${host}`);
  const authorization = `Signature algorithm="rsa-sha256",headers="date (request-target) host",keyId="${keyId}",signature="${signature}",version="1"`;
  const url = `https://${host}${path}?${new URLSearchParams({ authorization, date: day })}`;
  return Buffer.from(url).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
