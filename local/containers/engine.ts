// What this host's podman can do, and which options it needs for it: tried out once, not assumed.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PodmanError, podman, podmanChange } from './podman.ts';
import { importProbeImage, PROBE_IMAGE } from './probe-image.ts';
import { hasProgram } from './programs.ts';

/** Podman on this host, as probed. */
export interface Engine {
  readonly version: string;
  /** Options every `podman run` and `podman create` needs here. */
  readonly runFlags: readonly string[];
  /** Options every `podman build` with a `RUN` needs here. */
  readonly buildFlags: readonly string[];
  /** Can a container be confined as OCI Functions confines it (memory, read-only, user, capabilities)? */
  readonly confines: boolean;
  /** Can ports be published (`-p`)? Else containers get a network of `openNetwork` (root and `ip` needed). */
  readonly publishes: boolean;
}

/** What a probe found: the engine, or why there is none. */
export interface Diagnosis {
  readonly engine: Engine | undefined;
  readonly reason: string;
}

/** How OCI runs a function, see facts of Functions: memory limit, nothing writable but /tmp, user 1000, no rights. */
export const CONFINEMENT = [
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--user',
  '1000:1000',
] as const;

/** The option sets that hosts were seen to need: plain, another runtime than crun, no raised ulimits, both. */
const ULIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
const RUN_FLAGS = [[], ULIMITS, ['--runtime', 'runc'], ['--runtime', 'runc', ...ULIMITS]];
const BUILD_FLAGS = [[], ['--isolation', 'chroot'], ['--isolation', 'chroot', '--network', 'host']];
const PROBE_SECONDS = 60;

let diagnosis: Promise<Diagnosis> | undefined;

/** The container engine of this host, or undefined when containers cannot run here. Probes once per process. */
export async function probe(): Promise<Engine | undefined> {
  return (await diagnose()).engine;
}

/** Like `probe`, with the reason in words (for `galley doctor` and logs). */
export function diagnose(): Promise<Diagnosis> {
  diagnosis ??= lookAtHost().catch((error) => none(error instanceof Error ? error.message : `${error}`));
  return diagnosis;
}

async function lookAtHost(): Promise<Diagnosis> {
  if (!hasProgram('podman')) return none('podman is not on PATH');
  const version = await podman(['version', '--format', '{{.Client.Version}}'], { what: 'tell its version' });
  await importProbeImage();
  const runFlags = await firstThatWorks(RUN_FLAGS, (flags) => tryRun([...flags, '--network', 'none']));
  if ('failed' in runFlags) return none(runFlags.failed);
  const buildFlags = await firstThatWorks(BUILD_FLAGS, tryBuild);
  if ('failed' in buildFlags) return none(buildFlags.failed);
  const confined = [...runFlags.works, '--network', 'host', '--memory', '64m', '--tmpfs', '/tmp:size=32m'];
  const engine = {
    version,
    runFlags: runFlags.works,
    buildFlags: buildFlags.works,
    confines: await works(tryRun([...confined, ...CONFINEMENT])),
    publishes: await works(tryRun([...runFlags.works, '-p', '127.0.0.1::8080'])),
  };
  return { engine, reason: inWords(engine) };
}

function none(reason: string): Diagnosis {
  return { engine: undefined, reason };
}

function inWords(engine: Engine): string {
  const extra = [...engine.runFlags, ...engine.buildFlags].join(' ');
  const lacks = [engine.confines ? '' : 'no confinement', engine.publishes ? '' : 'no published ports'];
  return [`podman ${engine.version}`, extra && `needs ${extra}`, ...lacks].filter(Boolean).join(', ');
}

async function firstThatWorks(
  candidates: readonly (readonly string[])[],
  attempt: (flags: readonly string[]) => Promise<unknown>,
): Promise<{ works: readonly string[] } | { failed: string }> {
  let failed = '';
  for (const flags of candidates) {
    try {
      await attempt(flags);
      return { works: flags };
    } catch (error) {
      if (!(error instanceof PodmanError)) throw error;
      failed ||= error.message;
    }
  }
  return { failed };
}

async function works(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

function tryRun(flags: readonly string[]): Promise<string> {
  return podmanChange(['run', '--rm', ...flags, PROBE_IMAGE, '/bin/busybox', 'true'], {
    what: 'run a throw-away container',
    timeoutSeconds: PROBE_SECONDS,
  });
}

/** The Dockerfile is a file: podman cannot open the socket that Node gives a child as its stdin. */
async function tryBuild(flags: readonly string[]): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'galley-probe-'));
  try {
    await writeFile(join(context, 'Dockerfile'), `FROM ${PROBE_IMAGE}\nRUN ["/bin/busybox", "true"]\n`);
    const image = await podmanChange(['build', '--quiet', '--no-cache', '--pull=never', ...flags, context], {
      what: 'build a throw-away image',
      timeoutSeconds: PROBE_SECONDS,
    });
    await podmanChange(['rmi', image]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
