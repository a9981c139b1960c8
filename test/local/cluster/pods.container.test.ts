import * as assert from 'uvu/assert';
import type { ApiClient } from '../../../local/cluster/api-client.ts';
import { at, listOf } from '../../../local/cluster/object.ts';
import { serve, sh } from './busybox.ts';
import { podsSuite } from './pods.ts';
import { apply, configMap, deployment, isAvailable, pathOf, podsOf, read, until } from './workbench.ts';

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

await podsSuite('pods as containers', {
  async 'two pods of one app answer in turn behind their Service'(client: ApiClient) {
    await apply(client, deployment('pair', serve('hello from $POD')));
    await rolledOut(client, 'pair', 2);
    const url = await balance(client, 'pair');
    const names = (await podsOf(client, 'pair')).map((pod) => `hello from ${pod.metadata.name}`);
    const answers = [await ask(url), await ask(url), await ask(url), await ask(url)];
    assert.equal([...new Set(answers)].sort(), names.sort());
  },

  async 'a rollout goes over to the new pods, and every request on the way is answered'(client: ApiClient) {
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
  },

  async 'a mounted ConfigMap, variables and their expansion reach the container'(client: ApiClient) {
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
  },
});
