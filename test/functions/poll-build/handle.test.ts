// A result's event moves its build alone; everything else is a tick, and a tick moves all of them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pollBuild, resultOf } from '../../../functions/poll-build/handle.ts';
import type { Build } from '../../../shared/build/build.ts';
import { building, finals, ID, later, OLDER, pushed, queued, result } from '../../helpers/builds.ts';
import { alarmMessage, imagePush, ODD_BODIES, objectEvent, SCHEDULE_BODY } from '../../helpers/events.ts';
import { finished, recordOf, type Scene, scene, stored } from '../../helpers/scene.ts';

const test = suite('poll-build');
const KEY = { app: 'shop', id: ID };
const LONGEST = 'a'.repeat(40);
const resultEvent = (object: string) => objectEvent('createobject', { object, bucket: 'state' });
const EVENT = resultEvent(`results/shop/${ID}/1`);
const until = later(288);
const PUSHED = result();

for (const [what, input, key] of [
  ['a result', EVENT, KEY],
  ['a result, updated', { ...EVENT, eventType: 'com.oraclecloud.objectstorage.updateobject' }, KEY],
  ['the third attempt', resultEvent(`results/shop/${ID}/3`), KEY],
  ['a nudge', resultEvent(`results/shop/${ID}/0`), KEY],
  ['an app of 40 characters', resultEvent(`results/${LONGEST}/${ID}/1`), { app: LONGEST, id: ID }],
  ['the least of an envelope', { data: { resourceName: `results/shop/${ID}/1` } }, KEY],
  ['a log chunk', resultEvent(`logs/shop/${ID}/000001`), undefined],
  ['an upload', objectEvent('createobject'), undefined],
  ['an image push', imagePush(), undefined],
  ['an alarm', alarmMessage('OK_TO_FIRING'), undefined],
  ['an alarm, repeated', alarmMessage('REPEAT'), undefined],
  ['an alarm that ends', alarmMessage('FIRING_TO_OK'), undefined],
  ['the schedule', SCHEDULE_BODY, undefined],
  ['an app in capitals', resultEvent(`results/Shop/${ID}/1`), undefined],
  ['an app of 41 characters', resultEvent(`results/${LONGEST}a/${ID}/1`), undefined],
  ['dots for an app', resultEvent(`results/../${ID}/1`), undefined],
  ['no id of ours', resultEvent('results/shop/latest/1'), undefined],
  ['an encoded name', resultEvent(`results%2Fshop%2F${ID}%2F1`), undefined],
  ['a folder above', resultEvent(`/results/shop/${ID}/1`), undefined],
  ['a name that is a list', { data: { resourceName: [`results/shop/${ID}/1`] } }, undefined],
  ['data that is a text', { data: `results/shop/${ID}/1` }, undefined],
  ['names as inherited', Object.create({ data: EVENT.data }), undefined],
  ['a long name', resultEvent('results/'.repeat(100_000)), undefined],
  ...ODD_BODIES.map(([what, body]) => [what, body, undefined] as const),
] as const) {
  test(`${what}: ${key === undefined ? 'no result, so a tick' : 'a result'}`, () =>
    assert.equal(resultOf(input), key));
}

/** One build with a result, and one queued. */
function twoBuilds(first: Build = building()): Scene {
  const stage = scene();
  stored(stage, first);
  stored(stage, queued({ app: 'blog', id: OLDER }));
  stage.world.results.set(`shop/${ID}/1`, PUSHED);
  return stage;
}

test('a result moves its build, and no other', async () => {
  const stage = twoBuilds();
  const answer = await pollBuild(EVENT, { ...stage, until });
  assert.equal(answer, { build: `shop/${ID}`, state: 'pushed' });
  assert.equal(stage.world.invokes, [KEY]);
  assert.is(recordOf(stage, { app: 'blog', id: OLDER })?.state, 'queued');
});

test('told again, it tells apply again, and writes nothing', async () => {
  const stage = twoBuilds(pushed());
  const before = stage.world.active.get(`shop/${ID}`)?.eTag;
  assert.equal(await pollBuild(EVENT, { ...stage, until }), { build: `shop/${ID}`, state: 'pushed' });
  assert.equal(stage.world.invokes, [KEY]);
  assert.is(stage.world.active.get(`shop/${ID}`)?.eTag, before);
});

test('a user’s fault ends the build at once', async () => {
  const stage = twoBuilds();
  const failed = { ...PUSHED, outcome: 'failed', phase: 'build', fault: 'user', exitCode: 30 } as const;
  stage.world.results.set(`shop/${ID}/1`, failed);
  assert.equal(await pollBuild(EVENT, { ...stage, until }), { build: `shop/${ID}`, state: 'finished' });
  assert.is(recordOf(stage, KEY)?.state, 'failed');
  assert.equal(stage.world.invokes, []);
});

for (const final of finals()) {
  test(`the result of a build that is ${final.state} is nothing new`, async () => {
    const stage = scene();
    finished(stage, final);
    assert.equal(await pollBuild(EVENT, { ...stage, until }), { build: `shop/${ID}`, state: 'finished' });
    assert.is(recordOf(stage, KEY)?.state, final.state);
    assert.is(stage.world.active.size, 0);
  });
}

test('the result of a build nobody knows is no fault', async () => {
  const stage = scene();
  assert.equal(await pollBuild(EVENT, { ...stage, until }), { build: `shop/${ID}`, state: 'finished' });
});

for (const [what, input] of [
  ['an alarm', alarmMessage('REPEAT')],
  ['the schedule', SCHEDULE_BODY],
  ['nothing', undefined],
] as const) {
  test(`${what} is a tick: every build is looked at`, async () => {
    const stage = twoBuilds();
    const report = await pollBuild(input, { ...stage, until });
    assert.equal(report, { looked: 2, admitted: 0, errors: [] });
    assert.is(recordOf(stage, KEY)?.state, 'pushed');
    assert.is(recordOf(stage, { app: 'blog', id: OLDER })?.state, 'building');
  });
}

test.run();
