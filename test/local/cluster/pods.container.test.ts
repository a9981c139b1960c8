import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { podmanRuntime } from '../../../local/cluster/node/podman-runtime.ts';
import { at, type Fields, listOf } from '../../../local/cluster/object.ts';
import { containersByLabel } from '../../../local/containers/containers.ts';
import { diagnose } from '../../../local/containers/engine.ts';
import { PROBE_IMAGE } from '../../../local/containers/probe-image.ts';
import { startStandIn } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { type Context, startCluster } from './suite.ts';
import {
  apply,
  configMap,
  deployment,
  isAvailable,
  pathOf,
  podsOf,
  read,
  until,
  waitingReason,
} from './workbench.ts';

const { engine, reason } = await diagnose();
const directory = mkdtempSync(join(tmpdir(), 'galley-pods-'));
const label = `galley.region=test-${process.pid}`;
const test = suite<Context>('pods as containers');
const when = (name: string, body: (client: ApiClient) => Promise<void>): void =>
  void test(name, ({ cluster }) =>
    needs(engine !== undefined, { name, what: reason }, () => body(cluster.admin))(),
  );

test.before(async (context) => {
  if (engine)
    Object.assign(
      context,
      await startCluster(
        () => startStandIn(),
        podmanRuntime({ engine, label, directory, registry: () => undefined }),
      ),
    );
});
test.after(async ({ stopNode }) => {
  if (engine) await stopNode();
  assert.equal(engine ? await containersByLabel(label) : [], []);
  rmSync(directory, { recursive: true, force: true });
});

const sh = (script: string): Fields => ({
  image: PROBE_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['/bin/busybox', 'sh', '-c', script],
});
const NAME = { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
const serve = (text: string): Fields => ({
  ...sh(
    `export PATH=/bin; busybox mkdir -p /tmp/w; echo "${text}" > /tmp/w/index.html; echo serving; exec busybox httpd -f -p 8080 -h /tmp/w`,
  ),
  env: [NAME],
  ports: [{ containerPort: 8080, name: 'http' }],
  readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
});

async function rolledOut(client: ApiClient, name: string, replicas: number): Promise<void> {
  await until(`${name} to be available`, async () =>
    isAvailable(await read(client, pathOf(deployment(name, {}))), replicas),
  );
}

async function balance(client: ApiClient, name: string): Promise<string> {
  const spec = { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 8090, targetPort: 'http' }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
  await apply(client, service);
  const ip = await until(
    'an address',
    async () => listOf(at(await read(client, pathOf(service)), 'status', 'loadBalancer', 'ingress'))[0]?.ip,
  );
  return `http://${ip}:8090/`;
}

/** `connection: close`: every request is a connection of its own, as the balancer counts. */
const ask = async (url: string): Promise<string> =>
  (await (await fetch(url, { headers: { connection: 'close' } })).text()).trim();

when('two pods of one app answer in turn behind their Service', async (client) => {
  await apply(client, deployment('pair', serve('hello from $POD')));
  await rolledOut(client, 'pair', 2);
  const url = await balance(client, 'pair');
  const names = (await podsOf(client, 'pair')).map((pod) => `hello from ${pod.metadata.name}`);
  const answers = [await ask(url), await ask(url), await ask(url), await ask(url)];
  assert.equal([...new Set(answers)].sort(), names.sort());
});

when('a rollout goes over to the new pods, and every request on the way is answered', async (client) => {
  await apply(client, deployment('over', serve('one'), { replicas: 1 }));
  await rolledOut(client, 'over', 1);
  const url = await balance(client, 'over');
  await apply(client, deployment('over', serve('two'), { replicas: 1 }));
  const answers = new Set<string>();
  await until('the new pod to answer', async () => {
    answers.add(await ask(url));
    return answers.has('two');
  });
  assert.equal(
    [...answers].filter((answer) => answer !== 'one' && answer !== 'two'),
    [],
  );
});

when('a mounted ConfigMap, variables and their expansion reach the container', async (client) => {
  await apply(client, configMap('settings', { greeting: 'good day', 'file.txt': 'from a file' }));
  const made = deployment('mounted', {}, { replicas: 1 });
  const env = [
    { name: 'A', value: 'x' },
    { name: 'B', value: '$(A)y' },
    { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'greeting' } } },
  ];
  const container = {
    ...sh('echo "$B|$C|$(busybox cat /etc/settings/file.txt)|$1" ; exec busybox sleep 600'),
    name: 'web',
    env,
    args: ['arg0', '$(A)z'],
  };
  const mounts = [{ name: 'settings', mountPath: '/etc/settings' }];
  const spec = {
    terminationGracePeriodSeconds: 1,
    volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
    containers: [{ ...container, env: [...env, { name: 'PATH', value: '/bin' }], volumeMounts: mounts }],
  };
  await apply(client, { ...made, spec: { ...made.spec, template: { ...made.spec.template, spec } } });
  await rolledOut(client, 'mounted', 1);
  const [pod] = await podsOf(client, 'mounted');
  const log = await until('the log', async () =>
    (await client.get(`/api/v1/namespaces/shop/pods/${pod?.metadata.name}/log`)).text.trim(),
  );
  assert.is(log, 'xy|good day|from a file|xz');
});

when('a crash shows its exit code, and its log is kept for --previous', async (client) => {
  await apply(client, deployment('crash', sh('echo dying; exit 7'), { replicas: 1 }));
  const pod = await until('CrashLoopBackOff', async () =>
    (await podsOf(client, 'crash')).find((each) => waitingReason(each) === 'CrashLoopBackOff'),
  );
  assert.is(at(listOf(pod.status?.containerStatuses)[0], 'lastState', 'terminated', 'exitCode'), 7);
  const log = await client.get(`/api/v1/namespaces/shop/pods/${pod.metadata.name}/log?previous=true`);
  assert.is(log.text.trim(), 'dying');
});

when('too much memory is OOMKilled', async (client) => {
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
});

when('an image that would run as root is refused where runAsNonRoot is set', async (client) => {
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
});

when(
  'a failing readiness probe takes the pod out of its Service, a liveness probe restarts it',
  async (client) => {
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
);

when('a deleted Deployment leaves no container', async (client) => {
  for (const name of ['pair', 'over', 'mounted', 'crash', 'hungry', 'root', 'probed'])
    await client.send('DELETE', pathOf(deployment(name, {})));
  await until('no container', async () => (await containersByLabel(label)).length === 0);
});
test.run();
