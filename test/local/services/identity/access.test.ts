// Identity in a running region: what the owner may, what is remembered, and how policies come into force.
import { IdentityClient } from 'oci-identity';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFault } from '../../../../local/fault-details.ts';
import { OPERATIONS } from '../../../../local/services/identity/operations.ts';
import { createServices } from '../../../../local/services.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../../helpers/region.ts';

const test = suite('identity in a region');

const json = async (region: TestRegion, path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await (await fetch(`${region.endpoint}${path}`)).text());

/** Status of reading the policies of the tenancy. */
async function listPolicies(region: TestRegion, profile: 'DEFAULT' | 'DEVELOPER'): Promise<number> {
  const client = new IdentityClient(
    { authenticationDetailsProvider: region.credentials(profile) },
    noRetries,
  );
  client.endpoint = region.endpoint;
  try {
    const { items } = await client.listPolicies({ compartmentId: region.region.compartmentId });
    assert.ok(items.length > 0);
    return 200;
  } catch (error) {
    return Number(Object.entries(error ?? {}).find(([name]) => name === 'statusCode')?.[1]);
  } finally {
    client.close();
  }
}

test('the owner may all; what rested on which statement, and what was missing, is on record', async () => {
  const region = await startTestRegion({ services: [] });
  assert.is(await listPolicies(region, 'DEFAULT'), 200);
  const used = await json(region, '/_galley/identity/usage');
  const admin = Object.values(used).find((one) => JSON.stringify(one).includes('Tenant Admin Policy'));
  assert.equal(Object.entries(admin ?? {}).at(-1), ['operations', ['ListPolicies']]);
  assert.is(region.region.wiring.isAllowed(stranger(region), 'GetBucket', undefined), false);
  const denials = await json(region, '/_galley/identity/denials');
  assert.match(JSON.stringify(denials), /"permission":"BUCKET_READ"/);
  await fetch(`${region.endpoint}/_galley/reset`, { method: 'POST' });
  assert.equal(await json(region, '/_galley/identity/denials'), []);
  await region.stop();
});

const stranger = ({ region: { tenancyId } }: TestRegion) =>
  ({ kind: 'user', type: 'user', id: 'nobody', compartmentId: tenancyId, tenancyId }) as const;

test('iam-delay: policies and groups of the twin work only after a while', async () => {
  let now = new Date();
  const fault = parseFault({ name: 'iam-delay', value: 60 });
  const region = await startTestRegion({ services: [], faults: [fault], now: () => now });
  const [fn] = region.region.twin.of('oci_functions_function').filter(({ name }) => name === 'poll_build');
  const { tenancyId, compartmentId } = region.region;
  const id = String(fn?.values.id);
  const principal = { kind: 'resource', type: 'fnfunc', id, compartmentId, tenancyId } as const;
  const mayList = (): boolean =>
    region.region.wiring.isAllowed(principal, 'ListInstanceAgentCommands', { compartmentId });
  assert.is(mayList(), false);
  assert.is(await listPolicies(region, 'DEFAULT'), 200, 'the owner may from the start');
  now = new Date(now.getTime() + 61_000);
  assert.is(mayList(), true);
  await region.stop();
});

test('every signed operation of every service has a row in the table of permissions', async () => {
  const region = await startTestRegion({ services: [] });
  const services = await createServices(region.region);
  const signed = services.flatMap(({ routes }) => routes).filter(({ auth = 'signed' }) => auth === 'signed');
  const unknown = signed.map(({ operation }) => operation).filter((operation) => !OPERATIONS.has(operation));
  await region.stop();
  assert.equal([...new Set(unknown)], []);
});

test.run();
