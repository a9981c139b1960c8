// Schedules, as the twin has them. Pure.
import { isoTime } from '../../twin-time.ts';
import type { Principal, Region, TwinResource } from '../../types.ts';
import { type Cron, parseCron } from './cron.ts';

export interface Schedule {
  readonly id: string;
  readonly displayName: string;
  readonly compartmentId: string;
  readonly action: string;
  readonly recurrenceType: string;
  readonly recurrenceDetails: string;
  readonly isActive: boolean;
  /** What it starts: OCIDs, each with the body it is given. */
  readonly resources: readonly { readonly id: string; readonly body: string }[];
  readonly timeStarts: string | undefined;
  readonly timeEnds: string | undefined;
  /** Undefined for what is not played: schedules in iCalendar's words, and those that stop or back up. */
  readonly cron: Cron | undefined;
}

/** @throws TypeError naming the schedule whose cron text is none */
export function schedulesOf({ twin, compartmentId }: Region): Schedule[] {
  return twin.of('oci_resource_scheduler_schedule').map((resource) => scheduleOf(resource, compartmentId));
}

function scheduleOf({ name, values }: TwinResource, compartmentId: string): Schedule {
  const text = (field: string, otherwise = ''): string => {
    const value = values[field];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  const schedule = {
    id: text('id', `ocid1.resourceschedule.oc1..${name}`),
    displayName: text('display_name', name),
    compartmentId: text('compartment_id', compartmentId),
    action: text('action'),
    recurrenceType: text('recurrence_type'),
    recurrenceDetails: text('recurrence_details'),
    isActive: text('state', 'ACTIVE') === 'ACTIVE',
    resources: resourcesIn(values.resources),
    timeStarts: isoTime(values.time_starts),
    timeEnds: isoTime(values.time_ends),
  };
  return { ...schedule, cron: cronOf(schedule) };
}

function cronOf(schedule: Omit<Schedule, 'cron'>): Cron | undefined {
  if (schedule.recurrenceType !== 'CRON' || schedule.action !== 'START_RESOURCE') return undefined;
  try {
    return parseCron(schedule.recurrenceDetails);
  } catch (error) {
    throw new TypeError(`Schedule ${schedule.displayName}: ${(error as Error).message}`);
  }
}

/** `parameters` of type BODY hold a list of texts; the first one is the call's body. */
function resourcesIn(value: unknown): Schedule['resources'] {
  return (Array.isArray(value) ? value : []).map(({ id, parameters }) => {
    const all: readonly { parameter_type?: unknown; value?: unknown }[] = parameters ?? [];
    const body = all.find(({ parameter_type }) => parameter_type === 'BODY')?.value;
    return { id: String(id), body: Array.isArray(body) ? String(body[0] ?? '') : '' };
  });
}

/** It calls as itself: a statement names its type, and its OCID (facts iam 3.1, 6). */
export function actor({ id, compartmentId }: Schedule, tenancyId: string): Principal {
  return { kind: 'resource', type: 'resourceschedule', id, compartmentId, tenancyId };
}
