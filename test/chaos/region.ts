// A region as a process of its own, so that it can be killed and started again on its state.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Description } from '../../local/region.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const BUNDLES = fileURLToPath(new URL('../../dist', import.meta.url));
const STATE = fileURLToPath(new URL('../../local/default.tfstate.json', import.meta.url));
const BUILD_SECONDS = 30;
/** A start with leftovers to clear takes some seconds on a busy machine. */
const START_MS = 120_000;

export interface RegionProcess {
  readonly description: Description;
  readonly pid: number;
  /** kill -9, as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @param port 0 the first time; then the same again, as the buckets' clients know it */
export async function startRegionProcess(directory: string, port: number): Promise<RegionProcess> {
  const args = [
    '--directory',
    directory,
    '--port',
    String(port),
    '--bundles',
    BUNDLES,
    '--twin',
    hurriedTwin(directory),
  ];
  const quick = [
    '--cluster',
    'stand-in',
    '--functions',
    'processes',
    '--clock-seconds',
    '2',
    '--agent-seconds',
    '0.2',
  ];
  const child = spawn(process.execPath, [MAIN, ...args, ...quick], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-20_000);
  });
  const description = await ready(child, () => log);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return { description, pid: child.pid ?? 0, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

/** An execution whose agent died is known to be over when its time is up: here after half a minute, not after half an hour. */
function hurriedTwin(directory: string): string {
  const state = readFileSync(STATE, 'utf8').replaceAll(
    /"GALLEY_BUILD_SECONDS": "\d+"/g,
    `"GALLEY_BUILD_SECONDS": "${BUILD_SECONDS}"`,
  );
  const file = join(directory, 'twin.tfstate.json');
  writeFileSync(file, state);
  return file;
}

async function ready(child: ChildProcess, log: () => string): Promise<Description> {
  const watchdog = setTimeout(() => child.kill('SIGKILL'), START_MS);
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (!text.includes('\n')) continue;
    clearTimeout(watchdog);
    return JSON.parse(text.slice(0, text.indexOf('\n')));
  }
  throw new Error(`the region did not start:\n${log()}`);
}

/** Processes that have to do with a directory: by command line, environment or working directory. */
export function processesOf(directory: string): { pid: number; command: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const command = text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const isIts = [command, text(`/proc/${pid}/environ`), link(`/proc/${pid}/cwd`)].some((each) =>
      each.includes(directory),
    );
    return isIts && command !== '' ? [{ pid: Number(pid), command }] : [];
  });
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
