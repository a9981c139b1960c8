// A deploy killed at every request it makes, and taken up again: the end is always the same.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connect } from '../../../shared/kubernetes/api.ts';
import { deploy } from '../../../shared/kubernetes/deploy.ts';
import { listAt, textAt } from '../../../shared/kubernetes/objects.ts';
import type { DeployOutcome } from '../../../shared/kubernetes/outcome.ts';
import type { DeployInput } from '../../../shared/kubernetes/run.ts';
import { startStandIn } from '../../helpers/cluster.ts';
import { buildId, digestOf, imageOf, type StageSet, stageSet } from './stage-set.ts';

const test = suite('killed at any line');
let stage: StageSet;
test.before(async () => {
  stage = await stageSet(await startStandIn());
});
test.after(() => stage.stop());

const set = (data: string, extra = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "${data}"}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: w}}, template: {metadata: {labels: {a: w}}, spec: {containers: [{name: c, image: shop}]}}}\n${extra}`;
const EXTRA = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n';

let last = 100;
/** Two build numbers, newer than all before. */
function nextPair(): number {
  last += 2;
  return last;
}

class Killed extends Error {}

/** Lets `calls` requests through; the next one kills the run, before or after the server has done it. */
function mortal(cluster: Cluster, calls: number, isAfter: boolean): Cluster {
  let left = calls;
  return {
    ...cluster,
    call: async (call) => {
      left -= 1;
      if (left >= 0) return cluster.call(call);
      if (isAfter && left === -1) await cluster.call(call).catch(() => undefined);
      throw new Killed();
    },
  };
}

function input(build: string, letter: string, more: Partial<DeployInput> = {}): DeployInput {
  const end = new Date(stage.ports.now().getTime() + 60_000);
  return {
    app: 'shop',
    namespace: 'shop',
    build,
    image: imageOf('shop', letter),
    repository: 'fra.ocir.io/ns/galley/shop',
    manifests: set(build),
    deadline: end,
    until: end,
    onFailure: 'rollback',
    shrink: true,
    isRollback: false,
    stillMine: async () => true,
    savePlan: async () => {},
    saveEvidence: async () => {},
    ...more,
  };
}

/** True when the run ended before it could be killed. */
async function runKilled(given: DeployInput, calls: number, isAfter: boolean): Promise<boolean> {
  try {
    await deploy(mortal(stage.cluster, calls, isAfter), given, stage.ports);
    return true;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return false;
  }
}

async function state(): Promise<{ image: string | undefined; data: unknown; hasExtra: boolean }> {
  const web = await stage.get('/apis/apps/v1/namespaces/shop/deployments/web');
  const config = await stage.get('/api/v1/namespaces/shop/configmaps/c');
  return {
    image: textAt(listAt(web, 'spec', 'template', 'spec', 'containers')[0], 'image'),
    data: config.data,
    hasExtra: await stage.exists('/api/v1/namespaces/shop/configmaps/extra'),
  };
}

for (const isAfter of [false, true]) {
  test(`a deploy, killed ${isAfter ? 'after' : 'before'} each request, is finished by the next run`, async () => {
    let ended = false;
    for (let calls = 0; !ended; calls++) {
      const number = nextPair();
      await deploy(stage.cluster, input(buildId(number), 'a', { manifests: set('old', EXTRA) }), stage.ports);
      const given = input(buildId(number + 1), 'b');
      ended = await runKilled(given, calls, isAfter);
      const outcome = await deploy(stage.cluster, given, stage.ports);
      assert.is(outcome.kind, 'ready', `killed at request ${calls}: ${JSON.stringify(outcome)}`);
      const end = { image: imageOf('shop', 'b'), data: { a: buildId(number + 1) }, hasExtra: false };
      assert.equal(await state(), end, `killed at request ${calls}`);
      assert.ok(calls < 90, 'it ends');
    }
  });

  test(`a rollback, killed ${isAfter ? 'after' : 'before'} each request, is finished by the next run`, async () => {
    stage.kubelet.fates.set(digestOf('c'), 'absent');
    stage.clock.aheadMs += 60_000;
    let ended = false;
    for (let calls = 0; !ended; calls++) {
      const number = nextPair();
      const lastGood = {
        build: buildId(number),
        manifests: async () => set('good'),
        image: imageOf('shop', 'a'),
      };
      await deploy(stage.cluster, input(lastGood.build, 'a', { manifests: set('good') }), stage.ports);
      const given = input(buildId(number + 1), 'c', { lastGood, manifests: set('bad', EXTRA) });
      ended = await runKilled(given, calls, isAfter);
      const outcome: DeployOutcome = await deploy(stage.cluster, given, stage.ports);
      assert.is(
        outcome.kind === 'failed' ? outcome.rollback : outcome.kind,
        'done',
        `killed at ${calls}: ${JSON.stringify(outcome)}`,
      );
      const end = { image: imageOf('shop', 'a'), data: { a: 'good' }, hasExtra: false };
      assert.equal(await state(), end, `killed at request ${calls}`);
      assert.ok(calls < 95, 'it ends');
    }
  });
}

test('a server that is away is waited for, and a failure of the platform at the deadline', async () => {
  const nowhere = connect({ server: 'http://127.0.0.1:1' }, { retryMs: 1, requestMs: 1000 });
  const given = input(buildId(990), 'a');
  assert.is((await deploy(nowhere, given, stage.ports)).kind, 'waiting');
  const late = await deploy(nowhere, { ...given, deadline: new Date(0) }, stage.ports);
  assert.is(
    late.kind === 'failed' ? `${late.reason} ${late.fault}` : late.kind,
    'ClusterUnreachable platform',
  );
  nowhere.close();
});

test.run();
