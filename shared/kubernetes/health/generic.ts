import type { KubeObject } from '../objects.ts';
import { conditionOf, failed, type Health, isFresh, progressing, READY } from './verdict.ts';

/**
 * Custom resources that follow the conventions of kstatus: `Stalled`, `Reconciling`, `Ready`. Anything without
 * conditions is what it is.
 */
export function genericHealth(object: KubeObject): Health {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True' && isFresh(object, stalled)) {
    return failed(object, { reason: stalled.reason || 'Stalled', detail: stalled.message || 'is stalled' });
  }
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return progressing(object, reconciling.message || 'is reconciling');
  const ready = conditionOf(object, 'Ready');
  if (ready?.status === 'False' || ready?.status === 'Unknown') {
    return progressing(object, ready.message || 'is not ready');
  }
  return READY;
}
