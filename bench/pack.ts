// `galley push` packing ÷ `tar cz` of the same directory; and packing beside 100,000 ignored files.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from '../shared/tarball/pack.ts';
import { type Bench, median, round, within } from './rows.ts';

const FILES = 4000;
const FILE_BYTES = 16 * 1024;
const IGNORED = 100_000;
const RUNS = 5;

export const packBench: Bench = {
  name: 'pack',
  about: 'packing a source of 4,000 files, against tar cz; and beside 100,000 ignored ones',
  measure: async (say) => {
    const work = mkdtempSync(join(tmpdir(), 'galley-bench-'));
    try {
      say('writing the source');
      const source = writeSource(work);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        ours.push(
          await timed(() => pipeline(pack(source).stream, createWriteStream(join(work, 'ours.tar.gz')))),
        );
        theirs.push(
          await timed(
            async () => void execFileSync('tar', ['czf', join(work, 'theirs.tar.gz'), '-C', source, '.']),
          ),
        );
      }
      const speed = median(theirs) / median(ours);
      say(`writing ${IGNORED} ignored files`);
      writeIgnored(source);
      const beside = await timed(() =>
        pipeline(pack(source).stream, createWriteStream(join(work, 'ours.tar.gz'))),
      );
      return [
        {
          what: 'packing 4,000 files, speed',
          measured: `${round(median(ours))} s`,
          baseline: `${round(median(theirs))} s`,
          ratio: `${speed.toFixed(2)}×`,
          goal: '≥ 1.0×',
          isMet: speed >= 1,
        },
        within('packing beside 100,000 ignored files', { measured: beside, most: 2, unit: 's' }),
      ];
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
};

function writeSource(work: string): string {
  const source = join(work, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(source, '.gitignore'), 'node_modules/\n');
  const text = Buffer.alloc(FILE_BYTES - 4096, 'export const answer = 42; // the usual\n');
  for (let index = 0; index < FILES; index += 1) {
    const directory = join(source, `d${index % 40}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${index}.js`), Buffer.concat([randomBytes(4096), text]));
  }
  return source;
}

function writeIgnored(source: string): void {
  for (let index = 0; index < IGNORED; index += 1) {
    const directory = join(source, 'node_modules', `p${index % 500}`);
    if (index < 500) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${index}.js`), '');
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
