// Faults by name: planted over `POST /_galley/faults`, taken by the place that plays them.
import type { Faults } from './types.ts';

/** Every fault there is, and what it does. A name that is not here is refused. */
export const FAULTS = {
  'error-before': 'Answer an error (status `value`, 503; code `text`) and do nothing. where: operation.',
  'error-after': 'Do it, then answer an error (status `value`, 503; code `text`). where: operation.',
  'drop-reply': 'Do it, then reset the connection. where: operation.',
  delay: 'Answer `value` seconds late. where: operation.',
  'not-found':
    'A spurious 404: BucketNotFound for buckets and objects, else NotAuthorizedOrNotFound. where: operation.',
  unauthenticated: 'A spurious 401 NotAuthenticated. where: operation.',
  throttle: 'Answer 429 TooManyRequests. where: operation.',
  'event-lost': 'An event is never delivered. where: event type.',
  'event-twice': 'An event is delivered twice. where: event type.',
  'event-late': 'An event is delivered `value` seconds late. where: event type.',
  'event-old-envelope': 'An event comes in the envelope of 2019 (eventTypeVersion 1.0). where: event type.',
  'copy-stuck': 'The work request of CopyObject stays IN_PROGRESS. where: object.',
  'copy-failed': 'The work request of CopyObject ends FAILED. where: object.',
  'agent-silent': 'The agent never asks for this command: it expires. where: instance OCID.',
  'agent-delay': 'The agent fetches the command `value` seconds late. where: instance OCID.',
  'status-404': 'The status of a command answers 404 for its first `value` seconds. where: command name.',
  'command-expired': 'The command ends with deliveryState EXPIRED. where: command name.',
  'command-timed-out': 'The command ends TIMED_OUT. where: command name.',
  'lost-execution': 'The command runs, and its result never arrives. where: command name.',
  'function-killed': 'A running function is killed after `value` seconds. where: function name.',
  'token-expired': 'A call signed with a resource principal session is answered 401. where: function OCID.',
  'cold-start-fails': 'The function does not come up in time. where: function name.',
  'clock-late': 'The alarm fires `value` seconds late. where: alarm name.',
  'clock-twice': 'The alarm fires twice. where: alarm name.',
  'registry-error': 'The registry answers an error (status `value`, 500). where: repository.',
  'push-event-lost': 'An image push makes no event. where: repository.',
  'iam-delay':
    'Policies and dynamic groups work only `value` seconds after planting. where: policy or group name.',
  'cluster-error': 'The API server answers an error (status `value`, 500). where: path.',
  'image-pull-fails': 'The node cannot pull an image: ImagePullBackOff. where: image.',
} as const satisfies Readonly<Record<string, string>>;

export type FaultName = keyof typeof FAULTS;

/** What a caller plants. */
export interface FaultDetails {
  readonly name: FaultName;
  /** Where it plays: a pattern with `*`, matched against what the place says of itself. Default: everywhere. */
  readonly where: string;
  /** How often it plays before it is used up. Default 1. */
  readonly times: number;
  /** From 0 to 1; drawn from `seed`, so that a run can be repeated. Default 1. */
  readonly probability: number;
  readonly seed: number;
  readonly value: number;
  readonly text: string;
}

export interface PlantedFault extends FaultDetails {
  readonly id: number;
  readonly plantedAt: Date;
  taken: number;
}

export interface FaultBox extends Faults {
  plant(details: FaultDetails): PlantedFault;
  list(): readonly PlantedFault[];
  /** Lifts all faults, or those of one name. */
  clear(name?: string): void;
}

/** An empty box of faults; each entry has a random sequence of its own. */
export function faultBox(now: () => Date): FaultBox {
  let planted: (PlantedFault & { draw: () => number })[] = [];
  let lastId = 0;
  const matching = (name: string, where: string) =>
    planted.filter((fault) => fault.name === name && matches(fault.where, where));
  return {
    plant(details) {
      lastId += 1;
      const fault = { ...details, id: lastId, plantedAt: now(), taken: 0, draw: mulberry32(details.seed) };
      planted.push(fault);
      return fault;
    },
    take(name, where = '') {
      for (const fault of matching(name, where)) {
        if (fault.taken >= fault.times || fault.draw() >= fault.probability) continue;
        fault.taken += 1;
        return { value: fault.value, text: fault.text };
      }
      return undefined;
    },
    standing: (name, where = '') => matching(name, where)[0],
    list: () => planted.map(({ draw: _draw, ...fault }) => fault),
    clear(name) {
      planted = name === undefined ? [] : planted.filter((fault) => fault.name !== name);
    },
  };
}

/** `*` is any text. A pattern without a blank is also tried on the first word: `PutObject` fits `PutObject /n/…`. */
function matches(pattern: string, where: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  const whole = new RegExp(`^${escaped}$`, 's');
  return whole.test(where) || whole.test(where.split(' ', 1)[0] ?? '');
}

/** A small seeded generator (mulberry32, Tommy Ettinger, public domain): the same seed, the same faults. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
