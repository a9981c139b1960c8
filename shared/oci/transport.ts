// How the SDK's clients reach OCI: their `httpClient` seam over one keep-alive agent, with a deadline on silence.
// It replaces fetch (undici: 27 ms of cold start, no timeouts), the circuit breaker and its timers, in one place.
import { Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import type { Readable } from 'node:stream';
import type { HttpClient, HttpRequest } from 'oci-common';
import { responseOf } from './response.ts';
import { type Provider, requestSigner } from './signing.ts';

/** Silence on a connection, in either direction; OCI answers in 10–300 ms. */
const SILENCE_MS = 10_000;
/** Sockets to one host: a sweep has 16 calls in flight. */
const SOCKETS = 24;
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

type Body = string | Uint8Array | Readable | undefined;

/** Signs with the provider's key and sends. Errors of the network are thrown as they come; answers never. */
export function transport(provider: Provider, { silenceMs = SILENCE_MS } = {}): HttpClient {
  const sign = requestSigner(provider);
  const connection = connector();
  return {
    send: async (call, excludesBody = false) => {
      const url = encoded(new URL(call.uri));
      const headers = headersOf(call);
      const body = bodyOf(call);
      const hasBody = WITH_BODY.has(call.method);
      const signed = hasBody && !excludesBody ? { body: bodySigned(body) } : {};
      await sign({ method: call.method, url, headers, ...signed });
      if (hasBody && !isStream(body)) headers['content-length'] = String(Buffer.byteLength(body ?? ''));
      const { open, agent } = await connection(url);
      const request = open(url, { agent, method: call.method, headers });
      const message = await exchange(request, { body, silenceMs });
      // A session may have been rotated under us.
      if (message.statusCode === 401) await provider.refresh?.().catch(() => undefined);
      return responseOf(message, call.method);
    },
  };
}

/**
 * The five characters that the SDK leaves in a name, as Oracle's Python SDK (hence the `oci` command) sends and
 * signs them: one spelling on the wire and in the signature, whatever a server makes of the others.
 */
function encoded(url: URL): URL {
  url.pathname = url.pathname.replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return url;
}

interface Way {
  readonly open: typeof plainRequest;
  readonly agent: Agent;
}

/** Loads TLS only for https: a local region speaks plain http. */
function connector(): (url: URL) => Promise<Way> {
  const pool = { keepAlive: true, maxSockets: SOCKETS };
  let plain: Way | undefined;
  let secure: Promise<Way> | undefined;
  const overTls = async (): Promise<Way> => {
    const https = await import('node:https');
    return { open: https.request, agent: new https.Agent(pool) };
  };
  return async ({ protocol }) => {
    if (protocol === 'http:') {
      plain ??= { open: plainRequest, agent: new Agent(pool) };
      return plain;
    }
    secure ??= overTls();
    return secure;
  };
}

function exchange(
  request: ClientRequest,
  { body, silenceMs }: { body: Body; silenceMs: number },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.setTimeout(silenceMs, () => request.destroy(new Error(`no answer within ${silenceMs / 1000} s`)));
    request.once('response', resolve).once('error', reject);
    if (!isStream(body)) {
      request.end(body);
      return;
    }
    body.once('error', (error) => request.destroy(error));
    body.pipe(request);
  });
}

function headersOf(call: HttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  call.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value;
  });
  return headers;
}

/** The SDK leaves out an empty body, and may give `{}` for none. */
function bodyOf({ body }: HttpRequest): Body {
  if (typeof body === 'string' || body instanceof Uint8Array || isStream(body)) return body;
  return undefined;
}

function bodySigned(body: Body): string | Uint8Array {
  if (isStream(body)) throw new TypeError('a streamed body cannot be signed');
  return body ?? '';
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'pipe' in body;
}
