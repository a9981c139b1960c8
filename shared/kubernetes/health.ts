// Whether a live object does what it is there for: one file per kind under health/, each a pure function.
import { cronJobHealth } from './health/cron-job.ts';
import { customResourceDefinitionHealth } from './health/custom-resource-definition.ts';
import { daemonSetHealth } from './health/daemon-set.ts';
import { deploymentHealth } from './health/deployment.ts';
import { genericHealth } from './health/generic.ts';
import { jobHealth } from './health/job.ts';
import { persistentVolumeClaimHealth } from './health/persistent-volume-claim.ts';
import { podHealth } from './health/pod.ts';
import { replicaSetHealth } from './health/replica-set.ts';
import { statefulSetHealth } from './health/stateful-set.ts';
import { gated, type Health } from './health/verdict.ts';
import { groupKind, groupOf, type KubeObject } from './objects.ts';

const BY_KIND: Readonly<Record<string, (object: KubeObject) => Health>> = {
  'Deployment.apps': deploymentHealth,
  'StatefulSet.apps': statefulSetHealth,
  'DaemonSet.apps': daemonSetHealth,
  'ReplicaSet.apps': replicaSetHealth,
  'Job.batch': jobHealth,
  'CronJob.batch': cronJobHealth,
  Pod: podHealth,
  PersistentVolumeClaim: persistentVolumeClaimHealth,
  'CustomResourceDefinition.apiextensions.k8s.io': customResourceDefinitionHealth,
};

/** Kinds without a state that a rollout would wait for. A Service's address may take minutes: it is `pending`. */
const ALWAYS_READY = new Set([
  'Service',
  'Ingress.networking.k8s.io',
  'HorizontalPodAutoscaler.autoscaling',
  'PodDisruptionBudget.policy',
]);

/** The verdict on one object as the server has it. */
export function healthOf(object: KubeObject): Health {
  const kind = groupKind(object);
  if (ALWAYS_READY.has(kind)) return { state: 'ready', detail: '' };
  return gated(object, BY_KIND[kind] ?? genericHealth);
}

/** Does the kind have a state worth following? Custom resources may have one; ConfigMaps and the like never do. */
export function hasHealth(object: KubeObject): boolean {
  const kind = groupKind(object);
  if (kind in BY_KIND) return true;
  const group = groupOf(object.apiVersion);
  return group.includes('.') && !group.endsWith('.k8s.io');
}

/** Kinds whose pods a rollout follows. */
export const WORKLOADS: readonly string[] = [
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'ReplicaSet.apps',
  'Job.batch',
  'Pod',
];
