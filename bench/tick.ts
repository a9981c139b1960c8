// One tick of the sweep over many active builds, against a local region: time, calls and memory, and how they grow.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, type Row, round, within } from './rows.ts';
import type { TickReport } from './tick-child.ts';

/** What Node takes by itself in a function of 256 MB: half of the container's memory (V8: HeapSizeFromPhysicalMemory). */
const HEAP = '--max-old-space-size=128';
const SIZES = [100, 1_000, 10_000];
const CHILD = fileURLToPath(new URL('./tick-child.ts', import.meta.url));

export const tickBench: Bench = {
  name: 'tick',
  about: 'one sweep over 100, 1,000 and 10,000 active builds; 1,000 shuffled events for ten uploads',
  measure: async (say) => {
    const rows: Row[] = [];
    for (const size of SIZES) {
      say(`${size} active builds`);
      rows.push(...tickRows(await run(['tick', String(size)])));
    }
    say('1,000 events for ten uploads, doubled and shuffled');
    const { records, newest } = await run(['events', '1000']);
    rows.push({
      what: 'records of 1,000 events for ten uploads',
      measured: `${records}`,
      baseline: '10',
      ratio: `${records / 10}×`,
      goal: '10',
      isMet: records === 10,
    });
    rows.push({
      what: 'the newest of them is the one that goes on',
      measured: newest ? 'yes' : 'no',
      baseline: '–',
      ratio: '–',
      goal: 'yes',
      isMet: newest,
    });
    return rows;
  },
};

function tickRows({ builds, seconds, calls, megabytes }: TickReport): Row[] {
  const each = calls / builds;
  const isLargest = builds === Math.max(...SIZES);
  const time = within(`tick over ${builds} builds, time`, { measured: seconds, most: 60, unit: 's' });
  // Listings and the slots' review are a constant: the goal is for many builds.
  const perBuild: Row = {
    what: `tick over ${builds} builds, calls`,
    measured: `${calls}`,
    baseline: `${builds}`,
    ratio: `${round(each)}×`,
    goal: isLargest ? '≤ 1.1×' : '–',
    isMet: !isLargest || each <= 1.1,
  };
  return [
    time,
    perBuild,
    within(`tick over ${builds} builds, memory`, { measured: megabytes, most: 256, unit: 'MB' }),
  ];
}

/** The region and the tick each in a process of their own: the tick's memory is its own. */
async function run(args: readonly string[]): Promise<TickReport> {
  const directory = mkdtempSync(join(tmpdir(), 'galley-bench-tick-'));
  const services = 'object-storage,instance-agent,metadata';
  const main = fileURLToPath(new URL('../local/main.ts', import.meta.url));
  const region = spawn(
    process.execPath,
    [main, '--directory', directory, '--services', services, '--agent-seconds', '3600'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const description = await lineOf(region.stdout);
    const child = spawn(process.execPath, [HEAP, CHILD, description, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(await lineOf(child.stdout));
  } finally {
    region.kill('SIGTERM');
    await new Promise((resolve) => region.once('exit', resolve));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function lineOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error('the process ended without an answer');
}
