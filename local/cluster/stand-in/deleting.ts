// Deleting: grace for pods, finalizers, propagation to what an object owns.
import { type Fields, isFields, type KubeObject, numberOf, textOf } from '../object.ts';
import {
  type Api,
  CONTROLLER_MANAGER,
  getObject,
  keyOf,
  namedOf,
  resourcesOf,
  type Target,
  timestamp,
} from './api.ts';
import { conflict } from './api-error.ts';
import type { Key } from './object-store.ts';
import { replaceObject } from './writing.ts';

export interface DeleteOptions {
  readonly isDryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  /** `Background` (default), `Foreground` or `Orphan`. */
  readonly propagationPolicy?: string;
  readonly preconditions?: Fields;
}

/** Reads DeleteOptions from a body and a query. */
export function deleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const given = isFields(body) ? body : {};
  const grace =
    given.gracePeriodSeconds ??
    (query.has('gracePeriodSeconds') ? Number(query.get('gracePeriodSeconds')) : undefined);
  const dryRun = query.has('dryRun') || (Array.isArray(given.dryRun) && given.dryRun.length > 0);
  return {
    isDryRun: dryRun,
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    propagationPolicy: textOf(given.propagationPolicy) || (query.get('propagationPolicy') ?? 'Background'),
    ...(isFields(given.preconditions) ? { preconditions: given.preconditions } : {}),
  };
}

/** Returns the object as it was last, or as it waits for its end. Throws 404, or 409 on a failed precondition. */
export function deleteObject(api: Api, target: Target, options: DeleteOptions): KubeObject {
  const object = getObject(api, target);
  checkPreconditions(object, target, options);
  if (options.isDryRun) return object;
  const finalizers = new Set(object.metadata.finalizers ?? []);
  if (options.propagationPolicy === 'Foreground' && dependentsOf(api, object).length > 0)
    finalizers.add('foregroundDeletion');
  if (options.propagationPolicy === 'Orphan') orphan(api, object);
  const grace = graceOf(object, options);
  if (finalizers.size === 0 && grace === 0 && object.kind !== 'Namespace') {
    api.store.remove(target);
    return object;
  }
  const deletionTimestamp =
    object.metadata.deletionTimestamp ?? timestamp(new Date(api.now().getTime() + grace * 1000));
  const metadata = {
    ...object.metadata,
    finalizers: [...finalizers],
    deletionTimestamp,
    deletionGracePeriodSeconds: grace,
  };
  if (finalizers.size === 0) delete (metadata as Partial<typeof metadata>).finalizers;
  const status = object.kind === 'Namespace' ? { status: { ...object.status, phase: 'Terminating' } } : {};
  return api.store.put(target, { ...object, ...status, metadata });
}

function checkPreconditions(object: KubeObject, target: Target, { preconditions }: DeleteOptions): void {
  for (const field of ['uid', 'resourceVersion'] as const) {
    const wanted = preconditions?.[field];
    const found = object.metadata[field];
    if (wanted === undefined || wanted === found) continue;
    const what = `${field === 'uid' ? 'UID' : 'ResourceVersion'} in precondition: ${wanted}, ${field === 'uid' ? 'UID' : 'ResourceVersion'} in object meta: ${found}`;
    throw conflict(
      `Operation cannot be fulfilled on ${target.resource.plural} "${target.name}": Precondition failed: ${what}`,
      namedOf(target),
    );
  }
}

/** A pod on a node gets its grace period and is removed by the node; all else goes at once. */
function graceOf(object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (object.kind !== 'Pod' || textOf(object.spec?.nodeName) === '') return 0;
  const phase = textOf(object.status?.phase);
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  return gracePeriodSeconds ?? numberOf(object.spec?.terminationGracePeriodSeconds, 30);
}

/** Everything that names the object as an owner. */
export function dependentsOf(api: Api, owner: KubeObject): { key: Key; object: KubeObject }[] {
  return resourcesOf(api).flatMap((resource) =>
    api.store
      .list(resource)
      .filter((object) =>
        object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid),
      )
      .map((object) => ({ key: keyOf(resource, object), object })),
  );
}

function orphan(api: Api, owner: KubeObject): void {
  for (const { key, object } of dependentsOf(api, owner)) {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter(
      (each) => each.uid !== owner.metadata.uid,
    );
    replaceObject(api, { ...object, metadata: { ...object.metadata, ownerReferences } }, key, {
      manager: CONTROLLER_MANAGER,
    });
  }
}
