// The cluster's only node: it takes every pod, runs it, and keeps its status true.
import { mkdirSync } from 'node:fs';
import type { ApiClient } from '../api-client.ts';
import type { Certificates } from '../certificates.ts';
import { type KubeObject, textOf } from '../object.ts';
import { bindClaim } from './claims.ts';
import { eventRecorder } from './events.ts';
import { follow } from './follow.ts';
import { type KubeletServer, startKubeletServer } from './kubelet-server.ts';
import { startLoadBalancers } from './load-balancer.ts';
import { graceOf, type PodWorker, startPod, type WorkerOptions } from './pod-worker.ts';
import type { Runtime } from './runtime.ts';

export interface NodeOptions {
  readonly client: ApiClient;
  readonly certificates: Certificates;
  readonly runtime: Runtime;
  /** Tells regions of one machine apart. */
  readonly label: string;
  /** Volumes live here; claims outlive a restart. */
  readonly directory: string;
  /** The first back-off of restarts and pulls; the kubelet's is 10. */
  readonly backOffSeconds?: number;
  now(): Date;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Node {
  stop(): Promise<void>;
}

const MERGE = 'application/merge-patch+json';

export const NODE_NAME = 'galley-node';

export async function startNode(options: NodeOptions): Promise<Node> {
  const { client, runtime, directory, now, log } = options;
  mkdirSync(directory, { recursive: true });
  await runtime.clear();
  const workers = new Map<string, PodWorker>();
  const stopping = new AbortController();
  const find = (namespace: string, name: string): PodWorker | undefined =>
    [...workers.values()].find(
      ({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
    );
  const kubelet = await startKubeletServer(options.certificates, find);
  await register(client, kubelet);
  const record = eventRecorder(client, { node: NODE_NAME, now });
  const balancers = startLoadBalancers({ client, label: options.label, pods: () => workers.values(), log });
  const worker: WorkerOptions = {
    client,
    runtime,
    record,
    directory,
    backOffSeconds: options.backOffSeconds ?? 10,
    now,
    log,
  };
  const following = { client, signal: stopping.signal, log };
  const loops = [
    follow({
      ...following,
      path: '/api/v1/pods',
      onObject: (pod) => onPod(pod, { workers, worker }),
      onGone: (pod) => onPodGone(pod, workers),
    }),
    follow({
      ...following,
      path: '/api/v1/services',
      onObject: balancers.onService,
      onGone: balancers.onServiceGone,
    }),
    follow({
      ...following,
      path: '/api/v1/persistentvolumeclaims',
      onObject: (claim) =>
        void bindClaim(client, claim, directory).catch((error: unknown) =>
          log('a claim was not bound', { error: String(error) }),
        ),
      onGone: () => undefined,
    }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      await Promise.all([...workers.values()].map((each) => each.end({ graceSeconds: 0, remove: false })));
      await balancers.stop();
      await kubelet.stop();
      await runtime.clear();
    },
  };
}

interface Pods {
  readonly workers: Map<string, PodWorker>;
  readonly worker: WorkerOptions;
}

function onPod(pod: KubeObject, { workers, worker }: Pods): void {
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

/** A pod this node never ran, or ran in an earlier life, is only taken out of the cluster. */
function end(pod: KubeObject, { workers, worker }: Pods): void {
  const known =
    workers.get(pod.metadata.uid ?? '') ??
    (textOf(pod.spec?.nodeName) === NODE_NAME ? finishedPod(pod, worker) : undefined);
  void known
    ?.end({ graceSeconds: graceOf(pod), remove: true })
    .then(() => workers.delete(pod.metadata.uid ?? ''));
}

function finishedPod(pod: KubeObject, worker: WorkerOptions): PodWorker {
  return startPod({ ...pod, spec: { ...pod.spec, containers: [], initContainers: [] } }, worker);
}

/** It was taken out by force; the containers go as well. */
function onPodGone(pod: KubeObject, workers: Map<string, PodWorker>): void {
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

async function register(client: ApiClient, { port }: KubeletServer): Promise<void> {
  const path = `/api/v1/nodes/${NODE_NAME}`;
  const labels = {
    'kubernetes.io/hostname': NODE_NAME,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'galley',
  };
  const made = await client.apply(path, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE_NAME, labels },
  });
  if (made.status >= 300)
    throw new Error(`the node could not be registered: ${made.status} ${made.text.slice(0, 300)}`);
  // A new node is tainted as not ready, and the controller that would lift that does not run here.
  await client.send('PATCH', path, { body: { spec: { taints: null } }, type: MERGE });
  const status = {
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: NODE_NAME },
    ],
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ],
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const answer = await client.send('PATCH', `${path}/status`, {
    body: { status },
    type: MERGE,
  });
  if (answer.status !== 200)
    throw new Error(`the node's status was refused: ${answer.status} ${answer.text.slice(0, 300)}`);
}
