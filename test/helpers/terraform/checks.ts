// Small checks that rules are made of. Each gives a sentence on what is wrong, or undefined.
import type { Known } from './paths.ts';

type Check = (value: Known) => string | undefined;

const said = (value: Known): string => (typeof value === 'object' ? 'this' : `"${String(value)}"`);

export function oneOf(...allowed: readonly (string | number)[]): Check {
  return (value) => {
    const isAllowed = allowed.some((one) => one === value || String(one) === value);
    return isAllowed ? undefined : `${said(value)} must be one of ${allowed.join(', ')}`;
  };
}

export function matches(pattern: RegExp, what: string): Check {
  return (value) => (pattern.test(String(value)) ? undefined : `${said(value)} must be ${what}`);
}

/** A number, or a text of one, from `least` to `most`. */
export function within(least: number, most: number): Check {
  return (value) => {
    const number = Number(value);
    const isInside = Number.isFinite(number) && number >= least && number <= most;
    return isInside ? undefined : `${said(value)} must be from ${least} to ${most}`;
  };
}

/** A list of so many items. */
export function holds(least: number, most: number): Check {
  return (value) => {
    const count = Array.isArray(value) ? value.length : 0;
    return count >= least && count <= most ? undefined : `${count} items; it takes ${least} to ${most}`;
  };
}

/** An ISO 8601 duration of minutes, hours or days such as PT1M, in seconds from `least` to `most`. */
export function lasts(least: number, most: number): Check {
  return (value) => {
    const [, days, hours, minutes] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(String(value)) ?? [];
    const seconds = Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60;
    return seconds >= least && seconds <= most
      ? undefined
      : `${said(value)} must be a duration of ${least} to ${most} seconds, such as PT5M`;
  };
}
