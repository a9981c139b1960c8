// The log of one attempt on its way to Object Storage: a chunk every second, as long as there is something to say.
import type { BuildKey } from '../shared/build/build.ts';
import { messageOf } from '../shared/errors.ts';
import type { Secret } from '../shared/secret.ts';
import type { BuildPorts } from './ports.ts';
import { createScrubber } from './scrub.ts';

const CHUNK_BYTES = 256 * 1024;
const FLUSH_MS = 1000;
/** A build that writes more is writing to itself; the rest is dropped, and the log says so. */
const LOG_BYTES = 64 * 1024 * 1024;
/** Chunks of attempt k are numbered from (k-1)·100,000+1, so that all attempts sort into one log. */
const CHUNKS_PER_ATTEMPT = 100_000;
const TAIL_LINES = 40;

export interface Report {
  /** One line of the log. */
  line(text: string): void;
  /** A value that must not appear in it. */
  hide(secret: Secret, user?: string): void;
  /** Without secrets, for the result object. */
  shown(text: string): string;
  tail(): readonly string[];
  /** Writes what is left; what cannot be written is given up after a few tries. */
  close(): Promise<void>;
}

interface Options {
  readonly ports: Pick<BuildPorts, 'writeLog'>;
  readonly key: BuildKey;
  readonly attempt: number;
  /** Told when the log cannot be written. */
  readonly onTrouble: (message: string) => void;
  readonly flushMs?: number;
}

export function createReport(options: Options): Report {
  const scrubber = createScrubber();
  const tail: string[] = [];
  const chunks = createChunks(options);
  const timer = setInterval(() => void chunks.flush(), options.flushMs ?? FLUSH_MS);
  timer.unref();
  return {
    line(text) {
      const line = scrubber.scrub(text);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      chunks.add(line);
    },
    hide: scrubber.add,
    shown: scrubber.scrub,
    tail: () => tail,
    async close() {
      clearInterval(timer);
      await chunks.flush();
    },
  };
}

/** Lines that wait to be written, and are, one chunk after the other. */
function createChunks({ ports, key, attempt, onTrouble }: Options) {
  const pending = { lines: [] as string[], bytes: 0, total: 0 };
  let number = (attempt - 1) * CHUNKS_PER_ATTEMPT + 1;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    while (pending.lines.length > 0) {
      const { lines, text } = nextChunk(pending.lines);
      await ports.writeLog(key, number, text);
      pending.lines.splice(0, lines);
      pending.bytes -= Buffer.byteLength(text);
      number += 1;
    }
  };
  const flush = (): Promise<void> => {
    writing = writing.then(write).catch((error: unknown) => {
      onTrouble(`could not write log chunk ${number}: ${messageOf(error)}`);
    });
    return writing;
  };
  const add = (line: string): void => {
    if (pending.total > LOG_BYTES) return;
    const bytes = Buffer.byteLength(line) + 1;
    pending.total += bytes;
    pending.bytes += bytes;
    const isLast = pending.total > LOG_BYTES;
    pending.lines.push(isLast ? `The log is over ${LOG_BYTES} bytes; the rest is dropped.` : line);
    if (pending.bytes >= CHUNK_BYTES) void flush();
  };
  return { add, flush };
}

/** As many whole lines as fit into one chunk; at least one. */
function nextChunk(pending: readonly string[]): { lines: number; text: string } {
  let bytes = 0;
  let lines = 0;
  for (const line of pending) {
    bytes += Buffer.byteLength(line) + 1;
    if (lines > 0 && bytes > CHUNK_BYTES) break;
    lines += 1;
  }
  return { lines, text: `${pending.slice(0, lines).join('\n')}\n` };
}
