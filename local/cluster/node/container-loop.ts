// One container of a pod from its image to its last end: pull, start, probe, restart with back-off.
import { setTimeout as delay } from 'node:timers/promises';
import { type Fields, fieldsOf, isFields, type KubeObject, numberOf, textOf, textsOf } from '../object.ts';
import { ConfigError, environmentOf, expand } from './environment.ts';
import type { Recorder } from './events.ts';
import type { ContainerView } from './pod-status.ts';
import { keepProbing } from './probes.ts';
import {
  type ContainerExit,
  PullError,
  type PullPolicy,
  type Runtime,
  type Sandbox,
  type StartedContainer,
} from './runtime.ts';
import { refuseRoot } from './security.ts';
import { mountsOf, type VolumeOptions } from './volumes.ts';

export interface ContainerLoop {
  readonly pod: KubeObject;
  readonly spec: Fields;
  readonly view: ContainerView;
  readonly runtime: Runtime;
  readonly sandbox: Sandbox;
  readonly volumes: VolumeOptions;
  readonly record: Recorder;
  /** The first back-off; the kubelet's is 10 s. It doubles up to 30 times itself. */
  readonly backOffSeconds: number;
  readonly signal: AbortSignal;
  now(): Date;
  /** The view has changed. */
  changed(): void;
  /** The container of this moment, and what the one before wrote. */
  onContainer(container: StartedContainer | undefined, previousLog?: string): void;
}

/** Ends when the container has ended for good, or the signal says so. */
export async function runContainerLoop(loop: ContainerLoop): Promise<void> {
  const policy = loop.view.isInit ? initPolicy(loop.pod) : textOf(loop.pod.spec?.restartPolicy) || 'Always';
  while (!loop.signal.aborted) {
    const container = await untilStarted(loop);
    if (!container) return;
    const exit = await runToExit(loop, container);
    const isAgain = policy === 'Always' || (policy === 'OnFailure' && exit.exitCode !== 0);
    loop.view.isFinal = !isAgain;
    loop.changed();
    if (!isAgain || loop.signal.aborted) return;
    await backOff(loop);
  }
}

/** An init container that ended well is not run again; one that failed is, unless the policy is Never. */
function initPolicy(pod: KubeObject): string {
  return pod.spec?.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
}

const stamp = (loop: ContainerLoop): string =>
  loop
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');

function wait(loop: ContainerLoop, attempt: number): Promise<unknown> {
  const seconds = loop.backOffSeconds * Math.min(30, 2 ** attempt);
  return delay(seconds * 1000, undefined, { signal: loop.signal }).catch(() => undefined);
}

/** Tries until the container runs; undefined when told to stop. */
async function untilStarted(loop: ContainerLoop): Promise<StartedContainer | undefined> {
  for (let attempt = 0; !loop.signal.aborted; attempt += 1) {
    try {
      loop.view.imageID = await pullFor(loop);
      return await start(loop);
    } catch (error) {
      if (loop.signal.aborted) return undefined;
      await explain(loop, error, attempt);
    }
  }
  return undefined;
}

function policyOf(spec: Fields): PullPolicy {
  const policy = spec.imagePullPolicy;
  return policy === 'Always' || policy === 'Never' ? policy : 'IfNotPresent';
}

async function pullFor({ runtime, spec, view, pod, record }: ContainerLoop): Promise<string> {
  record(pod, { type: 'Normal', reason: 'Pulling', message: `Pulling image "${view.image}"` });
  const imageID = await runtime.pull(view.image, policyOf(spec));
  record(pod, { type: 'Normal', reason: 'Pulled', message: `Successfully pulled image "${view.image}"` });
  return imageID;
}

async function start(loop: ContainerLoop): Promise<StartedContainer> {
  const { runtime, sandbox, spec, view, volumes, pod, record } = loop;
  const env = await environmentOf(volumes, spec);
  const mounts = await mountsOf(volumes, spec);
  refuseRoot({ pod, spec, imageUser: await runtime.userOf(view.image) });
  const words = (list: unknown): string[] => textsOf(list).map((word) => expand(word, env));
  const securityContext = { ...fieldsOf(pod.spec?.securityContext), ...fieldsOf(spec.securityContext) };
  const expanded = { ...spec, securityContext, command: words(spec.command), args: words(spec.args) };
  const container = await sandbox.start({ image: view.image, name: view.name, spec: expanded, env, mounts });
  if (loop.signal.aborted) await container.remove();
  record(pod, { type: 'Normal', reason: 'Started', message: `Started container ${view.name}` });
  view.containerID = `podman://${container.id}`;
  view.state = { kind: 'running', startedAt: stamp(loop) };
  return container;
}

