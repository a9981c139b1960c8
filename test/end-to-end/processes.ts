// Processes of this machine, by what stands in their command lines.
import { readdirSync, readFileSync } from 'node:fs';

export interface Running {
  readonly pid: number;
  /** Words joined by blanks. */
  readonly commandLine: string;
}

/** Processes with `text` in their command line; without this one. */
export function processesWith(text: string): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), commandLine: commandLine(name) }))
    .filter((each) => each.commandLine.includes(text));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // Ended in this very moment.
    return '';
  }
}
