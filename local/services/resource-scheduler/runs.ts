// Runs of schedules: a function is looked up, then called detached, both as the schedule (facts iam 6).

import type { Region } from '../../types.ts';
import { targetOf } from '../functions/management.ts';
import { actor, type Schedule } from './schedules.ts';

export interface Run {
  /** ISO 8601. */
  readonly time: string;
  readonly status: 'SUCCEEDED' | 'FAILED';
}

export interface Runs {
  /** Starts everything the schedule names; never throws: a schedule has nobody to tell. */
  run(schedule: Schedule): Promise<Run>;
  /** Since this region started. */
  last(scheduleId: string): Run | undefined;
}

export function runsOf(region: Region): Runs {
  const last = new Map<string, Run>();
  return {
    async run(schedule) {
      const outcomes = await Promise.all(
        schedule.resources.map((one) => start(region, { schedule, ...one })),
      );
      const status = outcomes.every(Boolean) ? 'SUCCEEDED' : 'FAILED';
      const run: Run = { time: region.now().toISOString(), status };
      last.set(schedule.id, run);
      return run;
    },
    last: (scheduleId) => last.get(scheduleId),
  };
}

async function start(
  region: Region,
  { schedule, id, body }: { schedule: Schedule; id: string; body: string },
): Promise<boolean> {
  const by = actor(schedule, region.tenancyId);
  const failed = (reason: string): boolean => {
    region.log('a schedule did not start its resource', {
      schedule: schedule.displayName,
      resource: id,
      reason,
    });
    return false;
  };
  const resource = region.twin.of('oci_functions_function').find(({ values }) => values.id === id);
  if (resource === undefined) return failed('only functions of this region are started');
  // Without the read the work request stays at 0 % with a 404 (facts iam 5).
  if (!region.wiring.isAllowed(by, 'GetFunction', targetOf(region, resource)))
    return failed('it may not read it');
  try {
    const call = { functionId: id, body: Buffer.from(body), detached: true, by };
    const { status } = await region.wiring.invoke(call);
    return status < 300 || failed(`the invocation was answered ${status}`);
  } catch (error) {
    return failed(String(error));
  }
}
