// The endpoint a kubeconfig of Container Engine names: in front of the API server, it plays faults, and it lets
// OKE tokens into a cluster that was given to us and knows nothing of them.
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { Agent, request as send } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Certificates } from '../certificates.ts';
import type { Access } from '../kubeconfig.ts';

export interface Identity {
  readonly username: string;
  readonly groups: readonly string[];
}

export interface FrontOptions {
  readonly port: number;
  /** The authority callers trust, and the certificate shown to them. */
  readonly certificates: Certificates;
  /** The API server behind. */
  readonly upstream: Pick<Access, 'server' | 'ca'>;
  /** A status to answer instead, and its text, when a fault is planted for a path. */
  fault(path: string): { readonly value: number; readonly text: string } | undefined;
  /** Set when the cluster behind cannot read OKE tokens: callers are reviewed here and impersonated there. */
  readonly impersonation?: {
    readonly headers: Readonly<Record<string, string>>;
    readonly client?: Access['client'];
    review(token: string): Promise<Identity | undefined>;
  };
}

export interface Front {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  readonly ca: string;
  stop(): Promise<void>;
}

/** As long as the API server behind keeps idle connections. */
const KEEP_ALIVE_MS = 90_000;
/** Of one connection and its framing; what comes in over one has no meaning for the other. */
const OF_A_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host']);

export async function startFront(options: FrontOptions): Promise<Front> {
  const { certificates, upstream, impersonation } = options;
  const { cert, key } = impersonation?.client ?? {};
  const agent = new Agent({ keepAlive: true, ca: upstream.ca, cert, key });
  const { cert: ownCert, key: ownKey } = certificates.server;
  // HTTP/2 and HTTP/1.1, as an API server speaks both.
  const shown = { cert: ownCert, key: ownKey, allowHTTP1: true, keepAliveTimeout: KEEP_ALIVE_MS };
  const sockets = new Set<Socket>();
  const server = createSecureServer(shown, (request, response) => {
    pass(options, agent, { request, response }).catch((error: unknown) => {
      const message = `the API server does not answer: ${String(error)}`;
      if (response.headersSent) response.destroy();
      else refuse(response, { code: 502, reason: 'InternalError', message });
    });
  });
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    agent.destroy();
  };
  return { server: `https://127.0.0.1:${options.port}`, ca: certificates.ca.cert, stop };
}

interface Exchange {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
}

async function pass(options: FrontOptions, agent: Agent, { request, response }: Exchange): Promise<void> {
  const path = request.url ?? '/';
  const fault = options.fault(decodeURIComponent(path.split('?', 1)[0] ?? '/'));
  if (fault)
    return refuse(response, {
      code: fault.value || 500,
      reason: fault.text || 'InternalError',
      message: 'this error was planted as a fault of the local region',
    });
  const headers = await headersFor(options, request);
  if (!headers) return refuse(response, { code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
  const answer = await forward(`${options.upstream.server}${path}`, { request, agent, headers });
  response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
  // Of a watch nothing else may come for long; HTTP/2 sends headers at once.
  if (request.httpVersionMajor === 1) (response as unknown as ServerResponse).flushHeaders();
  answer.once('error', () => response.destroy());
  response.once('close', () => answer.destroy());
  await pipeline(answer, response).catch(() => response.destroy());
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !name.startsWith(':') && !OF_A_CONNECTION.has(name),
  );
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

/** Undefined when the caller is nobody. */
async function headersFor(
  { impersonation }: FrontOptions,
  request: Http2ServerRequest,
): Promise<Record<string, string | string[]> | undefined> {
  const given = Object.entries(passedOn(request.headers));
  const headers = Object.fromEntries(given.filter(([name]) => !name.startsWith('impersonate-')));
  if (!impersonation) return headers;
  const token = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const who = token === undefined ? undefined : await impersonation.review(token);
  if (!who) return undefined;
  delete headers.authorization;
  return {
    ...headers,
    ...impersonation.headers,
    'impersonate-user': who.username,
    'impersonate-group': [...who.groups, 'system:authenticated'],
  };
}

function forward(
  url: string,
  {
    request,
    agent,
    headers,
  }: { request: Http2ServerRequest; agent: Agent; headers: Record<string, string | string[]> },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: request.method, headers, agent }, resolve);
    outgoing.once('error', reject);
    request.once('error', reject);
    request.pipe(outgoing);
  });
}

function refuse(
  response: Http2ServerResponse,
  status: { code: number; reason: string; message: string },
): void {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status };
  response.writeHead(status.code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
