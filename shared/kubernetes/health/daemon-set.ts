import { at, countAt, type KubeObject, textAt } from '../objects.ts';
import { failed, type Health, progressing, READY } from './verdict.ts';

/** kubectl rollout status, condition by condition (rollout_status.go, DaemonSetStatusViewer). */
export function daemonSetHealth(daemonSet: KubeObject): Health {
  const strategy = textAt(daemonSet, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate';
  if (strategy !== 'RollingUpdate') {
    const detail = `its updateStrategy is ${strategy}, so new pods only start when old ones are deleted by hand`;
    return failed(daemonSet, { reason: 'NoRollingUpdate', detail });
  }
  if (at(daemonSet, 'status', 'observedGeneration') === undefined) {
    return progressing(daemonSet, 'waiting for its spec to be observed');
  }
  const desired = countAt(daemonSet, 'status', 'desiredNumberScheduled');
  const updated = countAt(daemonSet, 'status', 'updatedNumberScheduled');
  if (updated < desired)
    return progressing(daemonSet, `${updated} out of ${desired} new pods have been updated`);
  const available = countAt(daemonSet, 'status', 'numberAvailable');
  if (available < desired) {
    return progressing(daemonSet, `${available} of ${desired} updated pods are available`);
  }
  return READY;
}
