// What a pod's status means to the controllers.
import { conditionOf, type Fields, fieldsOf, type KubeObject, numberOf, textOf } from '../../object.ts';

/** Counts towards its owner's replicas. */
export function isActive(pod: KubeObject): boolean {
  const phase = textOf(pod.status?.phase);
  return pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** Ready for `minReadySeconds`. */
export function isAvailable(pod: KubeObject, spec: Fields | undefined, now: Date): boolean {
  if (!isReady(pod)) return false;
  const since = Date.parse(textOf(conditionOf(pod, 'Ready')?.lastTransitionTime));
  return now.getTime() - since >= numberOf(spec?.minReadySeconds) * 1000;
}

/** The pods to lose first: those not ready, then the youngest. */
export function byExpendability(one: KubeObject, other: KubeObject): number {
  if (isReady(one) !== isReady(other)) return isReady(one) ? 1 : -1;
  return textOf(other.metadata.creationTimestamp).localeCompare(textOf(one.metadata.creationTimestamp));
}

/** An absolute number or a percentage of `total`. */
export function amountOf(value: unknown, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseFloat(textOf(value) || '0') * total) / 100);
}

/** A condition list with one condition set; its transition time changes only with its status. */
export function withCondition(conditions: readonly Fields[], condition: Fields, time: string): Fields[] {
  const before = conditions.find((each) => each.type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before?.lastTransitionTime : time;
  const next = { ...condition, lastTransitionTime };
  return before ? conditions.map((each) => (each === before ? next : each)) : [...conditions, next];
}

export function templateOf(object: KubeObject): Fields {
  return fieldsOf(object.spec?.template);
}
