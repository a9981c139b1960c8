// Beside others in one cluster: kubectl in both ways of applying, autoscalers, operators, a second applier.
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { at, listAt, textAt } from '../../../shared/kubernetes/objects.ts';
import type { DeployOutcome } from '../../../shared/kubernetes/outcome.ts';
import { plan } from '../../../shared/kubernetes/plan.ts';
import { controlPlaneBinaries, startControlPlane } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { buildId, digestOf, imageOf, type StageSet, stageSet } from './stage-set.ts';

const test = suite('beside others');
const isReal = controlPlaneBinaries() !== undefined;
const [built] = globSync(join(homedir(), '.cache/galley/tools/kubernetes-*/bin/kubectl'));
const KUBECTL = built ?? 'kubectl';
let stage: StageSet;
let directory: string;
let builds = 0;

test.before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'galley-takeover-'));
  if (isReal) stage = await stageSet(await startControlPlane());
});
test.after(async () => {
  rmSync(directory, { recursive: true, force: true });
  await stage?.stop();
});

function kubectl(args: string[], manifests?: string): string {
  const file = join(directory, 'set.yaml');
  if (manifests !== undefined) writeFileSync(file, manifests);
  const set = manifests === undefined ? [] : ['-f', file];
  const env = { ...process.env, KUBECTL_APPLYSET: 'true' };
  const options = ['--kubeconfig', stage.kubeconfig, `--cache-dir=${directory}/cache`];
  return execFileSync(KUBECTL, [...options, ...args, ...set], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function nextBuild(): string {
  builds += 1;
  return buildId(builds);
}

function run(app: string, manifests: string, more: Partial<Parameters<StageSet['deploy']>[0]> = {}) {
  builds += 1;
  const own = manifests.replaceAll('image: shop', `image: ${app}`);
  return stage.deploy({ app, manifests: own, build: nextBuild(), shrink: true, ...more });
}
/** Whatever was sent for good since then. */
const writesSince = (count: number): string[] =>
  stage.writes.slice(count).filter((line) => !line.startsWith('dry '));
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await condition()); await delay(50)) {
    if (Date.now() > deadline) throw new Error('the condition was not met in 60 s');
  }
}
const words = (outcome: DeployOutcome): string =>
  outcome.kind === 'ready'
    ? outcome.report
    : outcome.kind === 'failed'
      ? outcome.detail
      : JSON.stringify(outcome);
const ready = (outcome: DeployOutcome): string => {
  assert.is(outcome.kind, 'ready', words(outcome));
  return words(outcome);
};

const config = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`;
const web = (spec = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {${spec}selector: {matchLabels: {a: w}}, template: {metadata: {labels: {a: w}}, spec: {containers: [{name: c, image: shop}]}}}\n`;
const pinned = (app: string, text: string): string =>
  text.replaceAll('image: shop', `image: "${imageOf(app, 'a')}"`);

