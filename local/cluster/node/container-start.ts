// A container from its image to its start, tried again and again, each failure in the kubelet's words.
import { setTimeout as delay } from 'node:timers/promises';
import { type Fields, fieldsOf, type KubeObject, textsOf } from '../object.ts';
import { ConfigError, environmentOf, expand } from './environment.ts';
import type { Recorder } from './events.ts';
import type { ContainerView } from './pod-status.ts';
import { PullError, type PullPolicy, type Runtime, type Sandbox, type StartedContainer } from './runtime.ts';
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

/** Now, as Kubernetes writes times. */
export const stamp = (loop: ContainerLoop): string =>
  loop
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');

/** The back-off before the next attempt; ends early with the signal. */
export function wait(loop: ContainerLoop, attempt: number): Promise<unknown> {
  const seconds = loop.backOffSeconds * Math.min(30, 2 ** attempt);
  return delay(seconds * 1000, undefined, { signal: loop.signal }).catch(() => undefined);
}

/** Tries until the container runs; undefined when told to stop. */
export async function untilStarted(loop: ContainerLoop): Promise<StartedContainer | undefined> {
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
