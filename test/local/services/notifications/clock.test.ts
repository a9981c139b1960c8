import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MonitoringClient } from 'oci-monitoring';
import { NotificationControlPlaneClient, NotificationDataPlaneClient } from 'oci-ons';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StartOptions } from '../../../../local/region.ts';
import {
  alarmMessage,
  alarmsOf,
  alwaysHolds,
  minutesIn,
} from '../../../../local/services/notifications/alarms.ts';
import type { Invocation } from '../../../../local/types.ts';
import { noRetries, startTestRegion, type TestRegion } from '../../../helpers/region.ts';
import { outcome } from '../object-storage/bucket.ts';
import { until } from '../until.ts';

const test = suite('the minute clock');

async function startClock(directory: string, options: Partial<StartOptions> = {}) {
  const invocations: Invocation[] = [];
  const answer = { status: 200 };
  const running: TestRegion = await startTestRegion({
    services: ['notifications'],
    clockSeconds: 0.05,
    directory,
    ...options,
  });
  running.region.wiring.invoke = async (invocation) => {
    invocations.push(invocation);
    return { status: answer.status, headers: {}, body: Buffer.alloc(0) };
  };
  const calls = (count: number) =>
    until(`${count} calls`, () => (invocations.length >= count ? invocations.slice(0, count) : undefined));
  return { running, invocations, calls, answer };
}

const directory = mkdtempSync(join(tmpdir(), 'galley-clock-'));
test.after(() => rmSync(directory, { recursive: true }));
const bodyOf = ({ body }: Invocation) => JSON.parse(body.toString('utf8'));

test('the alarm fires, then repeats, with the message of Monitoring', async () => {
  const clock = await startClock(join(directory, 'a'));
  const [first, second] = await clock.calls(2);
  await clock.running.stop();
  assert.ok(first && second);
  const { type, title, severity, alarmMetaData, dedupeKey, timestampEpochMillis } = bodyOf(first);
  assert.equal([type, title], ['OK_TO_FIRING', 'galley-clock']);
  assert.is(typeof timestampEpochMillis, 'number');
  assert.is(typeof severity, 'string');
  assert.equal([alarmMetaData[0].id, alarmMetaData[0].status], [dedupeKey, 'FIRING']);
  assert.is(bodyOf(second).type, 'REPEAT');
  assert.is(first.by.type, 'onssubscription');
  const ids = [first, second].map(({ headers }) => headers?.['x-oci-ns-messageid']);
  assert.is(new Set(ids).size, 2);
});

for (const [fault, types] of [
  ['clock-twice', ['OK_TO_FIRING', 'OK_TO_FIRING', 'REPEAT']],
  ['clock-late', ['REPEAT', 'REPEAT', 'REPEAT']],
] as const) {
  test(`${fault}: ${types.join(', ')}`, async () => {
    const planted = {
      name: fault,
      where: 'galley-clock',
      times: 1,
      probability: 1,
      seed: 1,
      value: 3600,
      text: '',
    };
    const clock = await startClock(join(directory, fault), { faults: [planted] });
    assert.equal(
      (await clock.calls(3)).map((call) => bodyOf(call).type),
      types,
    );
    await clock.running.stop();
  });
}

test('a function that fails gets the same message again', async () => {
  const clock = await startClock(join(directory, 'c'), { clockSeconds: 3600 });
  clock.answer.status = 502;
  const topics = new NotificationDataPlaneClient(
    { authenticationDetailsProvider: clock.running.credentials() },
    noRetries,
  );
  topics.endpoint = clock.running.endpoint;
  const topicId = String(clock.running.region.twin.of('oci_ons_subscription')[0]?.values.topic_id);
  const published = await topics.publishMessage({ topicId, messageDetails: { title: 't', body: 'hello' } });
  const [call] = await clock.calls(1);
  assert.is(call?.body.toString('utf8'), 'hello');
  assert.is(call?.headers?.['x-oci-ns-messageid'], published.publishResult.messageId);
  await clock.running.stop();
  // The pause of the twin's delivery policy is a minute: a clock that is ahead ends it.
  const ahead = new Date(Date.now() + 61_000);
  const again = await startTestRegion({
    services: ['notifications'],
    clockSeconds: 3600,
    directory: join(directory, 'c'),
    now: () => ahead,
  });
  const ids: unknown[] = [];
  again.region.wiring.invoke = async ({ headers }) => {
    ids.push(headers?.['x-oci-ns-messageid']);
    return { status: 200, headers: {}, body: Buffer.alloc(0) };
  };
  await until('the second attempt', () => (ids.length > 0 ? true : undefined));
  assert.equal(ids, [published.publishResult.messageId]);
  await again.stop();
});

