// The cluster's only node: it takes every pod, runs it, and keeps its status true.
import { mkdirSync } from 'node:fs';
import type { ApiClient } from '../api-client.ts';
import type { Certificates } from '../certificates.ts';
import { bindClaim } from './claims.ts';
import { eventRecorder } from './events.ts';
import { follow } from './follow.ts';
import { startKubeletServer } from './kubelet-server.ts';
import { type LoadBalancers, startLoadBalancers } from './load-balancer.ts';
import type { PodWorker, WorkerOptions } from './pod-worker.ts';
import { onPod, onPodGone } from './pods.ts';
import { NODE_NAME, register } from './registration.ts';
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

/** The kubelet's first back-off (MaxContainerBackOff is 300 s, CrashLoopBackOff starts at 10 s). */
const BACK_OFF_SECONDS = 10;

/** Registers the node, runs every pod of the cluster and answers for every LoadBalancer Service until stopped. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { client, runtime, directory, now, log } = options;
  mkdirSync(directory, { recursive: true });
  await runtime.clear();
  const workers = new Map<string, PodWorker>();
  const kubelet = await startKubeletServer(options.certificates, (namespace, name) =>
    [...workers.values()].find(
      ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name,
    ),
  );
  await register(client, kubelet.port);
  const record = eventRecorder(client, { node: NODE_NAME, now });
  const backOffSeconds = options.backOffSeconds ?? BACK_OFF_SECONDS;
  const worker: WorkerOptions = { client, runtime, record, directory, backOffSeconds, now, log };
  const balancers = startLoadBalancers({ client, label: options.label, pods: () => workers.values(), log });
  const stopping = new AbortController();
  const loops = followAll({ worker, workers, balancers, signal: stopping.signal });
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

interface Followed {
  readonly worker: WorkerOptions;
  readonly workers: Map<string, PodWorker>;
  readonly balancers: LoadBalancers;
  readonly signal: AbortSignal;
}

function followAll({ worker, workers, balancers, signal }: Followed): readonly Promise<void>[] {
  const { client, directory, log } = worker;
  const following = { client, signal, log };
  return [
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
      onObject(claim) {
        bindClaim(client, claim, directory).catch((error: unknown) =>
          log('a claim was not bound', { error: String(error) }),
        );
      },
      onGone: () => undefined,
    }),
  ];
}
