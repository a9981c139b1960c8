// A failing schedule made as small as it can be: fewer actions, and without the kinds of trouble it does not need.

import { runSchedule, type ScheduleOptions, TROUBLE } from './schedule.ts';
import { NO_TROUBLE, type Trouble } from './scheduler.ts';

export interface Failure {
  readonly options: ScheduleOptions;
  readonly violation: string;
}

/** Tries shorter lengths, then each kind of trouble left out; keeps what still fails. */
export async function shrink(options: ScheduleOptions): Promise<Failure | undefined> {
  let best = await failing(options);
  if (best === undefined) return undefined;
  for (let length = 1; length < best.options.length; length += 1) {
    const shorter = await failing({ ...best.options, length });
    if (shorter !== undefined) best = shorter;
  }
  for (const kind of Object.keys(NO_TROUBLE) as (keyof Trouble)[]) {
    const trouble: Trouble = { ...(best.options.trouble ?? TROUBLE), [kind]: 0 };
    best = (await failing({ ...best.options, trouble })) ?? best;
  }
  return best;
}

async function failing(options: ScheduleOptions): Promise<Failure | undefined> {
  const { violation } = await runSchedule(options);
  return violation === undefined ? undefined : { options, violation };
}

/** The command that plays it again. */
export function replayOf({ options }: Failure): string {
  const off = Object.entries(options.trouble ?? TROUBLE).filter(([, chance]) => chance === 0);
  const without = off.map(([kind]) => ` --without ${kind}`).join('');
  return `npm run simulate -- --seed ${options.seed} --length ${options.length}${without}`;
}
