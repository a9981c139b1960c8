// One pod on the node: its sandbox, its containers, its status, and its end.

import type { ApiClient } from '../api-client.ts';
import { type Fields, type KubeObject, listOf, numberOf, textOf } from '../object.ts';
import { runContainerLoop } from './container-loop.ts';
import type { Recorder } from './events.ts';
import { type ContainerView, newView, podStatus } from './pod-status.ts';
import type { Address, Runtime, Sandbox, StartedContainer } from './runtime.ts';
import { type StatusReporter, statusReporter } from './status-reporter.ts';
import { removeVolumes } from './volumes.ts';

export interface WorkerOptions {
  readonly client: ApiClient;
  readonly runtime: Runtime;
  readonly record: Recorder;
  readonly directory: string;
  readonly backOffSeconds: number;
  now(): Date;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface PodWorker {
  /** The pod as it was seen last. */
  pod: KubeObject;
  readonly views: readonly ContainerView[];
  isReady(): boolean;
  reach(port: number): Promise<Address | undefined>;
  /** The running container of a name, and what the one before it wrote. */
  outputOf(container: string): { running: StartedContainer | undefined; previous: string | undefined };
  /** Ends the containers; with `remove`, the pod is taken out of the cluster as well. Safe to call again. */
  end(how: Ending): Promise<void>;
}

export interface Ending {
  readonly graceSeconds: number;
  readonly remove: boolean;
}

interface Planned {
  readonly spec: Fields;
  readonly view: ContainerView;
}

/** What a worker knows while its pod runs. */
interface Running {
  pod: KubeObject;
  readonly options: WorkerOptions;
  readonly planned: readonly Planned[];
  readonly views: readonly ContainerView[];
  readonly containers: Map<string, StartedContainer>;
  readonly logs: Map<string, string>;
  readonly ending: AbortController;
  readonly network: { podIP: string; startTime: string };
  readonly reporter: StatusReporter;
  sandbox: Sandbox | undefined;
}

const stamp = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');

/** Runs a pod's containers from now on; never throws: what goes wrong stands in the pod's status and events. */
export function startPod(pod: KubeObject, options: WorkerOptions): PodWorker {
  const running = prepare(pod, options);
  const done = run(running).catch((error: unknown) => {
    options.record(pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message: String(error) });
    options.log('a pod could not be run', { pod: pod.metadata.name, error: String(error) });
  });
  let ended: Promise<void> | undefined;
  return {
    get pod() {
      return running.pod;
    },
    set pod(seen) {
      running.pod = seen;
    },
    views: running.views,
    isReady: () => running.views.every((view) => view.isInit || view.isReady),
    reach: async (port) => running.sandbox?.reach(port),
    outputOf: (name) => ({ running: running.containers.get(name), previous: running.logs.get(name) }),
    end(how) {
      ended ??= finish(running, done, how);
      return ended;
    },
  };
}

function prepare(pod: KubeObject, options: WorkerOptions): Running {
  const plan = (list: unknown, isInit: boolean): Planned[] =>
    listOf(list).map((spec) => ({ spec, view: newView(spec, isInit) }));
  const planned = [...plan(pod.spec?.initContainers, true), ...plan(pod.spec?.containers, false)];
  const views = planned.map(({ view }) => view);
  const network = { podIP: '', startTime: textOf(pod.status?.startTime) || stamp(options.now()) };
  const running: Running = {
    pod,
    options,
    planned,
    views,
    containers: new Map(),
    logs: new Map(),
    ending: new AbortController(),
    network,
    reporter: statusReporter(options, () => ({
      pod: running.pod,
      status: podStatus(running.pod, views, { ...network, now: stamp(options.now()) }),
    })),
    sandbox: undefined,
  };
  return running;
}

async function run(running: Running): Promise<void> {
  const { pod, options, planned, ending, network, reporter } = running;
  reporter.report();
  const sandbox = await options.runtime.openSandbox(pod);
  running.sandbox = sandbox;
  network.podIP = sandbox.podIP;
  for (const each of planned.filter(({ view }) => view.isInit)) {
    await runContainer(running, each, sandbox);
    const isBad = each.view.state.kind !== 'terminated' || each.view.state.exitCode !== 0;
    if (ending.signal.aborted || isBad) return;
  }
  await Promise.all(
    planned.filter(({ view }) => !view.isInit).map((each) => runContainer(running, each, sandbox)),
  );
}

function runContainer(running: Running, { spec, view }: Planned, sandbox: Sandbox): Promise<void> {
  const { pod, options, network, ending, reporter, containers, logs } = running;
  const { client, directory, runtime, record, backOffSeconds, now } = options;
  const volumes = { client, pod, podIP: network.podIP, directory };
  const fixed = { pod, spec, view, runtime, sandbox, volumes, record, backOffSeconds, now };
  return runContainerLoop({
    ...fixed,
    signal: ending.signal,
    changed: reporter.report,
    onContainer(container, previousLog) {
      if (container) containers.set(view.name, container);
      else containers.delete(view.name);
      if (previousLog !== undefined) logs.set(view.name, previousLog);
    },
  });
}

async function finish(
  running: Running,
  done: Promise<void>,
  { graceSeconds, remove }: Ending,
): Promise<void> {
  const { pod, options, ending, containers, reporter } = running;
  ending.abort();
  await Promise.all([...containers.values()].map((container) => container.stop(graceSeconds)));
  await done;
  await reporter.close();
  await running.sandbox?.close();
  await removeVolumes({ directory: options.directory, pod });
  if (remove) await forget(options.client, pod);
}

/** A pod has ended here: without grace, the API server drops it at once. */
export async function forget(client: ApiClient, pod: KubeObject): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
  await client
    .send('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, { body })
    .catch(() => undefined);
}

/** How long a pod that is being deleted may take, in seconds. */
export function graceOf(pod: KubeObject): number {
  return pod.metadata.deletionGracePeriodSeconds ?? numberOf(pod.spec?.terminationGracePeriodSeconds, 30);
}
