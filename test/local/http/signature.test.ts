// Who signs wrongly gets 401, whatever the mistake; the unmodified SDK signs rightly.
import { IdentityClient } from 'oci-identity';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noRetries, startTestRegion, type TestRegion } from '../../helpers/region.ts';
import { authorization, type Draft, draft, send } from './signing.ts';

const test = suite('request signatures');
let region: TestRegion;
test.before(async () => {
  region = await startTestRegion({ services: [] });
});
test.after(() => region.stop());

const getTenancy = (): Draft => draft(region, { path: `/20160918/tenancies/${region.region.tenancyId}` });

async function answer(request: Draft, header = authorization(region, request)): Promise<[number, string]> {
  const response = await send(request, header);
  assert.ok(response.headers.get('opc-request-id'), 'every answer carries an opc-request-id');
  return [response.status, JSON.parse((await response.text()) || '{}').code ?? ''];
}

test('the unmodified SDK is let in, and its request id comes back', async () => {
  const client = new IdentityClient({ authenticationDetailsProvider: region.credentials() }, noRetries);
  client.endpoint = region.endpoint;
  const { tenancy, opcRequestId } = await client.getTenancy({ tenancyId: region.region.tenancyId });
  client.close();
  assert.is(tenancy.id, region.region.tenancyId);
  assert.match(opcRequestId, /^.+\/[0-9A-F]{32}\/[0-9A-F]{32}$/);
});

test('a request signed by hand is let in, by date as well as by x-date', async () => {
  assert.equal(await answer(getTenancy()), [200, '']);
  const { headers, ...rest } = getTenancy();
  const byDate = { ...headers, date: headers['x-date'] ?? '' };
  assert.equal(await answer({ ...rest, headers: byDate, signed: ['date', '(request-target)', 'host'] }), [
    200,
    '',
  ]);
});

test('an apostrophe in the target may be signed as it came or percent-encoded, as the SDK does', async () => {
  const request = draft(region, { path: "/20160918/tenancies/it's" });
  const encoded = authorization(region, { ...request, path: request.path.replace("'", '%27') });
  assert.equal((await answer(request))[0], 404);
  assert.equal((await answer(request, encoded))[0], 404);
  assert.equal((await answer({ ...request, path: `${request.path}'` }, encoded))[0], 401);
});

const minutes = (count: number): string => new Date(Date.now() + count * 60_000).toUTCString();
const dated = (it: Draft, date: string): Partial<Draft> => ({ headers: { ...it.headers, 'x-date': date } });
/** What is changed before signing, and what becomes of the header afterwards. */
const spoilt: [what: string, change: (it: Draft) => Partial<Draft>, spoil?: (header: string) => string][] = [
  ['no Authorization header', () => ({}), () => ''],
  ['another scheme', () => ({}), () => 'Bearer abc'],
  ['a date six minutes old', (it) => dated(it, minutes(-6))],
  ['a date six minutes ahead', (it) => dated(it, minutes(6))],
  ['a date that is none', (it) => dated(it, 'yesterday')],
  ['no signed date', () => ({ signed: ['(request-target)', 'host'] })],
  ['no signed host', () => ({ signed: ['x-date', '(request-target)'] })],
  ['no signed target', () => ({ signed: ['x-date', 'host'] })],
  ['a signed header that was not sent', (it) => ({ signed: [...it.signed, 'x-other'] })],
  ['an unknown user', (it) => ({ keyId: it.keyId.replace('user', 'nobody') })],
  ['an unknown fingerprint', (it) => ({ keyId: `${it.keyId.slice(0, -2)}zz` })],
  ['another tenancy', (it) => ({ keyId: `x${it.keyId}` })],
  ['a token of another region', () => ({ keyId: 'ST$eyJhbGciOiJub25lIn0.e30.' })],
  ['another algorithm', () => ({}), (header) => header.replace('rsa-sha256', 'hmac-sha256')],
  ['another version', () => ({}), (header) => header.replace('version="1"', 'version="2"')],
  ['a field given twice', () => ({}), (header) => `${header},keyId="x"`],
  ['a spoilt signature', () => ({}), (header) => header.replace(/signature="..../, 'signature="AAAA')],
];
for (const [what, change, spoil = (header: string) => header] of spoilt) {
  test(`${what} -> 401 NotAuthenticated`, async () => {
    const request = { ...getTenancy(), ...change(getTenancy()) };
    assert.equal(await answer(request, spoil(authorization(region, request))), [401, 'NotAuthenticated']);
  });
}

test('another query than the signed one -> 401', async () => {
  const header = authorization(region, getTenancy());
  assert.is((await answer({ ...getTenancy(), path: `${getTenancy().path}?a=b` }, header))[0], 401);
});

test('a path that is not percent-encoding -> 400', async () => {
  assert.equal(await answer({ ...getTenancy(), path: '/n/%zz' }), [400, 'CannotParseRequest']);
});

test('an operation that is not played -> 404 that says so', async () => {
  assert.equal(await answer({ ...getTenancy(), path: '/20160918/nothing' }), [404, 'NotFound']);
});

test.run();
