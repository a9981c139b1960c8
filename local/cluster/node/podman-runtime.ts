// Runs the pods' containers with podman.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { imageExists, pullImage } from '../../containers/images.ts';
import { canOpenNetworks, type Network, openNetwork } from '../../containers/network.ts';
import { PodmanError, podman } from '../../containers/podman.ts';
import { at, type Fields, fieldsOf, type KubeObject, listOf, numberOf, textOf, textsOf } from '../object.ts';
import { memoryBytes } from './quantity.ts';
import {
  type Address,
  type ContainerExit,
  type ContainerStart,
  PullError,
  type PullPolicy,
  type Runtime,
  type Sandbox,
  type StartedContainer,
} from './runtime.ts';

export interface PodmanRuntimeOptions {
  readonly engine: Engine;
  /** The region's container label. */
  readonly label: string;
  /** Scratch files, such as the registry credential. */
  readonly directory: string;
  /** Host of a registry whose images are pulled with a credential over plain HTTP, and how to get one. */
  registry(): { readonly host: string; credential(): string } | undefined;
}

const run = promisify(execFile);
/** Enough for what a person reads of a crashed container. */
const LOG_LINES = 1000;

export function podmanRuntime(options: PodmanRuntimeOptions): Runtime {
  return {
    name: 'podman',
    pull: (image, policy) => pull(options, image, policy),
    userOf: async (image) =>
      (await podman(['image', 'inspect', '--format', '{{.Config.User}}', image])).trim(),
    openSandbox: (pod) => openSandbox(options, pod),
    clear: () => removeByLabel(options.label),
  };
}

/** An image of the region's registry is always asked for there, so that what runs is what was pushed. */
async function pull(options: PodmanRuntimeOptions, image: string, policy: PullPolicy): Promise<string> {
  const registry = options.registry();
  const isOurs = registry !== undefined && image.startsWith(`${registry.host}/`);
  try {
    if (isOurs)
      await pullImage({ reference: image, insecure: true, authFile: await authFile(options, registry) });
    else if (policy === 'Always' || !(await imageExists(image))) await pullFromElsewhere(image, policy);
    return await imageIdOf(image);
  } catch (error) {
    if (error instanceof PodmanError) throw new PullError(lastLine(error.output));
    throw error;
  }
}

async function pullFromElsewhere(image: string, policy: PullPolicy): Promise<void> {
  if (policy !== 'Never') return pullImage({ reference: image });
  throw new PullError(`Container image "${image}" is not present with pull policy of Never`);
}

async function authFile(
  { directory }: PodmanRuntimeOptions,
  registry: { host: string; credential(): string },
): Promise<string> {
  const file = join(directory, 'registry-auth.json');
  const auth = Buffer.from(`BEARER_TOKEN:${registry.credential()}`).toString('base64');
  await writeFile(file, JSON.stringify({ auths: { [registry.host]: { auth } } }), { mode: 0o600 });
  return file;
}

/** `<repository>@sha256:…`, as the kubelet reports it. */
async function imageIdOf(image: string): Promise<string> {
  if (image.includes('@sha256:')) return image;
  const digests: unknown = JSON.parse(
    await podman(['image', 'inspect', '--format', '{{json .RepoDigests}}', image]),
  );
  return textsOf(digests)[0] ?? image;
}

/** Podman's last words are the registry's; the lines before say what podman tried. */
function lastLine(output: string): string {
  return (
    output
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^Error: /, '') ?? output
  );
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

/** Every declared port, each at a free loopback port of its own: pods of one app run side by side. */
function publishFlags(pod: KubeObject): string[] {
  const ports = listOf(pod.spec?.containers).flatMap((container) => listOf(container.ports));
  return ports.flatMap((port) => ['-p', `127.0.0.1::${numberOf(port.containerPort)}`]);
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
    env: start.env,
    flags: [...network, ...mountFlags(start), ...securityFlags(start.spec), ...limitFlags(start.spec)],
    ...(entrypoint === undefined ? {} : { entrypoint: JSON.stringify([entrypoint]) }),
    command: [...rest, ...args],
  });
  return started(id);
}

function mountFlags({ mounts }: ContainerStart): string[] {
  return mounts.flatMap(({ source, target, isReadOnly }) => [
    '-v',
    `${source}:${target}${isReadOnly ? ':ro' : ''}`,
  ]);
}

function securityFlags(spec: Fields): string[] {
  const context = fieldsOf(spec.securityContext);
  const user = context.runAsUser;
  const group = context.runAsGroup;
  const dropped = textsOf(at(context, 'capabilities', 'drop')).flatMap((name) => ['--cap-drop', name]);
  const added = textsOf(at(context, 'capabilities', 'add')).flatMap((name) => ['--cap-add', name]);
  return [
    ...(user === undefined ? [] : ['--user', group === undefined ? `${user}` : `${user}:${group}`]),
    ...(context.readOnlyRootFilesystem === true ? ['--read-only'] : []),
    ...(context.allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
    ...dropped,
    ...added,
    ...(textOf(spec.workingDir) === '' ? [] : ['--workdir', textOf(spec.workingDir)]),
  ];
}

/** Memory only: a CPU limit would make a busy machine look like a broken app. */
function limitFlags(spec: Fields): string[] {
  const memory = memoryBytes(at(spec, 'resources', 'limits', 'memory'));
  return memory === undefined ? [] : ['--memory', `${memory}b`, '--memory-swap', `${memory}b`];
}

function started(id: string): StartedContainer {
  return {
    id,
    exited: exitOf(id),
    logs: (lines) => containerLogs(id, lines ?? LOG_LINES),
    exec: async (command) =>
      run('podman', ['exec', id, ...command]).then(
        () => 0,
        (error: { code?: number }) => error.code ?? 1,
      ),
    stop: async (graceSeconds) =>
      void (await podman(['stop', '--time', `${graceSeconds}`, id]).catch(() => undefined)),
    remove: () => removeContainer(id),
  };
}

async function exitOf(id: string): Promise<ContainerExit> {
  await podman(['wait', id]).catch(() => undefined);
  const state = await inspectContainer(id).catch(() => undefined);
  return { exitCode: state?.exitCode ?? 137, isOutOfMemory: state?.oomKilled ?? false };
}
