// queued: waits for its turn in the app, for its backoff, for a slot.
import type { In, Run } from './build.ts';
import type { Decision, Limits } from './decide.ts';
import { enter } from './enter.ts';
import { after, isPast } from './retry.ts';
import type { Seen } from './seen.ts';

/** Names no build: a burst's records would all be written anew whenever the first of them ends. */
export const BEHIND = 'waits for older builds of the app (policy queue)';
/** Builds further back do not know their place: 10,000 records would be written anew whenever one of them starts. */
const PLACES = 16;
/** The command's own time-out ends a build; the agent may take this long to say so (facts run-command §2). */
const REPORT_SECONDS = 15 * 60;

export function decideQueued(
  build: In<'queued'>,
  { seen, now, limits }: { seen: Seen; now: Date; limits: Limits },
): Decision {
  if (seen.cancel !== undefined) return over(build, { state: 'canceled', by: seen.cancel }, now);
  const newer = replacedBy(build, seen);
  if (newer !== undefined) return over(build, { state: 'superseded', by: newer }, now);
  const turn = waitsFor(build, seen, now);
  if (turn !== undefined) return { build: wait(build, turn, seen), tasks: [] };
  if (seen.slot !== undefined)
    return start(build, { slot: seen.slot, passedOver: seen.passedOver, now, limits });
  if (seen.noSlot !== undefined) return { build: wait(build, seen.noSlot, seen), tasks: [] };
  return { build, tasks: ['claim-slot'] };
}

/** The build that takes this one's place: a newer one of the app (policy supersede), or one already deployed. */
export function replacedBy(build: In<'queued'>, { siblings = [], head }: Seen): string | undefined {
  if (head?.build !== undefined && head.build > build.id) return head.build;
  if (build.policy === 'queue') return undefined;
  return siblings
    .map(({ id }) => id)
    .filter((id) => id > build.id)
    .sort()
    .at(-1);
}

function waitsFor(build: In<'queued'>, { siblings = [] }: Seen, now: Date): string | undefined {
  const isBehind = build.policy === 'queue' && siblings.some(({ id }) => id < build.id);
  if (isBehind) return BEHIND;
  if (build.notBefore !== undefined && !isPast(build.notBefore, now)) return build.reason;
  return undefined;
}

/** A changed reason or place is worth a write, the same ones are not. */
function wait(build: In<'queued'>, reason: string, { place }: Seen): In<'queued'> {
  const { position: before, ...rest } = build;
  const position = place === undefined ? before : place <= PLACES ? place : undefined;
  if (build.reason === reason && position === before) return build;
  return { ...rest, reason, ...(position === undefined ? {} : { position }) };
}

interface Start {
  readonly slot: { readonly instance: string; readonly number: number };
  readonly passedOver: string | undefined;
  readonly now: Date;
  readonly limits: Limits;
}

function start(build: In<'queued'>, { slot, passedOver, now, limits }: Start): Decision {
  const attempt = build.attempt + 1;
  const deliverBy = after(now, limits.deliverySeconds);
  const run: Run = { attempt, instance: slot.instance, slot: slot.number, submittedAt: now.toISOString() };
  const runBy = after(now, limits.deliverySeconds + limits.buildSeconds + REPORT_SECONDS);
  const kept = {
    ...(build.avoid === undefined ? {} : { avoid: build.avoid }),
    ...(passedOver === undefined ? {} : { reason: passedOver }),
  };
  const next = enter(build, { phase: { state: 'building', attempt, run, deliverBy, runBy, ...kept }, now });
  return { build: next, tasks: ['ensure-command'] };
}

function over(
  build: In<'queued'>,
  phase: { state: 'canceled' | 'superseded'; by: string },
  now: Date,
): Decision {
  const kept = build.run === undefined ? {} : { run: build.run };
  return { build: enter(build, { phase: { ...phase, ...kept }, now }), tasks: ['finish'] };
}
