// Runs actors (one invocation of a function each) one call at a time, in an order that chance decides; lets them
// crash, sleep and lose calls at any await.
import { PipelineError } from '../../shared/errors.ts';
import type { Gate } from './ports.ts';
import type { Random } from './random.ts';

/** Probabilities per call. All zero: nothing goes wrong, only the order is by chance. */
export interface Trouble {
  readonly crash: number;
  readonly failBefore: number;
  readonly failAfter: number;
  readonly replyLost: number;
  /** The actor is not scheduled again before some time has passed. */
  readonly sleep: number;
}

export const NO_TROUBLE: Trouble = { crash: 0, failBefore: 0, failAfter: 0, replyLost: 0, sleep: 0 };

/** What a service answers instead of doing it: overload, a flake that looks final, an expired session. */
const REFUSALS: readonly (() => PipelineError)[] = [
  () => new PipelineError('503: not now', { retry: 'later' }),
  () => new PipelineError('429: TooManyRequests', { retry: 'later' }),
  () => new PipelineError('404: BucketNotFound', { retry: 'later' }),
  () => new PipelineError('401: NotAuthenticated', { retry: 'never' }),
];

interface Waiting {
  readonly actor: Actor;
  go(): void;
  fail(error: unknown): void;
}

interface Actor {
  readonly name: string;
  readonly startedAt: number;
  isDead: boolean;
  sleepsUntil: number;
}

export interface Scheduler {
  start(name: string, body: (gate: Gate, actor: { readonly name: string }) => Promise<unknown>): void;
  /** Lets one waiting call happen. False: nobody waits (or all who do sleep). */
  step(): Promise<boolean>;
  readonly busy: () => number;
  trouble: Trouble;
  /** What actors died of, other than by our hand. */
  readonly errors: string[];
}

/** A function's own limit: after it, an invocation is killed, and what it had not sent by then is never sent. */
const LIFE_MS = 300_000;
/** Longest sleep: beyond a lease (60 s) and a stale claim, within a function's 300 s. */
const SLEEP_MS = 280_000;

export function createScheduler(random: Random, now: () => number): Scheduler {
  const waiting: Waiting[] = [];
  let count = 0;
  const scheduler: Scheduler = {
    trouble: NO_TROUBLE,
    errors: [],
    busy: () => waiting.length,
    start(name, body) {
      count += 1;
      const actor: Actor = { name: `${name}#${count}`, startedAt: now(), isDead: false, sleepsUntil: 0 };
      body(gateOf(actor), actor).catch((error: unknown) => {
        if (!(error instanceof PipelineError)) scheduler.errors.push(`${actor.name}: ${String(error)}`);
      });
    },
    async step() {
      for (const { actor } of [...waiting]) if (now() - actor.startedAt > LIFE_MS) bury(actor);
      const next = random.pick(waiting.filter(({ actor }) => actor.sleepsUntil <= now()));
      if (next === undefined) return false;
      waiting.splice(waiting.indexOf(next), 1);
      meet(next);
      await settled();
      return true;
    },
  };
  const { chance } = random;
  const bury = (actor: Actor): void => {
    actor.isDead = true;
    for (let index = waiting.length - 1; index >= 0; index -= 1) {
      if (waiting[index]?.actor === actor) waiting.splice(index, 1);
    }
  };
  const meet = (next: Waiting): void => {
    const { trouble } = scheduler;
    if (chance(trouble.crash)) {
      bury(next.actor);
      return;
    }
    if (chance(trouble.sleep)) next.actor.sleepsUntil = now() + random.below(SLEEP_MS);
    if (chance(trouble.failBefore)) next.fail(random.pick(REFUSALS)?.() ?? new Error('no refusal'));
    else next.go();
  };
  const gateOf = (actor: Actor): Gate => ({
    before: () =>
      new Promise<void>((resolve, reject) => {
        if (!actor.isDead) waiting.push({ actor, go: resolve, fail: reject });
      }),
    after: () => {
      const { trouble } = scheduler;
      if (actor.isDead) return new Promise(() => {});
      if (chance(trouble.crash)) {
        bury(actor);
        return new Promise(() => {});
      }
      if (chance(trouble.failAfter))
        return Promise.reject(new PipelineError('reset: lost after', { retry: 'later' }));
      return Promise.resolve(chance(trouble.replyLost) ? 'reply-lost' : 'ok');
    },
  });
  return scheduler;
}

/** All promises that can move have moved: an immediate runs after every microtask. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
