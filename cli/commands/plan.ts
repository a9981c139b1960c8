// galley plan [DIR]: what a push would change in the cluster; asked of the API server, changing nothing.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { stamp } from '../../shared/build/id.ts';
import { PipelineError } from '../../shared/errors.ts';
import { connect } from '../../shared/kubernetes/api.ts';
import { generateManifests } from '../../shared/kubernetes/generate.ts';
import { connectionOf, readKubeconfig } from '../../shared/kubernetes/kubeconfig.ts';
import { joinManifests } from '../../shared/kubernetes/manifests.ts';
import { plan as planOf } from '../../shared/kubernetes/plan.ts';
import { type Admitted, admit } from '../../shared/tarball/admission.ts';
import { pack } from '../../shared/tarball/pack.ts';
import { checkApp } from '../choose.ts';
import type { Context } from '../context.ts';
import { exposedPorts } from '../exposed.ts';
import type { Terminal } from '../terminal.ts';

export interface PlanOptions {
  readonly app?: string;
  readonly image?: string;
}

/** What stands in for the digest that the build would give. */
const UNBUILT = `sha256:${'0'.repeat(64)}`;

/** Exit code 0 whether or not something would change; 1 when the cluster would refuse the set. */
export async function plan(
  directory: string,
  { options, context, terminal }: { options: PlanOptions; context: Context; terminal: Terminal },
): Promise<number> {
  const root = resolve(directory);
  const app = checkApp(options.app ?? basename(root));
  const admitted = await admit(pack(root).stream, { app, image: options.image });
  const repository = `${context.config.ocirEndpoint ?? 'galley'}/${app}`;
  const image = admitted.descriptor.image ?? `${repository}@${UNBUILT}`;
  const namespace = admitted.descriptor.namespace ?? app;
  const manifests = manifestsOf(admitted, { app, namespace, repository, root });
  const cluster = connect(await connectionOf(await kubeconfigOf(context)));
  try {
    const input = {
      app,
      namespace,
      build: `${stamp(new Date().toISOString())}-00000000`,
      image,
      repository,
      manifests,
      shrink: admitted.descriptor.prune.shrink,
    };
    const said = await planOf(cluster, input, {
      now: () => new Date(),
      sleep: (ms) => sleep(ms),
      log: () => {},
    });
    terminal.print(said.text);
    terminal.json(said);
    return 0;
  } finally {
    cluster.close();
  }
}

function manifestsOf(
  { source, manifests, descriptor }: Admitted,
  { app, namespace, repository, root }: { app: string; namespace: string; repository: string; root: string },
): string {
  if (source === 'plain') return joinManifests(manifests.map(({ path, text }) => ({ file: path, text })));
  if (source === 'none') {
    return generateManifests({
      app,
      namespace,
      image: descriptor.image ?? repository,
      ports: portsOf(descriptor, root),
      service: descriptor.service,
    });
  }
  throw new PipelineError(
    `The manifests are rendered by ${source} on the Build Instance; here there is nothing to compare yet.`,
    {
      retry: 'never',
      hint: 'Push it, and read the stored plan: galley status APP names the build, plans/<app>/<build> is in the state bucket.',
    },
  );
}

/** As galley-build will find them in the image; where the Dockerfile is silent, the port of the Service. */
function portsOf({ image, build, service }: Admitted['descriptor'], root: string): number[] {
  if (image !== undefined) return [service.port];
  const text = readFileSync(join(root, build.context, build.dockerfile), 'utf8');
  const ports = exposedPorts(text, build.target);
  return ports.length === 0 ? [service.port] : ports;
}

async function kubeconfigOf({ kubeconfig }: Context): Promise<KubeConfig> {
  if (kubeconfig !== undefined && kubeconfig !== '')
    return readKubeconfig(await readFile(kubeconfig, 'utf8'), { directory: dirname(resolve(kubeconfig)) });
  throw new PipelineError('No cluster to compare with.', {
    retry: 'never',
    hint: 'Set KUBECONFIG to one file, or run `galley up`.',
  });
}
