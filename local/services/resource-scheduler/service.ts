// Resource Scheduler (API 20240430): reads, the hours of its schedules, and a way to let one strike now.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import { pageOf } from '../../http/paging.ts';
import type { Call, Region, Route, Service } from '../../types.ts';
import { nextRun, scheduleClock } from './clock.ts';
import { type Runs, runsOf } from './runs.ts';
import { type Schedule, schedulesOf } from './schedules.ts';

export function resourceScheduler(region: Region): Service {
  const schedules = schedulesOf(region);
  const runs = runsOf(region);
  const clock = scheduleClock(region, { schedules, run: (schedule) => void runs.run(schedule) });
  return {
    name: 'resource-scheduler',
    routes: [...readRoutes(region, { schedules, runs }), strikeRoute(schedules, runs)],
    start: async () => clock.start(),
    stop: async () => clock.stop(),
  };
}

interface Known {
  readonly schedules: readonly Schedule[];
  readonly runs: Runs;
}

function readRoutes(region: Region, { schedules, runs }: Known): Route[] {
  const find = ({ params }: Call): Schedule => {
    const found = schedules.find(({ id }) => id === params.id);
    if (found === undefined) throw notAuthorizedOrNotFound();
    return found;
  };
  const shown = (schedule: Schedule): object => ({
    ...body(schedule),
    timeNextRun: schedule.isActive ? nextRun(schedule, region.now())?.toISOString() : undefined,
    timeLastRun: runs.last(schedule.id)?.time,
    lastRunStatus: runs.last(schedule.id)?.status,
  });
  return [
    {
      operation: 'ListSchedules',
      method: 'GET',
      path: '/20240430/schedules',
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? region.tenancyId }),
      handle: ({ query }) => {
        const asked = schedules.filter((one) => isAskedFor(one, query)).map(shown);
        const { items, headers } = pageOf(asked, query);
        return { status: 200, headers, body: { items } };
      },
    },
    {
      operation: 'GetSchedule',
      method: 'GET',
      path: '/20240430/schedules/:id',
      target: (call) => ({ compartmentId: find(call).compartmentId }),
      handle: (call) => ({ status: 200, headers: { etag: 'twin' }, body: shown(find(call)) }),
    },
  ];
}

function isAskedFor({ id, compartmentId, displayName }: Schedule, query: URLSearchParams): boolean {
  const fields = { scheduleId: id, compartmentId, displayName };
  return Object.entries(fields).every(([name, value]) => [null, value].includes(query.get(name)));
}

/** Asked of the region, not of OCI: an hour is long. */
function strikeRoute(schedules: readonly Schedule[], runs: Runs): Route {
  const path = '/_galley/schedules/:name/run';
  return {
    operation: `GalleyPOST${path}`,
    method: 'POST',
    path,
    auth: 'none',
    handle: async ({ params }) => {
      const found = schedules.find(({ id, displayName }) => [id, displayName].includes(params.name ?? ''));
      if (found === undefined)
        throw notAuthorizedOrNotFound(`There is no schedule ${params.name} in the twin.`);
      return { status: 200, body: await runs.run(found) };
    },
  };
}

function body({ cron, isActive, resources, ...shown }: Schedule): object {
  return {
    ...shown,
    lifecycleState: isActive ? 'ACTIVE' : 'INACTIVE',
    resources: resources.map(({ id, body: text }) => ({
      id,
      parameters: text === '' ? [] : [{ parameterType: 'BODY', value: JSON.parse(text) }],
    })),
    freeformTags: {},
    definedTags: {},
  };
}
