// Child processes that are restarted when they die, and that leave a pid file for whoever comes after a kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { withParent } from '../../containers/programs.ts';

export interface Program {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

export interface Child {
  /** Ends it for good: SIGTERM, then SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

export interface Supervision {
  /** Holds `<name>.pid` and `<name>.log`. */
  readonly directory: string;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const RESTART_PAUSE_MS = 500;

/** Starts a program, after ending what an earlier region left of it. */
export async function supervise(program: Program, supervision: Supervision): Promise<Child> {
  mkdirSync(supervision.directory, { recursive: true });
  const pidFile = join(supervision.directory, `${program.name}.pid`);
  await endLeftover(pidFile, program.file);
  let child = launch(program, supervision);
  let stopping = false;
  const watch = (): void => {
    child.once('exit', async (code, signal) => {
      if (stopping) return;
      supervision.log('a part of the control plane ended and is started again', {
        name: program.name,
        code,
        signal,
      });
      await delay(RESTART_PAUSE_MS);
      if (stopping) return;
      child = launch(program, supervision);
      watch();
    });
  };
  watch();
  return {
    async stop() {
      stopping = true;
      await end(child);
      rmSync(pidFile, { force: true });
    },
  };
}

function launch(program: Program, { directory }: Supervision): ChildProcess {
  const output = openSync(join(directory, `${program.name}.log`), 'a', 0o600);
  const [command = program.file, ...args] = [...withParent(), program.file, ...program.args];
  // Out of the terminal's group: Ctrl-C is for the region, which then stops it.
  const child = spawn(command, args, { detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  // An error here is a file that cannot be run; the missing readiness names it, with the log beside.
  child.on('error', () => undefined);
  if (child.pid !== undefined) writeFileSync(join(directory, `${program.name}.pid`), String(child.pid));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

/** Ends the process of a pid file, if it still is that program: pids are used again. */
async function endLeftover(pidFile: string, program: string): Promise<void> {
  const pid = readPid(pidFile);
  if (pid === undefined || !commandOf(pid).startsWith(program)) return;
  for (let attempt = 0; attempt < 100 && commandOf(pid).startsWith(program); attempt += 1) {
    process.kill(pid, attempt < 50 ? 'SIGTERM' : 'SIGKILL');
    await delay(100);
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** The command line of a process, empty when there is none (or no /proc to ask). */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
