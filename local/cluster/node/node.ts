// The cluster's only node: it takes every pod, runs it, and keeps its status true.
import { mkdirSync } from 'node:fs';
import type { ApiClient } from '../api-client.ts';
import type { Certificates } from '../certificates.ts';
import { bindClaim } from './claims.ts';
import { eventRecorder } from './events.ts';
import { follow } from './follow.ts';
import { startKubeletServer } from './kubelet-server.ts';
import { startLoadBalancers } from './load-balancer.ts';
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
  await register(client, kubelet.port);
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
