// galley cancel and retry, and what the queue makes of several uploads, on a region with its two slots taken.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sentence } from '../../cli/describe.ts';
import type { Build, BuildKey } from '../../shared/build/build.ts';
import { runOf } from '../../shared/build/build.ts';
import { type DeskCommands, deskCommands } from './desk-commands.ts';
import { as, deployed } from './ended.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { processesWith } from './processes.ts';
import { quick, sleeping } from './sources.ts';

const test = suite('cancel, retry, policies');
let pipeline: Pipeline;
let galley: DeskCommands;
test.before(async () => {
  pipeline = await startPipeline({ cluster: 'stand-in', functions: 'processes' });
  galley = deskCommands(pipeline);
});
test.after(async () => {
  await pipeline?.stop();
});

/** Held by the tests below, until they are canceled. */
const held: BuildKey[] = [];
/** In the command line of the process that sleeps in the first held build. */
const NAP = `sleep ${70_000 + process.pid}`;

test('two builds that sleep take both slots', async () => {
  // The first one does not listen to SIGTERM.
  const stubborn = sleeping('stubborn', 70_000 + process.pid);
  const Dockerfile = stubborn.Dockerfile?.replace('RUN ', "RUN trap '' TERM; ") ?? '';
  held.push(await pipeline.upload('held-a', { ...stubborn, Dockerfile }));
  held.push(await pipeline.upload('held-b', sleeping('docile')));
  for (const key of held) await pipeline.reached(key, (build) => runOf(build)?.command !== undefined);
  await pipeline.reached(at(held, 0), () => processesWith(NAP).length > 0);
});

const uploads: Record<string, BuildKey[]> = { supersede: [], queue: [] };

for (const policy of ['supersede', 'queue']) {
  test(`policy ${policy}: three uploads wait, with a reason`, async () => {
    for (const text of ['first', 'second', 'third']) {
      uploads[policy]?.push(await pipeline.upload(policy, quick(text, `policy: ${policy}\n`), `${text}.tgz`));
      await nextSecond();
    }
    const [first, , third] = uploads[policy] ?? [];
    const oldest = await pipeline.reached(
      at([first], 0),
      (build) => build.state !== 'queued' || hasReason(build),
    );
    if (policy === 'queue') assert.is(as(oldest, 'queued').reason, 'all 2 build slots are taken');
    const newest = as(await pipeline.reached(at([third], 0), hasReason), 'queued');
    const why =
      policy === 'queue' ? 'waits for older builds of the app (policy queue)' : 'all 2 build slots are taken';
    assert.is(newest.reason, why);
  });
}

test('a queued build that is canceled never starts', async () => {
  const key = await pipeline.upload('never', quick('never'));
  await pipeline.reached(key, hasReason);
  const { code, printed } = await galley.cancel({ app: 'never', id: undefined });
  assert.is(code, 0);
  assert.match(printed.at(-1) ?? '', /canceled.*: by \w+/);
  const canceled = as(await pipeline.ended(key), 'canceled');
  assert.is(canceled.run, undefined);
  assert.equal(await pipeline.desk.chunks(key), []);
});

test('a running build that is canceled is killed with all its processes before it is called canceled', async () => {
  const key = at(held, 0);
  assert.ok(processesWith(NAP).length > 0, 'it sleeps');
  // Held still, galley-build cannot end its build: the moment in which the record may not say `canceled` yet.
  const own = processesWith(`galley-build.mjs run --app ${key.app} `);
  assert.is(own.length, 1);
  for (const { pid } of own) process.kill(pid, 'SIGSTOP');
  const asked = galley.cancel({ app: key.app, id: key.id.slice(-8) });
  const isStopping = (build: Build): boolean => build.state === 'building' && build.stopping !== undefined;
  const stopping = await pipeline.reached(key, isStopping);
  assert.match(sentence(stopping, new Date()), /^being stopped: cancel requested by \w+$/);
  assert.ok(processesWith(NAP).length > 0, 'it sleeps still');
  for (const { pid } of own) process.kill(pid, 'SIGCONT');
  const canceled = as(await pipeline.ended(key), 'canceled');
  assert.equal(processesWith(NAP), []);
  assert.is(canceled.run?.attempt, 1);
  assert.is((await asked).code, 0);
});

