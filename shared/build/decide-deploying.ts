// pushed and applying, as seen by whoever does not hold the app's lease: re-drive, give way, time out.
import type { In, Phase } from './build.ts';
import type { Decision } from './decide.ts';
import { APPLY_SECONDS } from './decide-building.ts';
import { enter } from './enter.ts';
import { after, isPast } from './retry.ts';
import type { Seen } from './seen.ts';

/** The applier itself ends a rollout at its deadline; the sweep does it for one that cannot. */
const SWEEP_GRACE_SECONDS = 30 * 60;

interface Context {
  readonly seen: Seen;
  readonly now: Date;
}

export function decidePushed(build: In<'pushed'>, { seen, now }: Context): Decision {
  const run = build.run === undefined ? {} : { run: build.run };
  const done = (phase: Phase): Decision => ({
    build: enter(build, { phase, now }),
    tasks: ['finish'],
  });
  if (seen.cancel !== undefined) return done({ state: 'canceled', by: seen.cancel, ...run });
  const newer = newerThan(build, seen);
  if (newer !== undefined) return done({ state: 'superseded', by: newer, ...run });
  if (isPast(build.applyBy, now)) {
    const detail = 'The image is pushed, but the apply function never took it up. Look at its log.';
    return done({
      state: 'failed',
      phase: 'apply',
      reason: 'ApplyStalled',
      detail,
      fault: 'platform',
      image: build.image,
      ...run,
    });
  }
  if (mustWait(build, seen)) return { build, tasks: [] };
  return { build, tasks: ['invoke-apply'] };
}

/** A cancel comes too late here: objects are in the cluster; `galley rollback` is the way back. */
export function decideApplying(build: In<'applying'>, { seen, now }: Context): Decision {
  const lease = seen.head?.lease;
  const isHeld = lease !== undefined && lease.build === build.id && !isPast(lease.until, now);
  if (isHeld) return { build, tasks: [] };
  if (!isPast(after(new Date(build.rolloutBy), SWEEP_GRACE_SECONDS), now)) {
    return { build, tasks: ['invoke-apply'] };
  }
  const last = build.reason === undefined ? '' : ` Last it said: ${build.reason}.`;
  const detail = `The rollout passed its deadline and the apply function could not end it. Look at its log.${last}`;
  const run = build.run === undefined ? {} : { run: build.run };
  const phase: Phase = {
    state: 'failed',
    phase: 'rollout',
    reason: 'ApplyStalled',
    detail,
    fault: 'platform',
    image: build.image,
    ...run,
  };
  return { build: enter(build, { phase, now }), tasks: ['finish'] };
}

/** A rollout that nobody could look at gets its time anew, for an hour at most: an outage is no fault of its pods. */
export function prolonged({ rolloutBy, rolloutSeconds, since }: In<'applying'>, now: Date): string {
  const last = Date.parse(after(new Date(since), APPLY_SECONDS));
  const anew = Math.min(Date.parse(after(now, rolloutSeconds)), last);
  return new Date(Math.max(Date.parse(rolloutBy), anew)).toISOString();
}

/** A newer build that is deployed, or being applied: last upload wins (I3). */
export function newerThan(build: In<'pushed'>, { head, siblings = [] }: Seen): string | undefined {
  if (head?.build !== undefined && head.build > build.id) return head.build;
  if (build.policy === 'queue') return undefined;
  const ahead = siblings.filter(
    ({ id, state }) => id > build.id && (state === 'pushed' || state === 'applying'),
  );
  return ahead
    .map(({ id }) => id)
    .sort()
    .at(-1);
}

/** policy queue: older builds of the app that are on their way are deployed first. */
function mustWait(build: In<'pushed'>, { siblings = [] }: Seen): boolean {
  return build.policy === 'queue' && siblings.some(({ id }) => id < build.id);
}
