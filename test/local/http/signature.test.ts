// Who signs wrongly gets 401, whatever the mistake; the unmodified SDK signs rightly.
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IdentityClient } from 'oci-identity';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noRetries, startTestRegion, type TestRegion } from '../../helpers/region.ts';

const test = suite('request signatures');
let region: TestRegion;
test.before(async () => {
  region = await startTestRegion({ services: [] });
});
test.after(() => region.stop());

const tenancyPath = (): string => `/20160918/tenancies/${region.region.tenancyId}`;

interface Draft {
  method: string;
  path: string;
  headers: Record<string, string>;
  signed: string[];
  keyId: string;
  body?: string;
}

/** A request as the SDK signs it, before the test spoils it. */
function draft(): Draft {
  const { region: inside } = region;
  const key = readFileSync(region.description.ociConfig, 'utf8');
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(key)?.[1] ?? '';
  return {
    method: 'GET',
    path: tenancyPath(),
    headers: { host: new URL(inside.endpoint).host, 'x-date': new Date().toUTCString() },
    signed: ['x-date', '(request-target)', 'host'],
    keyId: `${inside.tenancyId}/${value('user')}/${value('fingerprint')}`,
  };
}

function authorization({ method, path, headers, signed, keyId }: Draft, algorithm = 'rsa-sha256'): string {
  const key = createPrivateKey(readFileSync(join(region.region.directory, 'oci', 'owner.pem')));
  const line = (name: string): string =>
    name === '(request-target)' ? `${name}: ${method.toLowerCase()} ${path}` : `${name}: ${headers[name]}`;
  const signature = sign('RSA-SHA256', Buffer.from(signed.map(line).join('\n')), key).toString('base64');
  return `Signature version="1",keyId="${keyId}",algorithm="${algorithm}",headers="${signed.join(' ')}",signature="${signature}"`;
}

async function send(
  request: Draft,
  header = authorization(request),
): Promise<{ status: number; code: string }> {
  const { host: _host, ...headers } = request.headers;
  const response = await fetch(`${region.endpoint}${request.path}`, {
    method: request.method,
    headers: header === '' ? headers : { ...headers, authorization: header },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  assert.ok(response.headers.get('opc-request-id'), 'every answer carries an opc-request-id');
  const { code = '' } = JSON.parse((await response.text()) || '{}');
  return { status: response.status, code };
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
  assert.is((await send(draft())).status, 200);
  const byDate = draft();
  byDate.headers.date = byDate.headers['x-date'] ?? '';
  byDate.signed = ['date', '(request-target)', 'host'];
  assert.is((await send(byDate)).status, 200);
});

const minutes = (count: number): string => new Date(Date.now() + count * 60_000).toUTCString();
/** What is changed before signing, and what becomes of the header afterwards. */
const spoilt: [what: string, change: (it: Draft) => Partial<Draft>, spoil?: (header: string) => string][] = [
  ['no Authorization header', () => ({}), () => ''],
  ['another scheme', () => ({}), () => 'Bearer abc'],
  ['a date six minutes old', (it) => ({ headers: { ...it.headers, 'x-date': minutes(-6) } })],
  ['a date six minutes ahead', (it) => ({ headers: { ...it.headers, 'x-date': minutes(6) } })],
  ['a date that is none', (it) => ({ headers: { ...it.headers, 'x-date': 'yesterday' } })],
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
    const request = { ...draft(), ...change(draft()) };
    const answer = await send(request, spoil(authorization(request)));
    assert.equal(answer, { status: 401, code: 'NotAuthenticated' });
  });
}

test('what was sent differs from what was signed -> 401', async () => {
  const header = authorization(draft());
  for (const other of [{ path: `${tenancyPath()}?a=b` }, { method: 'DELETE' }]) {
    assert.is((await send({ ...draft(), ...other }, header)).status, other.method === 'DELETE' ? 404 : 401);
  }
});

test('a path that is not percent-encoding -> 400', async () => {
  assert.equal(await send({ ...draft(), path: '/n/%zz' }), { status: 400, code: 'CannotParseRequest' });
});

test('an operation that is not played -> 404 that says so', async () => {
  assert.equal(await send({ ...draft(), path: '/20160918/nothing' }), { status: 404, code: 'NotFound' });
});

test.run();
