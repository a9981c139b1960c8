import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connect } from '../../../shared/kubernetes/api.ts';
import { ApiError } from '../../../shared/kubernetes/api-error.ts';
import { discover } from '../../../shared/kubernetes/discovery.ts';
import { connectionOf, readKubeconfig, withToken } from '../../../shared/kubernetes/kubeconfig.ts';
import { listObjects, PODS } from '../../../shared/kubernetes/lists.ts';
import type { Connection } from '../../../shared/kubernetes/transport.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function serve<T>(
  handler: Handler,
  use: (cluster: Cluster, seen: IncomingMessage[]) => Promise<T>,
): Promise<T> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume();
    handler(request, response, seen.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let tokens = 0;
  const cluster = connect({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`,
    authorization: async () => `Bearer token-${++tokens}`,
  });
  try {
    return await use(cluster, seen);
  } finally {
    cluster.close();
    server.closeAllConnections();
    server.close();
  }
}

function json(
  response: ServerResponse,
  body: unknown,
  { status = 200, warning = [] as string[] } = {},
): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('warning', warning);
  response.end(JSON.stringify(body));
}
const GET = { method: 'GET', path: '/api/v1/pods' } as const;

const api = suite('API client');
api('one connection, a fresh token each time, the prefix of the server kept', async () => {
  await serve(
    (_, response) => json(response, {}),
    async (cluster, seen) => {
      for (let index = 0; index < 3; index++) await cluster.call(GET);
      assert.is(new Set(seen.map(({ socket }) => socket.remotePort)).size, 1);
      assert.equal(
        seen.map(({ headers }) => headers.authorization),
        ['Bearer token-1', 'Bearer token-2', 'Bearer token-3'],
      );
      assert.is(seen[0]?.url, '/prefix/api/v1/pods');
    },
  );
});
for (const status of [429, 500, 503]) {
  api(`${status} is tried again`, async () => {
    await serve(
      (_, response, count) => json(response, { count }, { status: count === 1 ? status : 200 }),
      async (cluster) => assert.equal((await cluster.call(GET)).body, { count: 2 }),
    );
  });
}
for (const status of [400, 401, 403, 404, 409, 422]) {
  api(`${status} is not, and carries the server's words`, async () => {
    await serve(
      (_, response) => json(response, { reason: 'Because', message: 'no' }, { status }),
      async (cluster, seen) => {
        const error = await cluster.call(GET).catch((thrown: unknown) => thrown);
        assert.instance(error, ApiError);
        assert.is((error as ApiError).message, `GET /api/v1/pods: ${status} Because: no`);
        assert.is(seen.length, 1);
      },
    );
  });
}
api(
  'what is optional is asked once; a field that is not in the schema is a mistake, not an outage',
  async () => {
    const schema = {
      message: 'failed to create typed patch object (a/b): .spec.x: field not declared in schema',
    };
    await serve(
      (_, response) => json(response, schema, { status: 500 }),
      async (cluster, seen) => {
        await cluster.call({ ...GET, isOptional: true }).catch(() => undefined);
        await cluster.call(GET).catch(() => undefined);
        assert.is(seen.length, 2);
      },
    );
  },
);
api('warnings are unpacked, several in one header too', async () => {
  const warning = ['299 - "old \\"v1\\"", 299 - "second"', '299 - "third"'];
  await serve(
    (_, response) => json(response, {}, { warning }),
    async (cluster) => assert.equal((await cluster.call(GET)).warnings, ['old "v1"', 'second', 'third']),
  );
});
api('no secret in an error', async () => {
  const cluster = connect(
    { server: 'http://127.0.0.1:1', authorization: async () => 'Bearer SECRET' },
    { retryMs: 1 },
  );
  const error = (await cluster.call(GET).catch((thrown: unknown) => thrown)) as ApiError;
  assert.is(error.retry, 'later');
  assert.not.match(JSON.stringify(error) + error.message + String(error.stack), /SECRET/);
  cluster.close();
});
api('lists are read page by page, and their items get their kind back', async () => {
  await serve(
    (request, response) => {
      const isSecond = request.url?.includes('continue=more') ?? false;
      json(response, {
        metadata: isSecond ? {} : { continue: 'more' },
        items: [{ metadata: { name: isSecond ? 'b' : 'a' } }],
      });
    },
    async (cluster) => {
      const pods = await listObjects(cluster, PODS, { namespace: 'shop' });
      assert.equal(pods, [
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
        { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' } },
      ]);
    },
  );
});
api('subresources are no kinds; each group version is asked for once', async () => {
  const resources = [
    { name: 'deployments/scale', kind: 'Deployment', namespaced: true },
    { name: 'deployments', kind: 'Deployment', namespaced: true },
  ];
  await serve(
    (_, response) => json(response, { resources }),
    async (cluster, seen) => {
      const discovery = discover(cluster);
      const found = await Promise.all([1, 2].map(() => discovery.find('apps/v1', 'Deployment')));
      assert.equal(
        found.map((resource) => resource?.plural),
        ['deployments', 'deployments'],
      );
      assert.is(seen.length, 1);
    },
  );
});
api.run();

const kubeconfig = suite('kubeconfig');
const config = (user: object, cluster: object = {}): string =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [
      {
        name: 'k',
        cluster: { server: 'https://a:6443', 'certificate-authority-data': btoa('CA'), ...cluster },
      },
    ],
    users: [{ name: 'u', user }],
  });
