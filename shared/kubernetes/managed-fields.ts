// Who owns which field of a live object (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
import { at, isMap, type Json, type KubeObject, type ManagedFields } from './objects.ts';

/** Our field manager on members. */
export const MANAGER = 'galley';
/** Our field manager on the ApplySet parent; kubectl calls its own `kubectl-applyset`. */
export const PARENT_MANAGER = 'galley-applyset';

const CLIENT_SIDE = 'kubectl-client-side-apply';
const SERVER_SIDE = 'kubectl';
const LAST_APPLIED = ['f:metadata', 'f:annotations', 'f:kubectl.kubernetes.io/last-applied-configuration'];

const entries = (object: KubeObject): readonly ManagedFields[] => object.metadata.managedFields ?? [];

/** What we own of an object, undefined when nothing. */
export function ownEntry(object: KubeObject): ManagedFields | undefined {
  return entries(object).find(({ manager, operation, subresource }) => {
    return manager === MANAGER && operation === 'Apply' && !subresource;
  });
}

/** When our apply last changed the object: the server's clock, to the second. */
export function appliedAt(object: KubeObject): Date | undefined {
  const time = ownEntry(object)?.time;
  return time === undefined ? undefined : new Date(time);
}

/** Managers beside us that own a field, such as `['f:spec', 'f:replicas']`. */
export function othersOwning(object: KubeObject, field: readonly string[]): ManagedFields[] {
  const own = ownEntry(object);
  return entries(object).filter((entry) => entry !== own && at(entry.fieldsV1, ...field) !== undefined);
}

/** Entries of `kubectl apply`, with `--server-side` and without. */
function kubectlApplied(object: KubeObject): ManagedFields[] {
  return entries(object).filter(({ manager, operation, subresource, fieldsV1 }) => {
    if (subresource) return false;
    if (operation === 'Apply') return manager === SERVER_SIDE;
    return manager === CLIENT_SIDE || at(fieldsV1, ...LAST_APPLIED) !== undefined;
  });
}

/** Was the object made by `kubectl apply`, so that fields removed from the manifest would stay for ever? */
export function needsMigration(object: KubeObject): boolean {
  return kubectlApplied(object).length > 0;
}

/**
 * The object's managedFields with all that `kubectl apply` owned given to us: the next apply then removes what the
 * manifest no longer has. It is what kubectl's own csaupgrade does for its manager.
 */
export function migrated(object: KubeObject): ManagedFields[] {
  const old = kubectlApplied(object);
  const own = ownEntry(object);
  const rest = entries(object).filter((entry) => entry !== own && !old.includes(entry));
  const fieldsV1 = [...old, ...(own ? [own] : [])].reduce<Json>(
    (all, entry) => union(all, entry.fieldsV1 ?? {}),
    {},
  );
  const [first] = old;
  const merged = {
    ...first,
    ...own,
    manager: MANAGER,
    operation: 'Apply' as const,
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
  return [...rest, merged];
}

/** Field sets are nested maps whose keys are the fields. */
function union(one: Json, other: Json): Json {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const mine = both[key];
    both[key] = isMap(mine) && isMap(value) ? union(mine, value) : value;
  }
  return both;
}
