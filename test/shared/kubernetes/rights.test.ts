// deploy/kubernetes/rbac.yaml is enough, and every rule of it is needed: each right is taken away once.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { type Cluster, connect } from '../../../shared/kubernetes/api.ts';
import { deploy } from '../../../shared/kubernetes/deploy.ts';
import { connectionOf, readKubeconfig, withToken } from '../../../shared/kubernetes/kubeconfig.ts';
import { at, type KubeObject, textAt } from '../../../shared/kubernetes/objects.ts';
import type { DeployOutcome } from '../../../shared/kubernetes/outcome.ts';
import { controlPlaneBinaries, startControlPlane } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { buildId, digestOf, imageOf, type StageSet, stageSet } from './stage-set.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

const NAMESPACE = 'shop';
/** The group of every ServiceAccount of the namespace `deployers`, in place of the dynamic group. */
const GROUP = 'system:serviceaccounts:deployers';

function documents(file: string): KubeObject[] {
  const text = readFileSync(`deploy/kubernetes/${file}`, 'utf8')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders of the file
    .replaceAll('${namespace}', NAMESPACE)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders of the file
    .replaceAll('${apply_dynamic_group_ocid}', GROUP);
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}

const rulesOf = (object: KubeObject | undefined): Rule[] => (object?.rules ?? []) as Rule[];
const ROLE = rulesOf(documents('rbac.yaml').find(({ kind }) => kind === 'Role'));
const RIGHTS: Right[] = ROLE.flatMap(({ apiGroups, resources, verbs }) =>
  resources.flatMap((resource) => verbs.map((verb) => ({ group: apiGroups[0] ?? '', resource, verb }))),
);

/** A body for each kind, small and without pods. */
const BODIES: Readonly<Record<string, string>> = {
  configmaps: 'apiVersion: v1\nkind: ConfigMap\ndata: {a: b}',
  services: 'apiVersion: v1\nkind: Service\nspec: {selector: {a: b}, ports: [{port: 80}]}',
  serviceaccounts: 'apiVersion: v1\nkind: ServiceAccount',
  persistentvolumeclaims:
    'apiVersion: v1\nkind: PersistentVolumeClaim\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}',
  daemonsets:
    'apiVersion: apps/v1\nkind: DaemonSet\nspec: {selector: {matchLabels: {a: d}}, template: {metadata: {labels: {a: d}}, spec: {containers: [{name: c, image: other}]}}}',
  statefulsets:
    'apiVersion: apps/v1\nkind: StatefulSet\nspec: {replicas: 0, serviceName: s, selector: {matchLabels: {a: s}}, template: {metadata: {labels: {a: s}}, spec: {containers: [{name: c, image: other}]}}}',
  deployments:
    'apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 0, selector: {matchLabels: {a: e}}, template: {metadata: {labels: {a: e}}, spec: {containers: [{name: c, image: other}]}}}',
  jobs: 'apiVersion: batch/v1\nkind: Job\nspec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: other}]}}}',
  cronjobs:
    'apiVersion: batch/v1\nkind: CronJob\nspec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: other}]}}}}}',
  ingresses:
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {defaultBackend: {service: {name: a, port: {number: 80}}}}',
  networkpolicies: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: {}}',
  horizontalpodautoscalers:
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}',
  poddisruptionbudgets:
    'apiVersion: policy/v1\nkind: PodDisruptionBudget\nspec: {minAvailable: 1, selector: {matchLabels: {a: b}}}',
};
const named = (name: string, body: string): string =>
  `${body.replace(/\n(kind: .*)/, `\n$1\nmetadata: {name: ${name}}`)}\n`;
