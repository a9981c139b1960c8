// The hours of schedules, on the same clock as the alarms: a minute takes `options.clockSeconds`.
import type { Region } from '../../types.ts';
import { type Timers, timers } from '../notifications/timers.ts';
import type { Schedule } from './schedules.ts';

const MINUTE_MS = 60_000;
/** Timers hold 24 days (Node: setTimeout); a longer wait is waited in parts. */
const LONGEST_SECONDS = 2_000_000;

export interface ScheduleClock {
  start(): void;
  stop(): void;
}

export function scheduleClock(
  region: Region,
  { schedules, run }: { schedules: readonly Schedule[]; run: (schedule: Schedule) => void },
): ScheduleClock {
  const waiting = timers();
  return {
    start() {
      for (const schedule of schedules.filter(({ isActive }) => isActive)) {
        arm({ region, waiting, run: () => run(schedule) }, schedule, region.now());
      }
    },
    stop: waiting.stop,
  };
}

interface Arming {
  readonly region: Region;
  readonly waiting: Timers;
  readonly run: () => void;
}

/** @param from when the schedule's own clock stands; it runs fast when a minute takes less than sixty seconds */
function arm(arming: Arming, schedule: Schedule, from: Date): void {
  const next = nextRun(schedule, from);
  if (next === undefined) return;
  const { clockSeconds } = arming.region.options;
  const seconds = ((next.getTime() - from.getTime()) / MINUTE_MS) * clockSeconds;
  if (seconds > LONGEST_SECONDS) {
    const then = new Date(from.getTime() + (LONGEST_SECONDS / clockSeconds) * MINUTE_MS);
    arming.waiting.after(LONGEST_SECONDS, () => arm(arming, schedule, then));
    return;
  }
  arming.waiting.after(seconds, () => {
    arm(arming, schedule, next);
    arming.run();
  });
}

/** Within the schedule's own first and last time. */
export function nextRun({ cron, timeStarts, timeEnds }: Schedule, after: Date): Date | undefined {
  const from = timeStarts === undefined || new Date(timeStarts) < after ? after : new Date(timeStarts);
  const next = cron?.next(from);
  return next !== undefined && timeEnds !== undefined && next > new Date(timeEnds) ? undefined : next;
}
