import { type KubeObject, textAt } from '../objects.ts';
import { failed, type Health, READY } from './verdict.ts';

/** `Pending` is no failure: WaitForFirstConsumer binds only when a pod comes, and a pod that waits says so itself. */
export function persistentVolumeClaimHealth(claim: KubeObject): Health {
  if (textAt(claim, 'status', 'phase') !== 'Lost') return READY;
  return failed(claim, { reason: 'VolumeLost', detail: 'its volume is lost' });
}
