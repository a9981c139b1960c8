// JSON bodies of requests, read field by field.
import type { Call } from '../types.ts';
import { invalidParameter } from './errors.ts';

export interface Fields {
  readonly all: Readonly<Record<string, unknown>>;
  text(name: string): string | undefined;
  /** Throws 400 `InvalidParameter` naming the field. */
  required(name: string): string;
  flag(name: string): boolean | undefined;
}

/** Throws 400 unless the body is a JSON object. */
export async function fieldsOf(call: Call): Promise<Fields> {
  return fields(await call.json(), 'The body');
}

/** @param what names the value in errors */
export function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidParameter(`${what} must be a JSON object`);
  }
  const all: Readonly<Record<string, unknown>> = { ...value };
  const read = (name: string, type: 'string' | 'boolean'): unknown => {
    const found = all[name];
    if (found === undefined || found === null) return undefined;
    if (typeof found === type) return found;
    throw invalidParameter(`${name} must be a ${type}`);
  };
  const text = (name: string): string | undefined => {
    const found = read(name, 'string');
    return typeof found === 'string' ? found : undefined;
  };
  return {
    all,
    text,
    required(name) {
      const found = text(name);
      if (found === undefined || found === '') throw invalidParameter(`${name} is missing`);
      return found;
    },
    flag(name) {
      const found = read(name, 'boolean');
      return typeof found === 'boolean' ? found : undefined;
    },
  };
}