const PEM = { ca: undefined, cert: undefined, key: undefined, servername: undefined };
const CA = Buffer.from('CA');
const read = async (text: string): Promise<Connection> => connectionOf(await readKubeconfig(text));

kubeconfig('server, CA and credentials of the current context', async () => {
  const data = { 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') };
  assert.equal(await read(config(data)), {
    server: 'https://a:6443',
    tls: { ...PEM, ca: CA, cert: Buffer.from('CERT'), key: Buffer.from('KEY') },
  });
});
kubeconfig('a token is shown in each request', async () => {
  const { authorization } = await read(config({ token: 'T' }));
  assert.is(await authorization?.(), 'Bearer T');
});
kubeconfig('a minted token takes the place of every other credential', async () => {
  let minted = 0;
  const given = await readKubeconfig(config({ token: 'T', 'client-key-data': btoa('KEY') }));
  const { tls, authorization } = await connectionOf(withToken(given, async () => `minted-${++minted}`));
  assert.equal(tls, { ...PEM, ca: CA });
  assert.is(await authorization?.(), 'Bearer minted-2');
  assert.is(await authorization?.(), 'Bearer minted-3');
});
kubeconfig('another name in the certificate, and no check at all, are taken over', async () => {
  const cluster = { 'tls-server-name': 'b', 'insecure-skip-tls-verify': true };
  const { tls } = await read(config({}, cluster));
  assert.equal(tls, { ...PEM, ca: CA, servername: 'b', rejectUnauthorized: false });
});
for (const [what, user] of [
  ['an exec block', { exec: { command: 'sh', args: ['-c', 'touch /tmp/galley-exec-ran'] } }],
  [
    'a provider with a command',
    { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': '/tmp/galley-exec-ran' } } },
  ],
] as const) {
  kubeconfig(`${what} is nothing but text`, async () => {
    assert.equal(await read(config(user)), { server: 'https://a:6443', tls: { ...PEM, ca: CA } });
    assert.not(existsSync('/tmp/galley-exec-ran'));
  });
}
kubeconfig('files are read beside the kubeconfig, where its place is known', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'galley-kubeconfig-'));
  await writeFile(join(directory, 'key.pem'), 'KEY');
  const found = await readKubeconfig(config({ 'client-key': 'key.pem' }), { directory });
  assert.equal((await connectionOf(found)).tls, { ...PEM, ca: CA, key: Buffer.from('KEY') });
  await rm(directory, { recursive: true });
});
for (const [what, text, message] of [
  ['not YAML', 'a: [', /cannot be read: /],
  ['no context', '{}', /has no cluster in its current context/],
  ['no server', config({}, { server: '' }), /clusters\[0\]\.cluster\.server is missing/],
  ['a file', config({ 'client-key': '/etc/key' }), /names a file in client-key/],
] as const) {
  kubeconfig(`${what} is refused`, async () => {
    const error = await readKubeconfig(text).catch((thrown) => thrown);
    assert.match(error.message, message);
    assert.is(error.reason, 'BadKubeconfig');
  });
}
kubeconfig.run();
