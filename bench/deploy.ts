// One deploy against its physical limit: event to command, push overhead, upload to answer, calls and GB-seconds.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pipeline, startPipeline } from '../test/end-to-end/pipeline.ts';
import { type BenchApp, COMPILED, makeCompilerImage, ONE_FILE } from './deploy-apps.ts';
import { type Costs, costRows, costsOf } from './deploy-costs.ts';
import { type Raw, startRaw } from './raw-podman.ts';
import { atMost, type Bench, median, percentile, type Row, round, within } from './rows.ts';

const DEPLOYS = 12;
/** Finer than the tenths of a second that are measured. */
const LOOK_MS = 5;
const PATIENCE_MS = 60_000;
/** The pod before is being stopped for a while; by hand, that is waited for. */
const STOPPED_MS = 1500;

interface Sample {
  readonly commandMs: number;
  readonly pushedMs: number;
  /** The endpoint answers with the new version. */
  readonly answerMs: number;
}

interface Pair {
  readonly ours: Sample;
  readonly theirs: { readonly pushedMs: number; readonly answerMs: number };
}

export const deployBench: Bench = {
  name: 'deploy',
  about: 'uploads followed to the answer, against raw podman build + push + run of the same source',
  measure: async (say) => {
    say('starting the region');
    // The agent asks often: what is measured is the pipeline, and not how often OCI's agent asks.
    const options = {
      cluster: 'stand-in',
      functions: 'processes',
      clockSeconds: 60,
      agentSeconds: 0.02,
    } as const;
    const pipeline = await startPipeline(options);
    const raw = await startRaw();
    const removeCompiler = await makeCompilerImage();
    try {
      const single = await measured(ONE_FILE, { pipeline, raw, say });
      const compiled = await measured(COMPILED, { pipeline, raw, say });
      return [
        ...rows(single.pairs),
        ...answerRows(COMPILED, compiled.pairs),
        ...costRows(single.costs, DEPLOYS),
      ];
    } finally {
      await raw.stop();
      await pipeline.stop();
      await removeCompiler();
    }
  },
};

interface Tools {
  readonly pipeline: Pipeline;
  readonly raw: Raw;
  say(line: string): void;
}

async function measured(
  app: BenchApp,
  { pipeline, raw, say }: Tools,
): Promise<{ pairs: Pair[]; costs: Costs }> {
  const first = await pipeline.ended(await pipeline.upload(app.name, app.files('warm-up')));
  if (first.state !== 'deployed') throw new Error(`warm-up: ${JSON.stringify(first)}`);
  await raw.deploy(app.name, app.files('warm-up'));
  const before = await costsOf(pipeline);
  const pairs: Pair[] = [];
  for (let turn = 0; turn < DEPLOYS; turn += 1) {
    say(`${app.name}: deploy ${turn + 1} of ${DEPLOYS}`);
    const text = `turn ${turn}`;
    const ours = await deploy(pipeline, { app, text, endpoint: first.endpoint });
    await sleep(STOPPED_MS);
    // Other bytes: of ours it would find every layer built.
    pairs.push({ ours, theirs: await raw.deploy(app.name, app.files(`${text} by hand`)) });
  }
  return { pairs, costs: (await costsOf(pipeline)).since(before) };
}

async function deploy(
  pipeline: Pipeline,
  { app, text, endpoint }: { app: BenchApp; text: string; endpoint: string },
): Promise<Sample> {
  const files = app.files(text);
  const started = Date.now();
  const key = await pipeline.upload(app.name, files);
  const uploaded = Date.now();
  await answers(endpoint, text);
  const answered = Date.now();
  const build = await pipeline.ended(key);
  if (build.state !== 'deployed' || build.run === undefined)
    throw new Error(`${text}: ${JSON.stringify(build)}`);
  const pushedAt = await pipeline.finishedAt(build, build.run.attempt);
  return {
    commandMs: Date.parse(build.run.submittedAt) - uploaded,
    pushedMs: pushedAt.getTime() - started,
    answerMs: answered - started,
  };
}

/** Until a user would see the new version. */
async function answers(endpoint: string, text: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).then(
      (reply) => reply.text(),
      () => undefined,
    );
    if (answer === text) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`${endpoint} never answered "${text}"`);
}

function rows(pairs: readonly Pair[]): Row[] {
  const command = pairs.map(({ ours }) => ours.commandMs);
  const overhead = median(pairs.map(({ ours, theirs }) => ours.pushedMs - theirs.pushedMs));
  return [
    within('event → command, p50', { measured: median(command), most: 50, unit: 'ms' }),
    within('event → command, p99', { measured: percentile(command, 0.99), most: 200, unit: 'ms' }),
    {
      what: 'upload → image pushed, over raw',
      measured: `${round(median(pairs.map(({ ours }) => ours.pushedMs)))} ms`,
      baseline: `${round(median(pairs.map(({ theirs }) => theirs.pushedMs)))} ms`,
      ratio: `+${round(overhead)} ms`,
      goal: '≤ +1000 ms',
      isMet: overhead <= 1000,
    },
    ...answerRows(ONE_FILE, pairs),
  ];
}

function answerRows({ about }: BenchApp, pairs: readonly Pair[]): Row[] {
  const measured = median(pairs.map(({ ours }) => ours.answerMs));
  const baseline = median(pairs.map(({ theirs }) => theirs.answerMs));
  return [
    atMost(`upload → answer of the new version (${about})`, { measured, baseline, most: 1.5, unit: 'ms' }),
  ];
}
