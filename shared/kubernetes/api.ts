// The way to a Kubernetes API server: JSON over kept connections, with deadlines and retries.
// @kubernetes/client-node reads the kubeconfig, sets up TLS and authenticates (kubeconfig.ts). Its calls are not used:
// they drop fields that its models do not know, which server-side apply takes for their removal, write names in lower
// case, have no deadline and open a connection each (facts libraries §19).
import pRetry from 'p-retry';
import { ApiError } from './api-error.ts';
import { type Connection, type Incoming, openTransport } from './transport.ts';
import { warningTexts } from './warning-header.ts';

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
}

/** Requests at once: enough that the API server, which needs 2 ms of work and some waiting for each, is never idle. */
export const CONCURRENCY = 32;
const REQUEST_MS = 15_000;

/** A client of one API server. Nothing is sent until the first call; `close` it, or its connection stays open. */
export function connect(connection: Connection, timing: Timing = {}): Cluster {
  const { requestMs = REQUEST_MS } = timing;
  const transport = openTransport(connection, { connectMs: requestMs });
  const prefix = new URL(connection.server).pathname.replace(/\/$/, '');
  let sent = 0;
  const once = async (call: Call): Promise<Answer> => {
    sent += 1;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = await headersOf(connection, { body, contentType: call.contentType });
    const signal = AbortSignal.timeout(requestMs);
    const outgoing = { method: call.method, path: prefix + pathOf(call), headers, body, signal };
    const incoming = await transport.send(outgoing).catch((cause: unknown) => fail(call, cause));
    const answer = answerOf(incoming);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new ApiError(call, answer);
  };
  return {
    call: (call) => (call.isOptional ? once(call) : retried(() => once(call), timing)),
    sent: () => sent,
    close: transport.close,
  };
}

function fail(call: Call, cause: unknown): never {
  const body =
    cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
  throw new ApiError(call, { status: 0, body, cause });
}

/** 429, 5xx and network errors are tried again; everything sent here is safe to repeat. */
function retried(once: () => Promise<Answer>, { retryMs = 20_000 }: Timing): Promise<Answer> {
  return pRetry(once, {
    retries: 5,
    minTimeout: 200,
    maxTimeout: 4000,
    randomize: true,
    maxRetryTime: retryMs,
    shouldRetry: ({ error }) => error instanceof ApiError && error.retry === 'later',
  });
}

async function headersOf(
  { authorization }: Connection,
  { body, contentType }: { body: string | undefined; contentType: string | undefined },
): Promise<Record<string, string>> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'galley' };
  if (authorization) headers.authorization = await authorization();
  if (body !== undefined) {
    headers['content-type'] = contentType ?? 'application/json';
    // Go answers DELETE with a chunked body with a plain 400 (facts oke-apply §2.3).
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  return headers;
}

function pathOf({ path, query }: Call): string {
  return query && Object.keys(query).length > 0 ? `${path}?${new URLSearchParams(query)}` : path;
}

function answerOf({ status, contentType, text, warnings }: Incoming): Answer {
  const isJson = contentType.includes('json') && text !== '';
  return {
    status,
    body: isJson ? (JSON.parse(text) as unknown) : text,
    warnings: warnings.flatMap(warningTexts),
  };
}
