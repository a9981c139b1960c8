import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pauseAfter } from '../../../../local/services/events/delivery.ts';
import { until } from '../until.ts';
import { type EventRegion, startEventRegion } from './region.ts';

const test = suite('deliveries');
let region: EventRegion;
test.before(async () => {
  region = await startEventRegion();
});
test.after(() => region.running.stop());

const CREATE = 'com.oraclecloud.objectstorage.createobject';
const UPDATE = 'com.oraclecloud.objectstorage.updateobject';

test('the envelope is that of OCI, and the rule acts for itself, detached', async () => {
  const { eTag, versionId } = await region.source.client.putObject({
    ...region.source.at,
    objectName: 'apps/ü/a b.tgz',
    putObjectBody: 'x',
  });
  const [call] = await region.invokedFor('apps/ü/a b.tgz');
  assert.ok(call);
  const { event, by, detached } = call;
  const { namespace } = region.running.description;
  const { eventID, eventTime, data, extensions, ...rest } = JSON.parse(JSON.stringify(event));
  assert.equal(rest, {
    eventType: CREATE,
    cloudEventsVersion: '0.1',
    eventTypeVersion: '2.0',
    source: 'ObjectStorage',
    contentType: 'application/json',
  });
  assert.match(eventID, /^[0-9a-f-]{36}$/);
  assert.ok(Math.abs(Date.parse(eventTime) - Date.now()) < 300_000);
  assert.is(data.resourceName, 'apps/ü/a b.tgz');
  assert.is(data.resourceId, `/n/${namespace}/b/galley-source/o/apps/ü/a b.tgz`);
  assert.is(data.compartmentId, extensions.compartmentId);
  const { bucketId: _bucketId, ...details } = data.additionalDetails;
  assert.equal(details, {
    bucketName: 'galley-source',
    namespace,
    archivalState: 'Available',
    eTag,
    versionId,
  });
  assert.is(by.type, 'eventrule');
  assert.is(detached, true);
});

test('a new name is createobject, an existing one updateobject; other names and deletes go nowhere', async () => {
  await region.put('results/a/1/1');
  await region.put('results/a/1/1');
  await region.put('logs/a/1/000001');
  await region.client.deleteObject({ ...region.at, objectName: 'results/a/1/1' });
  await region.put('results/last');
  const calls = await region.invokedFor('results/a/1/1', 2);
  await region.invokedFor('results/last');
  assert.equal(calls.map(({ event }) => event.eventType).sort(), [CREATE, UPDATE].sort());
  assert.not(region.invocations.some(({ event }) => event.data.resourceName === 'logs/a/1/000001'));
});

test('a bucket without object events is silent', async () => {
  const { client, at } = region;
  await client.updateBucket({ ...at, updateBucketDetails: { objectEventsEnabled: false } });
  await region.put('results/silent');
  await client.updateBucket({ ...at, updateBucketDetails: { objectEventsEnabled: true } });
  await region.put('results/loud');
  await region.invokedFor('results/loud');
  assert.not(region.invocations.some(({ event }) => event.data.resourceName === 'results/silent'));
});

test('event-lost: never delivered, and counted', async () => {
  await region.plant({ name: 'event-lost', where: CREATE });
  await region.put('results/lost');
  await region.put('results/not-lost');
  await region.invokedFor('results/not-lost');
  assert.not(region.invocations.some(({ event }) => event.data.resourceName === 'results/lost'));
  assert.is((await region.report()).lost, 1);
});

test('event-twice: delivered twice with the same eventID', async () => {
  await region.plant({ name: 'event-twice', where: `${CREATE} results/twice` });
  await region.put('results/twice');
  const calls = await region.invokedFor('results/twice', 2);
  assert.is(new Set(calls.map(({ event }) => event.eventID)).size, 1);
});

test('event-late: others overtake it', async () => {
  await region.plant({ name: 'event-late', where: CREATE, value: 2 });
  await region.put('results/late');
  await region.put('results/early');
  await region.invokedFor('results/late');
  const order = region.invocations.map(({ event }) => event.data.resourceName);
  assert.ok(order.indexOf('results/early') < order.indexOf('results/late'));
});

test('event-old-envelope: the one of 2019', async () => {
  await region.plant({ name: 'event-old-envelope' });
  await region.put('results/old');
  const [call] = await region.invokedFor('results/old');
  const event = JSON.parse(JSON.stringify(call?.event));
  assert.equal([event.eventTypeVersion, event.source, event.data.resourceId], ['1.0', 'objectstorage', '']);
  assert.is(event.data.additionalDetails.bucketName, 'galley-state');
});

test('a busy function is tried again until it takes the event', async () => {
  region.answer(503);
  await region.put('results/busy');
  await until('a failure', async () =>
    Number((await region.report()).DeliveryFailedEvents) > 0 ? true : undefined,
  );
  assert.is((await region.report()).pending, 1);
  region.answer(202);
  await region.invokedFor('results/busy');
});

test('a denied invocation fails silently and is counted', async () => {
  region.answer(404);
  const before = Number((await region.report()).DeliveryFailedEvents);
  await region.put('results/denied');
  await until('the failure', async () =>
    Number((await region.report()).DeliveryFailedEvents) > before ? true : undefined,
  );
  const report = await region.report();
  assert.is(report.pending, 0);
  assert.match(JSON.stringify(report.failures), /galley-result.*404/);
  region.answer(202);
});

test('an event accepted is delivered after a restart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-events-'));
  const first = await startEventRegion({ directory });
  first.answer(503);
  await first.put('results/kept');
  await first.running.stop();
  const second = await startEventRegion({ directory });
  await second.invokedFor('results/kept');
  await second.running.stop();
  rmSync(directory, { recursive: true });
});

test('pauses between attempts grow to a minute and end after a day', () => {
  assert.equal(
    [0, 1, 2, 6, 20].map((attempts) => pauseAfter(attempts, 0)),
    [1, 2, 4, 60, 60],
  );
  assert.is(pauseAfter(3, 25 * 3600), undefined);
});
test.run();
