// galley doctor and a real cluster's RBAC: what apply may do there, asked with the user's own kubeconfig.
import { readFileSync } from 'node:fs';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { type Cluster, connect } from '../../shared/kubernetes/api.ts';
import { connectionOf, readKubeconfig } from '../../shared/kubernetes/kubeconfig.ts';
import { controlPlaneBinaries } from '../helpers/cluster.ts';
import { deployment } from '../helpers/deployment.ts';
import { complaints, visit } from '../helpers/doctor.ts';
import { needs } from '../helpers/needs.ts';
import { noRetries, startTestRegion, type TestRegion } from '../helpers/region.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PATHS: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  Role: `${RBAC}/namespaces/shop/roles`,
  RoleBinding: `${RBAC}/namespaces/shop/rolebindings`,
};

const roles = suite('the doctor, and the roles of apply');
const name = 'everywhere, in no namespace, and in that of an app';
const what = 'kube-apiserver, etcd, kube-controller-manager (npm run tools)';

roles(
  name,
  needs(controlPlaneBinaries() !== undefined, { name, what }, async () => {
    const region = await startTestRegion({ cluster: 'real' });
    const text = readFileSync(region.description.kubeconfig, 'utf8');
    const cluster = connect(await connectionOf(await readKubeconfig(text)));
    try {
      assert.equal(complaints(await visit(region)), []);
      await cluster.call({ method: 'DELETE', path: `${RBAC}/clusterrolebindings/galley-apply` });
      assert.match(await said(region), /^\? roles of apply in the cluster: .* no app is known yet/);
      await knowApp(region);
      const lacking = await said(region);
      assert.match(
        lacking,
        /^FAIL roles of apply in the cluster, namespace shop: it may not list configmaps/,
      );
      assert.match(lacking, /namespace=shop apply_dynamic_group_ocid=ocid1.*deploy\/kubernetes\/rbac\.yaml/);
      await applyRoles(cluster);
      assert.equal(complaints(await visit(region)), []);
    } finally {
      cluster.close();
      await region.stop();
    }
  }),
);

roles.run();

async function said(region: TestRegion): Promise<string> {
  return complaints(await visit(region)).join('\n');
}

/** A finished build of app shop, as far as its name tells. */
async function knowApp(region: TestRegion): Promise<void> {
  const client = new ObjectStorageClient({ authenticationDetailsProvider: region.credentials() }, noRetries);
  client.endpoint = region.endpoint;
  const { namespace: namespaceName, stateBucket: bucketName } = region.description;
  const objectName = 'done/shop/20260101T000000Z-00000000';
  await client.putObject({ namespaceName, bucketName, objectName, putObjectBody: '' });
}

/** The file that a cluster's administrator applies for one app. */
async function applyRoles(cluster: Cluster): Promise<void> {
  const group = deployment().subjects.apply.split(' id ')[1] ?? '';
  const text = readFileSync('deploy/kubernetes/rbac.yaml', 'utf8')
    .replace(/\$\{namespace\}/g, 'shop')
    .replace(/\$\{apply_dynamic_group_ocid\}/g, group);
  for (const document of parseAllDocuments(text)) {
    const body: { kind: string } = document.toJS();
    await cluster.call({ method: 'POST', path: PATHS[body.kind] ?? '', body });
  }
}
