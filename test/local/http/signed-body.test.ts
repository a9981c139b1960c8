// Bodies are signed too, but for the ones that are streamed; and who is known may still not be allowed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Route, ServiceError } from '../../../local/types.ts';
import { authorization, type Draft, draft, SIGNED, SIGNED_WITH_BODY, send } from './signing.ts';
import { serve } from './test-server.ts';

const test = suite('signed bodies');
let region: Awaited<ReturnType<typeof serve>>;
const echo: Route = {
  auth: 'authenticated',
  operation: 'Echo',
  method: 'POST',
  path: '/echo',
  handle: async (call) => ({ status: 200, body: { got: await call.json(), by: call.principal?.kind } }),
};
test.before(async () => {
  const size: Route['handle'] = async (call) => ({
    status: 200,
    body: { size: (await call.bytes()).length },
  });
  const deny = (path: string, operation: string): Route => ({
    operation,
    method: 'GET',
    path,
    target: () => ({ compartmentId: 'ocid1.compartment.oc1..elsewhere' }),
    handle: () => ({ status: 200 }),
  });
  region = await serve([
    echo,
    { ...echo, operation: 'PutObject', method: 'PUT', path: '/object', handle: size },
    { ...echo, method: 'GET', path: '/n/ns/b/bucket/o', handle: () => ({ status: 200 }) },
    deny('/denied', 'GetInstance'),
    { ...deny('/bucket', 'GetBucket'), denied: () => new ServiceError(404, 'BucketNotFound', 'no bucket') },
    { ...deny('/unknown', 'InventOperation') },
  ]);
});
test.after(() => region.stop());

const status = async (request: Draft, header = authorization(region, request)): Promise<number> =>
  (await send(request, header)).status;
const post = (): Draft => draft(region, { method: 'POST', path: '/echo', body: '{"a":1}' });

test('a signed body is let in', async () => {
  const response = await send(post(), authorization(region, post()));
  assert.equal(JSON.parse(await response.text()), { got: { a: 1 }, by: 'user' });
});

test('another body than the signed one -> 401', async () => {
  assert.is(await status({ ...post(), body: '{"a":2}' }, authorization(region, post())), 401);
});

for (const missing of ['content-type', 'content-length', 'x-content-sha256']) {
  test(`a POST that does not sign ${missing} -> 401`, async () => {
    assert.is(await status({ ...post(), signed: SIGNED_WITH_BODY.filter((name) => name !== missing) }), 401);
  });
}

test('PutObject is signed without its body', async () => {
  const put = { ...draft(region, { method: 'PUT', path: '/object', body: 'xyz' }), signed: SIGNED };
  assert.is(await status(put), 200);
});

test('an encoded slash in an Object Storage query -> 401, except from the Python SDK', async () => {
  const list = (prefix: string, agent: string): Draft => {
    const plain = draft(region, { path: `/n/ns/b/bucket/o?prefix=${prefix}` });
    return { ...plain, headers: { ...plain.headers, 'user-agent': agent } };
  };
  assert.is(await status(list('a/b', 'Oracle-TypeScriptSDK/2.139.1')), 200);
  assert.is(await status(list('a%2Fb', 'Oracle-TypeScriptSDK/2.139.1')), 401);
  assert.is(await status(list('a%2Fb', 'Oracle-PythonSDK/2.160.0')), 200);
});

test('a denial is 404, in the words of the service; an operation without a row is our 500', async () => {
  const answers = ['/denied', '/bucket', '/unknown'].map(async (path) => {
    const request = draft(region, { path });
    const response = await send(request, authorization(region, request));
    return [response.status, JSON.parse(await response.text()).code];
  });
  assert.equal(await Promise.all(answers), [
    [404, 'NotAuthorizedOrNotFound'],
    [404, 'BucketNotFound'],
    [500, 'InternalServerError'],
  ]);
});

test.run();
