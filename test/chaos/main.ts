// npm run chaos -- --runs N: real kills, the whole pipeline on the local region over HTTP.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';

const USAGE = `Usage: npm run chaos -- [--runs 200] [--first SEED] [--jobs N]
       npm run chaos -- --seed SEED

Each run starts a region, uploads, and kills -9 functions, galley-build, the agent, the registry and the region itself at
random moments; then every upload must have one final record, the newest of each app must answer, and nothing be left.
Even seeds run the functions in containers where podman can, odd ones as processes. Runs go on side by side, three
for each processor unless --jobs says otherwise: most of a run is waiting for deadlines.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(3 * availableParallelism()) },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [first, runs] = [
    Number(values.seed ?? values.first),
    values.seed === undefined ? Number(values.runs) : 1,
  ];
  return campaign({ first, runs, jobs: Number(values.jobs) });
}

process.exitCode = await main();
