// What is said about an object, and the two checks that come before any other.
import { appliedAt } from '../managed-fields.ts';
import { at, countAt, type KubeObject, listAt, textAt, titleOf } from '../objects.ts';

export interface Health {
  readonly state: 'ready' | 'progressing' | 'failed';
  /** A sentence; empty when ready. */
  readonly detail: string;
  /** CamelCase, when failed. */
  readonly reason?: string;
}

export const READY: Health = { state: 'ready', detail: '' };

export function progressing(object: KubeObject, detail: string): Health {
  return { state: 'progressing', detail: `${titleOf(object)}: ${detail}` };
}

export function failed(object: KubeObject, { reason, detail }: { reason: string; detail: string }): Health {
  return { state: 'failed', reason, detail: `${titleOf(object)}: ${detail}` };
}

/**
 * Status is about an older spec until the controller has seen the newest one: conditions must not be read before
 * (facts oke-apply §3.10: an old ProgressDeadlineExceeded is still there right after an apply).
 */
export function gated(object: KubeObject, judge: (object: KubeObject) => Health): Health {
  if (object.metadata.deletionTimestamp !== undefined) return progressing(object, 'is being deleted');
  const observed = at(object, 'status', 'observedGeneration');
  const isBehind = typeof observed === 'number' && (object.metadata.generation ?? 0) > observed;
  if (isBehind) return progressing(object, 'its controller has not seen the change yet');
  return judge(object);
}

export interface Condition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** Later of last update and last transition; undefined when neither is there. */
  readonly since: Date | undefined;
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const found = listAt(object, 'status', 'conditions').find(
    (condition) => textAt(condition, 'type') === type,
  );
  if (found === undefined) return undefined;
  const since = textAt(found, 'lastUpdateTime') ?? textAt(found, 'lastTransitionTime');
  return {
    status: textAt(found, 'status') ?? 'Unknown',
    reason: textAt(found, 'reason') ?? '',
    message: textAt(found, 'message') ?? '',
    since: since === undefined ? undefined : new Date(since),
  };
}

/** Is the condition about what we applied, and not left over from before (kubernetes#49637)? */
export function isFresh(object: KubeObject, condition: Condition): boolean {
  const applied = appliedAt(object);
  return applied === undefined || condition.since === undefined || condition.since >= applied;
}

/** `1 out of 3 new replicas have been updated`, in kubectl's words. */
export function replicasWanted(object: KubeObject): number | undefined {
  return at(object, 'spec', 'replicas') === undefined ? undefined : countAt(object, 'spec', 'replicas');
}
