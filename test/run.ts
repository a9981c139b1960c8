// Runs the suites: every file in a process of its own, files that start containers one at a time.
//   node test/run.ts [PATTERN…]     only files whose path contains one of the patterns
// Ends with `N passed, N failed, N skipped`; each skip is named with what is missing.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** A file that has not ended by then hangs: 15 minutes hold the slowest one on a busy machine. */
const WATCHDOG_MS = 15 * 60 * 1000;

interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skips: readonly string[];
  readonly output: string;
  readonly seconds: number;
}

const { positionals: patterns } = parseArgs({ allowPositionals: true });
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((file) => join('test', file))
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .sort();

/** Runs one file; the driver's last line holds the counts, see test/helpers/drive.ts. */
function run(file: string): Promise<Outcome> {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['test/helpers/drive.ts', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const watchdog = setTimeout(() => {
      output += `\n  FAIL  ${file}: still running after ${WATCHDOG_MS / 1000} s\n`;
      killGroup(child.pid);
    }, WATCHDOG_MS);
    child.on('close', (code) => {
      clearTimeout(watchdog);
      resolve(read({ file, code, output, seconds: (Date.now() - started) / 1000 }));
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

function read(ended: { file: string; code: number | null; output: string; seconds: number }): Outcome {
  const counts = /^#galley-test (\d+) (\d+) (.*)$/m.exec(ended.output);
  const skips = (counts?.[3] ?? '') === '' ? [] : JSON.parse(counts?.[3] ?? '[]');
  const output = ended.output.replace(/^#galley-test.*\n?/m, '');
  const passed = Number(counts?.[1] ?? 0);
  const failed = Number(counts?.[2] ?? 0);
  const broke = ended.code !== 0 && failed === 0;
  return {
    file: ended.file,
    passed,
    failed: broke || !counts ? failed + 1 : failed,
    skips,
    output,
    seconds: ended.seconds,
  };
}

const outcomes: Outcome[] = [];
function report(outcome: Outcome): void {
  outcomes.push(outcome);
  const mark = outcome.failed > 0 ? 'FAIL' : 'ok  ';
  console.log(`${mark} ${outcome.file}  ${outcome.passed} passed  ${outcome.seconds.toFixed(1)} s`);
  for (const skip of outcome.skips) console.log(`     skipped: ${skip}`);
  if (outcome.failed > 0) console.log(outcome.output);
}

async function lane(queue: string[]): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) report(await run(file));
}

const containers = files.filter((file) => file.endsWith('.container.test.ts'));
const others = files.filter((file) => !file.endsWith('.container.test.ts'));
const lanes = Math.max(1, availableParallelism() - 1);
await Promise.all([lane(containers), ...Array.from({ length: lanes }, () => lane(others))]);
await lane(others);

const sum = (count: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, one) => total + count(one), 0);
const failed = sum((one) => one.failed) + (files.length === 0 ? 1 : 0);
for (const one of outcomes.filter((outcome) => outcome.failed > 0)) console.log(`FAILED ${one.file}`);
console.log(
  `\n${sum((one) => one.passed)} passed, ${failed} failed, ${sum((one) => one.skips.length)} skipped`,
);
process.exitCode = failed === 0 ? 0 : 1;
