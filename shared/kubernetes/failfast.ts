// A rollout that will not come to a good end, known from its pods long before any deadline (facts oke-apply §3.11).
import { conditionOf } from './health/verdict.ts';
import { groupKind, type KubeObject, textAt, titleOf } from './objects.ts';
import {
  type ContainerState,
  containersOf,
  isReady,
  newestPods,
  newestReplicaSet,
  type Seen,
} from './pods.ts';
import { isPulling, pullTrouble } from './pull.ts';

/** Why a workload is lost. */
export interface Doom {
  readonly reason: string;
  readonly detail: string;
  readonly fault: 'user' | 'platform';
}

/** A registry that hiccups, a Secret that comes a moment later: what still stands after this is no accident. */
const PERSISTS_MS = 20_000;
/** The kubelet waits 10, 20 and 40 s between restarts: the third is about a minute in. */
const CRASHES = 3;

const HOPELESS = /^(InvalidImageName|ErrImageNeverPull)$/;
const CREATING =
  /^(CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|ContainerCannotRun)$/;

/**
 * Doomed when all new pods are, and there is one at least; or when no pod can be made. One that is ready gives hope:
 * the others may stand on a bad node.
 */
export function doomOf(workload: KubeObject, { seen, now }: { seen: Seen; now: Date }): Doom | undefined {
  const blocked = blockedDoom(workload, { seen, now });
  if (blocked) return blocked;
  const pods = newestPods(workload, seen);
  const dooms = pods.map((pod) => (isReady(pod) ? undefined : podDoom(pod, { seen, now })));
  const [first] = dooms;
  return first !== undefined && dooms.every((doom) => doom !== undefined) ? first : undefined;
}

/** Quota, Pod Security or a missing ServiceAccount: there are no pods to ask, the ReplicaSet has the message. */
function blockedDoom(workload: KubeObject, { seen, now }: { seen: Seen; now: Date }): Doom | undefined {
  const owner = groupKind(workload) === 'Deployment.apps' ? newestReplicaSet(workload, seen) : workload;
  const condition = owner && conditionOf(owner, 'ReplicaFailure');
  if (condition?.status !== 'True' || !persists(condition.since, now)) return undefined;
  const { message } = condition;
  const fault = /quota/i.test(message) ? 'platform' : 'user';
  const detail = `${titleOf(workload)}: ${message}${blockedAdvice(message, workload)}`;
  return { reason: condition.reason || 'ReplicaFailure', detail, fault };
}

/** Pod Security says what is wrong with the pod, and not who asked for it. */
function blockedAdvice(message: string, { metadata }: KubeObject): string {
  if (!/violates PodSecurity/.test(message)) return '';
  return (
    `: set those fields, or have the label pod-security.kubernetes.io/enforce of namespace ${metadata.namespace} ` +
    'lowered (docs/kubernetes.md)'
  );
}

function podDoom(pod: KubeObject, { seen, now }: { seen: Seen; now: Date }): Doom | undefined {
  const created = pod.metadata.creationTimestamp;
  const isOld = persists(created === undefined ? undefined : new Date(created), now);
  for (const container of containersOf(pod)) {
    const doom = containerDoom(pod, { container, isOld, seen });
    if (doom) return doom;
  }
  const reason = textAt(pod, 'status', 'reason') ?? '';
  const isDead =
    textAt(pod, 'status', 'phase') === 'Failed' &&
    !/^(Evicted|Preempting|NodeShutdown|Terminated)$/.test(reason);
  if (!isDead || groupKind(pod) !== 'Pod' || isOfJob(pod)) return undefined;
  const detail = `${titleOf(pod)}: ${textAt(pod, 'status', 'message') ?? 'failed'}`;
  return { reason: reason || 'PodFailed', detail, fault: 'user' };
}

/** Jobs count their own failures. */
function isOfJob({ metadata }: KubeObject): boolean {
  return (
    metadata.labels?.['batch.kubernetes.io/job-name'] !== undefined ||
    metadata.labels?.['job-name'] !== undefined
  );
}

function containerDoom(
  pod: KubeObject,
  { container, isOld, seen }: { container: ContainerState; isOld: boolean; seen: Seen },
): Doom | undefined {
  const { waiting, message, restarts, name } = container;
  const where = `${titleOf(pod)}, container ${name}: ${waiting}`;
  if (HOPELESS.test(waiting)) return { reason: waiting, detail: `${where}: ${message}`, fault: 'user' };
  if (isPulling(waiting) && isOld) {
    const { advice, fault } = pullTrouble(pod, { message, events: seen.secretEvents });
    return { reason: waiting, detail: [where, message, advice].filter(Boolean).join(': '), fault };
  }
  const isSyncing = /failed to sync .* cache/i.test(message);
  if (CREATING.test(waiting) && isOld && !isSyncing) {
    return { reason: waiting, detail: `${where}: ${message}`, fault: 'user' };
  }
  if (waiting === 'CrashLoopBackOff' && restarts >= CRASHES) return crashDoom(where, container);
  return undefined;
}

function crashDoom(where: string, { restarts, exitCode, ended, message }: ContainerState): Doom {
  const isOutOfMemory = ended === 'OOMKilled';
  const how = isOutOfMemory ? 'it needs more memory than its limit' : `it exits with code ${exitCode ?? '?'}`;
  const detail = `${where}: ${how}, ${restarts} restarts so far${message === '' ? '' : ` (${message})`}`;
  return { reason: isOutOfMemory ? 'OOMKilled' : 'CrashLoopBackOff', detail, fault: 'user' };
}

function persists(since: Date | undefined, now: Date): boolean {
  return since === undefined || now.getTime() - since.getTime() >= PERSISTS_MS;
}
