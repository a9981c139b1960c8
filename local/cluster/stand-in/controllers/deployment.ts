// Deployment: rolls its ReplicaSets, one per template, as Kubernetes' deployment controller does.
import { at, type Fields, fieldsOf, isSame, type KubeObject, numberOf, textOf } from '../../object.ts';
import type { Api } from '../api.ts';
import { deleteObject } from '../deleting.ts';
import { deploymentStatus } from './deployment-status.ts';
import {
  createOwned,
  liveObjects,
  ownedBy,
  scaleTo,
  targetOf,
  templateHash,
  update,
  writeStatus,
} from './owned.ts';
import { amountOf, templateOf } from './pods.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

export interface Rollout {
  readonly deployment: KubeObject;
  readonly current: KubeObject | undefined;
  readonly old: readonly KubeObject[];
}

export function reconcileDeployments(api: Api, namespace: string): void {
  for (const deployment of liveObjects(api, 'Deployment', namespace)) reconcile(api, deployment);
}

function reconcile(api: Api, found: KubeObject): void {
  const isPaused = found.spec?.paused === true;
  const created = !isPaused && !rolloutOf(api, found).current ? createReplicaSet(api, found) : undefined;
  const deployment = isPaused ? found : withRevision(api, found);
  if (!isPaused) roll(api, rolloutOf(api, deployment));
  dropHistory(api, rolloutOf(api, deployment));
  const status = deploymentStatus(api, { ...rolloutOf(api, deployment), isNew: created !== undefined });
  writeStatus(api, deployment, status);
}

function rolloutOf(api: Api, deployment: KubeObject): Rollout {
  const sets = ownedBy(api, deployment, 'ReplicaSet');
  const current = sets.find((set) =>
    isSame(withoutHash(templateOf(set)), withoutHash(templateOf(deployment))),
  );
  return { deployment, current, old: sets.filter((set) => set !== current) };
}

function withoutHash(template: Fields): Fields {
  const { [HASH]: _, ...labels } = fieldsOf(at(template, 'metadata', 'labels'));
  return { ...template, metadata: { ...fieldsOf(template.metadata), labels } };
}

function createReplicaSet(api: Api, deployment: KubeObject): KubeObject {
  const template = templateOf(deployment);
  const hash = templateHash(template);
  const labels = { ...fieldsOf(at(template, 'metadata', 'labels')), [HASH]: hash };
  const selector = fieldsOf(deployment.spec?.selector);
  return createOwned(api, deployment, {
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      labels,
      annotations: { [REVISION]: `${lastRevision(api, deployment) + 1}` },
    },
    spec: {
      replicas: 0,
      ...(deployment.spec?.minReadySeconds === undefined
        ? {}
        : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...fieldsOf(selector.matchLabels), [HASH]: hash } },
      template: { ...template, metadata: { ...fieldsOf(template.metadata), labels } },
    },
  });
}

const revisionOf = (object: KubeObject): number => Number(object.metadata.annotations?.[REVISION] ?? 0);

function lastRevision(api: Api, deployment: KubeObject): number {
  return Math.max(0, ...ownedBy(api, deployment, 'ReplicaSet').map(revisionOf));
}

/** A template used again gets a new revision; the Deployment carries that of its current ReplicaSet. */
function withRevision(api: Api, deployment: KubeObject): KubeObject {
  const { current, old } = rolloutOf(api, deployment);
  if (!current) return deployment;
  const newest = Math.max(0, ...old.map(revisionOf));
  const revision = `${revisionOf(current) > newest ? revisionOf(current) : newest + 1}`;
  for (const object of [current, deployment]) {
    if (object.metadata.annotations?.[REVISION] === revision) continue;
    const annotations = { ...object.metadata.annotations, [REVISION]: revision };
    update(api, { ...object, metadata: { ...object.metadata, annotations } });
  }
  return api.store.get(targetOf(deployment)) ?? deployment;
}

function roll(api: Api, rollout: Rollout): void {
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

function dropHistory(api: Api, { deployment, old }: Rollout): void {
  const idle = old.filter(
    (set) => numberOf(set.spec?.replicas) === 0 && numberOf(set.status?.replicas) === 0,
  );
  const excess = idle.length - numberOf(deployment.spec?.revisionHistoryLimit, 10);
  const oldest = idle.toSorted((one, other) => revisionOf(one) - revisionOf(other));
  for (const set of oldest.slice(0, Math.max(0, excess))) deleteObject(api, targetOf(set), {});
}

/** The name events and conditions use. */
export function replicaSetName({ current }: Rollout): string {
  return textOf(current?.metadata.name);
}
