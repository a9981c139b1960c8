// The one place that knows the arrows: (build, what was seen, now) → the next build and what is to be done.
import type { Build } from './build.ts';
import { decideBuilding } from './decide-building.ts';
import { decideApplying, decidePushed } from './decide-deploying.ts';
import { decideQueued } from './decide-queued.ts';
import type { Seen } from './seen.ts';

/** Each is safe to repeat. Done after the save, in this order; a function leaves those it is not entitled to. */
export type Task =
  /** Claim a slot and decide again with it. */
  | 'claim-slot'
  /** Find the command by name, or create it with the attempt's retry token; then note its id. */
  | 'ensure-command'
  | 'cancel-command'
  /** The command is over: give its slot back. */
  | 'free-slot'
  | 'invoke-apply'
  /** Write `done/`, then delete `active/`. */
  | 'finish';

export interface Decision {
  /** The same object when nothing is to be saved. */
  readonly build: Build;
  readonly tasks: readonly Task[];
}

export interface Limits {
  /** How long an agent may take to fetch a command; minutes are normal (facts run-command §0.1). */
  readonly deliverySeconds: number;
  /** How long a build may run: the command's executionTimeOutInSeconds. */
  readonly buildSeconds: number;
}

/** Pure, total and deterministic. A final build only wants to be finished. */
export function decide(
  build: Build,
  { seen, now, limits }: { seen: Seen; now: Date; limits: Limits },
): Decision {
  switch (build.state) {
    case 'queued':
      return decideQueued(build, { seen, now, limits });
    case 'building':
      return decideBuilding(build, { seen, now });
    case 'pushed':
      return decidePushed(build, { seen, now });
    case 'applying':
      return decideApplying(build, { seen, now });
    case 'deployed':
    case 'rejected':
    case 'failed':
    case 'canceled':
    case 'superseded':
      return { build, tasks: ['finish'] };
  }
}
