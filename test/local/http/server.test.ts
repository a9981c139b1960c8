// The server in front of all services: paths, replies and errors.
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Route, ServiceError } from '../../../local/types.ts';
import { serve } from './test-server.ts';

const test = suite('server');
let region: Awaited<ReturnType<typeof serve>>;

const open = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  auth: 'none',
  operation: 'Test',
  method,
  path,
  handle,
});
test.before(async () => {
  region = await serve([
    open('GET', '/n/:namespace/b/:bucket/o/*', ({ params, query }) => ({
      status: 200,
      body: { params, query: [...query] },
    })),
    open('HEAD', '/head', () => ({
      status: 200,
      headers: { 'content-length': '7' },
      body: Readable.from(['seven b']),
    })),
    open('GET', '/stream', () => ({ status: 200, body: Readable.from(['a', 'b']) })),
    open('GET', '/half', () => ({ status: 200, body: Readable.from(half()) })),
    open('GET', '/break', () => {
      throw new Error('secret detail');
    }),
    open('PUT', '/refuse', () => {
      throw new ServiceError(409, 'Conflict', 'no');
    }),
    open('POST', '/json', async (call) => ({ status: 200, body: { got: (await call.json()) ?? null } })),
  ]);
});
test.after(() => region.stop());

async function* half(): AsyncGenerator<string> {
  yield 'first half';
  throw new Error('the disk broke');
}

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${region.endpoint}${path}`, init);
const answer = async (path: string, init: RequestInit = {}): Promise<[number, unknown]> => {
  const response = await get(path, init);
  return [response.status, JSON.parse(await response.text())];
};

/** Sends the path as it is, where fetch would tidy it up. */
async function rawBody(path: string): Promise<string> {
  const socket = connect(Number(new URL(region.endpoint).port), '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  return (await socket.toArray()).join('').split('\r\n\r\n', 2)[1] ?? '';
}

for (const [path, name] of [
  ['apps%2Fa%20b%2Bc.tgz', 'apps/a b+c.tgz'],
  ['apps/a/b', 'apps/a/b'],
  ['100%2525', '100%25'],
  ['%E2%82%AC', '€'],
  ['a//b/../c', 'a//b/../c'],
  [`${'%E2%82%AC'.repeat(341)}`, '€'.repeat(341)],
] as const) {
  test(`an object name is decoded once: ${path.slice(0, 30)}`, async () => {
    const body = JSON.parse(await rawBody(`/n/ns/b/bucket/o/${path}?x=1+2`));
    assert.equal(body, { params: { namespace: 'ns', bucket: 'bucket', '*': name }, query: [['x', '1 2']] });
  });
}

test('HEAD has headers and no body', async () => {
  const response = await get('/head', { method: 'HEAD' });
  assert.is(response.headers.get('content-length'), '7');
  assert.is(await response.text(), '');
});

test('a stream goes out as it is; one that breaks breaks the connection', async () => {
  assert.is(await (await get('/stream')).text(), 'ab');
  const failed = await get('/half')
    .then((response) => response.text())
    .catch(() => 'broken');
  assert.is(failed, 'broken');
  assert.is((await get('/stream')).status, 200);
});

test('what breaks inside is a 500 that tells nothing', async () => {
  assert.equal(await answer('/break'), [
    500,
    { code: 'InternalServerError', message: 'Internal Server Error' },
  ]);
});

test('an error before a large body is read leaves the server usable', async () => {
  const body = Buffer.alloc(5 * 1024 * 1024);
  assert.equal(await answer('/refuse', { method: 'PUT', body }), [409, { code: 'Conflict', message: 'no' }]);
  assert.is((await get('/stream')).status, 200);
});

test('a body that is not JSON -> 400; none at all is undefined; too large -> 413', async () => {
  const [status, body] = await answer('/json', { method: 'POST', body: '{"a":' });
  assert.is(status, 400);
  assert.match(JSON.stringify(body), /CannotParseRequest.*not JSON/);
  assert.equal(await answer('/json', { method: 'POST' }), [200, { got: null }]);
  const large = await get('/json', { method: 'POST', body: Buffer.alloc(17 * 1024 * 1024) }).catch(
    () => undefined,
  );
  // The connection may be closed while the client still sends; either way nothing was accepted.
  if (large !== undefined) assert.is(large.status, 413);
});

test('the client’s ids come back', async () => {
  const response = await get('/stream', {
    headers: { 'opc-client-request-id': 'mine', 'opc-request-id': 'abc' },
  });
  assert.is(response.headers.get('opc-client-request-id'), 'mine');
  assert.match(response.headers.get('opc-request-id') ?? '', /^abc\//);
});

test.run();
