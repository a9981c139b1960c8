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

export function createApiClient(access: ClientAccess): ApiClient {
  const agent = new Agent({
    keepAlive: true,
    ca: access.ca,
    cert: access.client?.cert,
    key: access.client?.key,
  });
  const authorization = access.token === undefined ? {} : { authorization: `Bearer ${access.token}` };
  const options = (method: string, headers: Record<string, string>): RequestOptions => ({
    method,
    agent,
    headers: { accept: 'application/json', ...authorization, ...headers },
  });
  const call = async (
    method: string,
    path: string,
    given: { body?: unknown; type?: string } = {},
  ): Promise<ApiAnswer> => {
    const bytes = given.body === undefined ? undefined : Buffer.from(JSON.stringify(given.body));
    const headers = bytes
      ? { 'content-type': given.type ?? 'application/json', 'content-length': String(bytes.length) }
      : {};
    const response = await exchange(`${access.server}${path}`, options(method, headers), bytes);
    return toAnswer(response);
  };
  return {
    get: (path) => call('GET', path),
    send: call,
    apply: (path, object) =>
      call('PATCH', `${path}?fieldManager=${REGION_MANAGER}&force=true`, {
        body: object,
        type: 'application/apply-patch+yaml',
      }),
    async watch(path, { signal, onEvent }) {
      const response = await exchange(`${access.server}${path}`, { ...options('GET', {}), signal });
      if (response.statusCode !== 200) {
        const { status, text } = await toAnswer(response);
        throw new Error(`watching ${path}: ${status} ${text.slice(0, 300)}`);
      }
      const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
      for await (const line of lines) onEvent(JSON.parse(line));
    },
    close: () => agent.destroy(),
  };
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
