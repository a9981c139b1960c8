import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { at, listOf } from '../../../local/cluster/object.ts';
import { sh } from './busybox.ts';
import { podsSuite } from './pods.ts';
import { apply, deployment, podsOf, until, waitingReason } from './workbench.ts';

await podsSuite('pods in trouble', {
  async 'a crash shows its exit code, and its log is kept for --previous'(client: ApiClient) {
    await apply(client, deployment('crash', sh('echo dying; exit 7'), { replicas: 1 }));
    const pod = await until('CrashLoopBackOff', async () =>
      (await podsOf(client, 'crash')).find((each) => waitingReason(each) === 'CrashLoopBackOff'),
    );
    assert.is(at(listOf(pod.status?.containerStatuses)[0], 'lastState', 'terminated', 'exitCode'), 7);
    const log = await client.get(`/api/v1/namespaces/shop/pods/${pod.metadata.name}/log?previous=true`);
    assert.is(log.text.trim(), 'dying');
  },

  async 'too much memory is OOMKilled'(client: ApiClient) {
    const hungry = sh('a=x; while :; do a=$a$a; done');
    await apply(
      client,
      deployment('hungry', { ...hungry, resources: { limits: { memory: '16Mi' } } }, { replicas: 1 }),
    );
    await until('OOMKilled', async () =>
      (await podsOf(client, 'hungry')).some(
        (pod) =>
          at(listOf(pod.status?.containerStatuses)[0], 'lastState', 'terminated', 'reason') === 'OOMKilled',
      ),
    );
  },

  async 'an image that would run as root is refused where runAsNonRoot is set'(client: ApiClient) {
    await apply(
      client,
      deployment('root', { ...sh('true'), securityContext: { runAsNonRoot: true } }, { replicas: 1 }),
    );
    const pod = await until('the error', async () =>
      (await podsOf(client, 'root')).find((each) => waitingReason(each) === 'CreateContainerConfigError'),
    );
    assert.match(
      String(at(listOf(pod.status?.containerStatuses)[0], 'state', 'waiting', 'message')),
      /^container has runAsNonRoot and image will run as root/,
    );
  },

  async 'a failing readiness probe takes the pod out of its Service, a liveness probe restarts it'(
    client: ApiClient,
  ) {
    const exec = (command: string) => ({
      exec: { command: ['/bin/busybox', 'sh', '-c', command] },
      periodSeconds: 1,
      failureThreshold: 1,
    });
    const script = 'busybox=/bin/busybox; $busybox touch /tmp/alive; exec $busybox sleep 600';
    await apply(
      client,
      deployment(
        'probed',
        {
          ...sh(script),
          readinessProbe: exec('exit 1'),
          livenessProbe: { ...exec('exit 1'), initialDelaySeconds: 1 },
        },
        { replicas: 1 },
      ),
    );
    const pod = await until('a restart', async () =>
      (await podsOf(client, 'probed')).find(
        (each) => Number(listOf(each.status?.containerStatuses)[0]?.restartCount) >= 1,
      ),
    );
    assert.is(listOf(pod.status?.containerStatuses)[0]?.ready, false);
  },
});
