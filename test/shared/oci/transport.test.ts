// The SDK's clients over our transport: connections, deadlines, rotated sessions, the applier's call.
import { generateKeyPairSync } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ociApplier } from '../../../shared/oci/applier.ts';
import { openBucket } from '../../../shared/oci/bucket.ts';
import { createClients } from '../../../shared/oci/clients.ts';
import type { Provider } from '../../../shared/oci/signing.ts';
import { transport } from '../../../shared/oci/transport.ts';
import { ID } from '../../helpers/builds.ts';
import { answerJson, startServer } from '../../helpers/http.ts';
import { noRetries } from '../../helpers/region.ts';

const test = suite('transport');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const locked = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'word' })
  .toString();

function provider(more: Partial<Provider> = {}): Provider {
  return { getKeyId: async () => 'ST$x', getPrivateKey: () => pem, getPassphrase: () => null, ...more };
}

const REGION = 'eu-frankfurt-1';
const OBJECT = { namespaceName: 'ns', bucketName: 'b', objectName: 'o' };

function clientOf(endpoint: string, options: { silenceMs?: number; provider?: Provider } = {}) {
  const httpClient = transport(options.provider ?? provider(), options);
  const client = new ObjectStorageClient({ httpClient }, noRetries);
  client.endpoint = endpoint;
  return client;
}

test('calls share a connection, whatever the answer was', async () => {
  const server = await startServer(({ url }, response) => {
    if (url.endsWith('/none')) answerJson(response, 404, { code: 'ObjectNotFound', message: 'no' });
    else response.writeHead(200, { 'content-length': 0, etag: 'e' }).end();
  });
  const state = openBucket(
    createClients({ provider: provider(), region: REGION, endpoint: server.endpoint }),
    { namespace: 'ns', bucket: 'b' },
  );
  await state.put('a', '');
  await state.find('none');
  await state.find('empty');
  await state.remove('a');
  assert.is(server.asked.length, 4);
  assert.is(new Set(server.asked.map(({ socket }) => socket)).size, 1);
  await server.stop();
});

test('a name is percent-encoded whole, and signed as it is sent', async () => {
  const server = await startServer((_, response) => answerJson(response, 200, {}));
  await clientOf(server.endpoint).getObject({ ...OBJECT, objectName: "a'b(c)*!.tar" });
  assert.is(server.asked[0]?.url, '/n/ns/b/b/o/a%27b%28c%29%2A%21.tar');
  await server.stop();
});

test('a silent server is given up, and the message says so', async () => {
  const server = await startServer(() => undefined);
  const error = await clientOf(server.endpoint, { silenceMs: 50 })
    .getObject(OBJECT)
    .catch((thrown) => thrown);
  assert.is(error.message, 'no answer within 0.05 s');
  await server.stop();
});

test('a body that stops in the middle is an error, not an end', async () => {
  const server = await startServer((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half');
    setTimeout(() => response.destroy(), 20);
  });
  const { value } = await clientOf(server.endpoint).getObject(OBJECT);
  const read = async () => {
    for await (const _ of value as Readable);
  };
  const error = await read().catch((thrown) => thrown);
  assert.is(error.code, 'ECONNRESET');
  await server.stop();
});

test('a 401 makes the session be read anew', async () => {
  let session = 'old';
  const who = provider({
    getKeyId: async () => `ST$${session}`,
    refresh: async () => {
      session = 'new';
    },
  });
  const server = await startServer(({ headers }, response) => {
    if (headers.authorization?.includes('ST$new')) answerJson(response, 200, { objects: [] });
    else answerJson(response, 401, { code: 'NotAuthenticated', message: 'expired' });
  });
  const state = openBucket(createClients({ provider: who, region: REGION, endpoint: server.endpoint }), {
    namespace: 'ns',
    bucket: 'b',
  });
  assert.equal(await state.names('x'), []);
  assert.is(server.asked.length, 2);
  await server.stop();
});

test('a key with a passphrase signs', async () => {
  const server = await startServer((_, response) => answerJson(response, 200, { objects: [] }));
  const who = provider({ getPrivateKey: () => locked, getPassphrase: () => 'word' });
  await clientOf(server.endpoint, { provider: who }).listObjects(OBJECT);
  assert.match(server.asked[0]?.headers.authorization ?? '', /^Signature version="1",keyId="ST\$x",/);
  await server.stop();
});

test('names are listed page after page, in order', async () => {
  const pages: Record<string, object> = {
    '': { objects: [{ name: 'x/b' }], nextStartWith: 'x/c d&e' },
    'x/c%20d%26e': { objects: [{ name: 'x/c d&e' }], nextStartWith: 'x/f' },
    'x/f': { objects: [{ name: 'x/a' }], nextStartWith: null },
  };
  const server = await startServer(({ url }, response) => {
    answerJson(response, 200, pages[/start=([^&]*)/.exec(url)?.[1] ?? ''] ?? {});
  });
  const clients = createClients({ provider: provider(), region: REGION, endpoint: server.endpoint });
  const state = openBucket(clients, { namespace: 'ns', bucket: 'b' });
  assert.equal(await state.names('x/'), ['x/a', 'x/b', 'x/c d&e']);
  await server.stop();
});

const FUNCTION = 'ocid1.fnfunc.oc1.eu-frankfurt-1.apply';
test('apply is invoked detached, at the host its application has', async () => {
  const server = await startServer(({ method }, response) =>
    method === 'GET'
      ? answerJson(response, 200, { id: FUNCTION, invokeEndpoint: 'https://unused.example' })
      : response.writeHead(202).end(),
  );
  const clients = createClients({ provider: provider(), region: REGION, endpoint: server.endpoint });
  const applier = ociApplier(clients, { functionId: FUNCTION, log: () => undefined });
  await applier.invoke({ app: 'shop', id: ID });
  await applier.invoke({ app: 'shop', id: ID });
  assert.equal(
    server.asked.map(({ method, url }) => `${method} ${url}`),
    [
      `GET /20181201/functions/${FUNCTION}`,
      `POST /20181201/functions/${FUNCTION}/actions/invoke`,
      `POST /20181201/functions/${FUNCTION}/actions/invoke`,
    ],
  );
  const invoked = server.asked[1];
  assert.is(invoked?.headers['fn-invoke-type'], 'detached');
  assert.equal(JSON.parse(invoked?.body ?? ''), { app: 'shop', build: ID });
  await server.stop();
});

for (const isOptional of [true, false]) {
  test(`a denied invoke ${isOptional ? 'is left to the sweep' : 'is an error'}`, async () => {
    const server = await startServer((_, response) =>
      answerJson(response, 404, { code: 'NotAuthorizedOrNotFound', message: 'no' }),
    );
    const clients = createClients({ provider: provider(), region: REGION, endpoint: server.endpoint });
    const logged: string[] = [];
    const target = { functionId: FUNCTION, invokeEndpoint: server.endpoint, isOptional };
    const applier = ociApplier(clients, { ...target, log: (message) => logged.push(message) });
    const error = await applier.invoke({ app: 'shop', id: ID }).catch((thrown) => thrown);
    assert.is(error?.reason, isOptional ? undefined : 'NotAuthorizedOrNotFound');
    assert.equal(logged, isOptional ? ['apply is left to the sweep'] : []);
    await server.stop();
  });
}

test.run();
