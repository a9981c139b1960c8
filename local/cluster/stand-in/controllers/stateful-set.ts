// StatefulSet: pods with ordinals, made and replaced in order.
import { at, type Fields, fieldsOf, type KubeObject, listOf, numberOf, textOf } from '../../object.ts';
import { type Api, CONTROLLER_MANAGER } from '../api.ts';
import { deleteObject } from '../deleting.ts';
import { builtIn } from '../resources.ts';
import { createObject } from '../writing.ts';
import { createPod, liveObjects, ownedBy, targetOf, templateHash, writeStatus } from './owned.ts';
import { isActive, isAvailable, isReady, templateOf } from './pods.ts';

const REVISION_LABEL = 'controller-revision-hash';

export function reconcileStatefulSets(api: Api, namespace: string): void {
  for (const set of liveObjects(api, 'StatefulSet', namespace)) {
    const pods = new Map(ownedBy(api, set, 'Pod').map((pod) => [ordinalOf(pod), pod]));
    if (fill(api, set, pods) && shrink(api, set, pods)) replaceOutdated(api, set, pods);
    writeStatus(api, set, statusOf(api, set));
  }
}

const ordinalOf = (pod: KubeObject): number =>
  Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
const revisionOf = (set: KubeObject): string => `${set.metadata.name}-${templateHash(templateOf(set))}`;
const revisionOfPod = (pod: KubeObject): string => textOf(pod.metadata.labels?.[REVISION_LABEL]);
const partitionOf = (set: KubeObject): number =>
  numberOf(at(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'));

type Pods = Map<number, KubeObject>;

/** Creates what is missing; false while a pod must become ready before the next is made. */
function fill(api: Api, set: KubeObject, pods: Pods): boolean {
  const isParallel = set.spec?.podManagementPolicy === 'Parallel';
  for (let ordinal = 0; ordinal < numberOf(set.spec?.replicas); ordinal += 1) {
    const pod = pods.get(ordinal);
    if (pod && !isActive(pod) && pod.metadata.deletionTimestamp === undefined)
      deleteObject(api, targetOf(pod), {});
    if (!pod) pods.set(ordinal, create(api, set, ordinal));
    if (!isParallel && !(pod && isReady(pod) && isActive(pod))) return isOutdated(set, pods.get(ordinal));
  }
  return true;
}

/** A pod of an old template that never became ready must not block its own replacement. */
function isOutdated(set: KubeObject, pod: KubeObject | undefined): boolean {
  return pod !== undefined && isActive(pod) && !isReady(pod) && revisionOfPod(pod) !== revisionOf(set);
}

function create(api: Api, set: KubeObject, ordinal: number): KubeObject {
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = listOf(set.spec?.volumeClaimTemplates).map((template) =>
    claim(api, set, { template, name }),
  );
  const volumes = [...listOf(at(templateOf(set), 'spec', 'volumes')), ...claims];
  const labels = {
    [REVISION_LABEL]: revisionOf(set),
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': `${ordinal}`,
  };
  const spec = {
    hostname: name,
    subdomain: textOf(set.spec?.serviceName),
    ...(volumes.length > 0 ? { volumes } : {}),
  };
  return createPod(api, set, { name, template: templateOf(set), labels, spec });
}

/** The claim of one pod; it outlives the pod, and the set. */
function claim(api: Api, set: KubeObject, { template, name }: { template: Fields; name: string }): Fields {
  const volume = textOf(at(template, 'metadata', 'name'));
  const resource = builtIn('PersistentVolumeClaim');
  const target = { resource, namespace: set.metadata.namespace ?? '', name: `${volume}-${name}` };
  if (!api.store.get(target)) {
    const metadata = { ...fieldsOf(template.metadata), name: target.name, namespace: target.namespace };
    const object = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata,
      spec: fieldsOf(template.spec),
    };
    createObject(api, object, target, { manager: CONTROLLER_MANAGER });
  }
  return { name: volume, persistentVolumeClaim: { claimName: target.name } };
}

/** Deletes what is too much, the highest ordinal first; false while one is going. */
function shrink(api: Api, set: KubeObject, pods: Pods): boolean {
  const excess = [...pods]
    .filter(([ordinal]) => ordinal >= numberOf(set.spec?.replicas))
    .sort(([one], [other]) => other - one);
  const [last] = excess;
  if (!last) return true;
  if (last[1].metadata.deletionTimestamp === undefined) deleteObject(api, targetOf(last[1]), {});
  return false;
}

function replaceOutdated(api: Api, set: KubeObject, pods: Pods): void {
  if (at(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
  for (let ordinal = numberOf(set.spec?.replicas) - 1; ordinal >= partitionOf(set); ordinal -= 1) {
    const pod = pods.get(ordinal);
    if (!pod || pod.metadata.deletionTimestamp !== undefined) return;
    if (revisionOfPod(pod) !== revisionOf(set)) return void deleteObject(api, targetOf(pod), {});
    if (!isReady(pod)) return;
  }
}

function statusOf(api: Api, set: KubeObject): Fields {
  const pods = ownedBy(api, set, 'Pod').filter(isActive);
  const updateRevision = revisionOf(set);
  const updated = pods.filter((pod) => revisionOfPod(pod) === updateRevision);
  const isDone =
    updated.length === numberOf(set.spec?.replicas) &&
    updated.every(isReady) &&
    pods.length === updated.length;
  const currentRevision = isDone ? updateRevision : textOf(set.status?.currentRevision) || updateRevision;
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec, api.now())).length,
    currentReplicas: pods.filter((pod) => revisionOfPod(pod) === currentRevision).length,
    updatedReplicas: updated.length,
    currentRevision,
    updateRevision,
    collisionCount: 0,
  };
}
