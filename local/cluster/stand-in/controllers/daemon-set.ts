// DaemonSet: one pod per node, replaced one after the other.
import { at, type Fields, type KubeObject, textOf } from '../../object.ts';
import type { Api } from '../api.ts';
import { deleteObject } from '../deleting.ts';
import { builtIn } from '../resources.ts';
import {
  createPod,
  liveObjects,
  ownedBy,
  randomSuffix,
  targetOf,
  templateHash,
  writeStatus,
} from './owned.ts';
import { isActive, isAvailable, isReady, templateOf } from './pods.ts';

const HASH = 'controller-revision-hash';

export function reconcileDaemonSets(api: Api, namespace: string): void {
  const nodes = api.store.list(builtIn('Node')).map((node) => node.metadata.name);
  for (const set of liveObjects(api, 'DaemonSet', namespace)) {
    for (const node of nodes) fill(api, set, node);
    replaceOne(api, set);
    writeStatus(api, set, statusOf(api, set, nodes.length));
  }
}

const podsOf = (api: Api, set: KubeObject): KubeObject[] => ownedBy(api, set, 'Pod');
const isCurrent = (set: KubeObject, pod: KubeObject): boolean =>
  pod.metadata.labels?.[HASH] === templateHash(templateOf(set));

function fill(api: Api, set: KubeObject, node: string): void {
  // Without surge, the old pod must be gone before the next one of its node is made.
  if (podsOf(api, set).some((pod) => textOf(pod.spec?.nodeName) === node)) return;
  const labels = { [HASH]: templateHash(templateOf(set)) };
  createPod(api, set, {
    name: `${set.metadata.name}-${randomSuffix()}`,
    template: templateOf(set),
    labels,
    spec: { nodeName: node },
  });
}

function replaceOne(api: Api, set: KubeObject): void {
  if (at(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
  const pods = podsOf(api, set);
  if (pods.some((pod) => isCurrent(set, pod) && !isReady(pod))) return;
  const outdated = pods.find((pod) => !isCurrent(set, pod) && pod.metadata.deletionTimestamp === undefined);
  if (outdated) deleteObject(api, targetOf(outdated), {});
}

function statusOf(api: Api, set: KubeObject, nodes: number): Fields {
  const pods = podsOf(api, set).filter(isActive);
  const available = pods.filter((pod) => isAvailable(pod, set.spec, api.now())).length;
  return {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: nodes,
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    numberReady: pods.filter(isReady).length,
    updatedNumberScheduled: pods.filter((pod) => isCurrent(set, pod)).length,
    numberAvailable: available,
    numberUnavailable: nodes - available,
  };
}
