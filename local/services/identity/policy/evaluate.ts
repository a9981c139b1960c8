// Is a condition true for a request?
import type { Condition, Right } from './condition.ts';

/** The values of a variable; more than one for `request.groups.id`; undefined when it does not apply. */
export type Variables = (name: string) => readonly string[] | undefined;

/** A comparison with a variable that does not apply is false, with `!=` too (policysyntax/conditions). */
export function isTrue(condition: Condition, variables: Variables, now: Date): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((one) => isTrue(one, variables, now));
    case 'any':
      return condition.of.some((one) => isTrue(one, variables, now));
    case 'is':
      return compares({ ...condition, values: [condition.right] }, variables);
    case 'in':
      return compares(condition, variables);
    case 'before':
      return now < condition.moment;
    case 'after':
      return now > condition.moment;
    case 'between':
      return isBetween(now.toISOString().slice(11, 19), condition.from, condition.to);
  }
}

interface Comparison {
  readonly variable: string;
  readonly negated: boolean;
  readonly values: readonly Right[];
}

/** A list variable is equal when any member is, and different when none is (facts: iam 1.4). */
function compares({ variable, negated, values }: Comparison, variables: Variables): boolean {
  const left = variables(variable);
  if (left === undefined) return false;
  const rights = values.map((right) => matcher(right, variables));
  if (rights.includes(undefined)) return false;
  const isEqual = left.some((value) => rights.some((matches) => matches?.(value)));
  return isEqual !== negated;
}

function matcher(right: Right, variables: Variables): ((value: string) => boolean) | undefined {
  if (right.kind === 'variable') {
    const values = variables(right.name)?.map((value) => value.toLowerCase());
    return values && ((value) => values.includes(value.toLowerCase()));
  }
  const wanted = right.value.toLowerCase();
  if (right.kind === 'text') return (value) => value.toLowerCase() === wanted;
  const like = new RegExp(`^${wanted.split('*').map(escaped).join('.*')}$`, 's');
  return (value) => like.test(value.toLowerCase());
}

/** A star spans `/` as well: `prod/*` is everything below prod (facts: iam 1.4). */
function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** A range may wrap around midnight: '17:00:00Z' and '01:00:00Z' (policies/scoping-policy-by-time). */
function isBetween(time: string, from: string, to: string): boolean {
  return from <= to ? time >= from && time <= to : time >= from || time <= to;
}
