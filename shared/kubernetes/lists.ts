// Reading objects. Always by LIST, one object too: then `list` is the only reading verb Galley needs on members.
import type { Cluster } from './api.ts';
import { isStatus } from './api-error.ts';
import { collectionPath, type Resource } from './discovery.ts';
import { isMap, type KubeObject, listAt, textAt } from './objects.ts';

export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Items per page: the API server's own suggestion for large collections (kubectl `--chunk-size`). */
const PAGE = '500';

/** All objects that match, page by page. List items come without kind; it is put back. */
export async function listObjects(
  cluster: Cluster,
  resource: Resource,
  { namespace, ...selectors }: Selection,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  let page: string | undefined = '';
  while (page !== undefined) {
    const query: Record<string, string> = { limit: PAGE, ...selectors, ...(page ? { continue: page } : {}) };
    const { body } = await cluster.call({ method: 'GET', path: collectionPath(resource, namespace), query });
    for (const item of listAt(body, 'items')) {
      if (isMap(item))
        found.push({ apiVersion: resource.apiVersion, kind: resource.kind, ...item } as KubeObject);
    }
    page = textAt(body, 'metadata', 'continue') || undefined;
  }
  return found;
}

/** One object by name, undefined when it is not there. */
export async function findObject(
  cluster: Cluster,
  resource: Resource,
  { namespace, name }: { namespace?: string | undefined; name: string },
): Promise<KubeObject | undefined> {
  try {
    const found = await listObjects(cluster, resource, { namespace, fieldSelector: `metadata.name=${name}` });
    return found.find(({ metadata }) => metadata.name === name);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

const resource = (apiVersion: string, kind: string, plural: string): Resource => ({
  apiVersion,
  kind,
  plural,
  isNamespaced: true,
});

/** Kinds that are read without being in the set; their names are part of Kubernetes' stable API. */
export const PODS = resource('v1', 'Pod', 'pods');
export const EVENTS = resource('v1', 'Event', 'events');
export const CONFIG_MAPS = resource('v1', 'ConfigMap', 'configmaps');
export const REPLICA_SETS = resource('apps/v1', 'ReplicaSet', 'replicasets');
