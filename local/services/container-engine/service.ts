// Container Engine: the region's cluster, the way into it, and the node its pods run on.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap } from '../../cluster/bootstrap.ts';
import { clusterCertificates } from '../../cluster/certificates.ts';
import type { RunningCluster } from '../../cluster/cluster.ts';
import { keptPorts } from '../../cluster/control-plane/ports.ts';
import { type Front, startFront } from '../../cluster/front/front.ts';
import { type Node, startNode } from '../../cluster/node/node.ts';
import { removeNamespaces } from '../../cluster/remove-namespaces.ts';
import { regionLabel } from '../../containers/containers.ts';
import type { Principal, Region, Service } from '../../types.ts';
import { startCluster } from './choose-cluster.ts';
import { type ClusterRecord, clusterOf } from './cluster-record.ts';
import { functionConfig } from './function-config.ts';
import { nodeRuntime } from './node-runtime.ts';
import { containerEngineRoutes, REVIEW_PATH } from './routes.ts';
import { reviewToken } from './token-review.ts';

interface Running {
  readonly cluster: RunningCluster;
  readonly front: Front;
  readonly node: Node | undefined;
}

/** Without a cluster in the twin it serves nothing and starts nothing. */
export function containerEngine(region: Region): Service {
  const record = clusterOf(region);
  let running: Running | undefined;
  const endpoint = (): Front => {
    if (!running) throw new TypeError('The cluster has no endpoint before it is started.');
    return running.front;
  };
  return {
    name: 'container-engine',
    routes: containerEngineRoutes({ region, cluster: record, endpoint }),
    async start() {
      if (record) running = await startAll(region, record);
    },
    async stop() {
      await running?.node?.stop();
      await running?.front.stop();
      running?.cluster.admin.close();
      await running?.cluster.stop();
      running = undefined;
    },
    async reset() {
      if (running) await removeNamespaces(running.cluster.admin);
    },
    describe: (): Record<string, string> =>
      running ? { kubeconfig: running.cluster.kubeconfig, cluster: running.cluster.kind } : {},
  };
}

async function startAll(region: Region, record: ClusterRecord): Promise<Running> {
  const directory = join(region.directory, 'container-engine');
  mkdirSync(directory, { recursive: true });
  const cluster = await startCluster(region, `${region.endpoint}${REVIEW_PATH}`);
  const undo: (() => Promise<void>)[] = [() => cluster.stop()];
  try {
    const front = await openFront(region, record, { cluster, directory });
    undo.unshift(() => front.stop());
    await bootstrap({ client: cluster.admin, groups: applyGroups(region) });
    return { cluster, front, node: await openNode(region, record, cluster) };
  } catch (error) {
    for (const step of undo) await step();
    throw error;
  }
}

async function openFront(
  region: Region,
  record: ClusterRecord,
  parts: { cluster: RunningCluster; directory: string },
): Promise<Front> {
  const { cluster, directory } = parts;
  const { front: port } = await keptPorts(directory, ['front']);
  const certificates = cluster.certificates ?? clusterCertificates(join(directory, 'pki'));
  const { token, client } = cluster.access;
  const impersonation = {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(client ? { client } : {}),
    review: async (given: string) => reviewOrNobody(region, record, given),
  };
  return startFront({
    port,
    certificates,
    upstream: cluster,
    fault: (path) => region.faults.take('cluster-error', path),
    ...(cluster.kind === 'kubeconfig' ? { impersonation } : {}),
  });
}

function reviewOrNobody(region: Region, record: ClusterRecord, token: string) {
  try {
    return reviewToken(region, record, token);
  } catch (error) {
    region.log('a cluster token was refused', { cluster: record.id, why: String(error) });
    return undefined;
  }
}

/** A given cluster has nodes of its own. */
async function openNode(
  region: Region,
  record: ClusterRecord,
  cluster: RunningCluster,
): Promise<Node | undefined> {
  if (!cluster.certificates) return undefined;
  return startNode({
    client: cluster.admin,
    certificates: cluster.certificates,
    runtime: await nodeRuntime(region, record),
    label: regionLabel(region),
    directory: join(region.directory, 'container-engine', 'node'),
    now: () => region.now(),
    log: (message, fields) => region.log(message, fields),
  });
}

/** OCIDs of the dynamic groups that hold the function apply, as policies see it. */
function applyGroups(region: Region): readonly string[] {
  const id = functionConfig(region).GALLEY_APPLY_FUNCTION_ID;
  if (id === undefined) return [];
  const { compartmentId, tenancyId } = region;
  const apply: Principal = { kind: 'resource', type: 'fnfunc', id, compartmentId, tenancyId };
  return region.wiring.groupsOf(apply);
}
