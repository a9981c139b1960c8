// One object to the API server: dry or for good, with the rules for fields of others.
import type { Cluster } from './api.ts';
import { type ApiError, isStatus } from './api-error.ts';
import { PART_OF } from './applyset.ts';
import { type Conflict, conflictsOf, rule } from './conflicts.ts';
import { collectionPath, objectPath } from './discovery.ts';
import type { Item } from './items.ts';
import { findObject } from './lists.ts';
import { MANAGER, migrated, needsMigration } from './managed-fields.ts';
import type { KubeObject } from './objects.ts';
import { withoutReplicas } from './scaling.ts';

export interface Sent {
  /** As the server has it now, or would have it. */
  readonly object: KubeObject;
  readonly isCreated: boolean;
  readonly warnings: readonly string[];
  /** What was sent: without the fields that are left to others. */
  readonly item: Item;
  /** Fields taken from `kubectl` and the like. */
  readonly taken: readonly Conflict[];
  /** Fields left to a controller. */
  readonly left: readonly Conflict[];
}

export interface Sending {
  /** Id of the ApplySet, put on the object as its label. */
  readonly part: string;
  readonly isDryRun: boolean;
  /** Names the object differently, to try a spec that cannot go over the object that exists. */
  readonly alias?: string;
  /** Conflicts that a dry run has settled already. */
  readonly isForced?: boolean;
}

/**
 * Applies one object, settling conflicts by the rules of `conflicts.ts`.
 * @throws ApiError 409 with conflicts that only the user can settle; anything else the server refuses
 */
export async function send(cluster: Cluster, item: Item, sending: Sending): Promise<Sent> {
  const taken: Conflict[] = [];
  const left: Conflict[] = [];
  let isForced = sending.isForced ?? false;
  let current = item;
  for (;;) {
    try {
      const answer = await patch(cluster, current, { ...sending, isForced });
      return { ...answer, item: current, taken, left };
    } catch (error) {
      const ruling = isStatus(error, 409) && !isForced ? rulingOn(error) : undefined;
      if (ruling === undefined || ruling.kind === 'fail') throw error;
      if (ruling.kind === 'force') {
        taken.push(...ruling.taken);
        isForced = true;
      } else {
        left.push(...ruling.left);
        current = { ...current, object: withoutReplicas(current.object) };
      }
    }
  }
}

function rulingOn(error: ApiError): ReturnType<typeof rule> | undefined {
  const conflicts = conflictsOf(error);
  return conflicts.length === 0 ? undefined : rule(conflicts);
}

type Patched = Pick<Sent, 'object' | 'isCreated' | 'warnings'>;

async function patch(cluster: Cluster, item: Item, sending: Sending): Promise<Patched> {
  const { name, namespace, labels } = item.object.metadata;
  const metadata = {
    ...item.object.metadata,
    name: sending.alias ?? name,
    labels: { ...labels, [PART_OF]: sending.part },
  };
  const { status, body, warnings } = await cluster.call({
    method: 'PATCH',
    path: objectPath(item.resource, { namespace, name: metadata.name }),
    query: {
      fieldManager: MANAGER,
      fieldValidation: 'Strict',
      ...(sending.isForced ? { force: 'true' } : {}),
      ...(sending.isDryRun ? { dryRun: 'All' } : {}),
    },
    contentType: 'application/apply-patch+yaml',
    body: { ...item.object, metadata },
  });
  return { object: body as KubeObject, isCreated: status === 201, warnings };
}

/** Gives us what `kubectl apply` owns of a live object. A stale read is refused by the server and read again. */
export async function migrate(cluster: Cluster, item: Item): Promise<void> {
  const { name, namespace } = item.object.metadata;
  const live = await findObject(cluster, item.resource, { namespace, name });
  if (!live || !needsMigration(live)) return;
  try {
    await cluster.call({
      method: 'PATCH',
      path: objectPath(item.resource, { namespace, name }),
      query: { fieldManager: MANAGER },
      contentType: 'application/json-patch+json',
      body: [
        { op: 'replace', path: '/metadata/managedFields', value: migrated(live) },
        { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
      ],
    });
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
    await migrate(cluster, item);
  }
}

/** Deletes exactly this object: another one under the same name is left alone. */
export async function remove(
  cluster: Cluster,
  item: Pick<Item, 'resource'>,
  live: KubeObject,
): Promise<void> {
  const { name, namespace, uid } = live.metadata;
  try {
    await cluster.call({
      method: 'DELETE',
      path: `${collectionPath(item.resource, namespace)}/${encodeURIComponent(name)}`,
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Background',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      },
    });
  } catch (error) {
    // Gone already, or another one is there now.
    if (!isStatus(error, 404, 409)) throw error;
  }
}
