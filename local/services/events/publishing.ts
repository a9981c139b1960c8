// From an event to the deliveries it makes: which rules see it, and which faults are played on it.
import type { CloudEvent, Region } from '../../types.ts';
import { matches } from './matching.ts';
import type { Action, Rule, Rules } from './rules.ts';

/** One action of one rule for one event. */
export interface Planned {
  readonly rule: Rule;
  readonly action: Action;
}

/** The enabled actions of the rules that see an event: rules see their compartment and those below it. */
export function plan(region: Region, rules: Rules, event: CloudEvent): Planned[] {
  return rules
    .enabled()
    .filter(({ rule }) => isWithin(region, event.data.compartmentId, rule.compartmentId))
    .filter(({ condition }) => matches(condition, event))
    .flatMap(({ rule }) =>
      rule.actions.filter(({ isEnabled }) => isEnabled).map((action) => ({ rule, action })),
    );
}

/** Is a compartment the other one, or somewhere below it? The tenancy is above all. */
function isWithin(region: Region, compartmentId: string, above: string): boolean {
  if (above === region.tenancyId) return true;
  const declared = region.twin.of('oci_identity_compartment');
  const seen = new Set<unknown>();
  let current: unknown = compartmentId;
  while (typeof current === 'string' && !seen.has(current)) {
    if (current === above) return true;
    seen.add(current);
    const id: string = current;
    current = declared.find(({ values }) => values.id === id)?.values.compartment_id;
  }
  return false;
}

export interface Played {
  /** As it is sent. */
  readonly event: object;
  /** 0: it is lost. */
  readonly copies: number;
  readonly delaySeconds: number;
}

/** Takes the faults on an event. Their `where` is the event type, or `<type> <resource name>`. */
export function playFaults({ faults }: Region, event: CloudEvent): Played {
  const where = `${event.eventType} ${event.data.resourceName}`;
  if (faults.take('event-lost', where)) return { event, copies: 0, delaySeconds: 0 };
  return {
    copies: faults.take('event-twice', where) ? 2 : 1,
    delaySeconds: faults.take('event-late', where)?.value ?? 0,
    event: faults.take('event-old-envelope', where) ? oldEnvelope(event) : event,
  };
}

/** The envelope of 2019, as observed (facts B): other source, no resource id, tags spelt otherwise. */
export function oldEnvelope(event: CloudEvent): object {
  const { resourceName, compartmentId, compartmentName, additionalDetails } = event.data;
  return {
    ...event,
    eventTypeVersion: '1.0',
    source: event.source.toLowerCase(),
    schemaURL: null,
    data: {
      compartmentId,
      compartmentName,
      resourceName,
      resourceId: '',
      availabilityDomain: 'all',
      freeFormTags: {},
      definedTags: {},
      additionalDetails,
    },
  };
}
