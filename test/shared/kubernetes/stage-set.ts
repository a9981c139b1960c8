// A cluster, a client of it, a kubelet and a clock for deploys in tests.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningCluster } from '../../../local/cluster/cluster.ts';
import { type Cluster, connect } from '../../../shared/kubernetes/api.ts';
import { deploy } from '../../../shared/kubernetes/deploy.ts';
import { connectionOf, readKubeconfig } from '../../../shared/kubernetes/kubeconfig.ts';
import type { KubeObject } from '../../../shared/kubernetes/objects.ts';
import type { DeployOutcome } from '../../../shared/kubernetes/outcome.ts';
import type { DeployInput, DeployPorts } from '../../../shared/kubernetes/run.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';

export interface StageSet {
  readonly cluster: Cluster;
  /** The stand-in writes no events. */
  readonly isReal: boolean;
  readonly kubelet: Kubelet;
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  /** Moves the clock of the deploys; the cluster's own goes on. */
  readonly clock: { aheadMs: number };
  readonly ports: DeployPorts;
  /** Everything sent but reads: `dry PATCH /path` when it was only a rehearsal. */
  readonly writes: string[];
  readonly evidence: string[];
  readonly plans: string[];
  deploy(
    input: Partial<DeployInput> & Pick<DeployInput, 'app' | 'manifests' | 'build'>,
  ): Promise<DeployOutcome>;
  get(path: string): Promise<KubeObject>;
  exists(path: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** A digest of its own for each letter. */
export const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
export const imageOf = (app: string, letter: string): string =>
  `fra.ocir.io/ns/galley/${app}@${digestOf(letter)}`;
/** Ids that sort by number. */
export const buildId = (number: number): string =>
  `20261124T1011${String(number).padStart(3, '0')}Z-1a2b3c4d`;

export async function stageSet(running: RunningCluster): Promise<StageSet> {
  const connection = await connectionOf(await readKubeconfig(readFileSync(running.kubeconfig, 'utf8')));
  const client = connect(connection);
  const writes: string[] = [];
  const cluster: Cluster = {
    ...client,
    call: (call) => {
      const isDry = call.query?.dryRun !== undefined;
      if (call.method !== 'GET') writes.push(`${isDry ? 'dry ' : ''}${call.method} ${call.path}`);
      return client.call(call);
    },
  };
  // A connection of its own: requests of the deploys are counted.
  const nodes = connect(connection);
  const kubelet = startKubelet(nodes);
  const clock = { aheadMs: 0 };
  const now = (): Date => new Date(Date.now() + clock.aheadMs);
  const ports: DeployPorts = { now, log: () => undefined, sleep: (ms) => delay(Math.min(ms, 100)) };
  const evidence: string[] = [];
  const plans: string[] = [];
  return {
    cluster,
    isReal: running.kind === 'real',
    kubelet,
    kubeconfig: running.kubeconfig,
    clock,
    ports,
    writes,
    evidence,
    plans,
    deploy: (input) =>
      deploy(
        cluster,
        {
          namespace: input.app,
          image: imageOf(input.app, 'a'),
          repository: `fra.ocir.io/ns/galley/${input.app}`,
          deadline: new Date(now().getTime() + 120_000),
          until: new Date(now().getTime() + 110_000),
          onFailure: 'rollback',
          shrink: false,
          isRollback: false,
          stillMine: async () => true,
          savePlan: async (text) => void plans.push(text),
          saveEvidence: async (text) => void evidence.push(text),
          ...input,
        },
        ports,
      ),
    get: async (path) => (await cluster.call({ method: 'GET', path })).body as KubeObject,
    exists: (path) =>
      cluster.call({ method: 'GET', path }).then(
        () => true,
        () => false,
      ),
    stop: async () => {
      await kubelet.stop();
      nodes.close();
      cluster.close();
      await running.stop();
    },
  };
}
