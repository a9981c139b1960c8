// What the server serves: plural names and scopes come from it and are never guessed.
import type { Cluster } from './api.ts';
import { isStatus } from './api-error.ts';
import { at, groupOf, listAt, textAt } from './objects.ts';

/** A kind as one server serves it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** As in URLs and in RBAC: `deployments`. */
  readonly plural: string;
  readonly isNamespaced: boolean;
}

export interface Discovery {
  /** The resource behind a kind, undefined when the server has none. One request per group version, kept. */
  find(apiVersion: string, kind: string): Promise<Resource | undefined>;
  /** The same from `Kind` or `Kind.group` as an ApplySet writes it, in the server's preferred version. */
  findKind(groupKind: string): Promise<Resource | undefined>;
  /** Ask again next time: a CRD has come. */
  forget(apiVersion: string): void;
}

/** `/api/v1` or `/apis/apps/v1`. */
function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of a collection; names keep their case: RBAC names are case-sensitive. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const scope = resource.isNamespaced ? `/namespaces/${encodeURIComponent(namespace ?? '')}` : '';
  return `${rootOf(resource.apiVersion)}${scope}/${resource.plural}`;
}

export function objectPath(
  resource: Resource,
  where: { namespace?: string | undefined; name: string },
): string {
  return `${collectionPath(resource, where.namespace)}/${encodeURIComponent(where.name)}`;
}

/** Discovery of one cluster; answers are kept as long as the returned object. */
export function discover(cluster: Cluster): Discovery {
  const known = new Map<string, Promise<readonly Resource[]>>();
  const groups = new Map<string, Promise<string[]>>();
  const groupVersion = (apiVersion: string): Promise<readonly Resource[]> => {
    const found = known.get(apiVersion) ?? resourcesOf(cluster, apiVersion);
    known.set(apiVersion, found);
    return found;
  };
  const find = async (apiVersion: string, kind: string): Promise<Resource | undefined> =>
    (await groupVersion(apiVersion)).find((resource) => resource.kind === kind);
  return {
    find,
    async findKind(groupKind) {
      const [kind = '', ...group] = groupKind.split('.');
      const name = group.join('.');
      const versions = groups.get(name) ?? versionsOf(cluster, name);
      groups.set(name, versions);
      for (const apiVersion of await versions) {
        const resource = await find(apiVersion, kind);
        if (resource) return resource;
      }
      return undefined;
    },
    forget: (apiVersion) => void known.delete(apiVersion),
  };
}

async function resourcesOf(cluster: Cluster, apiVersion: string): Promise<readonly Resource[]> {
  const list = await getOrNothing(cluster, rootOf(apiVersion));
  return listAt(list, 'resources').flatMap((resource) => {
    const plural = textAt(resource, 'name') ?? '';
    const kind = textAt(resource, 'kind') ?? '';
    // Subresources (`deployments/scale`) are listed beside, some under the kind of another.
    if (plural.includes('/')) return [];
    return [{ apiVersion, kind, plural, isNamespaced: at(resource, 'namespaced') === true }];
  });
}

/** The versions of a group, preferred one first; empty when the group is gone. */
async function versionsOf(cluster: Cluster, group: string): Promise<string[]> {
  if (group === '') return ['v1'];
  const answer = await getOrNothing(cluster, `/apis/${group}`);
  const preferred = textAt(answer, 'preferredVersion', 'groupVersion');
  const all = listAt(answer, 'versions').map((version) => textAt(version, 'groupVersion') ?? '');
  return [...new Set([preferred ?? '', ...all])].filter((version) => groupOf(version) === group);
}

async function getOrNothing(cluster: Cluster, path: string): Promise<unknown> {
  try {
    return (await cluster.call({ method: 'GET', path })).body;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}