const workload = (kind: 'Deployment' | 'StatefulSet', replicas: number): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: main}\nspec: {replicas: ${replicas}, ${kind === 'StatefulSet' ? 'serviceName: s, ' : ''}selector: {matchLabels: {a: m}}, template: {metadata: {labels: {a: m}}, spec: {containers: [{name: c, image: shop}]}}}\n`;

const test = suite('rights in the cluster');
const missing = { what: 'kube-apiserver and etcd (npm run tools)' };
const isReal = controlPlaneBinaries() !== undefined;
let stage: StageSet;
let deployer: Cluster;

test.before(async () => {
  if (!isReal) return;
  stage = await stageSet(await startControlPlane());
  await admin('POST', '/api/v1/namespaces', { metadata: { name: 'deployers' } });
  await admin('POST', '/api/v1/namespaces/deployers/serviceaccounts', { metadata: { name: 'galley' } });
  const answer = await admin('POST', '/api/v1/namespaces/deployers/serviceaccounts/galley/token', {});
  const token = textAt(answer, 'status', 'token') ?? '';
  const config = await readKubeconfig(readFileSync(stage.kubeconfig, 'utf8'));
  deployer = connect(await connectionOf(withToken(config, async () => token)));
  for (const object of documents('rbac.yaml')) await admin('POST', pathOf(object), object);
});
test.after(async () => {
  deployer?.close();
  await stage?.stop();
});

const admin = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<unknown> =>
  (
    await stage.cluster.call({
      method,
      path,
      body,
      ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
    })
  ).body;
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop';
const pathOf = ({ kind }: KubeObject): string =>
  kind === 'Namespace' ? '/api/v1/namespaces' : `${RBAC}/${kind.toLowerCase()}s`;

/** Gives the deployer the role without one right, and waits until the API server knows. */
async function withhold(right: Right | undefined): Promise<void> {
  const rules = ROLE.flatMap(({ apiGroups, resources, verbs }) =>
    resources.map((resource) => ({
      apiGroups,
      resources: [resource],
      verbs: verbs.filter((verb) => verb !== right?.verb || resource !== right?.resource),
    })),
  ).filter(({ verbs }) => verbs.length > 0);
  await admin('PATCH', `${RBAC}/roles/galley-apply`, { rules });
  for (const one of RIGHTS)
    await untilAllowed(one, one.resource !== right?.resource || one.verb !== right?.verb);
}

async function untilAllowed({ group, resource, verb }: Right, wanted: boolean): Promise<void> {
  const [name = '', subresource = ''] = resource.split('/');
  const resourceAttributes = { namespace: NAMESPACE, group, resource: name, subresource, verb };
  for (const deadline = Date.now() + 60_000; ; await delay(20)) {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const { body } = await deployer.call({ method: 'POST', path, body: { spec: { resourceAttributes } } });
    if (at(body, 'status', 'allowed') === wanted) return;
    if (Date.now() > deadline) throw new Error(`${verb} ${resource} never became ${wanted}`);
  }
}

let builds = 0;
const evidence: string[] = [];
async function run(
  manifests: string,
  more: Partial<Parameters<typeof deploy>[1]> = {},
): Promise<DeployOutcome> {
  builds += 1;
  return deploy(
    deployer,
    {
      app: 'shop',
      namespace: NAMESPACE,
      build: buildId(builds),
      image: imageOf('shop', 'a'),
      repository: 'fra.ocir.io/ns/galley/shop',
      manifests,
      deadline: new Date(stage.ports.now().getTime() + 60_000),
      until: new Date(stage.ports.now().getTime() + 60_000),
      onFailure: 'rollback',
      shrink: true,
      isRollback: false,
      stillMine: async () => true,
      savePlan: async () => {},
      saveEvidence: async (text) => void evidence.push(text),
      ...more,
    },
    stage.ports,
  );
}
const words = (outcome: DeployOutcome): string =>
  outcome.kind === 'failed'
    ? outcome.detail
    : outcome.kind === 'ready'
      ? outcome.report
      : JSON.stringify(outcome);

test('the rules for the whole cluster are those of a namespace, and making namespaces', () => {
  const clusterWide = rulesOf(documents('cluster-wide.yaml').find(({ kind }) => kind === 'ClusterRole'));
  assert.equal(clusterWide, [...ROLE, { apiGroups: [''], resources: ['namespaces'], verbs: ['create'] }]);
});

const everything = (prefix: string): string =>
  [
    workload('Deployment', 1),
    ...Object.entries(BODIES).map(([resource, body]) => named(`${prefix}-${resource}`, body)),
  ].join('---\n');

test(
  'with all of them an app of every kind is deployed, changed and pruned',
  needs(isReal, { ...missing, name: 'all rights' }, async () => {
    await withhold(undefined);
    const first = await run(everything('one'));
    assert.is(first.kind, 'ready', words(first));
    const second = await run(everything('two'));
    assert.is(second.kind, 'ready', words(second));
    assert.match(words(second), /13 created, 1 unchanged, 12 pruned/);
  }),
);

for (const right of RIGHTS) {
  const { group, resource, verb } = right;
  const name = `without ${verb} ${resource}`;
  test(
    `${name} it says so, with the rule to add`,
    needs(isReal, { ...missing, name }, async () => {
      const says = await provoke(right);
      const title = group === '' ? resource : `${resource}.${group}`;
      assert.match(says, new RegExp(`may not ${verb} ${title.replaceAll('.', '\\.')}`), says);
      assert.ok(says.includes(`- {apiGroups: ["${group}"], resources: [${resource}], verbs: [${verb}`), says);
    }),
  );
}

/** Makes the pipeline want the right it lacks; what it says about that. */
async function provoke(right: Right): Promise<string> {
  const { resource, verb } = right;
  const id = `x${builds}`;
  const body = BODIES[resource];
  const base = workload('Deployment', 0);
  if (body !== undefined && verb !== 'delete') {
    await withhold(right);
    return words(await run(`${base}---\n${named(id, body)}`));
  }
  await withhold(undefined);
  if (body !== undefined) {
    assert.is((await run(`${base}---\n${named(id, body)}`)).kind, 'ready');
    await withhold(right);
    return words(await run(base));
  }
  return resource === 'pods' && verb === 'delete' ? stuck(right) : broken(right);
}

/** A rollout that goes wrong asks for ReplicaSets, pods, events and logs. */
async function broken(right: Right): Promise<string> {
  stage.kubelet.fates.set(digestOf('c'), 'crash');
  stage.clock.aheadMs += 60_000;
  await withhold(right);
  const outcome = await run(workload('Deployment', 1), { image: imageOf('shop', 'c') });
  return `${words(outcome)}\n${evidence.at(-1) ?? ''}`;
}

/** A StatefulSet whose pod never gets ready has to be helped back. */
async function stuck(right: Right): Promise<string> {
  stage.kubelet.fates.set(digestOf('c'), 'crash');
  const manifests = workload('StatefulSet', 1);
  const good = await run(manifests);
  assert.is(good.kind, 'ready', words(good));
  const lastGood = { build: buildId(builds), manifests: async () => manifests, image: imageOf('shop', 'a') };
  stage.clock.aheadMs += 60_000;
  const back = await run(manifests, { image: imageOf('shop', 'c'), lastGood });
  assert.is(back.kind === 'failed' ? back.rollback : back.kind, 'done', words(back));
  await withhold(right);
  const outcome = await run(manifests, { image: imageOf('shop', 'c'), lastGood });
  return words(outcome);
}

test.run();
