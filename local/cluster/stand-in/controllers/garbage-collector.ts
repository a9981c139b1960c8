// Deletes what lost its owners, and lets go of owners that wait for what they own.
import type { KubeObject } from '../../object.ts';
import { type Api, CONTROLLER_MANAGER, keyOf, resourcesOf } from '../api.ts';
import { deleteObject, dependentsOf } from '../deleting.ts';
import type { Resource } from '../resources.ts';
import { replaceObject } from '../writing.ts';

const FOREGROUND = 'foregroundDeletion';

export function collectGarbage(api: Api, namespace: string): void {
  const resources = resourcesOf(api);
  const uids = new Set(
    resources.flatMap((resource) => api.store.list(resource).map((object) => object.metadata.uid)),
  );
  const scope = namespace === '' ? undefined : namespace;
  for (const resource of resources.filter((each) => each.namespaced === (scope !== undefined))) {
    for (const object of api.store.list(resource, scope)) collect(api, { resource, object, uids });
  }
}

function collect(
  api: Api,
  {
    resource,
    object,
    uids,
  }: { resource: Resource; object: KubeObject; uids: ReadonlySet<string | undefined> },
): void {
  const owners = object.metadata.ownerReferences ?? [];
  const isLeaving = object.metadata.deletionTimestamp !== undefined;
  const isOrphan = owners.length > 0 && owners.every((owner) => !uids.has(owner.uid));
  if (isOrphan && !isLeaving) deleteObject(api, keyOf(resource, object), {});
  if (!isLeaving || !object.metadata.finalizers?.includes(FOREGROUND)) return;
  const dependents = dependentsOf(api, object);
  for (const dependent of dependents) {
    if (dependent.object.metadata.deletionTimestamp === undefined)
      deleteObject(api, dependent.key, { propagationPolicy: 'Foreground' });
  }
  if (dependentsOf(api, object).length > 0) return;
  const finalizers = object.metadata.finalizers.filter((finalizer) => finalizer !== FOREGROUND);
  const released = { ...object, metadata: { ...object.metadata, finalizers } };
  replaceObject(api, released, keyOf(resource, object), { manager: CONTROLLER_MANAGER });
}