test('policy queue: each is deployed, in the order of the uploads', async () => {
  await galley.cancel({ app: 'held-b', id: undefined });
  const builds: Build[] = [];
  for (const key of uploads.queue ?? []) builds.push(deployed(await pipeline.ended(key)));
  const times = builds.map(({ since }) => since);
  assert.equal(times, [...times].sort());
  assert.is(await pipeline.answer(builds[2] as Build), 'third');
});

test('policy supersede: the newest takes the place of the older ones', async () => {
  const [first, second, third] = uploads.supersede ?? [];
  assert.is(await pipeline.answer(deployed(await pipeline.ended(at([third], 0)))), 'third');
  for (const key of [at([first], 0), at([second], 0)]) {
    const superseded = as(await pipeline.ended(key), 'superseded');
    assert.ok(superseded.by > key.id, superseded.by);
    assert.is(superseded.run, undefined);
  }
});

test('retry builds the same bytes again, as a new build', async () => {
  const [canceled = ''] = await pipeline.desk.ids('never');
  const { code, noted } = await galley.retry({ app: 'never', id: canceled });
  assert.is(code, 0, noted.join('\n'));
  const [, again = ''] = await pipeline.desk.ids('never');
  const build = deployed(await pipeline.ended({ app: 'never', id: again }));
  assert.is(await pipeline.answer(build), 'never');
  as(await pipeline.ended({ app: 'never', id: canceled }), 'canceled');
});

test('retry of a build that failed by its own fault fails again; the exit code is the build’s', async () => {
  const source = { Dockerfile: 'FROM busybox\nRUN echo this is wrong && false\n' };
  const failed = as(await pipeline.ended(await pipeline.upload('wrong', source)), 'failed');
  const { code, printed } = await galley.retry({ app: 'wrong', id: undefined });
  assert.is(code, 2);
  assert.match(printed.at(-1) ?? '', /failed.*: build, BuildFailed \(yours to mend\): /);
  const [first, second] = await pipeline.desk.ids('wrong');
  assert.is(first, failed.id);
  assert.ok((second ?? '') > failed.id);
});

test('what is over cannot be canceled, and what runs cannot be retried', async () => {
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(() => 'it was not refused').catch((error: Error) => error.message);
  assert.match(await refusal(galley.cancel({ app: 'wrong', id: undefined })), /is failed already/);
  assert.match(await refusal(galley.rollback({ app: 'wrong', id: undefined })), /no earlier deployed build/);
  const key = await pipeline.upload('held-b', sleeping('once more'));
  await pipeline.reached(key, ({ state }) => state === 'building');
  assert.match(await refusal(galley.retry({ app: 'held-b', id: undefined })), /is still building/);
  assert.is((await galley.cancel({ app: 'held-b', id: undefined })).code, 0);
});

test('when all is over, no slot, record or process is left', async () => {
  const leftovers = async (): Promise<unknown[]> => [
    ...(await pipeline.desk.slots.list()),
    ...(await pipeline.desk.records.listActive()),
  ];
  const deadline = Date.now() + 60_000;
  while ((await leftovers()).length > 0 && Date.now() < deadline) await nextSecond();
  assert.equal(await leftovers(), []);
  assert.equal(processesWith(NAP), []);
});

function hasReason(build: Build): boolean {
  return build.state === 'queued' && build.reason !== 'waits for a build slot';
}

/** Ids of uploads in one second are in the order of their hashes. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
}

function at<T>(list: readonly (T | undefined)[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no upload ${index}: an earlier test failed`);
  return found;
}

test.run();
