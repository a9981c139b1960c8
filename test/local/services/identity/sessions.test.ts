// Session credentials with the unmodified SDK: instance principals over metadata and X.509, resource principals.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type AuthenticationDetailsProvider,
  InstancePrincipalsAuthenticationDetailsProviderBuilder,
  ResourcePrincipalAuthenticationDetailsProvider,
} from 'oci-common';
import { IdentityClient } from 'oci-identity';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { instancePrincipal as ours } from '../../../../shared/oci/instance-principal.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../../helpers/region.ts';

const test = suite('sessions');
let region: TestRegion;
let now = new Date();
test.before(async () => {
  region = await startTestRegion({ services: ['metadata'], now: () => now });
});
test.before.each(() => {
  now = new Date();
});
test.after(() => region.stop());

const attributeOf = (type: string, attribute = 'id'): string =>
  String(region.region.twin.of(type)[0]?.values[attribute]);
const metadata = (path: string, headers = { authorization: 'Bearer Oracle' }): Promise<Response> =>
  fetch(`${region.endpoint}${path}`, { headers });

async function instancePrincipal(base = '/opc/v2/'): Promise<AuthenticationDetailsProvider> {
  const builder = new InstancePrincipalsAuthenticationDetailsProviderBuilder();
  builder.metadataBaseUrl = `${region.endpoint}${base}`;
  builder.federationEndpoint = region.endpoint;
  return builder.build();
}

/** What OCI puts into a function's environment; removed again, as it is the whole process's. */
function resourcePrincipal(functionId: string): AuthenticationDetailsProvider {
  const { rpst, privatePem } = region.region.wiring.resourcePrincipal(functionId);
  assert.not.match(rpst, /\s/);
  const file = (name: string, text: string): string => {
    const path = join(region.region.directory, name);
    writeFileSync(path, text);
    return path;
  };
  const environment = {
    OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
    OCI_RESOURCE_PRINCIPAL_RPST: file('rpst', rpst),
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: file('private.pem', privatePem),
    OCI_RESOURCE_PRINCIPAL_REGION: region.region.name,
  };
  Object.assign(process.env, environment);
  const provider = ResourcePrincipalAuthenticationDetailsProvider.builder();
  for (const name of Object.keys(environment)) delete process.env[name];
  return provider;
}

/** Status of a call that instances may always make, and others never. */
async function listCompartments(provider: AuthenticationDetailsProvider): Promise<number> {
  const client = new IdentityClient({ authenticationDetailsProvider: provider }, noRetries);
  client.endpoint = region.endpoint;
  try {
    await client.listCompartments({ compartmentId: region.region.tenancyId });
    return 200;
  } catch (error) {
    return Number(Object.entries(error ?? {}).find(([name]) => name === 'statusCode')?.[1]);
  } finally {
    client.close();
  }
}

test('metadata names region and compartment, to those who send the header', async () => {
  assert.is(await (await metadata('/opc/v2/instance/region')).text(), region.region.name);
  const instance = JSON.parse(await (await metadata('/opc/v2/instance/')).text());
  assert.is(instance.compartmentId, region.region.compartmentId);
  assert.is((await metadata('/opc/v2/instance/region', { authorization: '' })).status, 401);
  assert.is((await metadata('/opc/v2/instance/nothing')).status, 404);
  assert.is((await metadata('/_instances/ocid1.instance.none/opc/v2/instance/id')).status, 404);
});

test('an instance principal signs in, on its own path and on that of the pool', async () => {
  assert.is(await listCompartments(await instancePrincipal()), 200);
  const pool = `/_instances/${attributeOf('oci_core_instance')}/opc/v2/`;
  assert.is(await listCompartments(await instancePrincipal(pool)), 200);
});

test('calls that begin together federate once', async () => {
  const asked: string[] = [];
  // What passes here goes on to the region.
  const between = createServer((request, reply) => {
    const { url = '', method = 'GET', headers } = request;
    asked.push(url);
    // With the host as it was signed.
    const onward = httpRequest(`${region.endpoint}${url}`, { method, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(between, 'listening');
  const endpoint = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  try {
    const { getKeyId } = ours({ endpoint, metadataUrl: `${endpoint}/opc/v2/` });
    const ids = await Promise.all([getKeyId(), getKeyId(), getKeyId()]);
    assert.match(ids[0] ?? '', /^ST\$/);
    assert.is(new Set(ids).size, 1);
    assert.is(asked.filter((url) => url === '/v1/x509').length, 1, asked.join(' '));
  } finally {
    between.close();
    between.closeAllConnections();
  }
});

test('a resource principal signs in, and is no instance', async () => {
  assert.is(await listCompartments(resourcePrincipal(attributeOf('oci_functions_function'))), 404);
});

test('a session ends: 15 minutes for a function, and at once when planted', async () => {
  const provider = resourcePrincipal(attributeOf('oci_functions_function'));
  const fault = { name: 'token-expired', where: attributeOf('oci_functions_function') };
  await fetch(`${region.endpoint}/_galley/faults`, { method: 'POST', body: JSON.stringify(fault) });
  assert.is(await listCompartments(provider), 401);
  assert.is(await listCompartments(provider), 404);
  const keyId = await provider.getKeyId();
  now = new Date(Date.now() + 16 * 60_000);
  const authorization = `Signature keyId="${keyId}",algorithm="rsa-sha256",headers="date (request-target) host",signature="AAAA"`;
  const late = { method: 'GET', url: '/', headers: { authorization } };
  assert.throws(() => region.region.wiring.verifySigned(late), /The security token is expired/);
});

test('a token of another region -> 401', async () => {
  const other = await startTestRegion({ services: [] });
  const token = other.region.wiring.resourcePrincipal(attributeOf('oci_functions_function')).rpst;
  await other.stop();
  const request = {
    method: 'GET',
    url: '/',
    headers: {
      authorization: `Signature keyId="ST$${token}",algorithm="rsa-sha256",headers="date (request-target) host",signature="AAAA"`,
    },
  };
  assert.throws(() => region.region.wiring.verifySigned(request), /authentication/);
});

test.run();
