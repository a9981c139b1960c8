// What deploying must do on any cluster; run against the real control plane and against the stand-in.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningCluster } from '../../../local/cluster/cluster.ts';
import { at, listAt, textAt } from '../../../shared/kubernetes/objects.ts';
import type { DeployInput } from '../../../shared/kubernetes/run.ts';
import { needs } from '../../helpers/needs.ts';
import { ALLOWED, bigApp } from './big-app.ts';
import { buildId, digestOf, imageOf, type StageSet, stageSet } from './stage-set.ts';

export interface Subject {
  readonly name: string;
  /** Undefined: cannot be started here. */
  readonly start: (() => Promise<RunningCluster>) | undefined;
  readonly missing: string;
}

const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const app = { app: 'shop', allowed: ALLOWED } as const;

type Step = (stage: StageSet) => Promise<void>;
type Given = Partial<DeployInput> & Pick<DeployInput, 'build'>;

const deployShop = (stage: StageSet, given: Given) => stage.deploy({ ...app, manifests: bigApp(), ...given });

async function imageIn(stage: StageSet, path: string, list = 'containers'): Promise<string | undefined> {
  const object = await stage.get(path);
  const template = at(object, 'spec', 'jobTemplate', 'spec', 'template') ?? at(object, 'spec', 'template');
  return textAt(listAt(template, 'spec', list)[0], 'image');
}

const lastGood = (number: number, letter: string) => ({
  build: buildId(number),
  manifests: async () => bigApp(),
  image: imageOf('shop', letter),
});

