// From what is seen of a set to one verdict: ready, not yet, or lost.
import { type Doom, doomOf } from './failfast.ts';
import type { Health } from './health/verdict.ts';
import { healthOf, WORKLOADS } from './health.ts';
import { groupKind, type KubeObject, textAt, titleOf } from './objects.ts';
import { allPods, newestPods, type Seen } from './pods.ts';
import { proofOf, type Wanted } from './proof.ts';

/** One look at the cluster. */
export interface View extends Seen {
  /** Members as they are now. */
  readonly objects: readonly KubeObject[];
  /** Members that are not there, `Deployment shop`. */
  readonly missing: readonly string[];
}

export type Verdict =
  | { readonly state: 'ready'; readonly pods: number }
  | { readonly state: 'waiting'; readonly detail: string; readonly culprits: readonly KubeObject[] }
  | ({ readonly state: 'failed'; readonly culprits: readonly KubeObject[] } & Doom);

/** What a view is judged by: the image that must run, and when all waiting ends. */
export interface Demand extends Wanted {
  readonly now: Date;
  readonly deadline: Date;
}

export function verdictOf(view: View, wanted: Demand): Verdict {
  const waiting: { object: KubeObject; health: Health }[] = [];
  for (const object of view.objects) {
    const health = healthOf(object);
    if (health.state === 'ready') continue;
    if (health.state === 'failed') return lost(object, health);
    const doom =
      isWorkload(object) && isSettled(object) ? doomOf(object, { seen: view, now: wanted.now }) : undefined;
    if (doom) return { state: 'failed', culprits: [object], ...doom };
    waiting.push({ object, health });
  }
  const details = [
    ...view.missing.map((title) => `${title} is not there`),
    ...waiting.map(({ health }) => health.detail),
  ];
  const culprits = waiting.map(({ object }) => object);
  if (details.length > 0) return notYet(view, { details, culprits, ...wanted });
  return proved(view, wanted);
}

function isWorkload(object: KubeObject): boolean {
  return WORKLOADS.includes(groupKind(object));
}

/** Its pods may still be those of the template before. */
function isSettled(object: KubeObject): boolean {
  const observed = (object.status as { observedGeneration?: number } | undefined)?.observedGeneration;
  return observed === undefined || observed >= (object.metadata.generation ?? 0);
}

function lost(object: KubeObject, { reason = 'Failed', detail }: Health): Verdict {
  return { state: 'failed', reason, detail, fault: 'user', culprits: [object] };
}

function proved(view: View, wanted: Demand): Verdict {
  const workloads = view.objects.filter(isWorkload);
  const { image, isBuilt } = wanted;
  const proof = proofOf(workloads, { seen: view, image, isBuilt });
  if (proof.kind === 'proved') return { state: 'ready', pods: proof.pods };
  const culprits = workloads;
  if (proof.kind === 'open') return notYet(view, { details: [proof.detail], culprits, ...wanted });
  return { state: 'failed', reason: 'WrongImage', detail: proof.detail, fault: 'platform', culprits };
}

function notYet(
  view: View,
  found: { details: readonly string[]; culprits: readonly KubeObject[]; now: Date; deadline: Date },
): Verdict {
  const pods = found.culprits.filter(isWorkload).flatMap((workload) => newestPods(workload, view));
  const detail = [...found.details, ...unscheduled(pods)].join('; ');
  const { culprits } = found;
  if (found.now < found.deadline) return { state: 'waiting', detail, culprits };
  const isFull = unscheduled(pods).length > 0;
  const reason = isFull ? 'Unschedulable' : 'RolloutTimedOut';
  return {
    state: 'failed',
    reason,
    detail: `not ready in time: ${detail}`,
    fault: isFull ? 'platform' : 'user',
    culprits,
  };
}

/** What the scheduler says about pods without a node; an autoscaler may still help, so it is no failure by itself. */
function unscheduled(pods: readonly KubeObject[]): string[] {
  return pods.flatMap((pod) => {
    const conditions = (pod.status as { conditions?: unknown[] } | undefined)?.conditions ?? [];
    const found = conditions.find((one) => textAt(one, 'reason') === 'Unschedulable');
    return found === undefined ? [] : [`${titleOf(pod)} has no node: ${textAt(found, 'message') ?? ''}`];
  });
}

/** The pods to ask when a set is not good. */
export function podsOf(culprits: readonly KubeObject[], view: View): KubeObject[] {
  return culprits.flatMap((object) => {
    const newest = newestPods(object, view);
    return newest.length > 0 ? newest : allPods(object, view);
  });
}
