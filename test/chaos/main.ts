// npm run chaos -- --runs N: real kills, the whole pipeline on the local region over HTTP.
import { parseArgs } from 'node:util';
import { buildBundles } from '../../cli/region.ts';
import { chaosRun } from './run.ts';

const USAGE = `Usage: npm run chaos -- [--runs 200] [--first SEED]
       npm run chaos -- --seed SEED

Each run starts a region, uploads, and kills -9 functions, galley-build, the agent, the registry and the region itself at
random moments; then every upload must have one final record, the newest of each app must answer, and nothing be left.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

async function campaign(first: number, runs: number): Promise<number> {
  await buildBundles();
  const killed: Record<string, number> = {};
  let failures = 0;
  for (let seed = first; seed < first + runs; seed += 1) {
    const { kills, problems, seconds, states } = await chaosRun(seed);
    for (const name of kills) killed[name] = (killed[name] ?? 0) + 1;
    console.log(
      `${problems.length === 0 ? 'ok  ' : 'FAIL'} seed ${seed}, ${Math.round(seconds)} s, killed ${kills.join(', ')}`,
    );
    if (problems.length === 0) continue;
    failures += 1;
    console.log(`  ${[...problems, ...states].join('\n  ')}\n  again: npm run chaos -- --seed ${seed}`);
  }
  const survived = Object.entries(killed)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  console.log(`${runs - failures} of ${runs} runs came right; kills: ${survived}`);
  return failures === 0 ? 0 : 1;
}

if (values.help) console.log(USAGE);
else if (values.seed !== undefined) process.exitCode = await campaign(Number(values.seed), 1);
else process.exitCode = await campaign(Number(values.first), Number(values.runs));
