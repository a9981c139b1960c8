import { at, countAt, type KubeObject } from '../objects.ts';
import { conditionOf, failed, type Health, isFresh, progressing, READY, replicasWanted } from './verdict.ts';

/** Bare ReplicaSets: kubectl has no rollout for them; kstatus' counts. */
export function replicaSetHealth(replicaSet: KubeObject): Health {
  const failure = conditionOf(replicaSet, 'ReplicaFailure');
  if (failure?.status === 'True' && isFresh(replicaSet, failure)) {
    return failed(replicaSet, { reason: failure.reason || 'ReplicaFailure', detail: failure.message });
  }
  if (at(replicaSet, 'status', 'observedGeneration') === undefined) {
    return progressing(replicaSet, 'waiting for its spec to be observed');
  }
  const wanted = replicasWanted(replicaSet) ?? 1;
  const available = countAt(replicaSet, 'status', 'availableReplicas');
  if (available < wanted) return progressing(replicaSet, `${available} of ${wanted} replicas are available`);
  const extra = countAt(replicaSet, 'status', 'replicas') - wanted;
  return extra > 0 ? progressing(replicaSet, `${extra} replicas are pending termination`) : READY;
}
