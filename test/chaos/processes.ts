// Processes of a region, as /proc tells: found by command line, environment or working directory.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { regionLabel } from '../../local/containers/containers.ts';
import { directoryPrefix } from '../../local/services/functions/work-directory.ts';

export interface Process {
  readonly pid: number;
  readonly command: string;
  readonly environment: string;
  /** Stopped or frozen: it runs nothing now. */
  readonly isAsleep: boolean;
  /** podman's container it runs in. */
  readonly container: string | undefined;
}

/** A killed process goes at once; this long only on a machine that is very busy. */
const DEATH_MS = 30_000;
const LOOK_MS = 20;

/** What names a region in its processes: its directory, and the directories of its functions. */
export function marksOf(directory: string): readonly string[] {
  return [resolve(directory), functionsPrefix(directory)];
}

/** Directories of the region's functions begin with it: `<tmp>/galley-fn-<hash>-`. */
export function functionsPrefix(directory: string): string {
  const [, hash = ''] = regionLabel({ directory }).split('=');
  return directoryPrefix(hash);
}

/**
 * @param marks any of these in the command line, the environment or the working directory
 * @param like what the command line is like: of others nothing more is read
 */
export function processesWith(marks: readonly string[], like = /./): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const command = text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    if (!like.test(command)) return [];
    const environment = text(`/proc/${pid}/environ`);
    const places = [command, environment, link(`/proc/${pid}/cwd`)];
    if (!marks.some((mark) => places.some((place) => place.includes(mark)))) return [];
    const [container] = /(?<=libpod-)[0-9a-f]{12}/.exec(text(`/proc/${pid}/cgroup`)) ?? [];
    return [
      { pid: Number(pid), command, environment, container, isAsleep: /^[DTt]/.test(stateOf(Number(pid))) },
    ];
  });
}

/** kill -9, and proof that it is gone: throws when it is not. */
export async function killForGood({ pid, command }: Process): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // Ended by itself meanwhile.
  }
  for (let waited = 0; waited < DEATH_MS; waited += LOOK_MS) {
    const state = stateOf(pid);
    if (state === '' || state.startsWith('Z') || state.startsWith('X')) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`process ${pid} survived kill -9: ${command.slice(0, 120)}`);
}

/** `R`, `S`, `D`, `T`, `Z` …; empty when there is no such process. */
function stateOf(pid: number): string {
  return /^State:\s*(\S)/m.exec(text(`/proc/${pid}/status`))?.[1] ?? '';
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
