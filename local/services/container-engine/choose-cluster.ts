// Which cluster a region gets: a given one, a real control plane, or the stand-in.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningCluster } from '../../cluster/cluster.ts';
import { type Binaries, findBinaries } from '../../cluster/control-plane/binaries.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { givenCluster } from '../../cluster/given.ts';
import { LEFT_OUT } from '../../cluster/stand-in/left-out.ts';
import { startStandIn } from '../../cluster/stand-in/stand-in.ts';
import type { Region } from '../../types.ts';

/** Starts it. `reviewUrl` is where TokenReviews are posted to. Throws saying what is missing and how to get it. */
export async function startCluster(region: Region, reviewUrl: string): Promise<RunningCluster> {
  const { cluster, tools } = region.options;
  if (cluster.startsWith('kubeconfig=')) return givenCluster(cluster.slice('kubeconfig='.length));
  const found = cluster === 'stand-in' ? undefined : findBinaries(tools);
  const binaries = cluster === 'real' ? (found ?? (await buildBinaries(region))) : found;
  const log = region.log;
  if (binaries) {
    const directory = join(region.directory, 'container-engine', 'control-plane');
    return startControlPlane({ binaries, directory, reviewUrl, log });
  }
  log('the cluster is a stand-in', { leavesOut: LEFT_OUT, instead: '--cluster real, after `npm run tools`' });
  return startStandIn({
    directory: join(region.directory, 'container-engine', 'stand-in'),
    reviewUrl,
    now: () => region.now(),
    log,
  });
}

const builder = join(import.meta.dirname, '../../../tools/build-tools.ts');

/** Builds the pinned control plane, its progress on stderr. */
async function buildBinaries(region: Region): Promise<Binaries> {
  const how = 'run `npm run tools`, set KUBEBUILDER_ASSETS, or use --cluster stand-in';
  if (!existsSync(builder))
    throw new Error(`no kube-apiserver, etcd and kube-controller-manager were found; ${how}`);
  region.log('the real control plane is not built yet and is built now: this takes minutes, once');
  const cache = region.options.tools === undefined ? {} : { GALLEY_TOOLS_CACHE: region.options.tools };
  const code = await build(['etcd', 'kube-apiserver', 'kube-controller-manager'], cache);
  const built = findBinaries(region.options.tools);
  if (code !== 0 || !built)
    throw new Error(`the control plane could not be built (exit code ${code}); ${how}`);
  return built;
}

function build(names: readonly string[], cache: Readonly<Record<string, string>>): Promise<number> {
  // `env` sets one variable and passes the rest of the environment on.
  const settings = Object.entries(cache).map(([name, value]) => `${name}=${value}`);
  const child = spawn('env', [...settings, process.execPath, builder, ...names], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
