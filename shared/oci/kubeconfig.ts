// Where a cluster is, as OKE tells it. The kubeconfig's user, an exec plugin, is never looked at.
import type { Readable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import type { models } from 'oci-containerengine';
import { messageOf, PipelineError } from '../errors.ts';
import { readKubeconfig } from '../kubernetes/kubeconfig.ts';
import { calling } from './calling.ts';
import type { Clients } from './clients.ts';

export type ClusterEndpoint = 'PUBLIC_ENDPOINT' | 'PRIVATE_ENDPOINT' | 'VCN_HOSTNAME';

/**
 * Asks OKE for the kubeconfig of one endpoint.
 * @param endpoint absent: the public one if there is one, for it needs no way between networks; else the private one
 * @throws PipelineError
 */
export async function clusterKubeconfig(
  clients: Clients,
  { clusterId, endpoint }: { clusterId: string; endpoint?: ClusterEndpoint },
): Promise<KubeConfig> {
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

/** Takes nothing but an https server and a CA of its own: what it says comes over the network. */
export async function parseKubeconfig(text: string, what: string): Promise<KubeConfig> {
  const config = await readKubeconfig(text).catch((cause: unknown) => {
    throw wrong(what, messageOf(cause), cause);
  });
  const { server, caData, skipTLSVerify } = config.getCurrentCluster() ?? {};
  if (server === undefined || !/^https:\/\/[^/?#@\s]+$/.test(server))
    throw wrong(what, 'its server is no https URL');
  if (typeof caData !== 'string') throw wrong(what, 'certificate-authority-data is missing');
  if (skipTLSVerify) throw wrong(what, 'it asks for no check of the certificate');
  return config;
}

function wrong(what: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError(`${what}: ${why}`, { retry: 'never', reason: 'BadKubeconfig', cause });
}
