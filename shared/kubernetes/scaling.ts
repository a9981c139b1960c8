// `spec.replicas` beside an autoscaler: who decides.
import type { Item } from './items.ts';
import { othersOwning } from './managed-fields.ts';
import { at, groupKind, groupOf, type KubeObject, textAt } from './objects.ts';

const REPLICAS = ['f:spec', 'f:replicas'];

/** The object without `spec.replicas`. */
export function withoutReplicas(object: KubeObject): KubeObject {
  const { replicas: _, ...spec } = object.spec as { replicas?: unknown };
  return { ...object, spec };
}

/**
 * The objects with the replicas they should be sent with. An autoscaler that has scaled owns the field, and it is left
 * out. One that has not yet keeps the number that is running: leaving the field out then would drop it to 1.
 */
export function withScaling(items: readonly Item[], live: ReadonlyMap<string, KubeObject>): Item[] {
  const targets = new Set(items.flatMap(({ object }) => targetOf(object)));
  return items.map((item) => {
    const running = live.get(item.key);
    if (!running || at(item.object, 'spec', 'replicas') === undefined) return item;
    if (isScaledByOthers(running)) return { ...item, object: withoutReplicas(item.object) };
    if (!targets.has(item.key)) return item;
    const spec = { ...(item.object.spec as object), replicas: at(running, 'spec', 'replicas') };
    return { ...item, object: { ...item.object, spec } };
  });
}

function isScaledByOthers(running: KubeObject): boolean {
  return othersOwning(running, REPLICAS).some(({ manager }) => !manager?.startsWith('kubectl'));
}

/** The key of the workload an autoscaler is for. */
function targetOf(object: KubeObject): string[] {
  if (groupKind(object) !== 'HorizontalPodAutoscaler.autoscaling') return [];
  const apiVersion = textAt(object, 'spec', 'scaleTargetRef', 'apiVersion') ?? '';
  const kind = textAt(object, 'spec', 'scaleTargetRef', 'kind') ?? '';
  const name = textAt(object, 'spec', 'scaleTargetRef', 'name') ?? '';
  const group = groupOf(apiVersion);
  return [`${group === '' ? kind : `${kind}.${group}`}/${object.metadata.namespace ?? ''}/${name}`];
}
