// galley rollback, and the rollback that nobody asks for: a version that does not come up, on real pods.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Build, In } from '../../shared/build/build.ts';
import { controlPlaneBinaries } from '../helpers/cluster.ts';
import { type Administrator, administratorOf, imagesOf } from './administrator.ts';
import { type DeskCommands, deskCommands } from './desk-commands.ts';
import { as, deployed } from './ended.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { quick } from './sources.ts';

const test = suite('rollback');
let pipeline: Pipeline;
let galley: DeskCommands;
let administrator: Administrator;
test.before(async () => {
  const cluster = controlPlaneBinaries() === undefined ? 'stand-in' : 'real';
  pipeline = await startPipeline({ cluster, functions: 'processes' });
  galley = deskCommands(pipeline);
  administrator = await administratorOf(pipeline);
});
test.after(async () => {
  administrator?.close();
  await pipeline?.stop();
});

const app = 'shop';
const ids: string[] = [];

/** Pushes a version that is good, and what it answers. */
async function pushed(text: string): Promise<In<'deployed'>> {
  await nextSecond();
  const build = deployed(await pipeline.ended(await pipeline.upload(app, quick(text))));
  assert.is(await pipeline.answer(build), text);
  ids.push(build.id);
  return build;
}

/** Says why, and ends, a moment after each start. */
function dying(descriptor: string): Record<string, string> {
  const { Dockerfile = '' } = quick('dead');
  const cmd = 'CMD ["sh", "-c", "echo reading settings; echo no DATABASE_URL in the environment; exit 3"]';
  return { ...quick('dead', descriptor), Dockerfile: Dockerfile.replace(/CMD .*/, cmd) };
}

test('without a build: the one deployed before, as a new build that is the newest', async () => {
  await pushed('one');
  const two = await pushed('two');
  const { code, noted } = await galley.rollback({ app, id: undefined });
  assert.is(code, 0, noted.join('\n'));
  const back = await newest();
  assert.ok(back.id > two.id);
  assert.is(back.rollbackOf, ids[0]);
  assert.is(back.run, undefined);
  assert.is(await pipeline.answer(back), 'one');
  assert.is((await pipeline.desk.heads.read(app))?.head.build, back.id);
});

test('with a build: that one; a build that was never deployed is refused', async () => {
  const { code } = await galley.rollback({ app, id: ids[1]?.slice(-8) });
  assert.is(code, 0);
  assert.is(await pipeline.answer(await newest()), 'two');
  const wrong = { Dockerfile: 'FROM busybox\nRUN false\n' };
  const { id } = await pipeline.ended(await pipeline.upload(app, wrong));
  const error = await galley.rollback({ app, id }).catch((thrown: Error) => thrown);
  assert.match(error instanceof Error ? error.message : '', /was never deployed \(failed\)/);
});

test('a later push wins over a rollback', async () => {
  await pushed('three');
  assert.is((await pipeline.desk.heads.read(app))?.head.build, ids[2]);
});

test('a version that crashes is rolled back to the last good one, which answers all the while', async () => {
  const before = deployed(await pipeline.ended({ app, id: ids[2] ?? '' }));
  const key = await pipeline.upload(app, dying('rollout: {timeout: 40s}\n'));
  await pipeline.reached(key, ({ state }) => state === 'applying');
  const late = await galley.cancel({ app, id: key.id }).catch((thrown: Error) => thrown);
  assert.match(late instanceof Error ? late.message : '', /is being applied: too late to cancel/);
  assert.is(await pipeline.answer(before), 'three');
  const failed = as(await pipeline.ended(key), 'failed');
  assert.equal([failed.phase, failed.fault, failed.rolledBackTo], ['rollout', 'user', before.id]);
  assert.match(`${failed.reason}: ${failed.detail}`, /(RolloutTimedOut|CrashLoopBackOff): .*shop/);
  assert.match(failed.image ?? '', /@sha256:/);
  const head = (await pipeline.desk.heads.read(app))?.head;
  assert.equal([head?.build, head?.image, head?.lease], [before.id, before.image, undefined]);
  assert.is(await pipeline.answer(before), 'three');
  assert.equal(await images(), [before.image]);
});

test('its last log lines, states and events are in the record’s log, from before the rollback', async () => {
  const chunks = await pipeline.desk.chunks({ app, id: (await newestId()) ?? '' });
  const evidence = chunks.find((name) => name.endsWith('/900001')) ?? '';
  const text = await pipeline.desk.readChunk(evidence);
  assert.match(text, /no DATABASE_URL in the environment/);
  assert.match(text, /exit code 3/);
  assert.match(text, /events of Pod /);
  assert.match(text, /BackOff/);
});

test('onFailure: keep leaves what was applied, and says so; the next good build heals it', async () => {
  const key = await pipeline.upload(app, dying('rollout: {timeout: 15s, onFailure: keep}\n'));
  const failed = as(await pipeline.ended(key), 'failed');
  assert.equal([failed.phase, failed.rolledBackTo], ['rollout', undefined]);
  assert.equal(await images(), [failed.image]);
  const again = await galley.rollback({ app, id: ids[2] ?? '' });
  assert.is(again.code, 0, again.noted.join('\n'));
  assert.is(await pipeline.answer(await newest()), 'three');
  await pushed('four');
  assert.equal(await images(), [deployed(await newest()).image]);
});

/** Which of two uploads of one second is the later one, their hashes say. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
}

async function newestId(): Promise<string | undefined> {
  return (await pipeline.desk.ids(app)).at(-1);
}

async function newest(): Promise<In<'deployed'>> {
  const build: Build = await pipeline.ended({ app, id: (await newestId()) ?? '' });
  return deployed(build);
}

/** Images of the app's Deployments, as the cluster has them. */
async function images(): Promise<string[]> {
  return (await administrator.list(`/apis/apps/v1/namespaces/${app}/deployments`)).flatMap(imagesOf);
}

test.run();
