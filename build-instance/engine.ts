// Which container engine this machine has, and what it needs here to run a build's RUN (facts local-engines §1).
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from './engine-commands.ts';
import { BuildFailure } from './phases.ts';
import { runProgram } from './programs.ts';
import { smallestProgram } from './smallest-program.ts';

/** In the order of preference: daemonless and root-owned first. */
const ENGINES = ['podman', 'docker', 'buildah'] as const;
/** Tried in turn. `chroot`: for hosts that are containers themselves, where no container can be started. */
const FLAGS: readonly (readonly string[])[] = [[], ['--isolation', 'chroot']];
const PROBE_IMAGE = 'localhost/galley-build-probe';
const PROBE_SECONDS = 60;

export interface EngineSearch {
  /** GALLEY_WORK_DIR: what was found is remembered there. */
  readonly root: string;
  readonly signal?: AbortSignal;
  readonly say?: (line: string) => void;
}

/** The first engine that answers. Throws BuildFailure `NoEngine`. */
export async function findEngine(search: EngineSearch): Promise<Engine> {
  const answers: string[] = [];
  for (const name of ENGINES) {
    const { exitCode, stdout, tail } = await runProgram(name, { args: versionOf(name), ...signalOf(search) });
    if (exitCode === 0) return flagsFor(name, { ...search, version: stdout.trim() });
    answers.push(`${name}: ${exitCode === 127 ? 'not found' : (tail.at(-1) ?? `exit code ${exitCode}`)}`);
  }
  const detail = `No container engine works here. ${answers.join('; ')}.`;
  throw new BuildFailure('NoEngine', { fault: 'platform', phase: 'wait', detail });
}

const signalOf = ({ signal }: EngineSearch) => (signal === undefined ? {} : { signal });

/** Docker's client answers without its daemon, so the daemon's version is asked for. */
function versionOf(name: Engine['name']): string[] {
  return name === 'docker' ? ['version', '--format', '{{.Server.Version}}'] : ['--version'];
}

async function flagsFor(name: Engine['name'], search: EngineSearch & { version: string }): Promise<Engine> {
  if (name === 'docker') return { name, buildFlags: [] };
  // A probe costs half a second, and its answer holds until the machine or the engine is another.
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const key = `${name} ${search.version} ${boot.trim()}`;
  const file = join(search.root, 'engine.json');
  const known: { key?: string; buildFlags?: string[] } = JSON.parse(
    await readFile(file, 'utf8').catch(() => '{}'),
  );
  if (known.key === key && known.buildFlags !== undefined) return { name, buildFlags: known.buildFlags };
  const buildFlags = await probe(name, search);
  await writeFile(file, JSON.stringify({ key, buildFlags }));
  return { name, buildFlags };
}

async function probe(name: Engine['name'], search: EngineSearch): Promise<readonly string[]> {
  const program = smallestProgram();
  const context = join(search.root, `probe-${process.pid}`);
  if (program === undefined) return [];
  await mkdir(context, { recursive: true });
  try {
    await writeFile(join(context, 'exit'), program, { mode: 0o755 });
    await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nCOPY exit /exit\nRUN ["/exit"]\n');
    for (const flags of FLAGS) if (await tryBuild(name, { flags, context, search })) return flags;
    search.say?.(`${name} could not run a throw-away build; this build may fail as well.`);
    return [];
  } finally {
    await rm(context, { recursive: true, force: true });
    await runProgram(name, { args: ['rmi', '--force', PROBE_IMAGE] });
  }
}

async function tryBuild(
  name: Engine['name'],
  { flags, context, search }: { flags: readonly string[]; context: string; search: EngineSearch },
): Promise<boolean> {
  const timeout = AbortSignal.timeout(PROBE_SECONDS * 1000);
  const signal = search.signal === undefined ? timeout : AbortSignal.any([timeout, search.signal]);
  const args = ['build', '--no-cache', '--layers=false', ...flags, '--tag', PROBE_IMAGE, context];
  const ended = await runProgram(name, { args, signal }).catch(() => ({ exitCode: 1 }));
  search.signal?.throwIfAborted();
  return ended.exitCode === 0;
}
