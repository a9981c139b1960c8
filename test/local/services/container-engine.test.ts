import { ContainerEngineClient, models } from 'oci-containerengine';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { type ApiClient, createApiClient } from '../../../local/cluster/api-client.ts';
import { givenCluster } from '../../../local/cluster/given.ts';
import { at, listOf } from '../../../local/cluster/object.ts';
import { functionConfig } from '../../../local/services/container-engine/function-config.ts';
import { okeToken, type TokenParts } from '../../helpers/oke-token.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../helpers/region.ts';
import {
  apply,
  deployment,
  isAvailable,
  list,
  pathOf,
  podsOf,
  read,
  until,
  waitingReason,
} from '../cluster/workbench.ts';

interface Context {
  region: TestRegion;
  clusterId: string;
  server: string;
  ca: string;
}

const test = suite<Context>('container engine');

function client({ region }: Context, profile?: 'DEVELOPER'): ContainerEngineClient {
  const made = new ContainerEngineClient(
    { authenticationDetailsProvider: region.credentials(profile) },
    noRetries,
  );
  made.endpoint = region.endpoint;
  return made;
}

async function kubeconfig(context: Context, profile?: 'DEVELOPER'): Promise<string> {
  const createClusterKubeconfigContentDetails = { tokenVersion: '2.0.0' };
  const { value } = await client(context, profile).createKubeconfig({
    clusterId: context.clusterId,
    createClusterKubeconfigContentDetails,
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of value as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test.before(async (context) => {
  context.region = await startTestRegion({ services: ['container-engine'] });
  context.clusterId = functionConfig(context.region.region).GALLEY_CLUSTER_ID ?? '';
  const config = parse(await kubeconfig(context));
  const { cluster } = config.clusters[0];
  context.server = cluster.server;
  context.ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8');
});
test.after(({ region }) => region.stop());

function tokenFor(
  { region, clusterId }: Context,
  functionVariable: string,
  spoilt: Partial<TokenParts> = {},
): string {
  const id = functionConfig(region.region)[functionVariable] ?? '';
  const { rpst, privatePem } = region.region.wiring.resourcePrincipal(id);
  return okeToken({ clusterId, region: region.region.name, keyId: `ST$${rpst}`, privatePem, ...spoilt });
}

const api = ({ server, ca }: Context, token: string): ApiClient => createApiClient({ server, ca, token });
const APPLY = 'GALLEY_APPLY_FUNCTION_ID';

async function statusOf(context: Context, token: string): Promise<number> {
  const caller = api(context, token);
  const { status } = await caller.get('/api/v1/namespaces/default/configmaps');
  caller.close();
  return status;
}

test('GetCluster describes the cluster of the twin, with endpoints that have no scheme', async (context) => {
  const { cluster } = await client(context).getCluster({ clusterId: context.clusterId });
  assert.is(cluster.id, context.clusterId);
  assert.is(cluster.lifecycleState, models.ClusterLifecycleState.Active);
  assert.is(`https://${cluster.endpoints?.publicEndpoint}`, context.server);
});

test('ListClusters lists it in its compartment only', async (context) => {
  const { compartmentId, tenancyId } = context.region.region;
  const here = await client(context).listClusters({ compartmentId });
  const root = await client(context).listClusters({ compartmentId: tenancyId });
  assert.equal([here.items.map(({ id }) => id), root.items], [[context.clusterId], []]);
});

test('another OCID and a caller without a grant get the same 404', async (context) => {
  const missing = await client(context)
    .getCluster({ clusterId: `${context.clusterId}x` })
    .catch((error) => error);
  const denied = await kubeconfig(context, 'DEVELOPER').catch((error) => error);
  assert.equal([missing.statusCode, missing.serviceCode], [404, 'NotAuthorizedOrNotFound']);
  assert.equal([denied.statusCode, denied.serviceCode], [404, 'NotAuthorizedOrNotFound']);
});

test('the kubeconfig has the shape of OKE: no credential, `oci` as the way to a token', async (context) => {
  const config = parse(await kubeconfig(context));
  const suffix = context.clusterId.slice(-11);
  assert.equal([config.kind, config['current-context']], ['', `context-${suffix}`]);
  const { exec } = config.users[0].user;
  assert.is(exec.command, 'oci');
  assert.equal(exec.args, [
    'ce',
    'cluster',
    'generate-token',
    '--cluster-id',
    context.clusterId,
    '--region',
    context.region.region.name,
  ]);
});

test('an unknown token version or endpoint is refused by name', async (context) => {
  const createClusterKubeconfigContentDetails = { tokenVersion: '1.0.0' };
  const error = await client(context)
    .createKubeconfig({ clusterId: context.clusterId, createClusterKubeconfigContentDetails })
    .catch((thrown) => thrown);
  assert.equal([error.statusCode, error.serviceCode], [400, 'InvalidParameter']);
  assert.match(error.message, /tokenVersion/);
});

test('the apply function comes in, under its OCID and in its dynamic group', async (context) => {
  const caller = api(context, tokenFor(context, APPLY));
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await caller.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body });
  caller.close();
  assert.is(at(answer.body, 'status', 'userInfo', 'username'), functionConfig(context.region.region)[APPLY]);
  const groups = at(answer.body, 'status', 'userInfo', 'groups') as string[];
  assert.ok(groups.some((group) => group.startsWith('ocid1.dynamicgroup.')));
});

test('its dynamic group is bound to a role before anything is deployed', async ({ region }) => {
  const admin = region.description.kubeconfig;
  assert.match(admin, /admin\.kubeconfig$/);
  const { status, body } = await (await adminOf(region)).get(
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/galley-apply',
  );
  assert.is(status, 200);
  assert.match(String(listOf(body.subjects)[0]?.name), /^ocid1\.dynamicgroup\./);
});

async function adminOf(region: TestRegion): Promise<ApiClient> {
  const file = region.description.kubeconfig;
  return (await givenCluster(file)).admin;
}

const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);
const spoilt: readonly (readonly [what: string, status: number, parts: Partial<TokenParts>])[] = [
  ['dated 4 minutes back', 200, { date: minutes(-4) }],
  ['dated 6 minutes back', 401, { date: minutes(-6) }],
  ['dated 6 minutes ahead', 401, { date: minutes(6) }],
  ['for the SDK host', 401, { host: 'containerengine.eu-frankfurt-1.oci.oraclecloud.com' }],
  ['for another cluster', 401, { clusterId: 'ocid1.cluster.oc1.eu-frankfurt-1.other' }],
  ['that signs x-date', 401, { headers: 'x-date (request-target) host' }],
  ['with an unknown key', 401, { keyId: 'ST$e30.e30.e30' }],
  ['with a parameter more', 401, { extra: { more: '1' } }],
];
for (const [what, status, parts] of spoilt) {
  test(`a token ${what} -> ${status}`, async (context) =>
    assert.is(await statusOf(context, tokenFor(context, APPLY, parts)), status));
}