/** One story: each step stands on those before. */
export const STORY: readonly (readonly [name: string, step: Step])[] = [
  [
    'a plan changes nothing, a first deploy creates everything and is ready',
    async (stage) => {
      const outcome = await deployShop(stage, { build: buildId(1) });
      assert.equal(outcome, {
        kind: 'ready',
        endpoint: 'https://shop.example.com',
        report: outcome.kind === 'ready' ? outcome.report : '',
      });
      assert.match(outcome.kind === 'ready' ? outcome.report : '', /^14 created\./);
      assert.is(await imageIn(stage, DEPLOYMENT), imageOf('shop', 'a'));
      assert.is(await imageIn(stage, DEPLOYMENT, 'initContainers'), imageOf('shop', 'a'));
      assert.is(
        await imageIn(stage, '/apis/batch/v1/namespaces/shop/cronjobs/nightly'),
        imageOf('shop', 'a'),
      );
      assert.ok(await stage.exists('/apis/shop.example.com/v1/namespaces/shop/menus/today'));
    },
  ],
  [
    'deployed again, nothing is sent but the rehearsal: one request per object',
    async (stage) => {
      const before = await stage.get(DEPLOYMENT);
      const sent = stage.cluster.sent();
      const outcome = await deployShop(stage, { build: buildId(2) });
      assert.match(outcome.kind === 'ready' ? outcome.report : '', /^14 unchanged\./);
      assert.ok(stage.cluster.sent() - sent <= 14 + CONSTANT, `${stage.cluster.sent() - sent} requests`);
      const after = await stage.get(DEPLOYMENT);
      assert.is(after.metadata.resourceVersion, before.metadata.resourceVersion);
    },
  ],
  [
    'an upgrade changes what differs',
    async (stage) => {
      const before = stage.writes.length;
      const outcome = await deployShop(stage, {
        build: buildId(3),
        image: imageOf('shop', 'b'),
        manifests: bigApp({ greeting: 'welcome' }),
      });
      assert.is(outcome.kind, 'ready', JSON.stringify(outcome));
      assert.match(outcome.kind === 'ready' ? outcome.report : '', /^5 configured, 9 unchanged\./);
      assert.is(stage.writes.length - before, 14 + 5 + 2, 'a rehearsal each, the changed ones, the parent');
      assert.is(await imageIn(stage, DEPLOYMENT), imageOf('shop', 'b'));
      assert.not.match(stage.plans.at(-1) ?? '', /welcome-secret|d2VsY29tZS1zZWNyZXQ/, 'Secrets are masked');
      assert.match(stage.plans.at(-1) ?? '', /\*\*\* \(changed\)/);
    },
  ],
  [
    'an older build is refused by what the cluster itself knows',
    async (stage) => {
      const outcome = await deployShop(stage, { build: buildId(2), image: imageOf('shop', 'a') });
      assert.equal(outcome, { kind: 'fenced', by: buildId(3) });
      assert.is(await imageIn(stage, DEPLOYMENT), imageOf('shop', 'b'));
    },
  ],
  [
    'a refused manifest fails in the dry run, with file, document, object and field, and changes nothing',
    async (stage) => {
      const manifests = bigApp({ greeting: 'never' }).replace('replicas: 2', 'replicas: 2\n  replcas: 3');
      const outcome = await deployShop(stage, { build: buildId(4), manifests });
      assert.is(outcome.kind, 'failed');
      if (outcome.kind !== 'failed') return;
      assert.is(outcome.phase, 'plan');
      assert.is(outcome.fault, 'user');
      assert.match(outcome.detail, /^k8s\/web\.yaml, document 1, Deployment web, .*replcas: unknown field/m);
      const settings = await stage.get('/api/v1/namespaces/shop/configmaps/settings');
      assert.is(at(settings, 'data', 'greeting'), 'welcome');
    },
  ],
  [
    'a set that loses more than half of itself stops, and goes on when told',
    async (stage) => {
      const manifests = bigApp({ without: ['web', 'custom'], greeting: 'small' });
      const refused = await deployShop(stage, { build: buildId(5), manifests });
      assert.is(refused.kind === 'failed' ? refused.reason : refused.kind, 'ready', JSON.stringify(refused));
      assert.not(await stage.exists(DEPLOYMENT));
      assert.ok(await stage.exists('/api/v1/namespaces/shop/persistentvolumeclaims/files'));
      const less =
        'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: x, image: shop}]}\n';
      const stopped = await deployShop(stage, { build: buildId(6), manifests: less });
      assert.is(stopped.kind === 'failed' ? stopped.reason : stopped.kind, 'ShrinkRefused');
      const told = await deployShop(stage, { build: buildId(7), manifests: less, shrink: true });
      assert.is(told.kind, 'ready', JSON.stringify(told));
      assert.ok(
        await stage.exists('/api/v1/namespaces/shop/persistentvolumeclaims/files'),
        'claims are never pruned',
      );
      assert.ok(
        await stage.exists('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/menus.shop.example.com'),
      );
      assert.not(await stage.exists('/apis/apps/v1/namespaces/shop/deployments/worker'));
    },
  ],
  [
    'a bad image fails fast with evidence and is rolled back; asked again, the answer is the same',
    async (stage) => {
      assert.is((await deployShop(stage, { build: buildId(8) })).kind, 'ready');
      stage.kubelet.fates.set(digestOf('c'), 'absent');
      stage.clock.aheadMs += 60_000;
      const given = { build: buildId(9), image: imageOf('shop', 'c'), lastGood: lastGood(8, 'a') };
      const outcome = await deployShop(stage, given);
      assert.is(outcome.kind, 'failed');
      if (outcome.kind !== 'failed') return;
      assert.is(outcome.reason, 'ErrImagePull');
      assert.is(outcome.rolledBackTo, buildId(8));
      assert.is(outcome.rollback, 'done');
      assert.match(stage.evidence.at(-1) ?? '', /ErrImagePull/);
      if (stage.isReal) assert.match(stage.evidence.at(-1) ?? '', /events of /);
      assert.is(await imageIn(stage, DEPLOYMENT), imageOf('shop', 'a'));
      assert.equal(await deployShop(stage, given), outcome);
    },
  ],
  [
    'after a rollback the next build needs no force and is ready',
    async (stage) => {
      const outcome = await deployShop(stage, { build: buildId(10), image: imageOf('shop', 'd') });
      assert.is(outcome.kind, 'ready', JSON.stringify(outcome));
      assert.not.match(outcome.kind === 'ready' ? outcome.report : '', /taken over/);
    },
  ],
  [
    'a rollback is never rolled back, and `keep` leaves the bad one for inspection',
    async (stage) => {
      const bad = { image: imageOf('shop', 'c'), lastGood: lastGood(10, 'd') };
      const rollback = await deployShop(stage, { build: buildId(11), isRollback: true, ...bad });
      assert.is(rollback.kind === 'failed' ? rollback.rollback : rollback.kind, 'none');
      const kept = await deployShop(stage, { build: buildId(12), onFailure: 'keep', ...bad });
      assert.is(kept.kind === 'failed' ? kept.rollback : kept.kind, 'none');
      assert.is(await imageIn(stage, DEPLOYMENT), imageOf('shop', 'c'));
    },
  ],
  [
    'pods that run another digest than the pushed one are not deployed',
    async (stage) => {
      stage.kubelet.fates.set(digestOf('e'), 'wrong-image');
      const outcome = await deployShop(stage, { build: buildId(13), image: imageOf('shop', 'e') });
      assert.is(outcome.kind === 'failed' ? outcome.reason : outcome.kind, 'WrongImage');
    },
  ],
  [
    'a rollout longer than the invocation is taken up by the next one',
    async (stage) => {
      stage.kubelet.fates.set(digestOf('f'), 'unready');
      const given = { build: buildId(14), image: imageOf('shop', 'f') };
      const until = new Date(stage.ports.now().getTime() + 3000);
      const waiting = await deployShop(stage, { ...given, until });
      assert.is(waiting.kind, 'waiting', JSON.stringify(waiting));
      stage.kubelet.fates.delete(digestOf('f'));
      const outcome = await deployShop(stage, given);
      assert.is(outcome.kind, 'ready', JSON.stringify(outcome));
      assert.match(
        outcome.kind === 'ready' ? outcome.report : '',
        /configured/,
        'what the first run did is reported',
      );
    },
  ],
  [
    'a lost lease ends the work before the next effect',
    async (stage) => {
      const outcome = await deployShop(stage, {
        build: buildId(15),
        image: imageOf('shop', 'a'),
        stillMine: async () => false,
      });
      assert.is(outcome.kind, 'lost');
      assert.is(await imageIn(stage, DEPLOYMENT), imageOf('shop', 'f'));
    },
  ],
  [
    'a deadline passed is a failure that says what was waited for',
    async (stage) => {
      stage.kubelet.fates.set(digestOf('1'), 'unready');
      const outcome = await deployShop(stage, {
        build: buildId(16),
        image: imageOf('shop', '1'),
        onFailure: 'keep',
        deadline: new Date(stage.ports.now().getTime() + 2000),
      });
      assert.is(outcome.kind === 'failed' ? outcome.reason : outcome.kind, 'RolloutTimedOut');
      assert.match(outcome.kind === 'failed' ? outcome.detail : '', /Deployment web: /);
    },
  ],
];

/** Discovery of 9 group versions, 13 lists, the parent three times, and looks at the rollout. */
const CONSTANT = 60;

export function deploySuite(subject: Subject): void {
  const test = suite(`deploy on ${subject.name}`);
  const { start } = subject;
  let stage: StageSet | undefined;
  test.before(async () => {
    if (start) stage = await stageSet(await start());
  });
  test.after(() => stage?.stop());
  for (const [name, step] of STORY) {
    const body = async (): Promise<void> => {
      if (stage) await step(stage);
    };
    test(name, needs(start !== undefined, { what: subject.missing, name }, body));
  }
  test.run();
}
