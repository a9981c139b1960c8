// The node as an object of the cluster.
import type { ApiAnswer, ApiClient } from '../api-client.ts';

export const NODE_NAME = 'galley-node';
const MERGE = 'application/merge-patch+json';

const labels = {
  'kubernetes.io/hostname': NODE_NAME,
  'kubernetes.io/os': 'linux',
  'node.kubernetes.io/instance-type': 'galley',
};
const room = { cpu: '4', memory: '8Gi', pods: '110' };

/** Makes the node known, ready, and its log endpoint with it. Throws when the cluster refuses. */
export async function register(client: ApiClient, port: number): Promise<void> {
  const path = `/api/v1/nodes/${NODE_NAME}`;
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME, labels } };
  taken(await client.apply(path, node));
  // A new node is tainted as not ready, and the controller that would lift that does not run here.
  taken(await client.send('PATCH', path, { body: { spec: { taints: null } }, type: MERGE }));
  taken(await client.send('PATCH', `${path}/status`, { body: { status: statusOf(port) }, type: MERGE }));
}

function taken({ status, text }: ApiAnswer): void {
  if (status >= 300) throw new Error(`the node could not be registered: ${status} ${text.slice(0, 300)}`);
}

function statusOf(port: number): object {
  return {
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: NODE_NAME },
    ],
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ],
    capacity: room,
    allocatable: room,
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
}
