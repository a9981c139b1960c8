// Containers of a region: each carries the region's label, so that all are found again, also after a kill -9.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Engine } from './engine.ts';
import { removeNetworks } from './network.ts';
import { PLACE, PodmanError, podman, podmanChange } from './podman.ts';

export interface ContainerSpec {
  readonly image: string;
  /** The region's label, of `regionLabel`. */
  readonly label: string;
  /** What it is for, such as `function` or `pod`; `removeByLabel` can be told to remove these alone. */
  readonly kind?: string;
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Further options of `podman create`, such as `--memory 128m` or `CONFINEMENT`. */
  readonly flags?: readonly string[];
  /** Instead of the image's ENTRYPOINT. */
  readonly entrypoint?: string;
  /** Instead of the image's CMD. */
  readonly command?: readonly string[];
}

export interface ContainerState {
  /** `created`, `running`, `paused`, `exited`, … */
  readonly status: string;
  readonly exitCode: number;
  readonly pid: number;
  readonly oomKilled: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
}

const KIND = 'galley.kind';

/** The label of one region's containers, the same after a restart: `galley.region=<12 hex of its directory>`. */
export function regionLabel(region: { readonly directory: string }): string {
  const hash = createHash('sha256').update(resolve(region.directory)).digest('hex');
  return `galley.region=${hash.slice(0, 12)}`;
}

/** Creates a container without starting it; answers its id. Never pulls: see `pullImage`. Throws PodmanError. */
export async function createContainer(engine: Engine, spec: ContainerSpec): Promise<string> {
  const env = Object.entries(spec.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const flags = [
    ...(spec.name === undefined ? [] : ['--name', spec.name]),
    ...(spec.kind === undefined ? [] : ['--label', `${KIND}=${spec.kind}`]),
    ...(spec.entrypoint === undefined ? [] : ['--entrypoint', spec.entrypoint]),
    ...(spec.flags ?? []),
  ];
  const general = ['--pull=never', '--label', spec.label, ...engine.runFlags];
  return podmanChange(['create', ...general, ...flags, ...env, spec.image, ...(spec.command ?? [])], {
    what: `create a container of ${spec.image}`,
  });
}

/** Creates and starts a container in the background; answers its id. Its output is at `containerLogs`. */
export async function runContainer(engine: Engine, spec: ContainerSpec): Promise<string> {
  const id = await createContainer(engine, spec);
  try {
    await podmanChange(['start', id], { what: `start a container of ${spec.image}` });
    return id;
  } catch (error) {
    await removeContainer(id);
    throw error;
  }
}

/** Starts a created container and stays attached: the child's stdout, stderr and exit are the container's. */
export function startAttached(id: string): ChildProcess {
  return spawn('podman', ['start', '--attach', '--sig-proxy=false', id], {
    cwd: PLACE,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Sends SIGKILL (or another signal) to a container, also when it is paused; one that ended is left alone. */
export async function killContainer(id: string, signal = 'KILL'): Promise<void> {
  await podman(['kill', '--signal', signal, id]).catch(() => undefined);
}

/** Kills and removes a container with its anonymous volumes; one that is gone is as good as removed. */
export async function removeContainer(id: string): Promise<void> {
  await podmanChange(['rm', '--force', '--volumes', '--ignore', '--time', '0', id], {
    what: `remove container ${id}`,
  });
}

/**
 * Removes all containers that carry a label, at the region's stop and at its next start.
 * @param kind these alone; without it the region's networks go as well
 */
export async function removeByLabel(label: string, kind?: string): Promise<void> {
  for (const id of await containersByLabel(label, kind)) await removeContainer(id);
  if (kind === undefined) await removeNetworks(label);
}

/** Ids of all containers with a label (and of a kind), whatever their state. */
export async function containersByLabel(label: string, kind?: string): Promise<readonly string[]> {
  const filters = [label, ...(kind === undefined ? [] : [`${KIND}=${kind}`])];
  const flags = filters.flatMap((filter) => ['--filter', `label=${filter}`]);
  const ids = await podman(['ps', '--all', '--quiet', '--no-trunc', ...flags]);
  return ids.split('\n').filter((id) => id !== '');
}

/** Freezes a container: nothing in it runs until `unpauseContainer`. */
export async function pauseContainer(id: string): Promise<void> {
  await podman(['pause', id], { what: `pause container ${id}` });
}

/** Lets a frozen container run on. */
export async function unpauseContainer(id: string): Promise<void> {
  await podman(['unpause', id], { what: `unpause container ${id}` });
}

/** What podman knows of a container, or undefined when it is gone. */
export async function inspectContainer(id: string): Promise<ContainerState | undefined> {
  try {
    const state = JSON.parse(await podman(['container', 'inspect', '--format', '{{json .State}}', id]));
    return {
      status: state.Status,
      exitCode: state.ExitCode,
      pid: state.Pid,
      oomKilled: state.OOMKilled,
      startedAt: state.StartedAt,
      finishedAt: state.FinishedAt,
    };
  } catch (error) {
    if (error instanceof PodmanError) return undefined;
    throw error;
  }
}

/** The last `lines` lines a container wrote, stdout and stderr. */
export async function containerLogs(id: string, lines = 100): Promise<string> {
  return podman(['logs', '--tail', `${lines}`, id], { what: `read the log of container ${id}` });
}

/** Host and port where a published container port is reached, or undefined. */
export async function publishedPort(id: string, port: number): Promise<string | undefined> {
  const mapped = await podman(['port', id, `${port}/tcp`]).catch(() => '');
  return mapped.split('\n')[0] || undefined;
}
