// Many runs side by side, each in a region of its own; what was killed, and whether all came right.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pMap from 'p-map';
import { buildBundles } from '../../cli/region.ts';
import { diagnose } from '../../local/containers/engine.ts';
import { removeImagesOf } from '../../local/containers/images.ts';
import { type ChaosReport, chaosRun } from './run.ts';

const BUNDLES = fileURLToPath(new URL('../../dist', import.meta.url));

interface Campaign {
  /** Seeds from here on, one a run. */
  readonly first: number;
  readonly runs: number;
  /** Regions at the same time. */
  readonly jobs: number;
}

/** Prints every run as it ends. @returns the exit code */
export async function campaign({ first, runs, jobs }: Campaign): Promise<number> {
  const started = Date.now();
  const { bundles, remove } = await ownBundles();
  const hasContainers = (await diagnose()).engine?.confines === true;
  if (!hasContainers) console.log('podman cannot confine containers here: all functions run as processes');
  const killed = new Map<string, number>();
  const registries: string[] = [];
  let [done, failed] = [0, 0];
  const one = async (seed: number): Promise<void> => {
    const report = await chaosRun(seed, { bundles, functions: functionsOf(seed, hasContainers) });
    for (const name of report.kills) killed.set(name, (killed.get(name) ?? 0) + 1);
    if (report.registry !== '') registries.push(report.registry);
    done += 1;
    if (report.problems.length > 0) failed += 1;
    console.log(described(report, `${done}/${runs}`));
  };
  const seeds = Array.from({ length: runs }, (_, index) => first + index);
  await pMap(seeds, one, { concurrency: jobs });
  remove();
  // Not sooner: podman loses names that a build gives to an image while others of it are taken away.
  await removeImagesOf(...registries);
  const kinds = [...killed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name} ${count}`);
  const minutes = Math.round((Date.now() - started) / 60_000);
  console.log(
    `${runs - failed} of ${runs} runs came right in ${minutes} min; kills: ${kinds.join(', ') || 'none'}`,
  );
  return failed === 0 ? 0 : 1;
}

/** Containers for every second seed: both ways of running a function see every kind of kill. */
export function functionsOf(seed: number, hasContainers: boolean): 'containers' | 'processes' {
  return hasContainers && seed % 2 === 0 ? 'containers' : 'processes';
}

/** A copy: what somebody builds meanwhile does not change the campaign half-way. */
async function ownBundles(): Promise<{ bundles: string; remove(): void }> {
  await buildBundles();
  const bundles = mkdtempSync(join(tmpdir(), 'galley-chaos-bundles-'));
  cpSync(BUNDLES, bundles, { recursive: true });
  return { bundles, remove: () => rmSync(bundles, { recursive: true, force: true }) };
}

function described({ seed, kills, problems, states, seconds }: ChaosReport, count: string): string {
  const parts = Object.entries(seconds).map(([part, time]) => `${part} ${time} s`);
  const verdict = problems.length === 0 ? 'ok  ' : 'FAIL';
  const line = `${verdict} ${count} seed ${seed}: killed ${kills.join(', ') || 'nothing'}; ${parts.join(', ')}`;
  if (problems.length === 0) return line;
  return [line, ...problems, ...states, `again: npm run chaos -- --seed ${seed}`].join('\n  ');
}
