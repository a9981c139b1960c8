// What every cluster of the local region does, the real one and the stand-in: one suite, run against both.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import type { RunningCluster } from '../../../local/cluster/cluster.ts';
import { startNode } from '../../../local/cluster/node/node.ts';
import { playedRuntime } from '../../../local/cluster/node/played-runtime.ts';
import type { Runtime } from '../../../local/cluster/node/runtime.ts';
import { applyTests } from './suite-apply.ts';
import { objectTests } from './suite-objects.ts';
import { refusalTests } from './suite-refusals.ts';
import { rolloutTests } from './suite-rollout.ts';
import { workloadTests } from './suite-workloads.ts';
import { apply } from './workbench.ts';

export interface Context {
  cluster: RunningCluster;
  stopNode(): Promise<void>;
}

/** An image with `bad` in its name cannot be pulled. */
export const played = (): Runtime =>
  playedRuntime({ refuse: (image) => (image.includes('bad') ? 'manifest unknown: not found' : undefined) });

/** Starts a cluster with a node; `stopNode` ends both. */
export async function startCluster(start: () => Promise<RunningCluster>, runtime: Runtime): Promise<Context> {
  const cluster = await start();
  const directory = mkdtempSync(join(tmpdir(), 'galley-node-'));
  const { admin: client, certificates } = cluster;
  if (!certificates) throw new Error('a cluster of a test has its own certificates');
  const fixed = { client, certificates, runtime, directory, label: directory, backOffSeconds: 0.2 };
  const node = await startNode({ ...fixed, now: () => new Date(), log: () => undefined });
  await apply(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  return {
    cluster,
    async stopNode() {
      await node.stop();
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Defines and runs the suite for one kind of cluster. */
export function clusterSuite(name: string, start: () => Promise<RunningCluster>): void {
  const test = suite<Context>(`cluster: ${name}`);
  test.before(async (context) => void Object.assign(context, await startCluster(start, played())));
  test.after(({ stopNode }) => stopNode());
  for (const part of [applyTests, refusalTests, objectTests, rolloutTests, workloadTests]) {
    for (const [rule, body] of Object.entries(part)) test(rule, ({ cluster }) => body(cluster.admin));
  }
  test.run();
}
