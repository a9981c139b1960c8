// Deployment: rolls its ReplicaSets, one per template, as Kubernetes' deployment controller does.
import { at, type Fields, fieldsOf, isSame, type KubeObject, numberOf } from '../../object.ts';
import type { Api } from '../api.ts';
import { deleteObject } from '../deleting.ts';
import { deploymentStatus } from './deployment-status.ts';
import { createOwned, liveObjects, ownedBy, targetOf, templateHash, update, writeStatus } from './owned.ts';
import { templateOf } from './pods.ts';
import { type Rollout, roll } from './rolling.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

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

function dropHistory(api: Api, { deployment, old }: Rollout): void {
  const idle = old.filter(
    (set) => numberOf(set.spec?.replicas) === 0 && numberOf(set.status?.replicas) === 0,
  );
  const excess = idle.length - numberOf(deployment.spec?.revisionHistoryLimit, 10);
  const oldest = idle.toSorted((one, other) => revisionOf(one) - revisionOf(other));
  for (const set of oldest.slice(0, Math.max(0, excess))) deleteObject(api, targetOf(set), {});
}
