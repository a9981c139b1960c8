// The schedule of a twin: whom it calls and as whom, when it is due, and what is read of it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StartOptions } from '../../../../local/region.ts';
import { nextRun } from '../../../../local/services/resource-scheduler/clock.ts';
import { actor, schedulesOf } from '../../../../local/services/resource-scheduler/schedules.ts';
import type { Invocation } from '../../../../local/types.ts';
import { transport } from '../../../../shared/oci/transport.ts';
import { type Attributes, changedTwin } from '../../../helpers/changed-twin.ts';
import { startTestRegion, type TestRegion } from '../../../helpers/region.ts';
import { until } from '../until.ts';

const SCHEDULE = 'oci_resource_scheduler_schedule.hourly';
const HOURLY = 'galley-hourly';
const test = suite('the hourly schedule');

interface Scene {
  readonly running: TestRegion;
  readonly invocations: readonly Invocation[];
  answer: number;
  run(name?: string): Promise<{ status: number; body: { status?: string } }>;
}

/** A region in which functions only note that they were called. */
async function scene(
  body: (scene: Scene) => Promise<void>,
  options: Partial<StartOptions> = {},
): Promise<void> {
  const running = await startTestRegion({ services: ['resource-scheduler'], clockSeconds: 3600, ...options });
  const invocations: Invocation[] = [];
  const one: Scene = {
    running,
    invocations,
    answer: 202,
    run: async (name = HOURLY) => {
      const response = await fetch(`${running.endpoint}/_galley/schedules/${name}/run`, { method: 'POST' });
      return { status: response.status, body: JSON.parse(await response.text()) };
    },
  };
  running.region.wiring.invoke = async (invocation) => {
    invocations.push(invocation);
    return { status: one.answer, headers: {}, body: Buffer.alloc(0) };
  };
  await body(one).finally(() => running.stop());
}

/** The same in a region whose Terraform state differs. */
async function changedScene(change: (schedule: Attributes) => void, body: (scene: Scene) => Promise<void>) {
  await using changed = await changedTwin((state) => change(state.at(SCHEDULE)));
  await scene(body, { twin: changed.file });
}

test('calls poll-build detached, as itself, with the body it was given', () =>
  scene(async ({ running, invocations, run }) => {
    assert.is((await run()).body.status, 'SUCCEEDED');
    const [schedule] = schedulesOf(running.region);
    assert.ok(schedule);
    const pollBuild = running.region.twin
      .of('oci_functions_function')
      .find(({ values }) => values.display_name === 'poll-build');
    assert.equal(
      invocations.map(({ functionId, detached, body, by }) => [functionId, detached, body.toString(), by]),
      [[pollBuild?.values.id, true, '{"source":"schedule"}', actor(schedule, running.region.tenancyId)]],
    );
  }));

test('strikes by itself when its minute comes', () =>
  scene(
    async ({ invocations }) => {
      await until('two hours', () => (invocations.length >= 2 ? true : undefined));
    },
    { clockSeconds: 0.001 },
  ));

test('a schedule that may not read its function does not start it', async () => {
  await using changed = await changedTwin((state) => {
    const policy = state.at('oci_identity_policy.services');
    policy.statements = (policy.statements as string[]).map((text) =>
      text.replace('{FN_FUNCTION_READ, FN_INVOCATION}', '{FN_INVOCATION}'),
    );
  });
  await scene(
    async ({ invocations, run }) => {
      assert.is((await run()).body.status, 'FAILED');
      assert.is(invocations.length, 0);
    },
    { twin: changed.file },
  );
});

test('a refused invocation is a failed run', () =>
  scene(async (one) => {
    one.answer = 404;
    assert.is((await one.run()).body.status, 'FAILED');
  }));

test('one that is inactive waits for ever', () =>
  changedScene(
    (schedule) => {
      schedule.state = 'INACTIVE';
    },
    async ({ running }) => {
      const read = await get(running, `/20240430/schedules/${schedulesOf(running.region)[0]?.id}`);
      assert.equal([read.body.lifecycleState, read.body.timeNextRun], ['INACTIVE', undefined]);
    },
  ));

test('nothing of another name strikes', () =>
  scene(async ({ run }) => assert.is((await run('daily')).status, 404)));

test('what its readers see: before, and after a run', () =>
  scene(async ({ running, run }) => {
    const { compartmentId } = running.region;
    const list = () => get(running, `/20240430/schedules?compartmentId=${encodeURIComponent(compartmentId)}`);
    const [before] = (await list()).body.items;
    assert.equal(
      [before.displayName, before.recurrenceDetails, before.lifecycleState, before.lastRunStatus],
      [HOURLY, '17 * * * *', 'ACTIVE', undefined],
    );
    assert.match(before.timeNextRun, /T\d\d:17:00\.000Z$/);
    await run();
    assert.is((await list()).body.items[0].lastRunStatus, 'SUCCEEDED');
    assert.is((await get(running, '/20240430/schedules/ocid1.resourceschedule.oc1..x')).status, 404);
    assert.is((await get(running, '/20240430/schedules?compartmentId=x')).status, 404);
  }));

test('a cron text that is none stops the start, by name', () =>
  changedScene(
    (schedule) => {
      schedule.recurrence_details = '17 * * *';
    },
    async () => assert.unreachable(),
  ).then(
    () => assert.unreachable(),
    (error: Error) =>
      assert.match(error.message, /Schedule galley-hourly: "17 \* \* \*" must be five fields/),
  ));

test('it is due within its first and last time only', () => {
  const values = {
    recurrence_type: 'CRON',
    recurrence_details: '0 * * * *',
    action: 'START_RESOURCE',
    time_starts: '2026-11-24T10:30:00Z',
    time_ends: '2026-11-24 12:00:00 +0000 UTC',
  };
  const resource = { type: 't', name: 's', index: undefined, values };
  const [schedule] = schedulesOf({ twin: { of: () => [resource] }, compartmentId: 'c' } as never);
  assert.ok(schedule);
  const next = (after: string) => nextRun(schedule, new Date(after))?.toISOString();
  assert.is(next('2026-01-01T00:00:00Z'), '2026-11-24T11:00:00.000Z');
  assert.is(next('2026-11-24T11:00:00Z'), '2026-11-24T12:00:00.000Z');
  assert.is(next('2026-11-24T12:00:00Z'), undefined);
});

/** There is no client of this API among our packages: a signed request as the SDK sends it. */
async function get(running: TestRegion, path: string) {
  const { send } = transport(running.credentials());
  const response = await send({ uri: `${running.endpoint}${path}`, method: 'GET', headers: new Headers() });
  return { status: response.status, body: JSON.parse((await response.text()) || '{}') };
}

test.run();
