// An upload's event over the outside in memory: what is answered, and what is there afterwards.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { uploadTrigger } from '../../../functions/upload-trigger/handle.ts';
import { buildId } from '../../../shared/build/id.ts';
import type { Judged } from '../../../shared/pipeline/admit.ts';
import { IMAGE, INSTANCE, NEWER, NOW, queued } from '../../helpers/builds.ts';
import { alarmMessage, objectEvent } from '../../helpers/events.ts';
import {
  ACCEPTED,
  finished,
  NAMES,
  recordOf,
  type Scene,
  scene,
  stored,
  upload,
} from '../../helpers/scene.ts';

const test = suite('upload-trigger');
const NAME = 'apps/shop/source.tar.gz';
const ID = idOf('e-1');
const REJECTED: Judged = { kind: 'rejected', rule: 'no-dockerfile', detail: 'No Dockerfile.' };
const NOTHING = { active: [], done: [], slots: [], commands: 0 };

function idOf(eTag: string): string {
  return buildId({ ...NAMES, object: NAME, eTag }, NOW.toISOString());
}

/** Everything that an event can leave behind. */
function left({ world }: Scene) {
  const { active, done, slots, commands } = world;
  return {
    active: [...active.keys()],
    done: [...done.keys()],
    slots: [...slots.keys()],
    commands: commands.length,
  };
}

const ONE_BUILDING = { ...NOTHING, active: [`shop/${ID}`], slots: [`${INSTANCE}/0`], commands: 1 };

test('an upload is admitted, has a slot and a command', async () => {
  const stage = scene();
  upload(stage.world);
  assert.equal(await uploadTrigger(objectEvent('createobject'), stage), { build: ID, state: 'building' });
  assert.equal(left(stage), ONE_BUILDING);
});

for (const [what, second] of [
  ['the same event', objectEvent('createobject')],
  ['it as an update', objectEvent('updateobject')],
] as const) {
  test(`${what} once more changes nothing`, async () => {
    const stage = scene();
    upload(stage.world);
    await uploadTrigger(objectEvent('createobject'), stage);
    assert.equal(await uploadTrigger(second, stage), { build: ID, state: 'building' });
    assert.equal(left(stage), ONE_BUILDING);
  });
}

test('the same event twice at once makes one build of it', async () => {
  const stage = scene();
  upload(stage.world);
  const both = [1, 2].map(() => uploadTrigger(objectEvent('createobject'), stage));
  assert.equal(await Promise.all(both), Array(2).fill({ build: ID, state: 'building' }));
  assert.equal(left(stage), ONE_BUILDING);
});

test('the event of a build that has ended says so', async () => {
  const stage = scene();
  upload(stage.world);
  const { state: _, reason: __, attempt: ___, ...origin } = queued({ id: ID });
  finished(stage, { ...origin, state: 'canceled', by: 'ada' });
  assert.equal(await uploadTrigger(objectEvent('createobject'), stage), { build: ID, state: 'finished' });
  assert.equal(left(stage), { ...NOTHING, done: [`shop/${ID}`] });
});

