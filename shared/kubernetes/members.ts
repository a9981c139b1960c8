// The members of an ApplySet as they are in the cluster.
import pMap from 'p-map';
import { CONCURRENCY } from './api.ts';
import { type Extent, PART_OF } from './applyset.ts';
import type { Resource } from './discovery.ts';
import { listObjects } from './lists.ts';
import { groupKind, type KubeObject, keyOf } from './objects.ts';
import type { Run } from './run.ts';

export interface Member {
  readonly object: KubeObject;
  readonly resource: Resource;
}

/**
 * All members, by key: one LIST per kind and namespace. Kinds the server does not have cannot have members. `known`
 * resources are read in their own version, so that they compare with what is applied.
 */
export async function membersOf(
  { cluster, discovery, input }: Pick<Run, 'cluster' | 'discovery' | 'input'>,
  { part, extent, known }: { part: string; extent: Extent; known: readonly Resource[] },
): Promise<Map<string, Member>> {
  const find = async (kind: string): Promise<Resource | undefined> =>
    known.find((resource) => groupKind(resource) === kind) ?? (await discovery.findKind(kind));
  const resources = await pMap(extent.kinds, (kind) => find(kind), {
    concurrency: CONCURRENCY,
  });
  const places = resources
    .filter((resource) => resource !== undefined)
    .flatMap((resource) => {
      const namespaces = resource.isNamespaced ? [input.namespace, ...extent.namespaces] : [undefined];
      return namespaces.map((namespace) => ({ resource, namespace }));
    });
  const lists = await pMap(
    places,
    async ({ resource, namespace }) => {
      const objects = await listObjects(cluster, resource, {
        namespace,
        labelSelector: `${PART_OF}=${part}`,
      });
      return objects.map((object): Member => ({ object, resource }));
    },
    { concurrency: CONCURRENCY },
  );
  return new Map(lists.flat().map((member) => [keyOf(member.object), member]));
}

/** The objects of members, for comparing. */
export function objectsOf(members: ReadonlyMap<string, Member>): Map<string, KubeObject> {
  return new Map([...members].map(([key, { object }]) => [key, object]));
}

/** `3 Deployments`-like names for messages: kind and name of each. */
export function namesOf(members: readonly Member[]): string {
  return members.map(({ object }) => `${groupKind(object)} ${object.metadata.name}`).join(', ');
}
