// Process start → first answer over the Fn socket ÷ `node -e 0`, for each function's bundle. The answer takes one signed
// call to Object Storage, answered at once by a process beside: what is measured is the function's own time.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFunction, writeResourcePrincipal } from '../tools/packaging/fn-process.ts';
import { buildFunctions, FUNCTIONS } from '../tools/packaging/functions.ts';
import { TOY_CALLS, toyConfig } from '../tools/packaging/toy-calls.ts';
import { atMost, type Bench, median, type Row } from './rows.ts';

const RUNS = 21;
const MOST = { 'upload-trigger': 2, 'poll-build': 2, apply: 3 } as const;
type Name = (typeof FUNCTIONS)[number];

export const coldStartBench: Bench = {
  name: 'cold-start',
  about: 'process start to first answer of each function, against node -e 0',
  measure: async (say) => {
    const work = mkdtempSync(join(tmpdir(), 'galley-bench-'));
    const region = fork('bench/cold-start-region.ts');
    try {
      const [endpoint] = (await once(region, 'message')) as [string];
      say('bundling the functions');
      await buildFunctions(work);
      const env = { ...toyConfig(endpoint), ...writeResourcePrincipal(work) };
      const rows: Row[] = [];
      for (const name of FUNCTIONS) {
        say(`${name}: ${RUNS} cold starts`);
        rows.push(await rowOf(name, { file: join(work, name, 'func.js'), env }));
      }
      return rows;
    } finally {
      region.disconnect();
      rmSync(work, { recursive: true });
    }
  },
};

interface Bundle {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Baseline and function take turns, so that both see the same machine. */
async function rowOf(name: Name, bundle: Bundle): Promise<Row> {
  const baselines: number[] = [];
  const answers: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    baselines.push(await emptyNode());
    answers.push(await firstAnswer(name, bundle));
  }
  const [measured, baseline] = [median(answers), median(baselines)];
  return atMost(`${name}: first answer`, { measured, baseline, most: MOST[name], unit: 'ms' });
}

async function emptyNode(): Promise<number> {
  const started = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - started;
}

async function firstAnswer(name: Name, { file, env }: Bundle): Promise<number> {
  const fn = startFunction({ args: [file], env });
  try {
    await fn.ready;
    const { status, body } = await fn.call(TOY_CALLS[name]);
    const answered = performance.now();
    if (status !== 200) throw new Error(`${name} answered ${status} ${body}\n${fn.output()}`);
    return answered - fn.startedAt;
  } finally {
    await fn.stop();
  }
}
