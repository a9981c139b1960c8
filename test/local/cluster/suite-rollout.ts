// Rollouts of Deployments: good, bad, rolled back; crashes, logs, events.
import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { at, conditionOf, listOf, numberOf } from '../../../local/cluster/object.ts';
import {
  apply,
  deployment,
  isAvailable,
  list,
  pathOf,
  podsOf,
  read,
  reasonOf,
  until,
  waitingReason,
} from './workbench.ts';

type Tests = Readonly<Record<string, (client: ApiClient) => Promise<void>>>;

const REVISION = 'deployment.kubernetes.io/revision';
const path = (name: string): string => pathOf(deployment(name, {}));

async function untilAvailable(client: ApiClient, name: string, replicas = 2) {
  return until(`${name} to be available`, async () => {
    const object = await read(client, path(name));
    return isAvailable(object, replicas) && object;
  });
}

const sets = (client: ApiClient, app: string) =>
  list(client, `/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3D${app}`);

export const rolloutTests: Tests = {
  async 'a Deployment becomes available and says so'(client) {
    await apply(client, deployment('good', {}));
    const object = await untilAvailable(client, 'good');
    assert.equal(
      [reasonOf(object, 'Available'), reasonOf(object, 'Progressing')],
      ['MinimumReplicasAvailable', 'NewReplicaSetAvailable'],
    );
    assert.is(object.metadata.annotations?.[REVISION], '1');
    const [pod] = await podsOf(client, 'good');
    assert.is(conditionOf(pod as never, 'Ready')?.status, 'True');
    assert.match(String(listOf(pod?.status?.containerStatuses)[0]?.imageID), /^web:1@sha256:/);
  },

  async 'a new image is a new ReplicaSet, and the old one is kept empty'(client) {
    await apply(client, deployment('next', {}));
    await untilAvailable(client, 'next');
    await apply(client, deployment('next', { image: 'web:2' }));
    const object = await until('revision 2', async () => {
      const found = await read(client, path('next'));
      return isAvailable(found, 2) && found.metadata.annotations?.[REVISION] === '2' && found;
    });
    assert.is(reasonOf(object, 'Progressing'), 'NewReplicaSetAvailable');
    const replicas = (await sets(client, 'next')).map((set) => [
      set.metadata.annotations?.[REVISION],
      set.spec?.replicas,
    ]);
    assert.equal(replicas.sort(), [
      ['1', 0],
      ['2', 2],
    ]);
  },

  async 'an image that is not there fails the rollout, keeps the old pods, and is rolled back by applying again'(
    client,
  ) {
    const spec = { progressDeadlineSeconds: 2 };
    await apply(client, deployment('back', {}, spec));
    await untilAvailable(client, 'back');
    await apply(client, deployment('back', { image: 'bad:1' }, spec));
    const failed = await until('the deadline', async () => {
      const object = await read(client, path('back'));
      return reasonOf(object, 'Progressing') === 'ProgressDeadlineExceeded' && object;
    });
    assert.ok(numberOf(failed.status?.availableReplicas) >= 1);
    const waiting = await until('ImagePullBackOff', async () =>
      (await podsOf(client, 'back')).find((pod) => waitingReason(pod) === 'ImagePullBackOff'),
    );
    const events = await list(
      client,
      `/api/v1/namespaces/shop/events?fieldSelector=involvedObject.uid%3D${waiting.metadata.uid}`,
    );
    assert.ok(
      events.some((event) => event.message === 'Failed to pull image "bad:1": manifest unknown: not found'),
    );
    assert.is((await apply(client, deployment('back', {}, spec))).status, 200);
    const object = await until('the old image again', async () => {
      const found = await read(client, path('back'));
      return isAvailable(found, 2) && reasonOf(found, 'Progressing') === 'NewReplicaSetAvailable' && found;
    });
    assert.is(object.metadata.annotations?.[REVISION], '3');
  },

  async 'a container that ends is restarted, backs off, and leaves its log'(client) {
    await apply(client, deployment('crash', { command: ['exit', '3'] }, { replicas: 1 }));
    const pod = await until('CrashLoopBackOff', async () =>
      (await podsOf(client, 'crash')).find((each) => waitingReason(each) === 'CrashLoopBackOff'),
    );
    const status = listOf(pod.status?.containerStatuses)[0];
    assert.ok(numberOf(status?.restartCount) >= 1);
    assert.equal(
      [at(status, 'lastState', 'terminated', 'exitCode'), at(status, 'lastState', 'terminated', 'reason')],
      [3, 'Error'],
    );
    const log = await client.get(
      `/api/v1/namespaces/shop/pods/${pod.metadata.name}/log?previous=true&tailLines=1`,
    );
    assert.equal([log.status, log.text.includes('container')], [200, true]);
  },

  async 'a container killed for its memory says OOMKilled'(client) {
    await apply(client, deployment('oom', { command: ['oom'] }, { replicas: 1 }));
    await until('OOMKilled', async () =>
      (await podsOf(client, 'oom')).some(
        (pod) =>
          at(listOf(pod.status?.containerStatuses)[0], 'lastState', 'terminated', 'reason') === 'OOMKilled',
      ),
    );
  },

  async 'a missing ConfigMap is a CreateContainerConfigError that mends itself'(client) {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'later', key: 'a' } } }];
    await apply(client, deployment('config', { env }, { replicas: 1 }));
    const pod = await until('the error', async () =>
      (await podsOf(client, 'config')).find((each) => waitingReason(each) === 'CreateContainerConfigError'),
    );
    assert.is(
      at(listOf(pod.status?.containerStatuses)[0], 'state', 'waiting', 'message'),
      'configmap "later" not found',
    );
    const log = await client.get(`/api/v1/namespaces/shop/pods/${pod.metadata.name}/log`);
    assert.is(log.status, 400);
    await apply(client, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'later' },
      data: { a: '1' },
    });
    await untilAvailable(client, 'config', 1);
  },

  async 'a quota that refuses pods shows as ReplicaFailure'(client) {
    await apply(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'small' } });
    const metadata = { name: 'none', namespace: 'small' };
    await apply(client, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '0' } } });
    const object = { ...deployment('full', {}), metadata: { name: 'full', namespace: 'small' } };
    // A real cluster counts what is used before the quota bites.
    await until(
      'the quota',
      async () =>
        (await read(client, pathOf({ apiVersion: 'v1', kind: 'ResourceQuota', metadata }))).spec !==
        undefined,
    );
    await apply(client, object);
    const failed = await until('ReplicaFailure', async () =>
      conditionOf(await read(client, pathOf(object)), 'ReplicaFailure'),
    );
    assert.match(
      String(failed.message),
      /exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0/,
    );
  },

  async 'deleting a Deployment takes its ReplicaSets and pods along'(client) {
    await apply(client, deployment('gone', {}));
    await untilAvailable(client, 'gone');
    await client.send('DELETE', path('gone'), { body: { propagationPolicy: 'Background' } });
    await until(
      'everything gone',
      async () => (await podsOf(client, 'gone')).length + (await sets(client, 'gone')).length === 0,
    );
  },
};
