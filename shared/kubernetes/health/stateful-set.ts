import { at, countAt, type KubeObject, textAt } from '../objects.ts';
import { failed, type Health, progressing, READY, replicasWanted } from './verdict.ts';

/** kubectl rollout status, condition by condition (rollout_status.go, StatefulSetStatusViewer). */
export function statefulSetHealth(statefulSet: KubeObject): Health {
  const strategy = textAt(statefulSet, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate';
  if (strategy !== 'RollingUpdate') {
    const detail = `its updateStrategy is ${strategy}, so new pods only start when old ones are deleted by hand`;
    return failed(statefulSet, { reason: 'NoRollingUpdate', detail });
  }
  if (countAt(statefulSet, 'status', 'observedGeneration') === 0) {
    return progressing(statefulSet, 'waiting for its spec to be observed');
  }
  const wanted = replicasWanted(statefulSet);
  const ready = countAt(statefulSet, 'status', 'readyReplicas');
  if (wanted !== undefined && ready < wanted) {
    return progressing(statefulSet, `${ready} of ${wanted} pods are ready`);
  }
  return at(statefulSet, 'spec', 'updateStrategy', 'rollingUpdate') === undefined
    ? byRevision(statefulSet)
    : byPartition(statefulSet, wanted);
}

function byRevision(statefulSet: KubeObject): Health {
  const update = textAt(statefulSet, 'status', 'updateRevision');
  if (update === textAt(statefulSet, 'status', 'currentRevision')) return READY;
  const updated = countAt(statefulSet, 'status', 'updatedReplicas');
  return progressing(statefulSet, `${updated} pods are at revision ${update}`);
}

/**
 * kubectl says done here before it compares revisions when no partition is set; then a rolling update whose pods are
 * ready one after another would look finished too early, so the updated ones are counted with partition 0.
 */
function byPartition(statefulSet: KubeObject, wanted: number | undefined): Health {
  const partition = countAt(statefulSet, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const updated = countAt(statefulSet, 'status', 'updatedReplicas');
  const due = (wanted ?? 0) - partition;
  if (updated >= due) return READY;
  return progressing(statefulSet, `${updated} out of ${due} new pods have been updated`);
}
