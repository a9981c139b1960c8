// One deploy against its physical limit: event to command, push overhead, upload to answer, calls and GB-seconds.
import { type Pipeline, startPipeline } from '../test/end-to-end/pipeline.ts';
import { webApp } from '../test/helpers/tarballs.ts';
import { startRaw } from './raw-podman.ts';
import { atMost, type Bench, median, percentile, type Row, round, within } from './rows.ts';

const DEPLOYS = 12;

interface Sample {
  readonly commandMs: number;
  readonly pushedMs: number;
  readonly answerMs: number;
}

export const deployBench: Bench = {
  name: 'deploy',
  about: 'uploads followed to the answer, against raw podman build + push + run of the same source',
  measure: async (say) => {
    say('starting the region');
    const pipeline = await startPipeline({ cluster: 'stand-in', functions: 'processes', clockSeconds: 60 });
    const raw = await startRaw();
    try {
      await deploy(pipeline, 'warm-up');
      await raw.deploy('warm-up');
      const before = await costs(pipeline);
      const ours: Sample[] = [];
      const theirs: { pushedMs: number; answerMs: number }[] = [];
      for (let turn = 0; turn < DEPLOYS; turn += 1) {
        say(`deploy ${turn + 1} of ${DEPLOYS}`);
        ours.push(await deploy(pipeline, `turn ${turn}`));
        theirs.push(await raw.deploy(`turn ${turn}`));
      }
      return [...rows(ours, theirs), ...costRows(before, await costs(pipeline))];
    } finally {
      await raw.stop();
      await pipeline.stop();
    }
  },
};

async function deploy(pipeline: Pipeline, text: string): Promise<Sample> {
  const started = Date.now();
  const key = await pipeline.upload('bench', webApp(text));
  const uploaded = Date.now();
  const build = await pipeline.ended(key);
  const answer = await pipeline.answer(build);
  const answered = Date.now();
  if (answer !== text) throw new Error(`${text}: answered ${answer}`);
  if (build.state !== 'deployed' || build.run === undefined)
    throw new Error(`${text}: ${JSON.stringify(build)}`);
  const pushedAt = await pipeline.finishedAt(build, build.run.attempt);
  return {
    commandMs: Date.parse(build.run.submittedAt) - uploaded,
    pushedMs: pushedAt.getTime() - started,
    answerMs: answered - started,
  };
}

function rows(ours: readonly Sample[], theirs: readonly { pushedMs: number; answerMs: number }[]): Row[] {
  const command = ours.map(({ commandMs }) => commandMs);
  const pushed = [
    median(ours.map((each) => each.pushedMs)),
    median(theirs.map((each) => each.pushedMs)),
  ] as const;
  const answer = [
    median(ours.map((each) => each.answerMs)),
    median(theirs.map((each) => each.answerMs)),
  ] as const;
  const overhead = pushed[0] - pushed[1];
  return [
    within('event → command, p50', { measured: median(command), most: 50, unit: 'ms' }),
    within('event → command, p99', { measured: percentile(command, 0.99), most: 200, unit: 'ms' }),
    {
      what: 'upload → image pushed, over raw',
      measured: `${round(pushed[0])} ms`,
      baseline: `${round(pushed[1])} ms`,
      ratio: `+${round(overhead)} ms`,
      goal: '≤ +1000 ms',
      isMet: overhead <= 1000,
    },
    atMost('upload → answer of the new version', {
      measured: answer[0],
      baseline: answer[1],
      most: 1.5,
      unit: 'ms',
    }),
  ];
}

interface Costs {
  readonly calls: ReadonlyMap<string, number>;
  readonly gbSeconds: number;
}

async function costs(pipeline: Pipeline): Promise<Costs> {
  const { functions } = (await pipeline.admin('GET', '/_galley/functions/usage')) as {
    functions: { gbSeconds: number }[];
  };
  const calls = (await pipeline.admin('GET', '/_galley/calls')) as {
    service: string;
    calls: number;
    people: number;
  }[];
  return {
    calls: new Map(calls.map((each) => [each.service, each.calls - each.people])),
    gbSeconds: functions.reduce((sum, each) => sum + each.gbSeconds, 0),
  };
}

function costRows(before: Costs, after: Costs): Row[] {
  const each = [...after.calls].map(
    ([service, calls]) => [service, (calls - (before.calls.get(service) ?? 0)) / DEPLOYS] as const,
  );
  const total = each.reduce((sum, [, calls]) => sum + calls, 0);
  const detail = each
    .filter(([, calls]) => calls > 0)
    .map(([service, calls]) => `${service} ${round(calls)}`);
  return [
    {
      what: `calls a deploy (${detail.join(', ')})`,
      measured: round(total),
      baseline: '–',
      ratio: '–',
      goal: '≤ 40',
      isMet: total <= 40,
    },
    within('function time a deploy', {
      measured: (after.gbSeconds - before.gbSeconds) / DEPLOYS,
      most: 3,
      unit: 'GB-s',
    }),
  ];
}
