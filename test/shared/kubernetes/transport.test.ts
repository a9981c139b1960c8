// How requests travel: one HTTP/2 connection where the server speaks it, HTTP/1.1 where it does not.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createHttp1 } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Certificates, clusterCertificates } from '../../../local/cluster/certificates.ts';
import { type Cluster, connect, type Timing } from '../../../shared/kubernetes/api.ts';
import { ApiError } from '../../../shared/kubernetes/api-error.ts';

const test = suite('transport');
const directory = mkdtempSync(join(tmpdir(), 'galley-transport-'));
let certificates: Certificates;
test.before(() => {
  certificates = clusterCertificates(join(directory, 'pki'));
});
test.after(() => rmSync(directory, { recursive: true, force: true }));

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse, connection: number) => void;
interface Given {
  readonly server?: (options: { cert: string; key: string }) => Http2SecureServer;
  readonly timing?: Timing;
  readonly trusts?: boolean;
}

/** Serves TLS; a handler is told which connection its request came on, 1 for the first. */
async function serve(
  handler: Handler,
  use: (cluster: Cluster) => Promise<void>,
  { server: make = createSecureServer, timing, trusts = true }: Given = {},
): Promise<void> {
  const sockets: Socket[] = [];
  const { cert, key } = certificates.server;
  const server = make({ cert, key });
  server.on('secureConnection', (socket: Socket) => void sockets.push(socket));
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const stream = request.stream?.session?.socket.remotePort ?? request.socket.remotePort;
    const connection = sockets.findIndex(({ remotePort }) => remotePort === stream) + 1;
    handler(request, response, connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trust = trusts ? { tls: { ca: certificates.ca.cert } } : {};
  const cluster = connect({ server: address, ...trust }, timing);
  try {
    await use(cluster);
  } finally {
    cluster.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

function answer(response: Http2ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
const GET = { method: 'GET', path: '/api/v1/pods' } as const;
const numbers = Array.from({ length: 60 }, (_, index) => index);

test('many requests at once travel on one connection', async () => {
  const connections = new Set<number>();
  let atOnce = 0;
  const waiting: (() => void)[] = [];
  const handler: Handler = (request, response, connection) => {
    assert.is(request.httpVersion, '2.0');
    connections.add(connection);
    atOnce += 1;
    waiting.push(() => answer(response, { path: request.url }));
    if (atOnce === numbers.length) for (const go of waiting) go();
  };
  await serve(handler, async (cluster) => {
    const answers = await Promise.all(numbers.map((n) => cluster.call({ ...GET, query: { n: String(n) } })));
    assert.equal(
      answers.map(({ body }) => (body as { path: string }).path),
      numbers.map((n) => `/api/v1/pods?n=${n}`),
    );
    assert.equal([...connections], [1]);
  });
});

test('a server without HTTP/2 is asked in HTTP/1.1', async () => {
  const make = (options: object): Http2SecureServer => createHttp1(options) as unknown as Http2SecureServer;
  const handler: Handler = (request, response) => answer(response, { version: request.httpVersion });
  const check = async (cluster: Cluster): Promise<void> => {
    for (const _ of [1, 2]) assert.equal((await cluster.call(GET)).body, { version: '1.1' });
  };
  await serve(handler, check, { server: make });
});

for (const method of ['POST', 'PATCH', 'DELETE'] as const) {
  test(`the body of a ${method} arrives, with its length and kind`, async () => {
    const handler: Handler = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { 'content-type': type, 'content-length': length } = request.headers;
        answer(response, { text: Buffer.concat(chunks).toString(), type, length });
      });
    };
    await serve(handler, async (cluster) => {
      const given = await cluster.call({ method, path: '/x', body: { a: 'ü' }, contentType: 'a/b' });
      assert.equal(given.body, { text: '{"a":"ü"}', type: 'a/b', length: '10' });
    });
  });
}

test('a refusal and its warnings are read whole; an answer may come before the request has ended', async () => {
  const handler: Handler = (_, response) => {
    response.writeHead(422, {
      'content-type': 'application/json',
      warning: '299 - "one", 299 - "two"',
    });
    response.end(JSON.stringify({ reason: 'Invalid', message: 'x'.repeat(200_000) }));
  };
  await serve(handler, async (cluster) => {
    const error = await cluster
      .call({ method: 'PATCH', path: '/x', body: { big: 'y'.repeat(300_000) } })
      .catch((thrown: unknown) => thrown);
    assert.instance(error, ApiError);
    assert.is((error as ApiError).words.length, 200_000);
  });
});

for (const [what, fail] of [
  ['cut', (request) => request.stream.session?.destroy()],
  [
    'cut in the middle of an answer',
    ({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.write('{"connection":', () => stream.session?.destroy());
    },
  ],
  ['said goodbye to', (request) => request.stream.session?.goaway(0, 0)],
  ['silent', () => undefined],
] as [string, (request: Http2ServerRequest) => void][]) {
  test(`a connection that is ${what} is opened anew and the request sent again`, async () => {
    const handler: Handler = (request, response, connection) => {
      if (connection > 1) answer(response, { connection });
      else fail(request);
    };
    const check = async (cluster: Cluster): Promise<void> => {
      assert.equal((await cluster.call(GET)).body, { connection: 2 });
    };
    await serve(handler, check, { timing: { requestMs: 1000 } });
  });
}

test('a server nobody vouches for is not asked anything', async () => {
  let asked = 0;
  const handler: Handler = (_, response) => {
    asked += 1;
    answer(response, {});
  };
  const check = async (cluster: Cluster): Promise<void> => {
    const error = await cluster.call(GET).catch((thrown: unknown) => thrown);
    assert.match((error as ApiError).hint ?? '', /its CA from the kubeconfig/);
    assert.is(asked, 0);
  };
  await serve(handler, check, { trusts: false, timing: { retryMs: 1 } });
});

test.run();
