import { at, countAt, type KubeObject } from '../objects.ts';
import { conditionOf, failed, type Health, progressing, READY } from './verdict.ts';

/**
 * A Job is good when it is complete, or well under way: a long one must not hold the deploy (krane's rule, and
 * kstatus' "Current"). Backoff limits and deadlines end it with `Failed`.
 */
export function jobHealth(job: KubeObject): Health {
  const failure = conditionOf(job, 'Failed');
  if (failure?.status === 'True') {
    return failed(job, { reason: failure.reason || 'JobFailed', detail: failure.message || 'failed' });
  }
  if (conditionOf(job, 'Complete')?.status === 'True') return READY;
  if (at(job, 'spec', 'suspend') === true) return READY;
  const isUnderWay = countAt(job, 'status', 'ready') > 0 || countAt(job, 'status', 'succeeded') > 0;
  return isUnderWay ? READY : progressing(job, 'no pod of it runs yet');
}
