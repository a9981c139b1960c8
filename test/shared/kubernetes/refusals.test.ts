// What a cluster says no to, as it stands in the record: a real API server with its quota, Pod Security and schemas.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DeployOutcome } from '../../../shared/kubernetes/outcome.ts';
import { controlPlaneBinaries, startControlPlane } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { ALLOWED } from './big-app.ts';
import { buildId, digestOf, imageOf, type StageSet, stageSet } from './stage-set.ts';

const test = suite('what a cluster refuses');
const isReal = controlPlaneBinaries() !== undefined;
let stage: StageSet;
let builds = 0;

test.before(async () => {
  if (isReal) stage = await stageSet(await startControlPlane());
});
test.after(() => stage?.stop());

type Failed = Extract<DeployOutcome, { kind: 'failed' }>;
type Given = Partial<Parameters<StageSet['deploy']>[0]>;

function run(app: string, manifests: string, more: Given = {}): Promise<DeployOutcome> {
  builds += 1;
  return stage.deploy({ app, manifests, build: buildId(builds), ...more });
}

async function failing(app: string, manifests: string, more: Given = {}): Promise<Failed> {
  const outcome = await run(app, manifests, more);
  assert.is(outcome.kind, 'failed', JSON.stringify(outcome));
  return outcome as Failed;
}

async function make(path: string, body: object): Promise<void> {
  await stage.cluster.call({ method: 'POST', path, body });
}

const namespace = (name: string, labels: object = {}): Promise<void> =>
  make('/api/v1/namespaces', { metadata: { name, labels } });
const web = (app: string, pod = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: w}}, template: {metadata: {labels: {a: w}}, spec: {${pod}containers: [{name: c, image: ${app}}]}}}\n`;
const config = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\n`;
const from = (file: string, text: string): string => `---\n# Source: k8s/${file}.yaml\n${text}`;

const STORY: readonly (readonly [name: string, step: () => Promise<void>])[] = [
  [
    'everything wrong with a set is in one message: YAML, shapes, kinds, rules, schemas and values, each with its place',
    async () => {
      await namespace('wrong');
      const set = [
        from('a', config('twice')),
        from('a', `${config('twice')}---\n${config('away', ', namespace: kube-system')}`),
        from('b', 'apiVersion: shop.example.com/v1\nkind: Menu\nmetadata: {name: today}\n'),
        from('c', web('wrong', 'hostNetwork: true, ')),
        from(
          'd',
          'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}], slector: {a: w}}\n',
        ),
        from('e', 'apiVersion: v1\nkind: Service\nmetadata: {name: t}\nspec: {ports: [{port: 99999}]}\n'),
        from('f', 'apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n'),
        from('g', 'kind: [Pod\n'),
      ];
      const failure = await failing('wrong', set.join(''));
      assert.is(`${failure.phase} ${failure.fault} ${failure.reason}`, 'plan user ApplyRefused');
      const lines = failure.detail.split('\n').map((line) => line.replace(/: .*/, ''));
      assert.equal(lines.sort(), [
        'k8s/a.yaml, document 2, ConfigMap twice',
        'k8s/a.yaml, document 3, ConfigMap away, metadata.namespace',
        'k8s/b.yaml, document 1, Menu today, kind',
        'k8s/c.yaml, document 1, Deployment web, spec.template.spec.hostNetwork',
        'k8s/d.yaml, document 1, Service s, spec.slector',
        'k8s/e.yaml, document 1, Service t, spec.ports[0].port',
        'k8s/e.yaml, document 1, Service t, spec.ports[0].targetPort',
        'k8s/f.yaml, document 1, Pod 1, metadata.name',
        'k8s/g.yaml, document 1',
      ]);
      const path = '/api/v1/namespaces/wrong/configmaps/twice';
      assert.not(await stage.exists(path), 'nothing is applied by halves');
    },
  ],
  [
    'values that are none of their type are mistakes of the set, not a server that is ill',
    async () => {
      await namespace('typed');
      const set = [
        from('a', `${config('c')}data: {a: 1}\n`),
        from('b', 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {key: "***", good: aGk=}\n'),
        from(
          'c',
          web('typed').replace(
            'name: c,',
            'name: c, resources: {requests: {memory: lots, cpu: 100m}}, env: [{name: A, value: "1"}],',
          ),
        ),
        from(
          'd',
          web('typed').replace('{name: web}', '{name: other}').replace('spec: {', 'spec: {replicas: "2", '),
        ),
      ];
      const failure = await failing('typed', set.join(''));
      assert.is(`${failure.phase} ${failure.fault} ${failure.reason}`, 'plan user ApplyRefused');
      const lines = failure.detail.split('\n').map((line) => line.replace(/: .*/, ''));
      assert.equal(lines.sort(), [
        'k8s/a.yaml, document 1, ConfigMap c, data.a',
        'k8s/b.yaml, document 1, Secret s, data.key',
        'k8s/c.yaml, document 1, Deployment web, spec.template.spec.containers[0].resources.requests.memory',
        'k8s/d.yaml, document 1, Deployment other, spec.replicas',
      ]);
      assert.match(failure.detail, /Secret s, data\.key: illegal base64 data/);
      assert.match(failure.detail, /requests\.memory: quantities must match the regular expression/);
    },
  ],
  [
    'an image that is nowhere is told of with the rest, and names the error when it is all',
    async () => {
      await namespace('pictures');
      const other = `---\n${web('nginx')}`;
      const two = await failing('pictures', `${config('c', ', labels: {a: 1}')}${other}`);
      assert.is(two.reason, 'ManifestsRefused');
      assert.match(two.detail, /ConfigMap c, metadata\.labels\.a/);
      const one = await failing('pictures', `${config('c')}${other}`);
      assert.is(one.reason, 'ImageNotFound');
      assert.match(
        one.detail,
        /write "image: pictures" .*Deployment web, spec\.template\.spec\.containers\[0\]/s,
      );
      const both = await failing('pictures', `${config('c')}kind2: x\n${other}`);
      assert.match(both.detail, /no image in the manifests is "pictures".*kind2: unknown field/s);
    },
  ],
  [
    'a set with mistakes of its own makes no namespace',
    async () => {
      await failing('nowhere', `${config('away', ', namespace: kube-system')}---\n${web('nowhere')}`);
      assert.not(await stage.exists('/api/v1/namespaces/nowhere'));
    },
  ],
  [
    'a custom resource that its own new definition refuses: the record says what is there by then',
    async () => {
      const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: menus.halves.example.com}
spec:
  group: halves.example.com
  scope: Namespaced
  names: {kind: Menu, plural: menus, singular: menu}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {dish: {type: string}}}}}}
