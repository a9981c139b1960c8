// Several Build Instances: builds spread over them, and one that cannot build is passed over, with the reason said.
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sentence } from '../../cli/describe.ts';
import type { Build, BuildKey } from '../../shared/build/build.ts';
import { runOf } from '../../shared/build/build.ts';
import { preferred } from '../../shared/pipeline/preference.ts';
import { as, deployed } from './ended.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { quick, sleeping } from './sources.ts';
import { type OtherTwin, twinOf } from './twins.ts';

const test = suite('a pool of Build Instances');
let twin: OtherTwin;
let pipeline: Pipeline;
test.before(async () => {
  twin = await twinOf({ instances: 2, config: { GALLEY_DELIVERY_SECONDS: '20' } });
  pipeline = await startPipeline({
    twin: twin.file,
    cluster: 'stand-in',
    functions: 'processes',
    pods: 'played',
  });
});
test.after(async () => {
  await pipeline?.stop();
  await twin?.remove();
});

/** The first app of that name and a number that is built on this instance while it may choose. */
function appFor(instance: string | undefined, name: string): string {
  const numbers = [...Array(100).keys()];
  const found = numbers.find((number) => preferred(`${name}-${number}`, twin.instances)[0] === instance);
  return `${name}-${found}`;
}

const instanceOf = (build: Build): string | undefined => runOf(build)?.instance;
const isBuilding = ({ state }: Build): boolean => state === 'building';
const set = (instance: string, deed: string): Promise<unknown> =>
  pipeline.admin('POST', `/_galley/instances/${instance}/${deed}`);

test('each app has an instance of its own, build after build', async () => {
  for (const [index, instance] of twin.instances.entries()) {
    const app = appFor(instance, `warm${index}`);
    for (const text of ['one', 'two']) {
      const build = deployed(await pipeline.ended(await pipeline.upload(app, quick(text))));
      assert.is(instanceOf(build), instance);
    }
  }
});

test('when its slots are full, the next build goes to the other instance', async () => {
  const [first, second] = twin.instances;
  const keys: BuildKey[] = [];
  for (const name of ['full-a', 'full-b']) {
    const key = await pipeline.upload(appFor(first, name), sleeping(name));
    keys.push(key);
    const building = await pipeline.reached(key, (build) => isBuilding(build) && instanceOf(build) === first);
    assert.is(instanceOf(building), first);
  }
  const third = await pipeline.upload(appFor(first, 'full-c'), quick('over'));
  assert.is(instanceOf(deployed(await pipeline.ended(third))), second);
  for (const key of keys) await pipeline.desk.cancel(key, 'tester');
  for (const key of keys) as(await pipeline.ended(key), 'canceled');
});

for (const [deed, why] of [
  ['stop', /passed over: .{8}: the instance is STOPPED/],
  ['kill-agent', /passed over: .{8}: plugin Compute Instance Run Command is \w+/],
] as const) {
  test(`${deed}: passed over, the record and its words say which and why; then the app stays with its layers`, async () => {
    const [first = '', second] = twin.instances;
    // A full instance is not asked what is wrong with it: the slots of the builds before are given back first.
    await slotsFree();
    await set(first, deed);
    const key = await pipeline.upload(appFor(first, deed), sleeping(deed, 3));
    const building = as(await pipeline.reached(key, isBuilding), 'building');
    assert.is(building.run.instance, second);
    assert.match(building.reason ?? '', why);
    assert.ok(building.reason?.includes(first.slice(-8)));
    assert.match(sentence(building, new Date()), why);
    assert.is(instanceOf(deployed(await pipeline.ended(key))), second);
    await set(first, 'start');
    const again = await pipeline.upload(appFor(first, deed), quick('again'));
    assert.is(instanceOf(deployed(await pipeline.ended(again))), second);
    const other = await pipeline.upload(appFor(first, `${deed}-back`), quick('back'));
    assert.is(instanceOf(deployed(await pipeline.ended(other))), first);
  });
}

async function slotsFree(): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await pipeline.desk.slots.list()).length > 0 && Date.now() < deadline) await sleep(200);
  assert.equal(await pipeline.desk.slots.list(), []);
}

test('with no instance left a build waits and says why, and is built when one comes back', async () => {
  const [first = '', second = ''] = twin.instances;
  for (const instance of [first, second]) await set(instance, 'stop');
  const key = await pipeline.upload('none-left', quick('none-left'));
  const hasReason = (build: Build): boolean =>
    build.state === 'queued' && build.reason.startsWith('no Build Instance');
  const queued = as(await pipeline.reached(key, hasReason), 'queued');
  assert.match(queued.reason, /no Build Instance can take it: .{8}: the instance is STOPPED; .{8}: the inst/);
  await set(second, 'start');
  assert.is(instanceOf(deployed(await pipeline.ended(key))), second);
  await set(first, 'start');
});

test('an agent that does not fetch its command in time: another instance, as another attempt', async () => {
  const [first = '', second] = twin.instances;
  await pipeline.fault({ name: 'agent-silent', where: first, times: 1 });
  const key = await pipeline.upload(appFor(first, 'silent'), quick('silent'));
  const again = (build: Build): boolean => build.state === 'queued' && build.attempt === 1;
  const queued = as(await pipeline.reached(key, again), 'queued');
  assert.match(queued.reason, /attempt 1 failed \(NotDelivered: the agent did not fetch the command in time/);
  assert.is(queued.avoid, first);
  const build = deployed(await pipeline.ended(key));
  assert.equal([runOf(build)?.attempt, runOf(build)?.instance], [2, second]);
  await pipeline.liftFaults();
});

test('an instance that is switched off under a waiting command: another one after the deadline', async () => {
  const [first = '', second] = twin.instances;
  await pipeline.fault({ name: 'agent-silent', where: first, times: 1 });
  const key = await pipeline.upload(appFor(first, 'off'), quick('off'));
  await pipeline.reached(key, (build) => runOf(build)?.command !== undefined);
  await set(first, 'stop');
  const build = deployed(await pipeline.ended(key));
  assert.equal([runOf(build)?.attempt, runOf(build)?.instance], [2, second]);
  await set(first, 'start');
  await pipeline.liftFaults();
});

test.run();
