// The other workloads, Services, claims and namespaces.
import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { at, conditionOf, type Fields, listOf } from '../../../local/cluster/object.ts';
import { apply, deployment, list, pathOf, podsOf, read, until } from './workbench.ts';

type Tests = Readonly<Record<string, (client: ApiClient) => Promise<void>>>;

const template = (app: string, container: Fields = {}, spec: Fields = {}) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 1,
    ...spec,
    containers: [{ name: 'web', image: 'web:1', ...container }],
  },
});

function job(name: string, command: readonly string[]) {
  const spec = { backoffLimit: 1, template: template(name, { command }, { restartPolicy: 'Never' }) };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec };
}

function statefulSet(image: string) {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  };
  const mounts = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  const spec = {
    replicas: 2,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: template('db', { image, ...mounts }),
    volumeClaimTemplates: [claim],
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec };
}

export const workloadTests: Tests = {
  async 'a Job that ends well is Complete, one that does not has Failed'(client) {
    await apply(client, job('well', ['exit', '0']));
    await apply(client, job('ill', ['exit', '4']));
    await until(
      'Complete',
      async () => conditionOf(await read(client, pathOf(job('well', []))), 'Complete')?.status === 'True',
    );
    const failed = await until('Failed', async () => {
      const condition = conditionOf(await read(client, pathOf(job('ill', []))), 'Failed');
      return condition?.status === 'True' && condition;
    });
    assert.is(failed.reason, 'BackoffLimitExceeded');
  },

  async 'a StatefulSet has its pods by name, with claims, and replaces them'(client) {
    await apply(client, statefulSet('web:1'));
    const settled = async () => {
      const set = await read(client, pathOf(statefulSet('')));
      const { status = {} } = set;
      const isSettled =
        status.observedGeneration === set.metadata.generation &&
        status.readyReplicas === 2 &&
        status.updatedReplicas === 2;
      return isSettled && status.currentRevision === status.updateRevision && set;
    };
    const first = await until('the first revision', settled);
    assert.equal(
      (await podsOf(client, 'db')).map((pod) => pod.metadata.name),
      ['db-0', 'db-1'],
    );
    const claims = await list(client, '/api/v1/namespaces/shop/persistentvolumeclaims');
    assert.equal(
      claims.map((claim) => claim.metadata.name),
      ['data-db-0', 'data-db-1'],
    );
    await until('bound claims', async () =>
      (await list(client, '/api/v1/namespaces/shop/persistentvolumeclaims')).every(
        (claim) => claim.status?.phase === 'Bound',
      ),
    );
    await apply(client, statefulSet('web:2'));
    const second = await until('the second revision', settled);
    assert.is.not(second.status?.currentRevision, first.status?.currentRevision);
    const images = (await podsOf(client, 'db')).map((pod) => listOf(pod.spec?.containers)[0]?.image);
    assert.equal(images, ['web:2', 'web:2']);
  },

  async 'a DaemonSet has one pod on the one node'(client) {
    const spec = { selector: { matchLabels: { app: 'agent' } }, template: template('agent') };
    const set = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec };
    await apply(client, set);
    await until('one ready pod', async () => {
      const { status = {} } = await read(client, pathOf(set));
      return status.desiredNumberScheduled === 1 && status.numberReady === 1;
    });
  },

  async 'a Service of type LoadBalancer gets an address, and endpoints when its pods are ready'(client) {
    await apply(
      client,
      deployment('front', { ports: [{ containerPort: 8080, name: 'http' }] }, { replicas: 1 }),
    );
    const ports = [{ port: 8099, targetPort: 'http' }];
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'front' },
      spec: { type: 'LoadBalancer', selector: { app: 'front' }, ports },
    };
    await apply(client, service);
    const ip = await until(
      'an address',
      async () => listOf(at(await read(client, pathOf(service)), 'status', 'loadBalancer', 'ingress'))[0]?.ip,
    );
    assert.match(String(ip), /^127\./);
    const slice = await until('an endpoint', async () =>
      (
        await list(
          client,
          '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dfront',
        )
      ).find((each) =>
        listOf(each.endpoints).some((endpoint) => at(endpoint, 'conditions', 'ready') === true),
      ),
    );
    assert.equal(
      listOf(slice.ports).map((port) => port.port),
      [8080],
    );
  },

  async 'an init container runs before the others, and its failure holds them back'(client) {
    const init = (command: readonly string[]) => ({
      initContainers: [{ name: 'first', image: 'web:1', command }],
    });
    const made = deployment('init', {}, { replicas: 1 });
    const withInit = (command: readonly string[]) => ({
      ...made,
      spec: { ...made.spec, template: template('init', {}, init(command)) },
    });
    await apply(client, withInit(['exit', '1']));
    await until('the failing init container', async () =>
      (await podsOf(client, 'init')).some(
        (pod) =>
          at(listOf(pod.status?.initContainerStatuses)[0], 'lastState', 'terminated', 'exitCode') === 1,
      ),
    );
    assert.is((await read(client, pathOf(made))).status?.availableReplicas ?? 0, 0);
    await apply(client, withInit(['exit', '0']));
    await until(
      'an available pod',
      async () => (await read(client, pathOf(made))).status?.availableReplicas === 1,
    );
  },

  async 'a namespace goes with all that is in it'(client) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'passing' } };
    await apply(client, namespace);
    await apply(client, { ...deployment('web', {}), metadata: { name: 'web', namespace: 'passing' } });
    await until('pods', async () => (await list(client, '/api/v1/namespaces/passing/pods')).length === 2);
    await client.send('DELETE', pathOf(namespace));
    await until('the namespace to be gone', async () => (await client.get(pathOf(namespace))).status === 404);
    assert.equal(await list(client, '/api/v1/namespaces/passing/pods'), []);
  },
};
