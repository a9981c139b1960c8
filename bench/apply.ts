// Applying 100 objects, connection, rehearsal, plan and inventory included ÷ `kubectl apply --server-side` of the same,
// in the same run. On two cores the API server is most of both: the last row is what 200 bare requests alone take.
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Cluster, connect } from '../shared/kubernetes/api.ts';
import { deploy } from '../shared/kubernetes/deploy.ts';
import { connectionOf, readKubeconfig } from '../shared/kubernetes/kubeconfig.ts';
import { startControlPlane } from '../test/helpers/cluster.ts';
import { bare, IMAGE, manifests, REPOSITORY } from './apply-set.ts';
import { atMost, type Bench, median, type Row } from './rows.ts';

const ROUNDS = 10;
const SETTLE_MS = 250;
const run = promisify(execFile);

export const applyBench: Bench = {
  name: 'apply',
  about: 'applying 100 objects, against kubectl apply --server-side',
  measure: async (say) => {
    say('starting a control plane');
    const running = await startControlPlane();
    const directory = mkdtempSync(join(tmpdir(), 'galley-bench-'));
    try {
      return await measure({ kubeconfig: running.kubeconfig, directory });
    } finally {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Place {
  readonly kubeconfig: string;
  readonly directory: string;
}

type Times = Record<'galley' | 'kubectl' | 'bare', number[]>;

async function measure(place: Place): Promise<Row[]> {
  for (const name of ['kubectl', 'bare']) await kubectl(place, ['create', 'namespace', name]);
  const changed: Times = { galley: [], kubectl: [], bare: [] };
  const unchanged: Times = { galley: [], kubectl: [], bare: [] };
  // The first round creates and warms up; the others change every object, then none, each of them first in its turn.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const into of [changed, unchanged]) {
      const runs = [
        ['galley', () => connected(place, (cluster) => galley(cluster, round))],
        ['kubectl', () => kubectlApply(place, round)],
        ['bare', () => connected(place, (cluster) => bare(cluster, round))],
      ] as const;
      for (const [who, run] of round % 2 === 0 ? runs : runs.toReversed()) {
        const took = await timed(run);
        if (round > 0) into[who].push(took);
      }
    }
  }
  const row = (what: string, ours: number[], { kubectl: theirs }: Times): Row =>
    atMost(what, { measured: median(ours), baseline: median(theirs), most: 0.5, unit: 'ms' });
  return [
    row('apply 100 changed objects', changed.galley, changed),
    row('apply 100 unchanged objects', unchanged.galley, unchanged),
    {
      ...row('200 requests for 100 changed objects, and nothing else', changed.bare, changed),
      goal: '–',
      isMet: true,
    },
  ];
}

/** A connection of its own each time, as kubectl makes one. */
async function connected(place: Place, work: (cluster: Cluster) => Promise<unknown>): Promise<void> {
  const cluster = connect(await connectionOf(await readKubeconfig(readFileSync(place.kubeconfig, 'utf8'))));
  await work(cluster);
  cluster.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  // What the controllers and the API server still do about the run before is not part of this one.
  await delay(SETTLE_MS);
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function galley(cluster: Cluster, round: number): Promise<void> {
  const end = new Date(Date.now() + 120_000);
  const input = {
    app: 'bench',
    namespace: 'galley',
    build: `20261124T${String(100_000 + round)}Z-1a2b3c4d`,
    image: IMAGE,
    repository: REPOSITORY,
    manifests: manifests(round, 'bench'),
    deadline: end,
    until: end,
    onFailure: 'keep' as const,
    shrink: false,
    isRollback: false,
    stillMine: async () => true,
    savePlan: async () => {},
    saveEvidence: async () => {},
  };
  const sleep = (milliseconds: number): Promise<void> => delay(milliseconds);
  const outcome = await deploy(cluster, input, { now: () => new Date(), sleep, log: () => {} });
  if (outcome.kind !== 'ready') throw new Error(JSON.stringify(outcome));
}

async function kubectlApply(place: Place, round: number): Promise<void> {
  const file = join(place.directory, 'set.yaml');
  writeFileSync(file, manifests(round, IMAGE));
  await kubectl(place, ['apply', '-n', 'kubectl', '--server-side', '-f', file]);
}

function kubectl({ kubeconfig, directory }: Place, args: readonly string[]): Promise<unknown> {
  const [built] = globSync(join(homedir(), '.cache/galley/tools/kubernetes-*/bin/kubectl'));
  return run(built ?? 'kubectl', ['--kubeconfig', kubeconfig, `--cache-dir=${directory}/cache`, ...args]);
}
