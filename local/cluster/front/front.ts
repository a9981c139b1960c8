// The endpoint a kubeconfig of Container Engine names: in front of the API server, it plays faults, and it lets
// OKE tokens into a cluster that was given to us and knows nothing of them.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as send } from 'node:https';
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

export async function startFront(options: FrontOptions): Promise<Front> {
  const { certificates, upstream, impersonation } = options;
  const { cert, key } = impersonation?.client ?? {};
  const agent = new Agent({ keepAlive: true, ca: upstream.ca, cert, key });
  const tls = { cert: certificates.server.cert, key: certificates.server.key };
  const server = createServer(tls, (request, response) => {
    pass(options, agent, { request, response }).catch((error: unknown) => {
      const message = `the API server does not answer: ${String(error)}`;
      if (response.headersSent) response.destroy();
      else refuse(response, { code: 502, reason: 'InternalError', message });
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    agent.destroy();
  };
  return { server: `https://127.0.0.1:${options.port}`, ca: certificates.ca.cert, stop };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
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
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders();
  answer.once('error', () => response.destroy());
  response.once('close', () => answer.destroy());
  await pipeline(answer, response).catch(() => response.destroy());
}

/** Undefined when the caller is nobody. */
async function headersFor(
  { impersonation }: FrontOptions,
  request: IncomingMessage,
): Promise<Record<string, string | string[]> | undefined> {
  const given = Object.entries(request.headers).filter(
    ([name, value]) => value !== undefined && !name.startsWith('impersonate-'),
  );
  const headers = Object.fromEntries(given) as Record<string, string | string[]>;
  delete headers.host;
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
  }: { request: IncomingMessage; agent: Agent; headers: Record<string, string | string[]> },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: request.method, headers, agent }, resolve);
    outgoing.once('error', reject);
    request.once('error', reject);
    request.pipe(outgoing);
  });
}

function refuse(response: ServerResponse, status: { code: number; reason: string; message: string }): void {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status };
  response.writeHead(status.code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
