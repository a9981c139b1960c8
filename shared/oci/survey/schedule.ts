// The hourly schedule: the safety net under the minute's clock.
import { ask, type Finding, failing, inCompartment, judged, type Look } from './finding.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';

const LOSS = 'when the minute clock stands still, nothing starts it again';

/** Its OCID as well, which a grant names. */
export async function surveySchedule(
  place: Place,
  pollBuildId: string | undefined,
): Promise<Look<{ id: string }>> {
  const what = 'schedule of poll-build';
  const { clients, compartmentId } = place;
  const client = await clients.schedules();
  const { found, findings } = await ask(what, {
    get: () =>
      wholeList(async (page) => {
        const { scheduleCollection, opcNextPage } = await client.listSchedules({ compartmentId, ...page });
        return { items: scheduleCollection.items, opcNextPage };
      }),
    right: inCompartment('RESOURCE_SCHEDULE_INSPECT', compartmentId),
  });
  if (found === undefined) return { findings, found: undefined };
  const mine = found.filter(({ resources }) => resources?.some(({ id }) => id === pollBuildId));
  const [best = mine[0]] = mine.filter(({ lifecycleState }) => lifecycleState === 'ACTIVE');
  const mend = 'terraform apply: deploy/clock.tf makes it';
  if (best === undefined) {
    return { findings: [failing(what, { detail: `none starts it: ${LOSS}`, mend })], found: undefined };
  }
  return { findings: [judgedSchedule(what, { schedule: best, mend })], found: { id: best.id } };
}

function judgedSchedule(
  what: string,
  {
    schedule,
    mend,
  }: { schedule: { displayName: string; lifecycleState: string; lastRunStatus?: string }; mend: string },
): Finding {
  const { displayName, lifecycleState, lastRunStatus } = schedule;
  const problems = [
    ...(lifecycleState === 'ACTIVE' ? [] : [`${displayName} is ${lifecycleState}: ${LOSS}`]),
    ...(lastRunStatus === 'FAILED' ? [`the last run of ${displayName} failed: is its grant there?`] : []),
  ];
  return judged(what, { problems, detail: `${displayName} is ACTIVE`, mend });
}
