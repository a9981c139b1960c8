import { type KubeObject, textAt } from '../objects.ts';
import { conditionOf, failed, type Health, progressing, READY } from './verdict.ts';

/** Bare pods: ready, or run to completion. */
export function podHealth(pod: KubeObject): Health {
  const phase = textAt(pod, 'status', 'phase') ?? 'Pending';
  if (phase === 'Succeeded') return READY;
  if (phase === 'Failed') {
    const reason = textAt(pod, 'status', 'reason') ?? 'PodFailed';
    return failed(pod, { reason, detail: textAt(pod, 'status', 'message') ?? 'failed' });
  }
  if (conditionOf(pod, 'Ready')?.status === 'True') return READY;
  return progressing(pod, phase === 'Running' ? 'is not ready' : `is ${phase}`);
}
