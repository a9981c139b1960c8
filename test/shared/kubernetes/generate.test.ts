import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { DIALECT, toYaml } from '../../../shared/kubernetes/dialect.ts';
import { generateManifests } from '../../../shared/kubernetes/generate.ts';

const test = suite('generated manifests');
const input = {
  app: 'shop',
  namespace: 'store',
  image: 'shop',
  ports: [8080],
  service: { type: 'ClusterIP', port: 80 },
} as const;
const read = (text: string): ReturnType<typeof JSON.parse>[] =>
  parseAllDocuments(text, DIALECT).map((document) => document.toJS());

test('a Deployment and a Service that find each other', () => {
  const [deployment, service] = read(generateManifests(input));
  const [container] = deployment.spec.template.spec.containers;
  assert.equal(service.spec.selector, deployment.spec.selector.matchLabels);
  assert.equal(service.spec.selector, deployment.spec.template.metadata.labels);
  assert.is(service.spec.ports[0].targetPort, container.ports[0].name);
  assert.is(container.ports[0].containerPort, 8080);
  assert.is(service.spec.ports[0].port, 80);
  assert.is(service.metadata.namespace, 'store');
});

test('safe by default, and still what an image that starts as root survives', () => {
  const [deployment] = read(generateManifests(input));
  const pod = deployment.spec.template.spec;
  assert.is(pod.containers[0].securityContext.allowPrivilegeEscalation, false);
  assert.equal(pod.containers[0].securityContext.capabilities.drop, ['ALL']);
  assert.is(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
  assert.is(pod.automountServiceAccountToken, false);
  assert.ok(pod.containers[0].readinessProbe.tcpSocket);
  assert.ok(pod.containers[0].resources.requests.memory);
  assert.is(deployment.spec.replicas, undefined, 'replicas are left to whoever scales');
});

test('no port: no Service and no probe', () => {
  const documents = read(generateManifests({ ...input, ports: [] }));
  assert.is(documents.length, 1);
  assert.is(documents[0].spec.template.spec.containers[0].readinessProbe, undefined);
});

for (const [ports, main, served] of [
  [
    [9090, 80],
    80,
    [
      [9090, 'port-9090'],
      [80, 'main'],
    ],
  ],
  [
    [8080, 9090],
    8080,
    [
      [80, 'main'],
      [9090, 'port-9090'],
    ],
  ],
] as const) {
  test(`ports ${ports.join(', ')} behind 80: traffic goes to ${main}`, () => {
    const [, service] = read(generateManifests({ ...input, ports }));
    assert.equal(
      service.spec.ports.map((port: { port: number; targetPort: string }) => [port.port, port.targetPort]),
      served,
    );
  });
}

test('a load balancer asks OKE for a flexible shape', () => {
  const [, service] = read(generateManifests({ ...input, service: { type: 'LoadBalancer', port: 80 } }));
  assert.is(service.metadata.annotations['service.beta.kubernetes.io/oci-load-balancer-shape'], 'flexible');
});

test('strings that look like something else are quoted', () => {
  const odd = {
    a: 'on',
    b: '0644',
    c: '0o7',
    d: '1_000',
    e: 'null',
    f: '2020-01-01',
    g: '<<',
    h: '1e3',
    i: '0x1f',
  };
  assert.equal(read(toYaml(odd)), [odd]);
});

test.run();
