// Events (API 20181201): rules, matching, delivery.
import { type Outbox, outbox } from '../../outbox.ts';
import { atomically } from '../../transaction.ts';
import type { Region, Route, Service } from '../../types.ts';
import { delivering, type EventTarget, pauseAfter } from './delivery.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { plan, playFaults } from './publishing.ts';
import { ruleRoutes } from './rule-routes.ts';
import { type Rules, rulesOf } from './rules.ts';

interface Parts {
  readonly rules: Rules;
  readonly metrics: Metrics;
  readonly box: Outbox<EventTarget>;
}

export function events(region: Region): Service {
  const rules = rulesOf(region);
  rules.followTwin();
  const metrics = createMetrics(region.now);
  const box = eventBox(region, metrics);
  region.wiring.publish = publisher(region, { rules, metrics, box });
  return {
    name: 'events',
    routes: [...ruleRoutes(region, rules), reportRoute({ metrics, box })],
    async start() {
      box.start();
    },
    async stop() {
      box.stop();
    },
    reset() {
      box.clear();
      rules.removeForeign();
      rules.followTwin();
    },
  };
}

function eventBox(region: Region, metrics: Metrics): Outbox<EventTarget> {
  return outbox<EventTarget>(region, {
    name: 'events',
    deliver: delivering(region, metrics),
    retryAfter: ({ attempts }, ageSeconds) => pauseAfter(attempts, ageSeconds),
    onGiveUp: ({ target, id }) =>
      region.log('an event was given up', { event: id, rule: target.rule.displayName }),
  });
}

function reportRoute({ metrics, box }: Omit<Parts, 'rules'>): Route {
  return {
    operation: 'GalleyEvents',
    method: 'GET',
    path: '/_galley/events',
    auth: 'none',
    handle: () => ({ status: 200, body: { ...metrics.report(), pending: box.pending() } }),
  };
}

/** Accepts an event: when the caller's transaction is committed, its deliveries can no longer be lost. */
function publisher(region: Region, { rules, metrics, box }: Parts): Region['wiring']['publish'] {
  return (event) => {
    metrics.published();
    const planned = plan(region, rules, event);
    metrics.matched(planned.length);
    if (planned.length === 0) return;
    const { copies, delaySeconds, event: sent } = playFaults(region, event);
    if (copies === 0) metrics.lost();
    const body = JSON.stringify(sent);
    atomically(region.database, () => {
      for (const { rule, action } of planned.flatMap((one) => Array.from({ length: copies }, () => one))) {
        const { id, displayName, compartmentId } = rule;
        const target = { rule: { id, displayName, compartmentId }, action, eventType: event.eventType };
        box.add({ id: event.eventID, target, body, delaySeconds });
      }
    });
  };
}
