// One step of a rollout: how many pods the new ReplicaSet gets, and how many the old ones lose.
import { at, fieldsOf, type KubeObject, numberOf, textOf } from '../../object.ts';
import type { Api } from '../api.ts';
import { ownedBy, scaleTo } from './owned.ts';
import { amountOf } from './pods.ts';

export interface Rollout {
  readonly deployment: KubeObject;
  readonly current: KubeObject | undefined;
  readonly old: readonly KubeObject[];
}

/** The name events and conditions use. */
export function replicaSetName({ current }: Rollout): string {
  return textOf(current?.metadata.name);
}

/** Takes the step that is possible now; the next change brings the next one. */
export function roll(api: Api, rollout: Rollout): void {
  const { deployment, current, old } = rollout;
  if (!current) return;
  const replicas = numberOf(deployment.spec?.replicas);
  if (at(deployment, 'spec', 'strategy', 'type') === 'Recreate') {
    for (const set of old) scaleTo(api, set, 0);
    const isClear = old.every((set) => ownedBy(api, set, 'Pod').length === 0);
    if (isClear) scaleTo(api, current, replicas);
    return;
  }
  if (numberOf(current.spec?.replicas) !== replicas) scaleUp(api, rollout);
  else scaleDown(api, rollout);
}

function limits(deployment: KubeObject): { surge: number; unavailable: number } {
  const replicas = numberOf(deployment.spec?.replicas);
  const rolling = fieldsOf(at(deployment, 'spec', 'strategy', 'rollingUpdate'));
  const surge = amountOf(rolling.maxSurge, replicas, Math.ceil);
  const unavailable = amountOf(rolling.maxUnavailable, replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

const wanted = (sets: readonly KubeObject[]): number =>
  sets.reduce((sum, set) => sum + numberOf(set.spec?.replicas), 0);

function scaleUp(api: Api, rollout: Rollout): void {
  const { deployment, current, old } = rollout;
  if (!current) return;
  const replicas = numberOf(deployment.spec?.replicas);
  const size = numberOf(current.spec?.replicas);
  if (size > replicas) return void scaleTo(api, current, replicas);
  const room = replicas + limits(deployment).surge - wanted([current, ...old]);
  if (room > 0) scaleTo(api, current, Math.min(replicas, size + room));
  else scaleDown(api, rollout);
}

/** Takes old pods away, those that never became available first, and never below the allowed minimum. */
function scaleDown(api: Api, { deployment, current, old }: Rollout): void {
  if (!current) return;
  const available = (set: KubeObject): number => numberOf(set.status?.availableReplicas);
  const minimum = numberOf(deployment.spec?.replicas) - limits(deployment).unavailable;
  const unready = numberOf(current.spec?.replicas) - available(current);
  let room = wanted([current, ...old]) - minimum - unready;
  const shrunk = old.map((set) => {
    const unhealthy = Math.min(Math.max(0, room), Math.max(0, numberOf(set.spec?.replicas) - available(set)));
    room -= unhealthy;
    return unhealthy > 0 ? scaleTo(api, set, numberOf(set.spec?.replicas) - unhealthy) : set;
  });
  let spare = [current, ...shrunk].reduce((sum, set) => sum + available(set), 0) - minimum;
  for (const set of shrunk) {
    const fewer = Math.min(Math.max(0, spare), numberOf(set.spec?.replicas));
    spare -= fewer;
    if (fewer > 0) scaleTo(api, set, numberOf(set.spec?.replicas) - fewer);
  }
}
