// The shell that keeps a script: found again by its pid file, also by a region that did not start it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Starts the script as a session, and so a process group, of its own, waits for it and leaves its code in a file. The
 * keeper itself is outside of that group: it never gets the signals meant for the script. (A shell that traps them
 * instead loses the code: `wait` of bash 5.2, once interrupted, may answer -1; and its `wait -f` under `set -m` never
 * ends for one script in two hundred that end in an unlucky moment. So the script is in the foreground.) A script
 * that is only held (SIGSTOP) has not ended. What bash says of the script is no output. The pid file is there before
 * the script's first line. `setsid` in a script escapes its group, as on a real machine.
 */
export const KEEPER = `exec 3>&2 2>/dev/null
setsid bash -c '
  echo "$PPID $(cut -d" " -f22 /proc/$PPID/stat) $$" > pid.new && mv pid.new pid
  [ ! -e dead ] && cd work && exec "$@"
' keeper "$@" 2>&3 3>&-
code=$?
[ -e dead ] || { echo "$code" > code.new && mv code.new code; }
`;

/**
 * Kills keeper and script, as a machine does that loses power: nobody is left to tell a code. One that only
 * starts and has no pid file yet sees the mark, and does not run the script.
 */
export function killKept(directory: string): void {
  writeFileSync(join(directory, 'dead'), '');
  const kept = keeperOf(directory);
  if (kept === undefined) return;
  signalPid(kept.keeper, 'SIGKILL');
  signalPid(-kept.script, 'SIGKILL');
}

/** Signals a process, or a group by its negative number; one that is gone is left alone. */
export function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended in this very moment.
  }
}

export interface Keeper {
  readonly keeper: number;
  /** The script's process group. */
  readonly script: number;
}

/** The living keeper of a script's directory. Pids are used again: it is ours only if it started when ours did. */
export function keeperOf(directory: string): Keeper | undefined {
  try {
    const [pid = '', started, script] = readFileSync(join(directory, 'pid'), 'utf8').trim().split(' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isOurs = fields[19] === started && fields[0] !== 'Z';
    return isOurs ? { keeper: Number(pid), script: Number(script) } : undefined;
  } catch {
    return undefined;
  }
}
