// Processes of this machine, by what stands in their command lines.
import { readdirSync, readFileSync } from 'node:fs';

/** Command lines that hold `word`, words joined by blanks; without this process' own. */
export function commandLinesWith(word: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.map(commandLine).filter((line) => line.includes(word));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // Ended in this very moment.
    return '';
  }
}