const GONE = `object ${NAME} with this ETag is gone`;
const STRANGE = (object: string): string => `object ${object} is not apps/<app>/<name>.tar.gz, .tgz or .tar`;
for (const [what, event, ignored] of [
  ['an alarm', alarmMessage('REPEAT'), 'not an event'],
  ['a deleted object', objectEvent('deleteobject'), 'event type com.oraclecloud.objectstorage.deleteobject'],
  ['another bucket', objectEvent('createobject', { bucket: 'state' }), 'bucket state'],
  ['another namespace', objectEvent('createobject', { details: { namespace: 'x' } }), 'bucket source'],
  ['an object that is gone', objectEvent('createobject', { details: { eTag: 'e-0' } }), GONE],
  ['a zip', objectEvent('createobject', { object: 'apps/shop/a.zip' }), STRANGE('apps/shop/a.zip')],
  ['no folder', objectEvent('createobject', { object: 'source.tgz' }), STRANGE('source.tgz')],
  [
    'an app in capitals',
    objectEvent('createobject', { object: 'apps/Shop/a.tgz' }),
    STRANGE('apps/Shop/a.tgz'),
  ],
  ['dots', objectEvent('createobject', { object: 'apps/../a.tgz' }), STRANGE('apps/../a.tgz')],
  [
    'an encoded name',
    objectEvent('createobject', { object: 'apps%2Fshop%2Fa.tgz' }),
    STRANGE('apps%2Fshop%2Fa.tgz'),
  ],
] as const) {
  test(`${what} is ignored, with a line in the log`, async () => {
    const stage = scene();
    upload(stage.world);
    assert.equal(await uploadTrigger(event, stage), { ignored });
    assert.equal(stage.logged, [`ignored ${JSON.stringify({ why: ignored })}`]);
    assert.equal(left(stage), NOTHING);
  });
}

test('without an ETag the newest version counts; with one, that version', async () => {
  for (const [details, eTag] of [
    [{ eTag: undefined }, 'e-2'],
    [{ eTag: 'e-1' }, 'e-1'],
  ] as const) {
    const stage = scene();
    upload(stage.world);
    upload(stage.world, { eTag: 'e-2' });
    const { build } = await uploadTrigger(objectEvent('createobject', { details }), stage);
    assert.is(build, idOf(eTag));
    assert.is(recordOf(stage, { app: 'shop', id: build ?? '' })?.eTag, eTag);
  }
});

test('the event of an older version, late: it gives way to the newer build', async () => {
  const stage = scene();
  upload(stage.world);
  stored(stage, queued({ id: NEWER }));
  assert.equal(await uploadTrigger(objectEvent('createobject'), stage), { build: ID, state: 'finished' });
  const record = recordOf(stage, { app: 'shop', id: ID });
  assert.equal(record?.state === 'superseded' && record.by, NEWER);
  assert.equal(left(stage), { ...NOTHING, active: [`shop/${NEWER}`], done: [`shop/${ID}`] });
});

for (const [what, judged, state, after] of [
  ['a bad tarball', REJECTED, 'rejected', { ...NOTHING, done: [`shop/${ID}`] }],
  [
    'an image given',
    { ...ACCEPTED, image: IMAGE, manifests: 'm' },
    'pushed',
    { ...NOTHING, active: [`shop/${ID}`] },
  ],
] as [string, Judged, string, typeof NOTHING][]) {
  test(`${what}: ${state}, and told again the same`, async () => {
    const stage = scene(judged);
    upload(stage.world);
    assert.equal(await uploadTrigger(objectEvent('createobject'), stage), { build: ID, state });
    assert.equal(left(stage), after);
    assert.is(recordOf(stage, { app: 'shop', id: ID })?.state, state);
    await uploadTrigger(objectEvent('createobject'), stage);
    assert.equal(left(stage), after);
  });
}

test('with no slot left it is queued, and says why', async () => {
  const stage = scene();
  upload(stage.world);
  for (const number of [0, 1])
    await stage.ports.slots.claim(
      { instance: INSTANCE, number },
      { app: 'x', id: 'y', attempt: 1, since: '' },
    );
  assert.equal(await uploadTrigger(objectEvent('createobject'), stage), { build: ID, state: 'queued' });
  const record = recordOf(stage, { app: 'shop', id: ID });
  assert.is(record?.state === 'queued' && record.reason, 'all 2 build slots are taken');
  assert.is(stage.world.commands.length, 0);
});

test('an upload that is gone before it is read leaves nothing, and is no silence', async () => {
  const stage = scene();
  upload(stage.world);
  stage.before.set('uploads.open', () => {
    throw new Error('the version with ETag e-1 is gone');
  });
  const error = await uploadTrigger(objectEvent('createobject'), stage).catch(String);
  assert.is(error, 'Error: the version with ETag e-1 is gone');
  assert.equal(left(stage), NOTHING);
});

test.run();
