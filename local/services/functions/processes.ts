// Functions as processes: for hosts where podman cannot confine a container. The same contract, fewer walls.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, readdir, readlink, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { hasProgram } from '../../containers/programs.ts';
import { bundleOf } from './bundles.ts';
import { pathVariables } from './environment.ts';
import { type Container, follow, type Launch, type Runtime } from './runtime.ts';
import { copyBundle } from './work-directory.ts';

const run = promisify(execFile);

/** The user of OCI's function containers, without any right; killed when the region's process ends. */
const AS_FN = [
  ...['--reuid', '1000', '--regid', '1000', '--clear-groups'],
  ...['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
];
const WITH_PARENT = ['--pdeathsig', 'KILL'];

/** A runtime that starts `node func.js` of the bundle, in a read-only directory. */
export function processRuntime(bundles: string): Runtime {
  let wrapper: Promise<readonly string[]> | undefined;
  return {
    kind: 'processes',
    start: async (launch) => {
      wrapper ??= findWrapper();
      return start(launch, { bundle: bundleOf(bundles, launch.definition), wrapper: await wrapper });
    },
  };
}

/** How a process is started here: as user 1000 if node can be read by it, in any case to die with the region. */
async function findWrapper(): Promise<readonly string[]> {
  if (!hasProgram('setpriv')) return [];
  for (const flags of process.getuid?.() === 0 ? [[...AS_FN, ...WITH_PARENT], WITH_PARENT] : [WITH_PARENT]) {
    const works = await run('setpriv', [...flags, process.execPath, '-e', '0'], { cwd: '/' }).then(
      () => true,
      () => false,
    );
    if (works) return ['setpriv', ...flags];
  }
  return [];
}

async function start(
  { directory, env, output }: Launch,
  { bundle, wrapper }: { bundle: string; wrapper: readonly string[] },
): Promise<Container> {
  await copyBundle(bundle, directory.code);
  await chmod(directory.code, 0o555);
  const [program = process.execPath, ...args] = [...wrapper, process.execPath, 'func.js'];
  const child = spawn(program, args, {
    cwd: directory.code,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: directory.tmp,
      TMPDIR: directory.tmp,
      ...env,
      ...pathVariables(directory),
    },
  });
  const exited = follow(child, output);
  return {
    exited,
    freeze: async () => signalGroup(child, 'SIGSTOP'),
    thaw: async () => signalGroup(child, 'SIGCONT'),
    destroy: async () => {
      signalGroup(child, 'SIGKILL');
      await exited;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

/** Kills processes that work in a directory of an earlier life of the region, and removes these directories. */
export async function sweepProcesses(prefix: string): Promise<void> {
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd.startsWith(prefix)) process.kill(Number(pid), 'SIGKILL');
  }
  const parent = dirname(prefix);
  for (const name of await readdir(parent)) {
    if (name.startsWith(basename(prefix))) await rm(join(parent, name), { recursive: true, force: true });
  }
}
