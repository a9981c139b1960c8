// Reads environment variables by a table: all problems in one error, each with the variable's name and what was expected.
import { PipelineError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How one variable is read. */
export interface Variable<T> {
  /** undefined: not what was expected. */
  read(text: string): T | undefined;
  readonly expected: string;
  /** Stands in for a missing value. */
  readonly otherwise?: T;
  readonly isOptional?: boolean;
  /** Somebody may put a secret here by mistake: the value is never repeated. */
  readonly isHidden?: boolean;
}

export type Table = Readonly<Record<string, readonly [name: string, variable: Variable<unknown>]>>;
type Value<Entry> = Entry extends readonly [string, Variable<infer T>] ? T : never;
type OptionalKeys<T extends Table> = {
  [Key in keyof T]: T[Key][1] extends { readonly isOptional: true } ? Key : never;
}[keyof T];
/** The object a table describes: optional variables become optional properties. */
export type Parsed<T extends Table> = {
  readonly [Key in Exclude<keyof T, OptionalKeys<T>>]: Value<T[Key]>;
} & { readonly [Key in OptionalKeys<T>]?: Value<T[Key]> };

/** @throws PipelineError reason `WrongConfiguration` that lists every problem. An empty variable counts as missing. */
export function parseEnvironment<T extends Table>(env: Environment, table: T): Parsed<T> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, [name, variable]] of Object.entries(table)) {
    const text = env[name]?.trim() ?? '';
    const value = text === '' ? variable.otherwise : variable.read(text);
    if (value !== undefined) values[key] = value;
    else if (text !== '')
      problems.push(`${name}: expected ${variable.expected}, got ${shown(text, variable)}`);
    else if (variable.isOptional !== true) problems.push(`${name} is missing: expected ${variable.expected}`);
  }
  // Every key of the table was read above, or there is a problem.
  if (problems.length === 0) return values as Parsed<T>;
  throw new PipelineError(`Wrong configuration:\n  ${problems.join('\n  ')}`, {
    retry: 'never',
    reason: 'WrongConfiguration',
    hint: 'deploy/ sets these variables; `galley use --terraform DIR` writes them for the command line.',
  });
}

function shown(text: string, { isHidden = false }: Variable<unknown>): string {
  return isHidden ? 'something else (not shown)' : JSON.stringify(text);
}

export function pattern(expression: RegExp, expected: string): Variable<string> {
  return { read: (text) => (expression.test(text) ? text : undefined), expected };
}

export function oneOf<const Word extends string>(words: readonly Word[]): Variable<Word> {
  return { read: (text) => words.find((word) => word === text), expected: `one of ${words.join(', ')}` };
}

/** @param types resource types, such as `instance` or `compartment|tenancy` */
export function ocid(types: string): Variable<string> {
  const expected = `an OCID such as ocid1.${types.split('|')[0]}.oc1..aaaa`;
  return pattern(new RegExp(`^ocid1\\.(${types})\\.[a-z0-9]+\\.[a-z0-9-]*(\\.[a-z0-9_-]+)+$`, 'i'), expected);
}

export function wholeNumber(range: { from: number; to: number; otherwise: number }): Variable<number> {
  return {
    read: (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= range.from && value <= range.to ? value : undefined;
    },
    expected: `a whole number from ${range.from} to ${range.to}`,
    otherwise: range.otherwise,
  };
}

/** Comma-separated, without repetitions. */
export function listOf(one: Variable<string>): Variable<readonly string[]> {
  return {
    read: (text) => {
      const items = text.split(',').map((item) => item.trim());
      return items.every((item) => one.read(item) !== undefined) ? [...new Set(items)] : undefined;
    },
    expected: `${one.expected}, or several separated by commas`,
  };
}

/** An http or https base URL; a slash at its end is dropped. */
export function baseUrl(): Variable<string> {
  return {
    read: (text) => (/^https?:\/\/[^/?#@\s]+\/?$/.test(text) ? text.replace(/\/$/, '') : undefined),
    expected: 'an http or https URL without path, query or user',
  };
}

export function optional<T>(variable: Variable<T>): Variable<T> & { readonly isOptional: true } {
  return { ...variable, isOptional: true };
}

export function hidden<T extends Variable<unknown>>(variable: T): T & { readonly isHidden: true } {
  return { ...variable, isHidden: true };
}
