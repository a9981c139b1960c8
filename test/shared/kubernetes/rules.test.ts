// The rules that need no cluster: order, deny list, conflicts, rights, scaling, ApplySet ids, endpoints.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { denials } from '../../../shared/kubernetes/admission.ts';
import { ApiError } from '../../../shared/kubernetes/api-error.ts';
import { applySetId, extentOf } from '../../../shared/kubernetes/applyset.ts';
import { conflictsOf, rule } from '../../../shared/kubernetes/conflicts.ts';
import { endpointOf } from '../../../shared/kubernetes/endpoint.ts';
import type { Item } from '../../../shared/kubernetes/items.ts';
import { migrated, needsMigration } from '../../../shared/kubernetes/managed-fields.ts';
import { at, type KubeObject, keyOf, titleOf } from '../../../shared/kubernetes/objects.ts';
import { inWaves } from '../../../shared/kubernetes/order.ts';
import { forbidden, missingRight } from '../../../shared/kubernetes/rbac.ts';
import { withScaling } from '../../../shared/kubernetes/scaling.ts';

const GROUPS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  Ingress: 'networking.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  Menu: 'example.com/v1',
};
const CLUSTER_WIDE = [
  'CustomResourceDefinition',
  'ClusterRole',
  'Namespace',
  'ValidatingWebhookConfiguration',
];

function item(kind: string, more: Record<string, unknown> = {}, namespace = 'shop'): Item {
  const apiVersion = GROUPS[kind] ?? 'v1';
  const isNamespaced = !CLUSTER_WIDE.includes(kind);
  const metadata = { name: 'x', ...(isNamespaced ? { namespace } : {}), ...(more.metadata as object) };
  const object = { apiVersion, kind, ...more, metadata } as KubeObject;
  const resource = { apiVersion, kind, plural: 'things', isNamespaced };
  return { file: 'k8s/a.yaml', document: 1, object, resource, key: keyOf(object), isNew: false };
}

const order = suite('order');
order('what others stand on goes first, custom resources after workloads, webhooks last', () => {
  const kinds = [
    'ValidatingWebhookConfiguration',
    'Menu',
    'Ingress',
    'Deployment',
    'Service',
    'ConfigMap',
    'Role',
    'ServiceAccount',
    'ClusterRole',
    'Namespace',
    'CustomResourceDefinition',
  ];
  const waves = inWaves(kinds.map((kind) => item(kind))).map((wave) =>
    wave.map(({ object }) => object.kind).sort(),
  );
  assert.equal(waves, [
    ['CustomResourceDefinition', 'Namespace'],
    ['ClusterRole'],
    ['ServiceAccount'],
    ['Role'],
    ['ConfigMap', 'Service'],
    ['Deployment'],
    ['Menu'],
    ['Ingress', 'ValidatingWebhookConfiguration'],
  ]);
});
order.run();

const deny = suite('deny list');
const pod = (spec: object) =>
  item('Deployment', { spec: { template: { spec: { containers: [{ name: 'c' }], ...spec } } } });
const AT = 'spec.template.spec';
for (const [what, one, field] of [
  ['cluster-wide kinds', item('ClusterRole'), 'kind'],
  ['CRDs', item('CustomResourceDefinition'), 'kind'],
  ['namespaces', item('Namespace'), 'kind'],
  ['roles', item('Role'), 'kind'],
  ['foreign namespaces', item('ConfigMap', {}, 'other'), 'metadata.namespace'],
  ['kube-system', item('ConfigMap', {}, 'kube-system'), 'metadata.namespace'],
  ['tokens', item('Secret', { type: 'kubernetes.io/service-account-token' }), 'type'],
  ['external IPs', item('Service', { spec: { externalIPs: ['1.2.3.4'] } }), 'spec.externalIPs'],
  ['host network', pod({ hostNetwork: true }), `${AT}.hostNetwork`],
  ['host PIDs', pod({ hostPID: true }), `${AT}.hostPID`],
  ['host paths', pod({ volumes: [{ hostPath: { path: '/' } }] }), `${AT}.volumes[0].hostPath`],
  [
    'privileged init containers',
    pod({ initContainers: [{ name: 'i', securityContext: { privileged: true } }] }),
    `${AT}.initContainers[0].securityContext.privileged`,
  ],
  [
    'our label',
    item('ConfigMap', { metadata: { labels: { 'applyset.kubernetes.io/part-of': 'x' } } }),
    'metadata.labels.applyset.kubernetes.io/part-of',
  ],
  ['our inventory', item('ConfigMap', { metadata: { name: 'galley-shop' } }), 'metadata.name'],
] as const) {
  deny(`${what} are refused, with the field named`, () => {
    const place = { app: 'shop', namespace: 'shop', allowed: { kinds: [], namespaces: [] } };
    const problems = denials([item('ConfigMap'), one], place);
    const places = problems.map(({ file, document, object, field: at }) => [file, document, object, at]);
    assert.equal(places, [['k8s/a.yaml', 1, titleOf(one.object), field]]);
  });
}
deny('what an administrator allows passes', () => {
  const allowed = { kinds: ['CustomResourceDefinition.apiextensions.k8s.io'], namespaces: ['other'] };
  const items = [item('CustomResourceDefinition'), item('ConfigMap', {}, 'other')];
  assert.equal(denials(items, { app: 'shop', namespace: 'shop', allowed }), []);
});
deny.run();

