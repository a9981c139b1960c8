// A Deployment's status: counters, Available, and Progressing with its deadline.
import { at, type Fields, fieldsOf, type KubeObject, listOf, numberOf, textOf } from '../../object.ts';
import { type Api, timestamp } from '../api.ts';
import { amountOf, withCondition } from './pods.ts';
import { type Rollout, replicaSetName } from './rolling.ts';

export interface RolloutNow extends Rollout {
  /** Its ReplicaSet was made just now. */
  readonly isNew: boolean;
}

interface Counters {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

export function deploymentStatus(api: Api, rollout: RolloutNow): Fields {
  const { deployment, current } = rollout;
  const counters = count(rollout);
  const time = timestamp(api.now());
  const conditions = listOf(deployment.status?.conditions).filter((each) => each.type !== 'ReplicaFailure');
  const failure = listOf(current?.status?.conditions).find((each) => each.type === 'ReplicaFailure');
  const withAvailable = withCondition(
    conditions,
    keepTime(conditions, available(deployment, counters), time),
    time,
  );
  const progressing = progress(api, { rollout, counters });
  const whole =
    progressing === undefined
      ? withAvailable
      : withCondition(withAvailable, keepTime(conditions, progressing, time), time);
  const counted = Object.fromEntries(Object.entries(counters).filter(([, value]) => value > 0));
  return {
    observedGeneration: deployment.metadata.generation,
    ...counted,
    conditions: failure ? [...whole, { ...failure, lastUpdateTime: failure.lastTransitionTime }] : whole,
  };
}

function count({ deployment, current, old }: Rollout): Counters {
  const sets = current ? [current, ...old] : old;
  const sum = (field: string): number =>
    sets.reduce((total, set) => total + numberOf(set.status?.[field]), 0);
  const availableReplicas = sum('availableReplicas');
  return {
    replicas: sum('replicas'),
    updatedReplicas: numberOf(current?.status?.replicas),
    readyReplicas: sum('readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(
      0,
      Math.max(sum('replicas'), numberOf(deployment.spec?.replicas)) - availableReplicas,
    ),
  };
}

/** `lastUpdateTime` moves when the condition says something new, or says that there was progress. */
function keepTime(conditions: readonly Fields[], condition: Fields, time: string): Fields {
  const before = conditions.find((each) => each.type === condition.type);
  const { moved, ...plain } = condition;
  const isSaid = before?.status === plain.status && before?.reason === plain.reason;
  return { ...plain, lastUpdateTime: isSaid && moved !== true ? before?.lastUpdateTime : time };
}

function available(deployment: KubeObject, counters: Counters): Fields {
  const replicas = numberOf(deployment.spec?.replicas);
  const rolling = fieldsOf(at(deployment, 'spec', 'strategy', 'rollingUpdate'));
  const isEnough =
    counters.availableReplicas >= replicas - amountOf(rolling.maxUnavailable, replicas, Math.floor);
  return isEnough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progress(
  api: Api,
  { rollout, counters }: { rollout: RolloutNow; counters: Counters },
): Fields | undefined {
  const { deployment, isNew } = rollout;
  const name = replicaSetName(rollout);
  const said = (status: string, reason: string, message: string): Fields => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  const before = listOf(deployment.status?.conditions).find((each) => each.type === 'Progressing');
  if (isNew) return said('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
  if (isComplete(deployment, counters)) {
    return said('True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`);
  }
  if (hasMoved(fieldsOf(deployment.status), counters)) {
    return { ...said('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`), moved: true };
  }
  if (before && before.reason !== 'NewReplicaSetAvailable' && isLate(deployment, before, api.now())) {
    return said('False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`);
  }
  return before ?? said('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`);
}

function isComplete(deployment: KubeObject, counters: Counters): boolean {
  const replicas = numberOf(deployment.spec?.replicas);
  return (
    counters.updatedReplicas === replicas &&
    counters.replicas === replicas &&
    counters.availableReplicas >= replicas
  );
}

function hasMoved(before: Fields, now: Counters): boolean {
  const grew = (field: keyof Counters): boolean => now[field] > numberOf(before[field]);
  const oldBefore = numberOf(before.replicas) - numberOf(before.updatedReplicas);
  return (
    grew('updatedReplicas') ||
    grew('readyReplicas') ||
    grew('availableReplicas') ||
    now.replicas - now.updatedReplicas < oldBefore
  );
}

function isLate(deployment: KubeObject, progressing: Fields, now: Date): boolean {
  if (progressing.status === 'False') return true;
  const seconds = numberOf(deployment.spec?.progressDeadlineSeconds, 600);
  return now.getTime() - Date.parse(textOf(progressing.lastUpdateTime)) > seconds * 1000;
}
