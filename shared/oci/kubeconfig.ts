// Where a cluster is: its server and certificate authority. The kubeconfig's user, an exec plugin, is never looked at.
import type { Readable } from 'node:stream';
import type { models } from 'oci-containerengine';
import { messageOf, PipelineError } from '../errors.ts';
import { calling } from './calling.ts';
import type { Clients } from './clients.ts';

export type ClusterEndpoint = 'PUBLIC_ENDPOINT' | 'PRIVATE_ENDPOINT' | 'VCN_HOSTNAME';

export interface ClusterAddress {
  /** `https://host:port` */
  readonly server: string;
  readonly caPem: string;
}

/**
 * Asks OKE for the kubeconfig of one endpoint.
 * @param endpoint absent: the public one if there is one, for it needs no way between networks; else the private one
 * @throws PipelineError
 */
export async function clusterAddress(
  clients: Clients,
  { clusterId, endpoint }: { clusterId: string; endpoint?: ClusterEndpoint },
): Promise<ClusterAddress> {
  const client = await clients.containerEngine();
  const chosen = endpoint ?? (await endpointOf(clients, clusterId));
  // The SDK's enum is a string at run time, and importing it would load every model.
  const details = {
    tokenVersion: '2.0.0',
    endpoint: chosen as models.CreateClusterKubeconfigContentDetails.Endpoint,
  };
  const request = { clusterId, createClusterKubeconfigContentDetails: details };
  const what = `getting the kubeconfig of ${clusterId}`;
  const text = await calling(what, async () => {
    const { value } = await client.createKubeconfig(request);
    const chunks: Buffer[] = [];
    for await (const chunk of value as Readable) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  });
  return parseKubeconfig(text, what);
}

async function endpointOf(clients: Clients, clusterId: string): Promise<ClusterEndpoint> {
  const client = await clients.containerEngine();
  const get = () => client.getCluster({ clusterId });
  const { endpoints } = (await calling(`looking at cluster ${clusterId}`, get)).cluster;
  return endpoints?.publicEndpoint ? 'PUBLIC_ENDPOINT' : 'PRIVATE_ENDPOINT';
}

/** Server and CA of the current context's cluster, or of the only one. */
export async function parseKubeconfig(text: string, what: string): Promise<ClusterAddress> {
  const { parse } = await import('yaml');
  let config: unknown;
  try {
    config = parse(text, { maxAliasCount: 10 });
  } catch (cause) {
    throw wrong(what, messageOf(cause), cause);
  }
  const contexts = listAt(config, 'contexts');
  const current = contexts.find((one) => at(one, 'name') === at(config, 'current-context')) ?? contexts[0];
  const name = at(at(current, 'context'), 'cluster');
  const clusters = listAt(config, 'clusters');
  const cluster = at(clusters.find((one) => at(one, 'name') === name) ?? clusters[0], 'cluster');
  const server = at(cluster, 'server');
  const ca = at(cluster, 'certificate-authority-data');
  if (typeof server !== 'string' || !/^https?:\/\/[^/?#@\s]+\/?$/.test(server))
    throw wrong(what, 'clusters[].cluster.server is no https URL');
  if (typeof ca !== 'string') throw wrong(what, 'clusters[].cluster.certificate-authority-data is missing');
  return { server: server.replace(/\/$/, ''), caPem: Buffer.from(ca, 'base64').toString() };
}

function wrong(what: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError(`${what}: ${why}`, { retry: 'never', reason: 'BadKubeconfig', cause });
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
