// How the SDK's clients reach OCI: their `httpClient` seam over one keep-alive agent, with a deadline on silence.
// It replaces fetch (undici: 27 ms of cold start, no timeouts), the circuit breaker and its timers, in one place.
import { Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import type { Readable } from 'node:stream';
import type { HttpClient, HttpRequest } from 'oci-common';
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
      const url = new URL(call.uri);
      const headers = headersOf(call);
      const body = bodyOf(call);
      const isSigned = WITH_BODY.has(call.method) && !excludesBody;
      const signed = isSigned ? bodySigned(body) : undefined;
      await sign({ method: call.method, url, headers, ...(signed === undefined ? {} : { body: signed }) });
      if (WITH_BODY.has(call.method) && !isStream(body))
        headers['content-length'] = String(Buffer.byteLength(body ?? ''));
      const { open, agent } = await connection(url);
      const request = open(url, { agent, method: call.method, headers });
      const message = await exchange(request, { body, silenceMs });
      // A session may have been rotated under us: the SDK reads it anew only when it has expired (facts E.3).
      if (message.statusCode === 401) await provider.refresh?.().catch(() => undefined);
      return responseOf(message, call.method);
    },
  };
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

/** As much of a fetch Response as the generated clients use; `body` is Node's own stream, absent when empty. */
function responseOf(message: IncomingMessage, method: string): Response {
  const status = message.statusCode ?? 0;
  const isEmpty = method === 'HEAD' || status === 204 || message.headers['content-length'] === '0';
  // An unread message keeps its socket from the pool, and the clients do not read empty ones.
  if (isEmpty) message.resume();
  const text = async () => (isEmpty ? '' : textOf(message));
  const response = {
    status,
    statusText: message.statusMessage ?? '',
    ok: status >= 200 && status < 300,
    headers: {
      get: (name: string) => single(message.headers[name.toLowerCase()]) ?? null,
      forEach: (visit: (value: string, name: string) => void) => {
        for (const [name, value] of Object.entries(message.headers)) visit(single(value) ?? '', name);
      },
    },
    body: isEmpty ? undefined : message,
    text,
    json: async () => JSON.parse(await text()) as unknown,
  };
  return response as unknown as Response;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
