// A region in a process of its own, so that a test can kill -9 it: the first line of its output is its description.
//   node test/local/services/region-process.ts '<JSON of StartOptions>'
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { silentLog } from '../../../local/log.ts';
import { type Description, type StartOptions, startRegion } from '../../../local/region.ts';

const FILE = import.meta.filename;

export interface RegionProcess {
  readonly description: Description;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** An orderly end. */
  stop(): Promise<void>;
}

/** Starts a region in a child and waits until it is up. */
export async function startRegionProcess(options: StartOptions): Promise<RegionProcess> {
  const child = spawn(process.execPath, [FILE, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => ended(child, signal);
  return { description: JSON.parse(line), kill: end('SIGKILL'), stop: end('SIGTERM') };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

if (process.argv[1] === FILE) {
  const running = await startRegion({ log: silentLog, ...JSON.parse(process.argv[2] ?? '{}') });
  process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
  console.log(JSON.stringify(running.description));
}
