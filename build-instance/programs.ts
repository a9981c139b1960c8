// Runs other programs: their lines as they come, and their whole process group gone when the build is stopped.
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { createLines } from './lines.ts';

export interface ProgramRun {
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input, such as a password. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Gets every line of both outputs. */
  readonly onLine?: (line: string) => void;
  /** Told the process group, to be found again after a kill -9. */
  readonly onStart?: (pid: number) => void;
}

export interface Ended {
  /** 127: not found; 128 and more: killed by a signal. */
  readonly exitCode: number;
  readonly stdout: string;
  /** The last lines of both outputs. */
  readonly tail: readonly string[];
}

/** SIGTERM, then this long for cleaning up, then SIGKILL. */
const GRACE_MS = 5000;
/** Outputs that are read as a whole, such as `image inspect`, are far below. */
const STDOUT_BYTES = 4 * 1024 * 1024;
const TAIL_LINES = 20;

/** Never throws for what the program does: its exit code says it. Throws the signal's reason when stopped. */
export async function runProgram(program: string, run: ProgramRun): Promise<Ended> {
  run.signal?.throwIfAborted();
  const child = execa(program, run.args, {
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    ...(run.env === undefined ? {} : { env: run.env }),
    ...(run.input === undefined ? { stdin: 'ignore' as const } : { input: run.input }),
    ...(run.signal === undefined ? {} : { cancelSignal: run.signal }),
    killDescendants: true,
    forceKillAfterDelay: GRACE_MS,
    reject: false,
    buffer: false,
  });
  if (child.pid !== undefined) run.onStart?.(child.pid);
  const kept = keep(run.onLine);
  child.stdout?.on('data', kept.stdout);
  child.stderr?.on('data', kept.stderr);
  const result = await Promise.race([child, leftBehind(run.signal)]);
  kept.end();
  run.signal?.throwIfAborted();
  const code = result?.exitCode ?? (result?.signal === undefined ? 127 : 137);
  return { exitCode: code, stdout: kept.text(), tail: kept.tail };
}

/** A process that left the group keeps the pipes open for ever: a stopped build does not wait for it. */
async function leftBehind(signal: AbortSignal | undefined): Promise<undefined> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  await sleep(2 * GRACE_MS, undefined, { ref: false });
}

function keep(onLine: ((line: string) => void) | undefined) {
  const tail: string[] = [];
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (line: string): void => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine?.(line);
  };
  // One splitter each, so that no line has another in its middle.
  const [out, err] = [createLines(take), createLines(take)];
  return {
    tail,
    stdout: (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= STDOUT_BYTES) chunks.push(chunk);
      out.push(chunk);
    },
    stderr: (chunk: Buffer): void => err.push(chunk),
    text: (): string => Buffer.concat(chunks).toString(),
    end: (): void => {
      out.end();
      err.end();
    },
  };
}

/** What the tool says last is why; podman warns of things it does not need first. */
export function words(tail: readonly string[]): string {
  const said = tail.filter((line) => !line.includes('level=warning') && line.trim() !== '');
  return said.slice(-3).join(' ') || 'it said nothing';
}
