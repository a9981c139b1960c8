// The kubelet's endpoint for logs. Only the API server may ask: it shows a certificate of the cluster's authority.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Certificates } from '../certificates.ts';
import type { PodWorker } from './pod-worker.ts';

export interface KubeletServer {
  readonly port: number;
  stop(): Promise<void>;
}

type FindPod = (namespace: string, name: string) => PodWorker | undefined;

export async function startKubeletServer({ ca, node }: Certificates, find: FindPod): Promise<KubeletServer> {
  const tls = { cert: node.cert, key: node.key, ca: ca.cert, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, (request, response) => {
    answer(find, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(find: FindPod, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, text: string): void =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  if (!(request.socket instanceof TLSSocket) || !request.socket.authorized)
    return refuse(401, 'Unauthorized');
  const url = new URL(request.url ?? '/', 'https://localhost');
  const [, verb, namespace = '', name = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
  if (verb !== 'containerLogs')
    return refuse(404, `the local node serves container logs only, not ${url.pathname}`);
  const worker = find(namespace, name);
  const view = worker?.views.find((each) => each.name === container);
  if (!worker || !view)
    return refuse(404, `pod "${namespace}/${name}" or its container "${container}" is not on this node`);
  const { running, previous } = worker.outputOf(container);
  const lines = url.searchParams.has('tailLines') ? Number(url.searchParams.get('tailLines')) : undefined;
  if (url.searchParams.get('previous') === 'true') {
    if (previous === undefined)
      return refuse(400, `previous terminated container "${container}" in pod "${name}" not found`);
    return void response.end(tail(previous, lines));
  }
  if (!running && previous === undefined) {
    const reason = view.state.kind === 'waiting' ? view.state.reason : 'ContainerCreating';
    return refuse(400, `container "${container}" in pod "${name}" is waiting to start: ${reason}`);
  }
  if (running && url.searchParams.get('follow') === 'true' && running.id !== 'played')
    return followLog(running.id, lines, response);
  response.end(running ? await running.logs(lines) : tail(previous ?? '', lines));
}

function tail(text: string, lines: number | undefined): string {
  if (lines === undefined) return text;
  const all = text.replace(/\n$/, '').split('\n');
  return lines === 0 ? '' : `${all.slice(-lines).join('\n')}\n`;
}

function followLog(id: string, lines: number | undefined, response: ServerResponse): void {
  const tailing = lines === undefined ? [] : ['--tail', `${lines}`];
  const child = spawn('podman', ['logs', '--follow', ...tailing, id], { stdio: ['ignore', 'pipe', 'pipe'] });
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  child.stdout.pipe(response, { end: false });
  child.stderr.pipe(response, { end: false });
  child.once('close', () => response.end());
  child.once('error', () => response.end());
  response.once('close', () => child.kill('SIGKILL'));
}
