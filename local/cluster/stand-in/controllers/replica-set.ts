// ReplicaSet: keeps the number of pods.
import { type Fields, type KubeObject, listOf, numberOf } from '../../object.ts';
import { type Api, timestamp } from '../api.ts';
import { ApiError } from '../api-error.ts';
import { deleteObject } from '../deleting.ts';
import { createPod, liveObjects, ownedBy, randomSuffix, targetOf, writeStatus } from './owned.ts';
import { byExpendability, isActive, isAvailable, isReady, templateOf, withCondition } from './pods.ts';

export function reconcileReplicaSets(api: Api, namespace: string): void {
  for (const set of liveObjects(api, 'ReplicaSet', namespace)) reconcile(api, set);
}

function reconcile(api: Api, set: KubeObject): void {
  const pods = ownedBy(api, set, 'Pod').filter(isActive);
  const missing = numberOf(set.spec?.replicas) - pods.length;
  const failure = missing > 0 ? create(api, set, missing) : undefined;
  for (const pod of pods.toSorted(byExpendability).slice(0, Math.max(0, -missing)))
    deleteObject(api, targetOf(pod), {});
  writeStatus(api, set, statusOf(api, set, failure));
}

/** Returns why a pod was refused: then there is none to show it. */
function create(api: Api, set: KubeObject, count: number): string | undefined {
  try {
    for (let each = 0; each < count; each += 1) {
      createPod(api, set, { name: `${set.metadata.name}-${randomSuffix()}`, template: templateOf(set) });
    }
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

function statusOf(api: Api, set: KubeObject, failure: string | undefined): Fields {
  const pods = ownedBy(api, set, 'Pod').filter(isActive);
  const conditions = listOf(set.status?.conditions).filter(
    (condition) => condition.type !== 'ReplicaFailure',
  );
  const failed = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure };
  const known = failure === undefined ? conditions : withCondition(conditions, failed, timestamp(api.now()));
  const kept = listOf(set.status?.conditions).find(
    (each) => each.type === 'ReplicaFailure' && each.message === failure,
  );
  return {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec, api.now())).length,
    observedGeneration: set.metadata.generation,
    ...(known.length > 0 ? { conditions: kept ? listOf(set.status?.conditions) : known } : {}),
  };
}
