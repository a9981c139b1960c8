// npm run simulate -- --schedules N: the campaign, on every core, with progress; or one schedule again by its seed.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runSchedule, type ScheduleOptions, TROUBLE } from './schedule.ts';
import { replayOf, shrink } from './shrink.ts';

const DEFAULT_LENGTH = 80;
const USAGE = `Usage: npm run simulate -- [--schedules 100000] [--first SEED] [--length ${DEFAULT_LENGTH}]
       npm run simulate -- --seed SEED [--length N] [--without crash|failBefore|failAfter|replyLost|sleep]...

Drives the pipeline's own code through random schedules of uploads, events, ticks, crashes, lost replies and cancels,
and checks the invariants of the design after every step. Exit code 1 when one is violated; the shortest schedule
found is printed with the command that plays it again.`;

interface Share {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly length: number;
}
interface Progress {
  readonly done: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly failed?: number;
}

/** One worker's share: every `step`-th seed. Reports now and then, and the first seed that fails. */
async function work({ first, step, count, length }: Share): Promise<void> {
  let ends: Record<string, number> = {};
  for (let index = 0; index < count; index += 1) {
    const seed = first + index * step;
    const outcome = await runSchedule({ seed, length });
    for (const [state, number] of Object.entries(outcome.ends)) ends[state] = (ends[state] ?? 0) + number;
    const isLast = index + 1 === count;
    if (outcome.violation !== undefined) return parentPort?.postMessage({ done: 0, ends, failed: seed });
    if (isLast || index % 100 === 99) {
      parentPort?.postMessage({ done: isLast ? (count % 100 === 0 ? 100 : count % 100) : 100, ends });
      ends = {};
    }
  }
}

async function campaign(options: { schedules: number; first: number; length: number }): Promise<number> {
  const step = availableParallelism();
  const started = Date.now();
  const total: Record<string, number> = {};
  let done = 0;
  const failures: number[] = [];
  const share = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const count = Math.ceil((options.schedules - index) / step);
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { first: options.first + index, step, count, length: options.length },
      });
      worker.on('message', (said: Progress) => {
        done += said.done;
        for (const [state, number] of Object.entries(said.ends)) total[state] = (total[state] ?? 0) + number;
        if (said.failed !== undefined) {
          failures.push(said.failed);
          console.error(
            `seed ${said.failed} violates an invariant; its shortest schedule is looked for at the end`,
          );
        }
        if (done % 5000 < 100)
          console.error(`${done} of ${options.schedules}, ${Math.round((Date.now() - started) / 1000)} s`);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  await Promise.all(Array.from({ length: step }, (_, index) => share(index)));
  const ends = Object.entries(total)
    .map(([state, number]) => `${state} ${number}`)
    .join(', ');
  console.log(`${done} schedules in ${Math.round((Date.now() - started) / 1000)} s; builds ended: ${ends}`);
  for (const seed of failures) await explain({ seed, length: options.length });
  return failures.length === 0 ? 0 : 1;
}

async function explain(options: ScheduleOptions): Promise<boolean> {
  const failure = await shrink(options);
  if (failure === undefined) return false;
  console.log(`${failure.violation}\n  again: ${replayOf(failure)}`);
  return true;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '100000' },
      first: { type: 'string', default: '1' },
      length: { type: 'string', default: String(DEFAULT_LENGTH) },
      seed: { type: 'string' },
      without: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const length = Number(values.length);
  if (values.seed === undefined)
    return campaign({ schedules: Number(values.schedules), first: Number(values.first), length });
  const trouble = { ...TROUBLE, ...Object.fromEntries(values.without.map((kind) => [kind, 0])) };
  const { violation } = await runSchedule({ seed: Number(values.seed), length, trouble });
  console.log(violation ?? 'No invariant was violated.');
  return violation === undefined ? 0 : 1;
}

if (isMainThread) process.exitCode = await main();
else await work(workerData);