const conflicts = suite('conflicts');
const refusal = (
  status: number,
  body: object,
  call = { method: 'PATCH', path: '/apis/apps/v1/namespaces/shop/deployments/web' },
) => new ApiError(call, { status, body });
const conflict = (manager: string, field: string): [string, string] => [manager, field];
for (const [what, causes, kind] of [
  ['kubectl edit', [conflict('kubectl-edit', '.data.a')], 'force'],
  ['kubectl apply', [conflict('kubectl-client-side-apply', '.spec.replicas')], 'force'],
  ['before server-side apply', [conflict('before-first-apply', '.data.a')], 'force'],
  ['a browser', [conflict('Mozilla', '.data.a')], 'force'],
  ['ourselves', [conflict('galley', '.data.a')], 'force'],
  ['an autoscaler on replicas', [conflict('kube-controller-manager', '.spec.replicas')], 'leave'],
  [
    'an autoscaler and kubectl',
    [conflict('keda', '.spec.replicas'), conflict('kubectl', '.data.a')],
    'leave',
  ],
  ['a controller on something else', [conflict('kube-controller-manager', '.spec.paused')], 'fail'],
  ['an operator', [conflict('flux', '.data.a'), conflict('kubectl', '.data.b')], 'fail'],
] as const) {
  conflicts(`${what}: ${kind}`, () => {
    const details = {
      causes: causes.map(([manager, field]) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with "${manager}" using apps/v1`,
        field,
      })),
    };
    assert.is(rule(conflictsOf(refusal(409, { details }))).kind, kind);
  });
}
conflicts('what kubectl apply owned becomes ours, field by field', () => {
  const entry = (manager: string, operation: string, fieldsV1: object) => ({ manager, operation, fieldsV1 });
  const live = item('ConfigMap', {
    metadata: {
      managedFields: [
        entry('kubectl-client-side-apply', 'Update', { 'f:data': { 'f:old': {}, 'f:both': {} } }),
        entry('kube-controller-manager', 'Update', { 'f:status': {} }),
        entry('galley', 'Apply', { 'f:data': { 'f:both': {}, 'f:new': {} } }),
      ],
    },
  }).object;
  assert.ok(needsMigration(live));
  const after = migrated(live);
  assert.equal(
    after.map(({ manager, operation }) => `${manager} ${operation}`),
    ['kube-controller-manager Update', 'galley Apply'],
  );
  assert.equal(Object.keys(after[1]?.fieldsV1?.['f:data'] as object).sort(), ['f:both', 'f:new', 'f:old']);
});
conflicts.run();

const scaling = suite('replicas beside an autoscaler');
const web = (replicas: number, managers: string[] = []) =>
  item('Deployment', {
    spec: { replicas },
    metadata: {
      managedFields: managers.map((manager) => ({
        manager,
        operation: 'Update',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      })),
    },
  });
const hpa = item('HorizontalPodAutoscaler', {
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } },
});
for (const [what, items, live, replicas] of [
  ['new', [web(2), hpa], undefined, 2],
  ['not scaled yet: what runs stays', [web(2), hpa], web(3), 3],
  ['scaled: left out', [web(2), hpa], web(5, ['kube-controller-manager']), undefined],
  ['scaled by somebody without an autoscaler in the set: left out', [web(2)], web(5, ['keda']), undefined],
  ['scaled by hand: the manifest decides', [web(2)], web(5, ['kubectl']), 2],
  ['no autoscaler', [web(2)], web(5), 2],
] as const) {
  scaling(what, () => {
    const [sent] = withScaling(items, new Map(live ? [[live.key, live.object]] : []));
    assert.is(at(sent?.object, 'spec', 'replicas'), replicas);
  });
}
scaling.run();

const rights = suite('missing rights');
const said =
  'deployments.apps is forbidden: User "ocid1.fnfunc.oc1..x" cannot list resource "deployments" in API group "apps" in the namespace "shop"';
for (const [what, error, right] of [
  [
    'the server says it',
    refusal(403, { message: said }),
    { verb: 'list', group: 'apps', resource: 'deployments', namespace: 'shop' },
  ],
  [
    'an apply that may not create',
    refusal(403, { message: 'deployments.apps "web" is forbidden: ' }),
    { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'shop' },
  ],
  [
    'a namespace',
    refusal(403, { message: 'no' }, { method: 'POST', path: '/api/v1/namespaces' }),
    { verb: 'create', group: '', resource: 'namespaces', namespace: undefined },
  ],
] as const) {
  rights(what, () => assert.equal(missingRight(error), right));
}
rights('one error names them all, with rules to paste', () => {
  const error = forbidden([
    refusal(403, { message: said }),
    refusal(403, { message: said.replace('list', 'patch') }),
  ]);
  assert.match(
    error.message,
    /refuses "ocid1\.fnfunc\.oc1\.\.x": may not list deployments\.apps in namespace shop; may not patch/,
  );
  assert.match(
    error.hint ?? '',
    /- \{apiGroups: \["apps"\], resources: \[deployments\], verbs: \[list, patch\]\} {2}# deployments of an app need list, create, patch, delete$/,
  );
});
rights.run();

const sets = suite('ApplySet');
sets('ids are those of kubectl', () => {
  // sha256("galley-shop.shop.ConfigMap.") as `kubectl apply --applyset=configmap/galley-shop -n shop` computes it.
  assert.is(
    applySetId({ name: 'galley-shop', namespace: 'shop' }),
    'applyset-_YPjQat6BJGHdI3IuwCNbj_u2FWsffz87w-vdBUpu10-v1',
  );
});
sets('the extent is sorted and without its home', () => {
  const objects = [item('Service'), item('Deployment'), item('Service', {}, 'b'), item('ClusterRole')].map(
    ({ object }) => object,
  );
  assert.equal(extentOf(objects, 'shop'), {
    kinds: ['ClusterRole.rbac.authorization.k8s.io', 'Deployment.apps', 'Service'],
    namespaces: ['b'],
  });
});
sets.run();

const endpoints = suite('endpoint');
const service = (spec: object, status: object = {}) => item('Service', { spec, status }).object;
const balanced = (ingress: object[]) => ({ loadBalancer: { ingress } });
for (const [what, objects, url] of [
  ['nothing', [], 'none'],
  ['a load balancer without address', [service({ type: 'LoadBalancer', ports: [{ port: 80 }] })], 'pending'],
  [
    'a load balancer',
    [service({ type: 'LoadBalancer', ports: [{ port: 8080 }] }, balanced([{ ip: '1.2.3.4' }]))],
    'http://1.2.3.4:8080',
  ],
  [
    'TLS by port',
    [service({ type: 'LoadBalancer', ports: [{ port: 443 }] }, balanced([{ hostname: 'a.b' }]))],
    'https://a.b',
  ],
  [
    'a cluster address',
    [service({ type: 'ClusterIP', ports: [{ port: 80 }] })],
    'http://x.shop.svc.cluster.local',
  ],
  [
    'an Ingress host wins',
    [
      service({ type: 'ClusterIP', ports: [{ port: 80 }] }),
      item('Ingress', { spec: { rules: [{ host: 'a.example', http: { paths: [{ path: '/shop' }] } }] } })
        .object,
    ],
    'http://a.example/shop',
  ],
  [
    'an Ingress by address',
    [item('Ingress', { spec: { rules: [{}] }, status: balanced([{ ip: '5.6.7.8' }]) }).object],
    'http://5.6.7.8',
  ],
] as const) {
  endpoints(`${what} -> ${url}`, () => assert.is(endpointOf(objects), url));
}
endpoints.run();