test('what doctor reads: topics, subscriptions, alarms', async () => {
  const clock = await startClock(join(directory, 'd'), { clockSeconds: 3600 });
  const credentials = { authenticationDetailsProvider: clock.running.credentials() };
  const { compartmentId, twin } = clock.running.region;
  const control = new NotificationControlPlaneClient(credentials, noRetries);
  const data = new NotificationDataPlaneClient(credentials, noRetries);
  const monitoring = new MonitoringClient(credentials, noRetries);
  for (const client of [control, data, monitoring]) client.endpoint = clock.running.endpoint;
  const topicId = String(twin.of('oci_ons_subscription')[0]?.values.topic_id);
  assert.is((await control.getTopic({ topicId })).notificationTopic.topicId, topicId);
  const topics = (await control.listTopics({ compartmentId, name: 'galley-clock' })).items;
  assert.equal(
    topics.map((topic) => topic.topicId),
    [topicId],
  );
  const [subscription] = (await data.listSubscriptions({ compartmentId, topicId })).items;
  assert.equal([subscription?.protocol, subscription?.lifecycleState], ['ORACLE_FUNCTIONS', 'ACTIVE']);
  assert.is((await data.listSubscriptions({ compartmentId, topicId: 'other' })).items.length, 0);
  const [alarm] = (await monitoring.listAlarms({ compartmentId, displayName: 'galley-clock' })).items;
  assert.equal(
    [alarm?.displayName, alarm?.isEnabled, alarm?.destinations],
    ['galley-clock', true, [topicId]],
  );
  const read = (await monitoring.getAlarm({ alarmId: alarm?.id ?? '' })).alarm;
  assert.is(read.repeatNotificationDuration, 'PT1M');
  assert.is(await outcome(monitoring.getAlarm({ alarmId: 'x' })), '404 NotAuthorizedOrNotFound');
  await clock.running.stop();
});

for (const [duration, minutes] of [
  ['', undefined],
  ['PT1M', 1],
  ['PT2H', 120],
  ['P1D', 1440],
  ['P1DT1H1M', 1501],
] as const) {
  test(`an alarm repeats after ${duration || 'never'}`, () => assert.is(minutesIn(duration), minutes));
}
test('a duration that is none is refused', () => assert.throws(() => minutesIn('1m'), /PT1M to P30D/));

for (const [query, expected] of [
  ['FunctionInvocationCount[1d].count() >= 0', true],
  ['CpuUtilization[1m]{resourceId = "i"}.mean()>=0', true],
  ['X[1m].sum() > -1', true],
  ['X[1m].sum() >= 3', false],
  ['X[1m].sum() > 0', false],
  ['X[1m].sum() >= 0.5', false],
  ['X[1m].absent()', false],
] as const) {
  test(`${query} ${expected ? 'always holds' : 'needs metrics: the alarm stays OK'}`, () =>
    assert.is(alwaysHolds(query), expected));
}

test('an alarm without a repetition speaks once', () => {
  const resource = {
    type: 'oci_monitoring_alarm',
    name: 'a',
    index: undefined,
    values: { destinations: ['t'] },
  };
  const region = { twin: { of: () => [resource] }, compartmentId: 'c' };
  const [alarm] = alarmsOf(region as never);
  assert.ok(alarm);
  assert.is(alarm.repeatMinutes, undefined);
  assert.match(
    JSON.stringify(alarmMessage(alarm, { type: 'REPEAT', now: new Date(0) })),
    /"timestampEpochMillis":0/,
  );
});
test.run();
