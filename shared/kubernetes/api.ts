// The way to a Kubernetes API server: JSON over one keep-alive agent, with deadlines and retries.
// Not @kubernetes/client-node: it drops fields it does not know and opens a connection per call (facts §19).
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import pRetry from 'p-retry';
import { ApiError } from './api-error.ts';
import { warningTexts } from './warning-header.ts';

export interface Connection {
  /** `https://host:port`; plain `http:` is for stand-ins. */
  readonly server: string;
  readonly caPem?: string;
  readonly certPem?: string;
  readonly keyPem?: string;
  /** Asked for each request: OKE tokens age in minutes, and minting one costs a millisecond. */
  readonly token?: () => Promise<string>;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Starts with `/`; each part percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of the body; `application/json` unless told otherwise. */
  readonly contentType?: string;
  /** Not worth waiting for: no second try. */
  readonly isOptional?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON, else the text. */
  readonly body: unknown;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

export interface Cluster {
  /** @throws ApiError when the answer is not 2xx, after the retries that can help */
  call(call: Call): Promise<Answer>;
  /** Requests sent so far, retries included. */
  readonly sent: () => number;
  close(): void;
}

export interface Timing {
  /** One answer; lists are paged. */
  readonly requestMs?: number;
  /** All tries of one call together. */
  readonly retryMs?: number;
  readonly signal?: AbortSignal;
}

/** Requests at once: SSA of one object takes 5 to 30 ms, and a function has half a core. */
export const CONCURRENCY = 12;
/** The API server cuts pod logs and lists for us; anything beyond this is not an answer to our questions. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** A client of one API server. Nothing is sent until the first call. */
export function connect(connection: Connection, timing: Timing = {}): Cluster {
  const url = new URL(connection.server);
  const isPlain = url.protocol === 'http:';
  const pool = { keepAlive: true, maxSockets: CONCURRENCY };
  const trust = { ca: connection.caPem, cert: connection.certPem, key: connection.keyPem };
  const agent = isPlain ? new HttpAgent(pool) : new HttpsAgent({ ...pool, ...trust });
  // Node wants IPv6 addresses without the brackets of a URL.
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  let sent = 0;
  const once = async (call: Call): Promise<Answer> => {
    sent += 1;
    const headers = await headersOf(connection, call);
    const path = pathOf(url, call);
    const options = { agent, hostname, port: url.port, path, method: call.method, headers };
    const signal = signalOf(timing);
    const open = isPlain ? httpRequest({ ...options, signal }) : httpsRequest({ ...options, signal });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      open.on('response', resolve).on('error', reject);
      open.end(call.body === undefined ? undefined : JSON.stringify(call.body));
    }).catch((cause) => fail(call, cause));
    const answer = await read(response).catch((cause) => fail(call, cause));
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new ApiError(call, answer);
  };
  return {
    call: (call) => (call.isOptional ? once(call) : retried(() => once(call), timing)),
    sent: () => sent,
    close: () => agent.destroy(),
  };
}

function fail(call: Call, cause: unknown): never {
  const body =
    cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
  throw new ApiError(call, { status: 0, body, cause });
}

/** 429, 5xx and network errors are tried again; everything sent here is safe to repeat. */
function retried(once: () => Promise<Answer>, { retryMs = 20_000, signal }: Timing): Promise<Answer> {
  return pRetry(once, {
    retries: 5,
    minTimeout: 200,
    maxTimeout: 4000,
    randomize: true,
    maxRetryTime: retryMs,
    signal,
    shouldRetry: ({ error }) => error instanceof ApiError && error.retry === 'later',
  });
}

function signalOf({ requestMs = 15_000, signal }: Timing): AbortSignal {
  const limit = AbortSignal.timeout(requestMs);
  return signal ? AbortSignal.any([limit, signal]) : limit;
}

async function headersOf(
  { token }: Connection,
  { body, contentType }: Call,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'galley' };
  if (token) headers.authorization = `Bearer ${await token()}`;
  if (body !== undefined) {
    headers['content-type'] = contentType ?? 'application/json';
    // Go answers DELETE with a chunked body with a plain 400 (facts oke-apply §2.3).
    headers['content-length'] = String(Buffer.byteLength(JSON.stringify(body)));
  }
  return headers;
}

function pathOf(server: URL, { path, query }: Call): string {
  const search = query && Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '';
  return `${server.pathname.replace(/\/$/, '')}${path}${search}`;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  const isJson = response.headers['content-type']?.includes('json') ?? false;
  const warnings = response.headersDistinct.warning ?? [];
  return {
    status: response.statusCode ?? 0,
    body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text,
    warnings: warnings.flatMap(warningTexts),
  };
}
