// A small client for a Kubernetes API server: JSON requests over one keep-alive agent, and watches.

import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { Access } from './kubeconfig.ts';
import { type Fields, fieldsOf, type KubeObject } from './object.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** The parsed body; empty when it is not JSON. */
  readonly body: Fields;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

const APPLY = 'application/apply-patch+yaml';

/** Where a server is and who calls: by certificate, or by token. */
export interface ClientAccess {
  readonly server: string;
  readonly ca: string;
  readonly client?: Access['client'];
  readonly token?: string;
}

export interface ApiClient {
  get(path: string): Promise<ApiAnswer>;
  send(method: string, path: string, options?: { body?: unknown; type?: string }): Promise<ApiAnswer>;
  /** Server-side apply of one object at its path, with force. */
  apply(path: string, object: object): Promise<ApiAnswer>;
  /** Streams changes until the signal or the server ends it. Throws on any other answer than 200. */
  watch(path: string, options: { signal: AbortSignal; onEvent(event: WatchEvent): void }): Promise<void>;
  close(): void;
}

/** The field manager of everything the region itself writes into a cluster. */
export const REGION_MANAGER = 'galley-region';

/** A client over one keep-alive agent; `close` ends its connections. */
export function createApiClient(access: ClientAccess): ApiClient {
  const { server, ca, client, token } = access;
  const agent = new Agent({ keepAlive: true, ca, cert: client?.cert, key: client?.key });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const open = (path: string, { headers, body, ...rest }: Opening): Promise<IncomingMessage> => {
    const all = { accept: 'application/json', ...authorization, ...headers };
    return exchange(`${server}${path}`, { agent, headers: all, ...rest }, body);
  };
  const send: ApiClient['send'] = async (method, path, { body, type = 'application/json' } = {}) => {
    if (body === undefined) return toAnswer(await open(path, { method }));
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = { 'content-type': type, 'content-length': String(bytes.length) };
    return toAnswer(await open(path, { method, headers, body: bytes }));
  };
  return {
    send,
    get: (path) => send('GET', path),
    apply: (path, object) =>
      send('PATCH', `${path}?fieldManager=${REGION_MANAGER}&force=true`, { body: object, type: APPLY }),
    watch: async (path, { signal, onEvent }) =>
      readEvents(await open(path, { method: 'GET', signal }), path, onEvent),
    close: () => agent.destroy(),
  };
}

interface Opening {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

async function readEvents(
  response: IncomingMessage,
  path: string,
  onEvent: (event: WatchEvent) => void,
): Promise<void> {
  if (response.statusCode !== 200) {
    const { status, text } = await toAnswer(response);
    throw new Error(`watching ${path}: ${status} ${text.slice(0, 300)}`);
  }
  const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) onEvent(JSON.parse(line));
}

/** A kept connection may be closed by the server just as it is used again: then, and only then, once more. */
function exchange(url: string, options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, resolve);
    outgoing.once('error', (error) => {
      const wasClosed = 'code' in error && error.code === 'ECONNRESET' && outgoing.reusedSocket;
      if (wasClosed && options.signal?.aborted !== true) exchange(url, options, body).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(body);
  });
}

async function toAnswer(response: IncomingMessage): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, text, body: parsed(text) };
}

function parsed(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}
