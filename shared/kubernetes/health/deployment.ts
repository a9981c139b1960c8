import { at, countAt, type KubeObject } from '../objects.ts';
import { conditionOf, failed, type Health, isFresh, progressing, READY, replicasWanted } from './verdict.ts';

/** kubectl rollout status, condition by condition (pkg/polymorphichelpers/rollout_status.go, DeploymentStatusViewer). */
export function deploymentHealth(deployment: KubeObject): Health {
  if (at(deployment, 'status', 'observedGeneration') === undefined) {
    return progressing(deployment, 'waiting for its spec to be observed');
  }
  const condition = conditionOf(deployment, 'Progressing');
  if (condition?.reason === 'ProgressDeadlineExceeded' && isFresh(deployment, condition)) {
    return failed(deployment, { reason: condition.reason, detail: 'exceeded its progress deadline' });
  }
  const wanted = replicasWanted(deployment);
  const updated = countAt(deployment, 'status', 'updatedReplicas');
  if (wanted !== undefined && updated < wanted) {
    const paused = at(deployment, 'spec', 'paused') === true ? ' (it is paused)' : '';
    return progressing(deployment, `${updated} out of ${wanted} new replicas have been updated${paused}`);
  }
  const old = countAt(deployment, 'status', 'replicas') - updated;
  if (old > 0) return progressing(deployment, `${old} old replicas are pending termination`);
  const available = countAt(deployment, 'status', 'availableReplicas');
  if (available < updated) {
    return progressing(deployment, `${available} of ${updated} updated replicas are available`);
  }
  return READY;
}
