// The minute's clock: an alarm that always fires, its topic, and the subscription that starts poll-build.
import { ask, type Finding, failing, inCompartment, judged } from './finding.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';

const LOSS = 'nothing that was lost is found again';

export async function surveyClock(place: Place, pollBuildId: string | undefined): Promise<Finding[]> {
  const { topicId, findings } = await subscription(place, pollBuildId);
  return [...findings, ...(topicId === undefined ? [] : await alarm(place, topicId))];
}

async function subscription(
  { clients, compartmentId }: Place,
  pollBuildId: string | undefined,
): Promise<{ topicId: string | undefined; findings: readonly Finding[] }> {
  const what = 'subscription of poll-build';
  const client = await clients.notifications();
  const { found, findings } = await ask(what, {
    get: () => wholeList((page) => client.listSubscriptions({ compartmentId, limit: 50, ...page })),
    right: inCompartment('ONS_SUBSCRIPTION_INSPECT', compartmentId),
  });
  if (found === undefined) return { topicId: undefined, findings };
  const mend = 'terraform apply: deploy/clock.tf makes it';
  const mine = found.find(
    ({ protocol, endpoint }) => protocol === 'ORACLE_FUNCTIONS' && endpoint === pollBuildId,
  );
  if (mine === undefined) {
    const detail = `no ORACLE_FUNCTIONS subscription starts poll-build: ${LOSS}`;
    return { topicId: undefined, findings: [failing(what, { detail, mend })] };
  }
  const isActive = mine.lifecycleState === 'ACTIVE';
  const problems = isActive ? [] : [`it is ${mine.lifecycleState}: ${LOSS}`];
  const finding = judged(what, { problems, detail: 'ACTIVE, by ORACLE_FUNCTIONS', mend });
  return { topicId: mine.topicId, findings: [finding] };
}

async function alarm({ clients, compartmentId }: Place, topicId: string): Promise<readonly Finding[]> {
  const what = 'alarm of the clock';
  const client = await clients.monitoring();
  const { found, findings } = await ask(what, {
    get: () => wholeList((page) => client.listAlarms({ compartmentId, limit: 50, ...page })),
    right: inCompartment('ALARM_INSPECT', compartmentId),
  });
  if (found === undefined) return findings;
  const mend = 'terraform apply: deploy/clock.tf makes it';
  const mine = found.filter(({ destinations }) => destinations.includes(topicId));
  const [best = mine[0]] = mine.filter(({ isEnabled }) => isEnabled);
  if (best === undefined) return [failing(what, { detail: `no alarm sends to its topic: ${LOSS}`, mend })];
  const problems = [
    ...(best.isEnabled ? [] : [`${best.displayName} is disabled: ${LOSS}`]),
    ...(best.lifecycleState === 'ACTIVE' ? [] : [`${best.displayName} is ${best.lifecycleState}`]),
    ...(best.suppression === undefined ? [] : [`${best.displayName} is suppressed`]),
  ];
  return [judged(what, { problems, detail: `${best.displayName} is enabled`, mend })];
}
