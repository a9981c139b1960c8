// In which order objects go out: what others stand on comes first.
import { groupKind } from './objects.ts';

/**
 * Flux's order (facts oke-apply §3.3), with network policies and claims before the pods they concern, as Argo has it.
 * Kinds of one row do not wait for each other.
 */
const RANKS: readonly (readonly string[])[] = [
  ['CustomResourceDefinition.apiextensions.k8s.io', 'Namespace'],
  ['ClusterRole.rbac.authorization.k8s.io', 'PriorityClass.scheduling.k8s.io', 'StorageClass.storage.k8s.io'],
  ['ClusterRoleBinding.rbac.authorization.k8s.io', 'ResourceQuota', 'LimitRange', 'ServiceAccount'],
  ['Role.rbac.authorization.k8s.io', 'RoleBinding.rbac.authorization.k8s.io'],
  [
    'ConfigMap',
    'Secret',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'NetworkPolicy.networking.k8s.io',
    'PodDisruptionBudget.policy',
    'Service',
    'IngressClass.networking.k8s.io',
  ],
  [
    'Deployment.apps',
    'StatefulSet.apps',
    'DaemonSet.apps',
    'ReplicaSet.apps',
    'Job.batch',
    'CronJob.batch',
    'Pod',
  ],
];
const LAST = [
  'HorizontalPodAutoscaler.autoscaling',
  'Ingress.networking.k8s.io',
  'APIService.apiregistration.k8s.io',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
];

function rankOf(kind: string): number {
  const rank = RANKS.findIndex((row) => row.includes(kind));
  if (rank !== -1) return rank;
  // Custom resources follow the workloads, whose operators may be among them.
  return LAST.includes(kind) ? RANKS.length + 1 : RANKS.length;
}

/** Waves of things to send: all of one wave may go at once, the next one after them. */
export function inWaves<T extends { readonly object: { apiVersion: string; kind: string } }>(
  items: readonly T[],
): T[][] {
  const waves = new Map<number, T[]>();
  for (const item of items) {
    const rank = rankOf(groupKind(item.object));
    waves.set(rank, [...(waves.get(rank) ?? []), item]);
  }
  return [...waves.entries()].sort(([a], [b]) => a - b).map(([, wave]) => wave);
}

/** Must exist before the rest can even be judged: CRDs and namespaces. */
export function isFoundation(object: { apiVersion: string; kind: string }): boolean {
  return rankOf(groupKind(object)) === 0;
}
