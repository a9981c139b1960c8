// One chaos run: uploads, and kill -9 at random moments to everything that runs; then all must have come right.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Build, isFinal } from '../../shared/build/build.ts';
import { seeded } from '../simulation/random.ts';
import { judged } from './judged.ts';
import { leftovers } from './leftovers.ts';
import { type RegionSettings, startRegionProcess } from './region.ts';
import { act, deskOf, type Scene } from './scene.ts';

/** Three attempts with their backoff take two minutes; a busy machine is several times slower. */
const PATIENCE_MS = 600_000;

export interface ChaosOptions {
  readonly bundles: string;
  readonly functions: RegionSettings['functions'];
}

export interface ChaosReport {
  readonly seed: number;
  /** What was killed, in order. */
  readonly kills: readonly string[];
  /** What is wrong; empty when everything came right. */
  readonly problems: readonly string[];
  readonly states: readonly string[];
  /** Where its images are named after; empty when the region never ran. */
  readonly registry: string;
  /** How long each part took. */
  readonly seconds: Readonly<Record<string, number>>;
}

export async function chaosRun(seed: number, options: ChaosOptions): Promise<ChaosReport> {
  const directory = mkdtempSync(join(tmpdir(), 'galley-chaos-'));
  const settings = { ...options, directory, port: 0 };
  const report = { kills: [] as string[], problems: [] as string[], states: [] as string[], registry: '' };
  const clock = stopwatch();
  try {
    const region = await clock('start', startRegionProcess(settings));
    const { kills } = report;
    const over = new AbortController();
    const scene: Scene = { settings, random: seeded(seed), uploads: [], kills, hunts: [], over, region };
    try {
      await play(scene, { report, clock });
    } finally {
      over.abort();
      await clock('stop', scene.region.stop());
      report.registry = scene.region.description.registry;
    }
  } catch (error) {
    report.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  report.problems.push(...(await leftovers(directory)));
  rmSync(directory, { recursive: true, force: true });
  return { seed, ...report, seconds: clock.seconds };
}

async function play(
  scene: Scene,
  { report, clock }: { report: Pick<ChaosReport, 'states' | 'problems'>; clock: Stopwatch },
): Promise<void> {
  await clock('kills', act(scene));
  const builds = await clock('end', allEnded(scene));
  scene.over.abort();
  await Promise.all(scene.hunts);
  const { kubeconfig } = scene.region.description;
  const problems = await clock('look', judged(scene.uploads, { desk: deskOf(scene), kubeconfig, builds }));
  Object.assign(report, { states: builds.map(stateOf), problems });
}

async function allEnded(scene: Scene): Promise<Build[]> {
  const deadline = Date.now() + PATIENCE_MS;
  const desk = deskOf(scene);
  for (;;) {
    const builds = await Promise.all(scene.uploads.map(({ key }) => desk.find(key).catch(() => undefined)));
    const ended = builds.filter((build) => build !== undefined && isFinal(build));
    if (ended.length === scene.uploads.length) return ended.filter((build) => build !== undefined);
    if (Date.now() > deadline) throw new Error(`not ended: ${JSON.stringify(builds)}`);
    await sleep(500);
  }
}

function stateOf(build: Build): string {
  const why = build.state === 'failed' ? ` ${JSON.stringify(build)}` : '';
  return `${build.app}/${build.id} ${build.state}${why}`;
}

type Stopwatch = ReturnType<typeof stopwatch>;

/** Times each part by its name. */
function stopwatch() {
  const seconds: Record<string, number> = {};
  const time = async <Value>(part: string, work: Promise<Value>): Promise<Value> => {
    const started = Date.now();
    try {
      return await work;
    } finally {
      seconds[part] = Math.round((Date.now() - started) / 1000);
    }
  };
  return Object.assign(time, { seconds });
}
