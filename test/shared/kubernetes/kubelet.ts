// A kubelet without containers: binds pods, and writes the statuses a real one would, the bad ones included.
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../../shared/kubernetes/api.ts';
import { type KubeObject, listAt, textAt } from '../../../shared/kubernetes/objects.ts';

/** What becomes of a pod's containers, decided by image. */
export type Fate = 'ready' | 'denied' | 'absent' | 'crash' | 'wrong-image' | 'unready' | 'no-config' | 'done';

export interface Kubelet {
  /** The fate of images that contain the text; everything else gets ready. */
  fates: Map<string, Fate>;
  stop(): Promise<void>;
}

const NODE = 'node-1';

export function startKubelet(cluster: Cluster): Kubelet {
  const fates = new Map<string, Fate>();
  const ended = new AbortController();
  const loop = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await tick(cluster, fates).catch(() => undefined);
      await delay(50);
    }
  };
  const running = loop();
  return {
    fates,
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}

async function tick(cluster: Cluster, fates: Map<string, Fate>): Promise<void> {
  const { body } = await cluster.call({ method: 'GET', path: '/api/v1/pods' });
  await Promise.all(
    listAt(body, 'items').map((pod) => tend(cluster, pod as KubeObject, fates).catch(() => undefined)),
  );
}

async function tend(cluster: Cluster, pod: KubeObject, fates: Map<string, Fate>): Promise<void> {
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
  if (pod.metadata.deletionTimestamp !== undefined) {
    await cluster.call({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } });
    return;
  }
  if (textAt(pod, 'spec', 'nodeName') === undefined) {
    const target = { apiVersion: 'v1', kind: 'Node', name: NODE };
    const metadata = { name: pod.metadata.name };
    await cluster.call({
      method: 'POST',
      path: `${path}/binding`,
      body: { apiVersion: 'v1', kind: 'Binding', metadata, target },
    });
  }
  const status = statusOf(pod, fates);
  if (textAt(pod, 'metadata', 'annotations', 'test/fate') === JSON.stringify(status)) return;
  const annotations = { 'test/fate': JSON.stringify(status) };
  const patch = { method: 'PATCH', contentType: 'application/merge-patch+json' } as const;
  await cluster.call({ ...patch, path: `${path}/status`, body: { status } });
  await cluster.call({ ...patch, path, body: { metadata: { annotations } } });
  await missSecrets(cluster, pod);
}

/** As the kubelet says it (pkg/kubelet/kubelet_pods.go). */
async function missSecrets(cluster: Cluster, { metadata, spec }: KubeObject): Promise<void> {
  const { name, namespace = '', uid } = metadata;
  const missing: string[] = [];
  for (const secret of listAt(spec, 'imagePullSecrets').map((one) => textAt(one, 'name') ?? '')) {
    const path = `/api/v1/namespaces/${namespace}/secrets/${secret}`;
    await cluster.call({ method: 'GET', path }).catch(() => missing.push(secret));
  }
  if (missing.length === 0) return;
  const body = {
    metadata: { generateName: 'pull-', namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    type: 'Warning',
    reason: 'FailedToRetrieveImagePullSecret',
    message: `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`,
  };
  await cluster.call({ method: 'POST', path: `/api/v1/namespaces/${namespace}/events`, body });
}

function statusOf(pod: KubeObject, fates: Map<string, Fate>): object {
  const fate = fateOf(textAt(listAt(pod, 'spec', 'containers')[0], 'image') ?? '', fates);
  if (fate === 'done') {
    return { phase: 'Succeeded', containerStatuses: listAt(pod, 'spec', 'containers').map(doneStatus) };
  }
  const containers = listAt(pod, 'spec', 'containers').map((container) => containerStatus(container, fates));
  const isReady = containers.every(({ ready }) => ready);
  const lastTransitionTime = pod.metadata.creationTimestamp;
  const condition = (type: string, is: boolean) => ({
    type,
    status: is ? 'True' : 'False',
    lastTransitionTime,
  });
  return {
    phase: isReady ? 'Running' : 'Pending',
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', isReady),
      condition('Ready', isReady),
    ],
    initContainerStatuses: listAt(pod, 'spec', 'initContainers').map(doneStatus),
    containerStatuses: containers,
  };
}

function fateOf(image: string, fates: Map<string, Fate>): Fate {
  return [...fates].find(([text]) => image.includes(text))?.[1] ?? 'ready';
}

function doneStatus(container: unknown) {
  const image = textAt(container, 'image') ?? '';
  const state = { terminated: { exitCode: 0, reason: 'Completed' } };
  return {
    name: textAt(container, 'name') ?? '',
    image,
    imageID: image,
    restartCount: 0,
    ready: true,
    state,
  };
}

const WAITING: Record<'denied' | 'absent' | 'crash' | 'no-config', { reason: string; message: string }> = {
  denied: {
    reason: 'ImagePullBackOff',
    message: 'Back-off: denied: Anonymous users are only allowed read access on public repos',
  },
  absent: { reason: 'ErrImagePull', message: 'manifest unknown: not found' },
  crash: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' },
  'no-config': { reason: 'CreateContainerConfigError', message: 'configmap "nope" not found' },
};

function containerStatus(container: unknown, fates: Map<string, Fate>) {
  const image = textAt(container, 'image') ?? '';
  const fate = fateOf(image, fates);
  const base = { name: textAt(container, 'name') ?? '', image, imageID: image, restartCount: 0 };
  if (fate === 'ready') return { ...base, ready: true, started: true, state: { running: {} } };
  if (fate === 'unready') return { ...base, ready: false, started: true, state: { running: {} } };
  if (fate === 'wrong-image') {
    const imageID = `${image.split('@')[0]}@sha256:${'f'.repeat(64)}`;
    return { ...base, imageID, ready: true, started: true, state: { running: {} } };
  }
  if (fate === 'done') return { ...doneStatus(container), started: false };
  const crashed = { terminated: { exitCode: 3, reason: 'Error' } };
  return {
    ...base,
    imageID: '',
    ready: false,
    started: false,
    restartCount: fate === 'crash' ? 4 : 0,
    state: { waiting: WAITING[fate] },
    ...(fate === 'crash' ? { lastState: crashed } : {}),
  };
}
