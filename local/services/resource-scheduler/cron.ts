// When a cron text is due: five fields, in UTC, as Resource Scheduler takes them. Pure.

const MINUTE_MS = 60_000;
/** 29 February comes after eight years at the latest. */
const HORIZON_MS = 8 * 366 * 24 * 60 * MINUTE_MS;

/** Lowest and highest number of each field; 7 is Sunday again. */
const FIELDS = [
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day of the month', 1, 31],
  ['month', 1, 12],
  ['day of the week', 0, 7],
] as const;

export interface Cron {
  /** The first time after this one, or undefined when there is none (30 February). */
  next(after: Date): Date | undefined;
}

/** Numbers, `*`, ranges, lists and steps. @throws TypeError naming the field */
export function parseCron(text: string): Cron {
  const words = text.trim().split(/\s+/);
  if (words.length !== FIELDS.length) throw new TypeError(`"${text}" must be five fields of cron`);
  const sets = FIELDS.map(([name, from, to], index) => numbersIn(words[index] ?? '', { name, from, to }));
  const [minutes = NONE, hours = NONE, days = NONE, months = NONE, weekdays = NONE] = sets;
  // As cron has it: with both days restricted, either one will do.
  const isEither = words[2] !== '*' && words[4] !== '*';
  const isDay = (at: Date): boolean => {
    const [day, weekday] = [days.has(at.getUTCDate()), weekdays.has(at.getUTCDay())];
    return isEither ? day || weekday : day && weekday;
  };
  const isDue = (at: Date): boolean =>
    minutes.has(at.getUTCMinutes()) &&
    hours.has(at.getUTCHours()) &&
    isDay(at) &&
    months.has(at.getUTCMonth() + 1);
  return { next: (after) => firstDue(after, isDue) };
}

const NONE: ReadonlySet<number> = new Set();

function firstDue(after: Date, isDue: (at: Date) => boolean): Date | undefined {
  const start = Math.floor(after.getTime() / MINUTE_MS + 1) * MINUTE_MS;
  for (let at = start; at < after.getTime() + HORIZON_MS; at += MINUTE_MS) {
    if (isDue(new Date(at))) return new Date(at);
  }
  return undefined;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function numbersIn(word: string, { name, from, to }: Field): ReadonlySet<number> {
  const numbers = word.split(',').flatMap((part) => {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    const [, first, last, every = '1'] = match ?? [];
    const low = Number(first ?? from);
    const high = Number(last ?? (first === undefined || part.includes('/') ? to : first));
    if (match === null || low < from || high > to || low > high || Number(every) === 0) {
      throw new TypeError(`"${part}" is no ${name} of cron: ${from} to ${to}`);
    }
    const count = Math.floor((high - low) / Number(every)) + 1;
    return Array.from({ length: count }, (_, step) => low + step * Number(every));
  });
  return new Set(name === 'day of the week' ? numbers.map((number) => number % 7) : numbers);
}
