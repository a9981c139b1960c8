// What functions print: one file per function, each line with its time and call id, and the region's log.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Region } from '../../types.ts';

/** Then the file is put aside; one older file is kept. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface LogLine {
  readonly time: string;
  readonly callId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

export interface FunctionLogs {
  write(name: string, line: Omit<LogLine, 'time'>): void;
  /** All lines kept of a function, in order; of one call when `callId` is given. */
  read(name: string, callId?: string): readonly LogLine[];
  clear(): void;
}

/** Logs in `<directory>/functions/<name>.log`, as lines of JSON; they survive a restart. */
export function openLogs(region: Region): FunctionLogs {
  const directory = join(region.directory, 'functions');
  mkdirSync(directory, { recursive: true });
  const fileOf = (name: string): string => join(directory, `${name}.log`);
  return {
    write(name, { callId, stream, line }) {
      const time = region.now().toISOString();
      region.log(line, { function: name, callId, stream });
      rotate(fileOf(name));
      appendFileSync(fileOf(name), `${JSON.stringify({ time, callId, stream, line })}\n`);
    },
    read(name, callId) {
      const lines = [`${fileOf(name)}.1`, fileOf(name)].flatMap(readLines);
      return callId === undefined ? lines : lines.filter((line) => line.callId === callId);
    },
    clear() {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
    },
  };
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) renameSync(file, `${file}.1`);
}

/** A kill -9 may cut the last line: it is left out. */
function readLines(file: string): LogLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
}
