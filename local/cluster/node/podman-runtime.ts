// Runs the pods' containers with podman.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  containerLogs,
  inspectContainer,
  publishedPort,
  removeByLabel,
  removeContainer,
  runContainer,
} from '../../containers/containers.ts';
import type { Engine } from '../../containers/engine.ts';
import { canOpenNetworks, type Network, openNetwork, removeNetworks } from '../../containers/network.ts';
import { podman } from '../../containers/podman.ts';
import { type KubeObject, textsOf } from '../object.ts';
import { limitFlags, mountFlags, publishFlags, securityFlags } from './podman-flags.ts';
import { type ImageOptions, pullForPod } from './podman-images.ts';
import type {
  Address,
  ContainerExit,
  ContainerStart,
  Runtime,
  Sandbox,
  StartedContainer,
} from './runtime.ts';

export interface PodmanRuntimeOptions extends ImageOptions {
  readonly engine: Engine;
  /** The region's container label. */
  readonly label: string;
}

const run = promisify(execFile);
/** Apart from the region's functions, which live and die by themselves. */
const KIND = 'pod';
/** Enough for what a person reads of a crashed container. */
const LOG_LINES = 1000;
/** 128 + SIGKILL. */
const KILLED = 137;

export function podmanRuntime(options: PodmanRuntimeOptions): Runtime {
  return {
    name: 'podman',
    pull: (image, policy) => pullForPod(options, image, policy),
    userOf: async (image) =>
      (await podman(['image', 'inspect', '--format', '{{.Config.User}}', image])).trim(),
    openSandbox: (pod) => openSandbox(options, pod),
    async clear() {
      await removeByLabel(options.label, KIND);
      await removeNetworks(options.label);
    },
  };
}

async function openSandbox(options: PodmanRuntimeOptions, pod: KubeObject): Promise<Sandbox> {
  const network = canOpenNetworks() ? await openNetwork(options.label) : undefined;
  const state: { first: string | undefined } = { first: undefined };
  const join = (): readonly string[] => {
    if (network) return network.flags;
    return state.first === undefined ? publishFlags(pod) : ['--network', `container:${state.first}`];
  };
  return {
    podIP: network?.address ?? '127.0.0.1',
    reach: (port) => reach(network, state.first, port),
    async start(start) {
      const container = await startContainer(options, start, join());
      state.first ??= container.id;
      return container;
    },
    close: async () => network?.close(),
  };
}

async function reach(
  network: Network | undefined,
  first: string | undefined,
  port: number,
): Promise<Address | undefined> {
  if (network) return { host: network.address, port };
  const published = first === undefined ? undefined : await publishedPort(first, port);
  const [host, number] = published?.split(':') ?? [];
  return host === undefined || number === undefined ? undefined : { host, port: Number(number) };
}

async function startContainer(
  { engine, label }: PodmanRuntimeOptions,
  start: ContainerStart,
  network: readonly string[],
): Promise<StartedContainer> {
  const [entrypoint, ...rest] = textsOf(start.spec.command);
  const args = textsOf(start.spec.args);
  const id = await runContainer(engine, {
    image: start.image,
    label,
    kind: KIND,
    env: start.env,
    flags: [...network, ...mountFlags(start), ...securityFlags(start.spec), ...limitFlags(start.spec)],
    ...(entrypoint === undefined ? {} : { entrypoint: JSON.stringify([entrypoint]) }),
    command: [...rest, ...args],
  });
  return started(id, limitFlags(start.spec).length > 0);
}

function started(id: string, isLimited: boolean): StartedContainer {
  let wasEnded = false;
  return {
    id,
    exited: exitOf(id).then(({ exitCode, isOutOfMemory }) => ({
      exitCode,
      // With cgroups of version 1 podman does not see it: nobody here killed the container, so the kernel did.
      isOutOfMemory: isOutOfMemory || (isLimited && exitCode === KILLED && !wasEnded),
    })),
    logs: (lines) => containerLogs(id, lines ?? LOG_LINES),
    exec: async (command) =>
      run('podman', ['exec', id, ...command]).then(
        () => 0,
        (error: { code?: number }) => error.code ?? 1,
      ),
    async stop(graceSeconds) {
      wasEnded = true;
      await podman(['stop', '--time', `${graceSeconds}`, id]).catch(() => undefined);
    },
    async remove() {
      wasEnded = true;
      await removeContainer(id);
    },
  };
}

async function exitOf(id: string): Promise<ContainerExit> {
  await podman(['wait', id]).catch(() => undefined);
  const state = await inspectContainer(id).catch(() => undefined);
  return { exitCode: state?.exitCode ?? KILLED, isOutOfMemory: state?.oomKilled ?? false };
}
