// The node as an object of the cluster.
import type { ApiClient } from '../api-client.ts';

export const NODE_NAME = 'galley-node';
const MERGE = 'application/merge-patch+json';

/** Makes the node known, ready, and its log endpoint with it. Throws when the cluster refuses. */
export async function register(client: ApiClient, port: number): Promise<void> {
  const path = `/api/v1/nodes/${NODE_NAME}`;
  const labels = {
    'kubernetes.io/hostname': NODE_NAME,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'galley',
  };
  const made = await client.apply(path, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE_NAME, labels },
  });
  if (made.status >= 300)
    throw new Error(`the node could not be registered: ${made.status} ${made.text.slice(0, 300)}`);
  // A new node is tainted as not ready, and the controller that would lift that does not run here.
  await client.send('PATCH', path, { body: { spec: { taints: null } }, type: MERGE });
  const status = {
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: NODE_NAME },
    ],
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ],
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const answer = await client.send('PATCH', `${path}/status`, {
    body: { status },
    type: MERGE,
  });
  if (answer.status !== 200)
    throw new Error(`the node's status was refused: ${answer.status} ${answer.text.slice(0, 300)}`);
}
