// Which pods belong to the newest version of a workload, and what its containers say of themselves.
import { at, countAt, groupKind, type KubeObject, listAt, textAt } from './objects.ts';

/** Pods and ReplicaSets of the namespaces a rollout is about. */
export interface Seen {
  readonly pods: readonly KubeObject[];
  readonly replicaSets: readonly KubeObject[];
  /** Events in which a kubelet says that a pull secret is not there; asked for only while pods cannot pull. */
  readonly secretEvents?: readonly KubeObject[];
}

const REVISION = 'deployment.kubernetes.io/revision';
/** Kept on DaemonSets and, as a label, on their pods; `metadata.generation` also counts other changes. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return listAt(object, 'metadata', 'ownerReferences').some((one) => at(one, 'uid') === owner.metadata.uid);
}

/** The ReplicaSet of a Deployment's current template. */
export function newestReplicaSet(deployment: KubeObject, { replicaSets }: Seen): KubeObject | undefined {
  const revision = deployment.metadata.annotations?.[REVISION];
  return replicaSets.find((one) => {
    return isOwnedBy(one, deployment) && one.metadata.annotations?.[REVISION] === revision;
  });
}

/** Pods that run what was applied last; those going away are not among them. */
export function newestPods(workload: KubeObject, seen: Seen): KubeObject[] {
  const staying = seen.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  switch (groupKind(workload)) {
    case 'Pod':
      return staying.filter(({ metadata }) => metadata.uid === workload.metadata.uid);
    case 'Deployment.apps': {
      const replicaSet = newestReplicaSet(workload, seen);
      return replicaSet === undefined ? [] : staying.filter((pod) => isOwnedBy(pod, replicaSet));
    }
    case 'StatefulSet.apps': {
      const revision = textAt(workload, 'status', 'updateRevision');
      const isNew = (pod: KubeObject) => pod.metadata.labels?.['controller-revision-hash'] === revision;
      return staying.filter((pod) => isOwnedBy(pod, workload) && isNew(pod));
    }
    case 'DaemonSet.apps': {
      const generation =
        workload.metadata.annotations?.[TEMPLATE_GENERATION] ?? String(workload.metadata.generation);
      const isNew = (pod: KubeObject) => pod.metadata.labels?.['pod-template-generation'] === generation;
      return staying.filter((pod) => isOwnedBy(pod, workload) && isNew(pod));
    }
    default:
      return staying.filter((pod) => isOwnedBy(pod, workload));
  }
}

/** Every pod a workload still has, of any version. */
export function allPods(workload: KubeObject, seen: Seen): KubeObject[] {
  const owners = [workload, ...seen.replicaSets.filter((one) => isOwnedBy(one, workload))];
  const isSelf = (pod: KubeObject) => pod.metadata.uid === workload.metadata.uid;
  return seen.pods.filter((pod) => isSelf(pod) || owners.some((owner) => isOwnedBy(pod, owner)));
}

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly restarts: number;
  /** `ImagePullBackOff`, `CrashLoopBackOff`, …; empty when it does not wait. */
  readonly waiting: string;
  readonly message: string;
  /** Of the last run that ended. */
  readonly exitCode: number | undefined;
  /** `OOMKilled`, `Error`, … of the last run that ended. */
  readonly ended: string;
}

/** States of init containers and containers, in the order they start. */
export function containersOf(pod: KubeObject): ContainerState[] {
  const lists = ['initContainerStatuses', 'containerStatuses'];
  return lists
    .flatMap((list) => listAt(pod, 'status', list))
    .map((status) => {
      const waiting = at(status, 'state', 'waiting');
      const last = at(status, 'lastState', 'terminated') ?? at(status, 'state', 'terminated');
      const exitCode = at(last, 'exitCode');
      return {
        name: textAt(status, 'name') ?? '',
        image: textAt(status, 'image') ?? '',
        imageId: textAt(status, 'imageID') ?? '',
        restarts: countAt(status, 'restartCount'),
        waiting: textAt(waiting, 'reason') ?? '',
        message: textAt(waiting, 'message') ?? textAt(last, 'message') ?? '',
        exitCode: typeof exitCode === 'number' ? exitCode : undefined,
        ended: textAt(last, 'reason') ?? '',
      };
    });
}

export function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some((condition) => {
    return textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True';
  });
}
