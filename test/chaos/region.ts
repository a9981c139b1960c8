// A region as a process of its own, so that it can be killed and started again on its state.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Description } from '../../local/region.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const STATE = fileURLToPath(new URL('../../local/default.tfstate.json', import.meta.url));
/** An execution whose agent died is known to be over when its time is up: here after this, not after half an hour. */
const BUILD_SECONDS = 45;
/** Watchdogs: seconds are normal, also with leftovers to clear; a machine with many regions is far slower. */
const START_MS = 600_000;
const STOP_MS = 300_000;

export interface RegionProcess {
  readonly description: Description;
  /** kill -9, as a power cut would. */
  kill(): Promise<void>;
  /** Throws when it does not end: it is killed then. */
  stop(): Promise<void>;
}

export interface RegionSettings {
  readonly directory: string;
  /** 0 the first time; then the same again, as the buckets' clients know it. */
  readonly port: number;
  /** Where the functions and galley-build lie. */
  readonly bundles: string;
  readonly functions: 'containers' | 'processes';
}

export async function startRegionProcess(settings: RegionSettings): Promise<RegionProcess> {
  const { directory, port, bundles, functions } = settings;
  const words = {
    directory,
    port: String(port),
    bundles,
    twin: hurriedTwin(directory),
    cluster: 'stand-in',
    functions,
    'clock-seconds': '3',
    'agent-seconds': '0.2',
  };
  const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-20_000);
  });
  const description = await ready(child, () => log);
  return {
    description,
    kill: () => end(child, 'SIGKILL'),
    stop: async () => {
      let isLate = false;
      const watchdog = setTimeout(() => {
        isLate = true;
        child.kill('SIGKILL');
      }, STOP_MS);
      await end(child, 'SIGTERM');
      clearTimeout(watchdog);
      if (isLate) throw new Error(`the region did not stop in ${STOP_MS / 1000} s:\n${log}`);
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

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