/** Why the container is not there, first as the error and then as the waiting for the next try. */
async function explain(loop: ContainerLoop, error: unknown, attempt: number): Promise<void> {
  const { view, pod, record } = loop;
  const said = error instanceof Error ? error.message : String(error);
  const isPull = error instanceof PullError;
  const message = isPull ? `Failed to pull image "${view.image}": ${said}` : said;
  const reason = isPull
    ? 'ErrImagePull'
    : error instanceof ConfigError
      ? 'CreateContainerConfigError'
      : 'RunContainerError';
  view.state = { kind: 'waiting', reason, message: isPull ? said : message };
  record(pod, { type: 'Warning', reason: 'Failed', message: isPull ? message : `Error: ${message}` });
  loop.changed();
  if (!isPull) return void (await wait(loop, attempt));
  // The kubelet shows the error until its next sync, about a second later.
  await delay(Math.min(1, loop.backOffSeconds) * 500, undefined, { signal: loop.signal }).catch(
    () => undefined,
  );
  const backing = `Back-off pulling image "${view.image}"`;
  view.state = { kind: 'waiting', reason: 'ImagePullBackOff', message: `${backing}: ErrImagePull: ${said}` };
  record(pod, { type: 'Normal', reason: 'BackOff', message: backing });
  loop.changed();
  await wait(loop, attempt);
}

async function runToExit(loop: ContainerLoop, container: StartedContainer): Promise<ContainerExit> {
  const { view, signal } = loop;
  const startedAt = view.state.kind === 'running' ? view.state.startedAt : stamp(loop);
  loop.onContainer(container);
  const ended = new AbortController();
  const while_ = AbortSignal.any([signal, ended.signal]);
  watchHealth(loop, container, while_);
  loop.changed();
  const exit = await container.exited;
  ended.abort();
  const log = await container.logs().catch(() => '');
  loop.onContainer(undefined, log);
  await container.remove().catch(() => undefined);
  view.isReady = view.isInit && exit.exitCode === 0;
  view.isStarted = false;
  const reason = exit.isOutOfMemory ? 'OOMKilled' : exit.exitCode === 0 ? 'Completed' : 'Error';
  view.state = {
    kind: 'terminated',
    ...{ exitCode: exit.exitCode, reason, startedAt, finishedAt: stamp(loop), containerID: view.containerID },
  };
  return exit;
}

function watchHealth(loop: ContainerLoop, container: StartedContainer, signal: AbortSignal): void {
  const { spec, view, sandbox } = loop;
  const probing = (probe: Fields, onVerdict: (isGood: boolean, why: string) => void): void =>
    void keepProbing({ probe, spec, sandbox, container, signal, onVerdict });
  const afterStartup = (): void => {
    view.isStarted = true;
    if (isFields(spec.livenessProbe))
      probing(
        spec.livenessProbe,
        (isGood, why) => isGood || restart(loop, container, `Liveness probe failed: ${why}`),
      );
    if (!isFields(spec.readinessProbe)) setReady(loop, true);
    else probing(spec.readinessProbe, (isGood, why) => setReady(loop, isGood, why));
  };
  if (!isFields(spec.startupProbe)) {
    afterStartup();
    return;
  }
  const startup = new AbortController();
  const until = AbortSignal.any([signal, startup.signal]);
  void keepProbing({
    probe: spec.startupProbe,
    spec,
    sandbox,
    container,
    signal: until,
    onVerdict(isGood, why) {
      startup.abort();
      if (isGood) afterStartup();
      else restart(loop, container, `Startup probe failed: ${why}`);
    },
  });
}

function setReady(loop: ContainerLoop, isReady: boolean, why = ''): void {
  const { view, pod, record } = loop;
  if (!isReady)
    record(pod, { type: 'Warning', reason: 'Unhealthy', message: `Readiness probe failed: ${why}` });
  if (view.isReady === isReady) return;
  view.isReady = isReady;
  loop.changed();
}

function restart({ pod, view, record }: ContainerLoop, container: StartedContainer, why: string): void {
  record(pod, { type: 'Warning', reason: 'Unhealthy', message: why });
  record(pod, {
    type: 'Normal',
    reason: 'Killing',
    message: `Container ${view.name} failed its probe, will be restarted`,
  });
  void container.stop(numberOf(pod.spec?.terminationGracePeriodSeconds, 30));
}

/** The first restart comes at once; from the second on the container waits, and says so. */
async function backOff(loop: ContainerLoop): Promise<void> {
  const { view, pod, record } = loop;
  view.last = view.state;
  if (view.restartCount > 0) {
    const seconds = loop.backOffSeconds * Math.min(30, 2 ** (view.restartCount - 1));
    const { name, namespace, uid } = pod.metadata;
    const message = `back-off ${seconds}s restarting failed container=${view.name} pod=${name}_${namespace}(${uid})`;
    view.state = { kind: 'waiting', reason: 'CrashLoopBackOff', message };
    record(pod, {
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off restarting failed container ${view.name} in pod ${name}_${namespace}(${uid})`,
    });
    loop.changed();
    await wait(loop, view.restartCount - 1);
  }
  view.restartCount += 1;
}
