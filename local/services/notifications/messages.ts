// Messages to the subscriptions of a topic: delivered at least once, tried again while the subscription says so.
import { randomUUID } from 'node:crypto';
import { type Delivery, type Outbox, outbox } from '../../outbox.ts';
import type { Principal, Region } from '../../types.ts';
import { type Subscription, subscriptionsOf } from './subscriptions.ts';

/** Sends a message to every subscription of a topic and answers its id. */
export type Notify = (topicId: string, message: { title: string; body: string }) => string;

export interface Messages {
  readonly notify: Notify;
  readonly box: Outbox<Subscription>;
}

export function messagesOf(region: Region): Messages {
  const subscriptions = subscriptionsOf(region);
  const box = outbox<Subscription>(region, {
    name: 'notifications',
    deliver: (delivery) => deliver(region, delivery),
    retryAfter: ({ attempts, target }, ageSeconds) => {
      const pause = target.pauseSeconds * 2 ** attempts;
      return ageSeconds + pause > target.retrySeconds + target.pauseSeconds ? undefined : pause;
    },
    onGiveUp: ({ id, target }) =>
      region.log('a message was given up', { message: id, subscription: target.id }),
  });
  return {
    box,
    notify(topicId, { body }) {
      const id = randomUUID();
      const receivers = subscriptions.filter((one) => one.topicId === topicId);
      for (const target of receivers) {
        if (target.protocol === 'ORACLE_FUNCTIONS') box.add({ id, target, body });
        else region.log('only functions receive messages in the local region', { protocol: target.protocol });
      }
      return id;
    },
  };
}

/** Waits for the function's answer: a failed run is tried again, as with any endpoint (facts G). */
async function deliver(
  region: Region,
  { id, target, body }: Delivery<Subscription>,
): Promise<'done' | 'retry'> {
  const answer = await region.wiring.invoke({
    functionId: target.endpoint,
    body: Buffer.from(body),
    headers: { 'content-type': 'application/json', 'x-oci-ns-messageid': id },
    detached: false,
    by: actor(region, target),
  });
  if (answer.status < 300) return 'done';
  const said = answer.body.toString('utf8').slice(0, 500);
  region.log('a message was not delivered', { subscription: target.id, status: answer.status, said });
  return 'retry';
}

/** A statement may name the subscription's type, or the service `ons`; identity accepts both (facts iam 6). */
function actor({ tenancyId }: Region, { id, compartmentId }: Subscription): Principal {
  return { kind: 'resource', type: 'onssubscription', id, compartmentId, tenancyId };
}
