// Clusters for tests, without a region around them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningCluster } from '../../local/cluster/cluster.ts';
import { type Binaries, findBinaries } from '../../local/cluster/control-plane/binaries.ts';
import { startControlPlane as startReal } from '../../local/cluster/control-plane/control-plane.ts';
import { startStandIn as startOurs } from '../../local/cluster/stand-in/stand-in.ts';
import { toolsCache } from '../../tools/toolset.ts';

/** A control plane's programs, or undefined: then a test that needs them is skipped, naming `npm run tools`. */
export function controlPlaneBinaries(): Binaries | undefined {
  return findBinaries(process.env.KUBEBUILDER_ASSETS) ?? findBinaries(toolsCache());
}

/** A real API server, etcd and controller manager in a directory of their own; `stop` removes it. */
export async function startControlPlane(options: { reviewUrl?: string } = {}): Promise<RunningCluster> {
  const binaries = controlPlaneBinaries();
  if (!binaries) throw new Error('no kube-apiserver: run `npm run tools` or set KUBEBUILDER_ASSETS');
  return inScratch((directory) =>
    startReal({ binaries, directory, reviewUrl: options.reviewUrl, log: () => undefined }),
  );
}

/** The stand-in in a directory of its own; `stop` removes it. Pods stay Pending: there is no node. */
export async function startStandIn(options: { reviewUrl?: string } = {}): Promise<RunningCluster> {
  return inScratch((directory) =>
    startOurs({ directory, reviewUrl: options.reviewUrl, now: () => new Date(), log: reportProblem }),
  );
}

/** The stand-in logs only what went wrong inside it. */
function reportProblem(message: string, fields?: Readonly<Record<string, unknown>>): void {
  console.error(message, fields ?? {});
}

async function inScratch(start: (directory: string) => Promise<RunningCluster>): Promise<RunningCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'galley-cluster-'));
  const cluster = await start(directory);
  const stop = async (): Promise<void> => {
    cluster.admin.close();
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { ...cluster, stop };
}
