import { ContainerEngineClient } from 'oci-containerengine';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { createApiClient } from '../../../local/cluster/api-client.ts';
import type { RunningCluster } from '../../../local/cluster/cluster.ts';
import { at, textsOf } from '../../../local/cluster/object.ts';
import { functionConfig } from '../../../local/services/container-engine/function-config.ts';
import { controlPlaneBinaries, startControlPlane, startStandIn } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { okeToken } from '../../helpers/oke-token.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../helpers/region.ts';

const test = suite('a cluster that was given');

/** Asks a given cluster who the apply function is, through the region's front. */
async function whoAmI(given: RunningCluster): Promise<void> {
  const region = await startTestRegion({
    services: ['container-engine'],
    cluster: `kubeconfig=${given.kubeconfig}`,
  });
  try {
    const { GALLEY_APPLY_FUNCTION_ID: id = '', GALLEY_CLUSTER_ID: clusterId = '' } = functionConfig(
      region.region,
    );
    const { rpst, privatePem } = region.region.wiring.resourcePrincipal(id);
    const token = okeToken({ clusterId, region: region.region.name, keyId: `ST$${rpst}`, privatePem });
    const { server, ca } = await frontOf(region, clusterId);
    const caller = createApiClient({ server, ca, token });
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { body: review } = await caller.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body,
    });
    assert.is(at(review, 'status', 'userInfo', 'username'), id);
    assert.ok(
      textsOf(at(review, 'status', 'userInfo', 'groups')).some((group) =>
        group.startsWith('ocid1.dynamicgroup.'),
      ),
    );
    assert.is((await caller.get('/api/v1/namespaces/default/configmaps')).status, 200);
    const stranger = createApiClient({ server, ca, token: 'bm9ib2R5' });
    assert.is((await stranger.get('/api/v1/namespaces/default/configmaps')).status, 401);
    assert.is(region.description.kubeconfig, given.kubeconfig);
    for (const each of [caller, stranger]) each.close();
  } finally {
    await region.stop();
    await given.stop();
  }
}

async function frontOf(region: TestRegion, clusterId: string): Promise<{ server: string; ca: string }> {
  const client = new ContainerEngineClient(
    { authenticationDetailsProvider: region.credentials() },
    noRetries,
  );
  client.endpoint = region.endpoint;
  const details = { clusterId, createClusterKubeconfigContentDetails: { tokenVersion: '2.0.0' } };
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await client.createKubeconfig(details))
    .value as unknown as AsyncIterable<Uint8Array>)
    chunks.push(chunk);
  const { cluster } = parse(Buffer.concat(chunks).toString('utf8')).clusters[0];
  return {
    server: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8'),
  };
}

test('the stand-in lets OKE callers in by impersonation', async () => whoAmI(await startStandIn()));
const what =
  'no kube-apiserver, etcd and kube-controller-manager; run `npm run tools` or set KUBEBUILDER_ASSETS';
test(
  'a real cluster lets OKE callers in by impersonation',
  needs(controlPlaneBinaries() !== undefined, { what, name: 'given real cluster' }, async () =>
    whoAmI(await startControlPlane()),
  ),
);
test.run();