test('a token without its padding -> 401', async (context) => {
  // The signature's length in the URL varies, and with it the padding: one of these has some.
  const tokens = Array.from({ length: 30 }, (_, seconds) =>
    tokenFor(context, APPLY, { date: new Date(Date.now() - seconds * 1000) }),
  );
  const padded = tokens.find((token) => token.endsWith('=')) ?? '';
  assert.is(await statusOf(context, padded), 200);
  assert.is(await statusOf(context, padded.replace(/=+$/, '')), 401);
});

test('a function no policy lets in -> 401', async (context) => {
  const { twin, wiring, name } = context.region.region;
  const apply = functionConfig(context.region.region)[APPLY];
  const other = twin.of('oci_functions_function').find(({ values }) => values.id !== apply)?.values.id;
  const { rpst, privatePem } = wiring.resourcePrincipal(String(other));
  const token = okeToken({ clusterId: context.clusterId, region: name, keyId: `ST$${rpst}`, privatePem });
  assert.is(await statusOf(context, token), 401);
});

test('fault cluster-error answers a path with its status, and then no more', async (context) => {
  await plant(context.region, { name: 'cluster-error', where: '/api/v1/namespaces/default/*', value: 503 });
  const token = tokenFor(context, APPLY);
  assert.equal([await statusOf(context, token), await statusOf(context, token)], [503, 200]);
});

async function plant(region: TestRegion, fault: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${region.endpoint}/_galley/faults`, { method: 'POST', headers, body: JSON.stringify(fault) });
}

test('fault image-pull-fails keeps the pod waiting, once lifted it runs', async ({ region }) => {
  const { admin } = await givenCluster(region.description.kubeconfig);
  await plant(region, { name: 'image-pull-fails', where: 'web:*', times: 1 });
  await apply(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await apply(admin, deployment('web', {}, { replicas: 1 }));
  await until('ImagePullBackOff', async () =>
    (await podsOf(admin, 'web')).some((pod) => waitingReason(pod) === 'ImagePullBackOff'),
  );
  await until('a ready pod', async () => isAvailable(await read(admin, pathOf(deployment('web', {}))), 1));
});

test('reset empties the cluster and keeps what the administrator granted', async ({ region }) => {
  const { admin } = await givenCluster(region.description.kubeconfig);
  await fetch(`${region.endpoint}/_galley/reset`, { method: 'POST' });
  const namespaces = await list(admin, '/api/v1/namespaces');
  assert.not.ok(namespaces.some(({ metadata }) => metadata.name === 'shop'));
  const { status } = await admin.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/galley-apply');
  assert.is(status, 200);
});

test.run();
