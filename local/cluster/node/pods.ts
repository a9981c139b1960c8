// Which pods the node runs, from what it sees of the cluster.
import { type KubeObject, textOf } from '../object.ts';
import { forget, graceOf, type PodWorker, startPod, type WorkerOptions } from './pod-worker.ts';
import { NODE_NAME } from './registration.ts';

export interface Pods {
  readonly workers: Map<string, PodWorker>;
  readonly worker: WorkerOptions;
}

/** Takes, runs or ends a pod as it stands. */
export function onPod(pod: KubeObject, { workers, worker }: Pods): void {
  const uid = pod.metadata.uid ?? '';
  const known = workers.get(uid);
  if (known) known.pod = pod;
  if (pod.metadata.deletionTimestamp !== undefined) {
    end(pod, { workers, worker });
    return;
  }
  if (known) return;
  const node = textOf(pod.spec?.nodeName);
  // Nothing schedules here but the node itself: there is no choice to make.
  if (node === '') return void bind(worker, pod);
  const phase = textOf(pod.status?.phase);
  if (node !== NODE_NAME || phase === 'Succeeded' || phase === 'Failed') return;
  workers.set(uid, startPod(pod, worker));
}

/** A pod this node has not run in this life is only taken out of the cluster. */
function end(pod: KubeObject, { workers, worker }: Pods): void {
  const uid = pod.metadata.uid ?? '';
  const known = workers.get(uid);
  if (known) void known.end({ graceSeconds: graceOf(pod), remove: true }).then(() => workers.delete(uid));
  else if (textOf(pod.spec?.nodeName) === NODE_NAME) void forget(worker.client, pod);
}

/** It was taken out by force; the containers go as well. */
export function onPodGone(pod: KubeObject, workers: Map<string, PodWorker>): void {
  const uid = pod.metadata.uid ?? '';
  void workers
    .get(uid)
    ?.end({ graceSeconds: 0, remove: false })
    .then(() => workers.delete(uid));
}

async function bind({ client, record, log }: WorkerOptions, pod: KubeObject): Promise<void> {
  const { namespace, name } = pod.metadata;
  const target = { apiVersion: 'v1', kind: 'Node', name: NODE_NAME };
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target };
  const answer = await client
    .send('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, { body })
    .catch(() => undefined);
  if (answer?.status === 201) {
    record(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${namespace}/${name} to ${NODE_NAME}`,
    });
  } else if (answer && answer.status !== 409 && answer.status !== 404) {
    log('a pod could not be bound', { name, status: answer.status, body: answer.text.slice(0, 300) });
  }
}
