// Delivers events to functions and topics, at least once; failures are silent but counted, as on OCI.
import type { Delivery } from '../../outbox.ts';
import type { Principal, Region } from '../../types.ts';
import type { Metrics } from './metrics.ts';
import type { Action } from './rules.ts';

/** What is kept with a delivery: enough to deliver it after the rule is gone. */
export interface EventTarget {
  readonly rule: { readonly id: string; readonly displayName: string; readonly compartmentId: string };
  readonly action: Action;
  readonly eventType: string;
}

/** OCI retries while functions are busy and publishes no end (facts C); a day outlasts every test here. */
const GIVE_UP_SECONDS = 24 * 3600;
const MAX_PAUSE_SECONDS = 60;

/** 1, 2, 4, … 60 seconds. */
export function pauseAfter(attempts: number, ageSeconds: number): number | undefined {
  return ageSeconds > GIVE_UP_SECONDS ? undefined : Math.min(2 ** attempts, MAX_PAUSE_SECONDS);
}

export function delivering(region: Region, metrics: Metrics) {
  return async (delivery: Delivery<EventTarget>): Promise<'done' | 'retry'> => {
    const { action } = delivery.target;
    if (action.actionType === 'ONS') {
      region.wiring.notify(action.topicId, { title: delivery.target.eventType, body: delivery.body });
      metrics.delivered();
      return 'done';
    }
    return invoke(region, metrics, { delivery, functionId: action.functionId });
  };
}

interface Errand {
  readonly delivery: Delivery<EventTarget>;
  readonly functionId: string;
}

async function invoke(
  region: Region,
  metrics: Metrics,
  { delivery, functionId }: Errand,
): Promise<'done' | 'retry'> {
  const { target } = delivery;
  const answer = await region.wiring.invoke({
    functionId,
    body: Buffer.from(delivery.body),
    headers: { 'content-type': 'application/json' },
    detached: true,
    by: actor(region, target.rule),
  });
  if (answer.status < 300) {
    metrics.delivered();
    return 'done';
  }
  const said = answer.body.toString('utf8').slice(0, 500);
  metrics.failed({ rule: target.rule.displayName, action: target.action.id, status: answer.status, said });
  // Denied, unknown, too large: trying again changes nothing.
  const isHopeless = answer.status < 500 && answer.status !== 429;
  if (isHopeless) {
    region.log('an event was not delivered', { rule: target.rule.displayName, status: answer.status, said });
  }
  return isHopeless ? 'done' : 'retry';
}

/** A statement may name the rule's type, or the service `cloudEvents`; identity accepts both (facts iam 6). */
function actor({ tenancyId }: Region, { id, compartmentId }: EventTarget['rule']): Principal {
  return { kind: 'resource', type: 'eventrule', id, compartmentId, tenancyId };
}
