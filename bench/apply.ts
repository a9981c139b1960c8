// Applying 100 objects, rehearsal and inventory included ÷ `kubectl apply --server-side` of the same, in the same run.
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Cluster, connect } from '../shared/kubernetes/api.ts';
import { deploy } from '../shared/kubernetes/deploy.ts';
import { connectionOf } from '../shared/kubernetes/kubeconfig.ts';
import { startControlPlane } from '../test/helpers/cluster.ts';
import { atMost, type Bench, median, type Row } from './rows.ts';

const OBJECTS = 100;
const ROUNDS = 7;
const REPOSITORY = 'fra.ocir.io/ns/galley/bench';
const IMAGE = `${REPOSITORY}@sha256:${'a'.repeat(64)}`;
const run = promisify(execFile);

export const applyBench: Bench = {
  name: 'apply',
  about: 'applying 100 objects, against kubectl apply --server-side',
  measure: async (say) => {
    say('starting a control plane');
    const running = await startControlPlane();
    const directory = mkdtempSync(join(tmpdir(), 'galley-bench-'));
    const cluster = connect(connectionOf(readFileSync(running.kubeconfig, 'utf8')));
    try {
      return await measure(cluster, { kubeconfig: running.kubeconfig, directory });
    } finally {
      cluster.close();
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Place {
  readonly kubeconfig: string;
  readonly directory: string;
}

async function measure(cluster: Cluster, place: Place): Promise<Row[]> {
  await kubectl(place, ['create', 'namespace', 'kubectl']);
  const changed = { galley: [] as number[], kubectl: [] as number[] };
  const unchanged = { galley: [] as number[], kubectl: [] as number[] };
  // The first round creates and warms up; the others change every object, then none.
  for (let round = 0; round <= ROUNDS; round++) {
    const times = [
      await timed(() => galley(cluster, round)),
      await timed(() => kubectlApply(place, round)),
      await timed(() => galley(cluster, round)),
      await timed(() => kubectlApply(place, round)),
    ] as const;
    if (round === 0) continue;
    changed.galley.push(times[0]);
    changed.kubectl.push(times[1]);
    unchanged.galley.push(times[2]);
    unchanged.kubectl.push(times[3]);
  }
  const row = (what: string, { galley: ours, kubectl: theirs }: typeof changed): Row =>
    atMost(what, { measured: median(ours), baseline: median(theirs), most: 0.5, unit: 'ms' });
  return [row('apply 100 changed objects', changed), row('apply 100 unchanged objects', unchanged)];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
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

/** CronJobs, Services and ConfigMaps: nothing to wait for, since kubectl does not. `value` makes all of them differ. */
function manifests(value: number, image: string): string {
  return Array.from({ length: OBJECTS }, (_, index) => manifest(index, { value, image })).join('---\n');
}

function manifest(index: number, { value, image }: { value: number; image: string }): string {
  const head = (kind: string, api: string): string =>
    `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: o${index}, annotations: {round: "${value}"}}\n`;
  if (index % 4 === 0) {
    const pod = `{spec: {restartPolicy: Never, containers: [{name: c, image: "${image}"}]}}`;
    return `${head('CronJob', 'batch/v1')}spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: ${pod}}}}\n`;
  }
  if (index % 4 === 1) {
    return `${head('Service', 'v1')}spec: {clusterIP: None, selector: {app: o${index}}, ports: [{port: 80}]}\n`;
  }
  return `${head('ConfigMap', 'v1')}data: {value: "${value}"}\n`;
}
