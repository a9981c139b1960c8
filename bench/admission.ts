// Admission of a 1 GiB tarball ÷ `gzip -dc | tar t` of the same file, and its peak memory.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { type Bench, median, type Row, round } from './rows.ts';

const FILES = 512;
const FILE_BYTES = 2 * 1024 * 1024;
const RUNS = 3;
/** Sources are text and built things: half of each file does not compress. */
const RANDOM_SHARE = 0.5;

export const admissionBench: Bench = {
  name: 'admission',
  about: 'judging a 1 GiB tarball, against gzip -dc | tar t',
  measure: async (say) => {
    const work = mkdtempSync(join(tmpdir(), 'galley-bench-'));
    try {
      say('making a tarball of 1 GiB');
      return measure(bundle(work), makeTarball(work));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
};

function makeTarball(work: string): string {
  const source = join(work, 'source');
  mkdirSync(join(source, 'data'), { recursive: true });
  writeFileSync(join(source, 'Dockerfile'), 'FROM scratch\n');
  const text = Buffer.alloc(Math.floor(FILE_BYTES * (1 - RANDOM_SHARE)), 'const answer = 42; // the usual\n');
  for (let index = 0; index < FILES; index += 1) {
    const content = Buffer.concat([randomBytes(Math.floor(FILE_BYTES * RANDOM_SHARE)), text]);
    writeFileSync(join(source, 'data', `${index}.bin`), content);
  }
  const file = join(work, 'source.tar.gz');
  execFileSync('sh', ['-c', 'tar c -C "$0" . | gzip -1 > "$1"', source, file]);
  rmSync(source, { recursive: true });
  return file;
}

function measure(child: string, file: string): Row[] {
  const judged = Array.from({ length: RUNS }, () => judge(child, file));
  const plain = Array.from({ length: RUNS }, () =>
    seconds(() => execFileSync('sh', ['-c', 'gzip -dc "$0" | tar t > /dev/null', file])),
  );
  const [ours, theirs] = [median(judged.map((each) => each.seconds)), median(plain)];
  const speed = theirs / ours;
  const megabytes = Math.max(...judged.map((each) => each.megabytes));
  return [
    {
      what: 'admission of 1 GiB, throughput',
      measured: `${round(ours)} s`,
      baseline: `${round(theirs)} s`,
      ratio: `${speed.toFixed(2)}×`,
      goal: '≥ 0.8×',
      isMet: speed >= 0.8,
    },
    {
      what: 'admission of 1 GiB, peak memory',
      measured: `${round(megabytes)} MB`,
      baseline: '–',
      ratio: '–',
      goal: '≤ 128 MB',
      isMet: megabytes <= 128,
    },
  ];
}

/** As the function's bundle does it: the loader of TypeScript would count into the peak. */
function bundle(work: string): string {
  const outfile = join(work, 'child.mjs');
  const entry = fileURLToPath(new URL('./admission-child.ts', import.meta.url));
  const banner = {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  };
  buildSync({
    entryPoints: [entry],
    outfile,
    banner,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
  });
  return outfile;
}

/** In a process of its own, so that the peak is its own. */
function judge(child: string, file: string): { seconds: number; megabytes: number } {
  const { stdout, status, stderr } = spawnSync(process.execPath, [child, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function seconds(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