const STORY: readonly (readonly [name: string, step: () => Promise<void>])[] = [
  [
    'what kubectl apply made is taken over: fields that leave the manifest leave the object',
    async () => {
      kubectl(['create', 'namespace', 'shop']);
      kubectl(
        ['apply', '-n', 'shop'],
        `${config('c', '{old: "1", both: "1"}')}---\n${pinned('shop', web('replicas: 3, '))}`,
      );
      const report = ready(
        await run('shop', `${config('c', '{both: "2", new: "1"}')}---\n${web('replicas: 1, ')}`),
      );
      assert.match(report, /taken over from kubectl/);
      const object = await stage.get('/api/v1/namespaces/shop/configmaps/c');
      assert.equal(object.data, { both: '2', new: '1' });
      assert.is(object.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'], undefined);
      assert.equal(
        new Set(object.metadata.managedFields?.map(({ manager }) => manager)),
        new Set(['galley']),
      );
      assert.match(
        ready(await run('shop', `${config('c', '{both: "2", new: "1"}')}---\n${web('replicas: 1, ')}`)),
        /2 unchanged/,
      );
    },
  ],
  [
    'kubectl apply --prune --applyset takes over from us, and we from it',
    async () => {
      const set = [
        'apply',
        '-n',
        'shop',
        '--server-side',
        '--force-conflicts',
        '--prune',
        '--applyset=configmap/galley-shop',
      ];
      const said = kubectl(set, `${config('theirs', '{a: "1"}')}---\n${pinned('shop', web())}`);
      assert.match(said, /configmap\/c pruned/);
      ready(await run('shop', web()));
      assert.not(await stage.exists('/api/v1/namespaces/shop/configmaps/theirs'));
      const again = kubectl(set, pinned('shop', web()));
      assert.not.match(again, /pruned/);
      ready(await run('shop', web()));
    },
  ],
  [
    'an edit by hand is set back and reported; an operator`s field is not touched',
    async () => {
      ready(await run('edit', `${config('c', '{a: "1"}')}---\n${web()}`));
      kubectl(['-n', 'edit', 'patch', 'configmap', 'c', '-p', '{"data":{"a":"by hand"}}']);
      assert.match(
        ready(await run('edit', `${config('c', '{a: "1"}')}---\n${web()}`)),
        /ConfigMap c: taken over from kubectl-patch: \.data\.a/,
      );
      kubectl([
        '-n',
        'edit',
        'patch',
        'configmap',
        'c',
        '--field-manager=operator',
        '-p',
        '{"data":{"a":"operated"}}',
      ]);
      const refused = await run('edit', `${config('c', '{a: "1"}')}---\n${web()}`);
      assert.is(refused.kind === 'failed' ? refused.phase : refused.kind, 'plan');
      assert.match(words(refused), /ConfigMap c, data\.a: is owned by "operator"/);
      const live = await stage.get('/api/v1/namespaces/edit/configmaps/c');
      assert.equal(live.data, { a: 'operated' });
    },
  ],
  [
    'replicas that an autoscaler has set stay',
    async () => {
      ready(await run('scaled', web('replicas: 2, ')));
      await stage.cluster.call({
        method: 'PATCH',
        path: '/apis/apps/v1/namespaces/scaled/deployments/web/scale',
        query: { fieldManager: 'kube-controller-manager' },
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas: 4 } },
      });
      const outcome = await run('scaled', web('replicas: 2, '), { image: imageOf('scaled', 'b') });
      ready(outcome);
      assert.is(
        at(await stage.get('/apis/apps/v1/namespaces/scaled/deployments/web'), 'spec', 'replicas'),
        4,
      );
    },
  ],
  [
    'a finished Job is made anew, a running one is waited for, other immutable fields need a word',
    async () => {
      const job = (image: string, name = 'migrate'): string =>
        `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: ${image}}]}}}\n`;
      ready(await run('jobs', job('shop'), { image: imageOf('jobs', '1') }));
      const until = new Date(stage.ports.now().getTime() + 60_000);
      const next = { image: imageOf('jobs', 'b'), until };
      const waiting = await run('jobs', job('jobs'), next);
      assert.is(waiting.kind, 'waiting', words(waiting));
      assert.match(words(waiting), /Job migrate: the Job of the build before still runs/);
      const path = '/apis/batch/v1/namespaces/jobs/jobs/migrate';
      const uid = (await stage.get(path)).metadata.uid;
      stage.kubelet.fates.set(digestOf('1'), 'done');
      await eventually(async () => at(await stage.get(path), 'status', 'succeeded') === 1);
      assert.match(ready(await run('jobs', job('jobs'), next)), /1 recreated/);
      assert.is.not((await stage.get(path)).metadata.uid, uid);
      const moved = web().replaceAll('a: w', 'a: moved');
      ready(await run('moved', web().replace('image: shop', 'image: moved')));
      const refused = await run('moved', moved.replace('image: shop', 'image: moved'));
      assert.match(words(refused), /Deployment web, spec\.selector: .*immutable.*galley\.dev\/recreate/s);
      const told = moved
        .replace('image: shop', 'image: moved')
        .replace('{name: web}', '{name: web, annotations: {galley.dev/recreate: "true"}}');
      assert.match(ready(await run('moved', told)), /1 recreated/);
    },
  ],
  [
    'names keep their case, fields we do not know are sent, marked objects are kept',
    async () => {
      const role =
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: "App:Reader", annotations: {helm.sh/resource-policy: keep}}\nrules: []\n';
      const allowed = { kinds: ['Role.rbac.authorization.k8s.io'], namespaces: [] };
      const deployment = web().replace('image: shop', 'image: names');
      ready(await run('names', `${role}---\n${deployment}`, { allowed }));
      const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/names/roles/App%3AReader';
      assert.ok(await stage.exists(path));
      assert.match(
        ready(await run('names', deployment, { allowed })),
        /Kept though not in the set: Role App:Reader/,
      );
      assert.ok(await stage.exists(path));
    },
  ],
  [
    'two at once: the API server lets one of them write',
    async () => {
      const deployment = web().replace('image: shop', 'image: twice');
      ready(await run('twice', deployment));
      const same = nextBuild();
      const both = await Promise.all(
        ['b', 'c'].map((letter) =>
          stage.deploy({ app: 'twice', manifests: deployment, build: same, image: imageOf('twice', letter) }),
        ),
      );
      assert.equal(both.map(({ kind }) => kind).sort(), ['lost', 'ready']);
      const newer = nextBuild();
      const race = await Promise.all([
        stage.deploy({ app: 'twice', manifests: deployment, build: newer, image: imageOf('twice', 'd') }),
        stage.deploy({
          app: 'twice',
          manifests: deployment,
          build: buildId(builds + 1),
          image: imageOf('twice', 'e'),
        }),
      ]);
      builds += 1;
      const [older, last] = race;
      if (last.kind !== 'ready')
        ready(
          await stage.deploy({
            app: 'twice',
            manifests: deployment,
            build: buildId(builds),
            image: imageOf('twice', 'e'),
          }),
        );
      assert.ok(['fenced', 'lost', 'ready'].includes(older.kind), older.kind);
      const live = await stage.get('/apis/apps/v1/namespaces/twice/deployments/web');
      assert.is(
        textAt(listAt(live, 'spec', 'template', 'spec', 'containers')[0], 'image'),
        imageOf('twice', 'e'),
      );
    },
  ],
  [
    'a plan shows what would be done and does none of it',
    async () => {
      const before = stage.writes.length;
      const input = {
        app: 'planned',
        namespace: 'planned',
        build: buildId(900),
        image: imageOf('planned', 'a'),
        repository: 'r',
        shrink: false,
      };
      const first = await plan(
        stage.cluster,
        { ...input, manifests: web().replace('shop', 'planned') },
        stage.ports,
      );
      assert.equal(first.actions, [
        { action: 'create', kind: 'Deployment.apps', namespace: 'planned', name: 'web' },
      ]);
      assert.not(await stage.exists('/api/v1/namespaces/planned'));
      assert.equal(writesSince(before), []);
      ready(await run('planned', `${config('c', '{a: "1"}')}---\n${web().replace('shop', 'planned')}`));
      const later = stage.writes.length;
      const next = await plan(
        stage.cluster,
        {
          ...input,
          image: imageOf('planned', 'b'),
          manifests: web().replace('shop', 'planned'),
          shrink: true,
        },
        stage.ports,
      );
      assert.equal(
        next.actions.map(({ action, name }) => `${action} ${name}`),
        ['restart web', 'prune c'],
      );
      assert.match(next.text, /^-\s+image: .*@sha256:aaa.*\n\+\s+image: .*@sha256:bbb/m);
      assert.ok(await stage.exists('/api/v1/namespaces/planned/configmaps/c'));
      assert.equal(writesSince(later), []);
    },
  ],
];

for (const [name, step] of STORY) {
  test(name, needs(isReal, { what: 'kube-apiserver, etcd and kubectl (npm run tools)', name }, step));
}
test.run();
