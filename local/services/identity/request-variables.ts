// Variables that come with the request itself: its target and its time.
import type { Target } from '../../types.ts';
import type { Operation } from './operations.ts';
import type { World } from './world.ts';

/** A List binds nothing of one thing, the compartment included (General_Variables_for_All_Requests). */
export function targetVariables(
  world: World,
  operation: Operation,
  target: Target,
): Record<string, readonly string[]> {
  const applies = (name: string): boolean =>
    operation.targets.some((beginning) => name === beginning || name.startsWith(`${beginning}.`));
  const bound = Object.entries(target.variables ?? {}).filter(([name]) => applies(name));
  const variables = Object.fromEntries(bound.map(([name, value]) => [name, [value]]));
  if (operation.names.some((name) => name.startsWith('List'))) return variables;
  const compartment = world.compartments.find(({ id }) => id === target.compartmentId);
  return {
    ...variables,
    'target.compartment.id': [target.compartmentId],
    ...(compartment ? { 'target.compartment.name': [compartment.name] } : {}),
  };
}

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** Months and days go by number and by name; which one OCI compares is not documented. UTC. */
export function timeVariable(name: string, now: Date): readonly string[] | undefined {
  const month = now.getUTCMonth();
  const day = now.getUTCDay();
  switch (name) {
    case 'request.utc-timestamp.month-of-year':
      return [String(month + 1), MONTHS[month] ?? ''];
    case 'request.utc-timestamp.day-of-month':
      return [String(now.getUTCDate())];
    case 'request.utc-timestamp.day-of-week':
      return [String(day + 1), DAYS[day] ?? ''];
    default:
      return undefined;
  }
}
