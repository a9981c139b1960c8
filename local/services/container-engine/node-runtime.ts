// What the region's node runs containers with, and how it gets images from the region's registry.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { playedRuntime } from '../../cluster/node/played-runtime.ts';
import { podmanRuntime } from '../../cluster/node/podman-runtime.ts';
import { PullError, type Runtime } from '../../cluster/node/runtime.ts';
import { regionLabel } from '../../containers/containers.ts';
import { diagnose } from '../../containers/engine.ts';
import type { Principal, Region } from '../../types.ts';
import type { ClusterRecord } from './cluster-record.ts';

/** Podman where it works; else containers that are only played. Faults `image-pull-fails` come first. */
export async function nodeRuntime(region: Region, cluster: ClusterRecord): Promise<Runtime> {
  const runtime = await runtimeOf(region, cluster);
  return {
    ...runtime,
    async pull(image, policy) {
      const fault = region.faults.take('image-pull-fails', image);
      if (fault)
        throw new PullError(fault.text || `reading manifest of ${image}: manifest unknown: not found`);
      return runtime.pull(image, policy);
    },
  };
}

async function runtimeOf(region: Region, cluster: ClusterRecord): Promise<Runtime> {
  const { pods } = region.options;
  if (pods === 'played') return playedOf(region, cluster);
  const { engine, reason } = await diagnose();
  if (engine) return podmanOf(region, cluster, engine);
  if (pods === 'containers') throw new Error(`pods cannot run as containers here: ${reason}`);
  region.log('the node plays its containers: they show statuses and run nothing', { reason });
  return playedOf(region, cluster);
}

function podmanOf(
  region: Region,
  cluster: ClusterRecord,
  engine: Parameters<typeof podmanRuntime>[0]['engine'],
): Runtime {
  const directory = join(region.directory, 'container-engine', 'node');
  mkdirSync(directory, { recursive: true });
  const credential = () => region.wiring.registryToken(nodePrincipal(region, cluster));
  const registry = () => {
    const host = registryHost(region);
    return host === undefined ? undefined : { host, credential };
  };
  return podmanRuntime({ engine, label: regionLabel(region), directory, registry });
}

function playedOf(region: Region, cluster: ClusterRecord): Runtime {
  return playedRuntime({ refuse: (image) => refusal(region, cluster, image) });
}

/** Undefined in a region that was started without a registry. */
function registryHost(region: Region): string | undefined {
  try {
    return region.wiring.registryHost();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The node is an instance of the cluster's compartment, and pulls with what policies grant it. */
function nodePrincipal(region: Region, { id, compartmentId }: ClusterRecord): Principal {
  const unique = createHash('sha256').update(`node of ${id}`).digest('hex').slice(0, 60);
  return {
    kind: 'instance',
    type: 'instance',
    id: `ocid1.instance.oc1.${region.name}.${unique}`,
    compartmentId,
    tenancyId: region.tenancyId,
  };
}

/** Why the region's registry would not hand an image out; images from elsewhere are taken on trust. */
async function refusal(region: Region, cluster: ClusterRecord, image: string): Promise<string | undefined> {
  const host = registryHost(region);
  if (host === undefined) return undefined;
  const match = /^([^/]+)\/(.+?)(?:@(sha256:[0-9a-f]{64})|:([^/:]+))?$/.exec(image);
  const [, imageHost, repository, digest, tag = 'latest'] = match ?? [];
  if (imageHost !== host) return undefined;
  const token = await scopedToken(region, cluster, `repository:${repository}:pull`);
  const accept =
    'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json';
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${digest ?? tag}`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${token}`, accept },
  });
  if (answer.ok) return undefined;
  const why =
    answer.status === 404 ? 'manifest unknown: not found' : 'requested access to the resource is denied';
  return `reading manifest ${digest ?? tag} in ${host}/${repository}: ${why}`;
}

async function scopedToken(region: Region, cluster: ClusterRecord, scope: string): Promise<string> {
  const login = Buffer.from(
    `BEARER_TOKEN:${region.wiring.registryToken(nodePrincipal(region, cluster))}`,
  ).toString('base64');
  const url = `${region.endpoint}/20180419/docker/token?service=ocir&scope=${encodeURIComponent(scope)}`;
  const answer = await fetch(url, { headers: { authorization: `Basic ${login}` } });
  const body: unknown = await answer.json();
  return typeof body === 'object' && body !== null && 'token' in body ? String(body.token) : '';
}