`;
      const menu =
        'apiVersion: halves.example.com/v1\nkind: Menu\nmetadata: {name: today}\nspec: {dish: 3}\n';
      const set = from('crd', crd) + from('menu', menu) + from('web', web('halves'));
      const failure = await failing('halves', set, { allowed: ALLOWED });
      assert.is(`${failure.phase} ${failure.rollback}`, 'apply none');
      assert.match(failure.detail, /^k8s\/menu\.yaml, document 1, Menu today, spec\.dish: /);
      assert.match(
        failure.detail,
        /\nApplied before that, and left: CustomResourceDefinition menus\.halves\.example\.com$/,
      );
      assert.not(await stage.exists('/apis/apps/v1/namespaces/halves/deployments/web'));
    },
  ],
  [
    'Pod Security warns in the report, and a pod it never lets in fails early, with the label named',
    async () => {
      await namespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
      stage.clock.aheadMs += 60_000;
      const failure = await failing('strict', web('strict'));
      assert.is(`${failure.phase} ${failure.fault} ${failure.reason}`, 'rollout user FailedCreate');
      assert.match(failure.detail, /violates PodSecurity "restricted:latest": .*runAsNonRoot/);
      assert.match(failure.detail, /pod-security\.kubernetes\.io\/enforce of namespace strict/);
      assert.match(stage.plans.at(-1) ?? '', /Warning: Deployment web: would violate PodSecurity/);
    },
  ],
  [
    'a quota that is used up is the platform`s fault, and known early',
    async () => {
      await namespace('full');
      const spec = { hard: { pods: '0' } };
      await make('/api/v1/namespaces/full/resourcequotas', { metadata: { name: 'none' }, spec });
      const failure = await failing('full', web('full'));
      assert.is(`${failure.phase} ${failure.fault} ${failure.reason}`, 'rollout platform FailedCreate');
      assert.match(failure.detail, /exceeded quota: none/);
    },
  ],
  [
    'an image that may not be pulled: no pull secret, one that is not there, one that is refused',
    async () => {
      await namespace('denied');
      for (const letter of ['1', '2', '3']) stage.kubelet.fates.set(digestOf(letter), 'denied');
      const secrets = (name: string): string => web('denied', `imagePullSecrets: [{name: ${name}}], `);
      const none = await failing('denied', web('denied'), { image: imageOf('denied', '1') });
      assert.match(none.detail, /no pull secret .* no OCIR credential provider/s);
      const missing = await failing('denied', secrets('ocir'), { image: imageOf('denied', '2') });
      assert.is(`${missing.fault} ${missing.reason}`, 'platform ImagePullBackOff');
      assert.match(missing.detail, /the pull secret ocir is not in namespace denied/);
      await make('/api/v1/namespaces/denied/secrets', { metadata: { name: 'there' } });
      const refused = await failing('denied', secrets('there'), { image: imageOf('denied', '3') });
      assert.match(refused.detail, /the registry refuses the pull secret there/);
    },
  ],
];

for (const [name, step] of STORY) {
  test(name, needs(isReal, { what: 'kube-apiserver and etcd (npm run tools)', name }, step));
}
test.run();
