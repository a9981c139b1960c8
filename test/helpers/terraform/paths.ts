// Finding values in a resource.
import { isObject, type ObjectValue, UNKNOWN, type Value } from './values.ts';

export type Path = readonly (string | number)[];
export type Known = Exclude<Value, symbol | null>;

export interface Place {
  readonly path: Path;
  readonly value: Known;
}

/** The known values at `a[].b`: `[]` stands for each item. Null and unknown values are left out. */
export function places(value: ObjectValue, at: string): readonly Place[] {
  const steps = at.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]));
  let found: readonly { path: Path; value: Value }[] = [{ path: [], value }];
  for (const step of steps) {
    found = found.flatMap((place) => (step === '[]' ? items(place) : member(place, step)));
  }
  return found.filter((place): place is Place => place.value !== null && place.value !== UNKNOWN);
}

/** Every value below, with the name of the attribute it stands in: an item of a list has the list's name. */
export function* attributes(
  value: ObjectValue,
  path: Path = [],
): Generator<Place & { readonly name: string }> {
  for (const [name, item] of Object.entries(value)) yield* below(item, { name, path: [...path, name] });
}

function* below(
  value: Value,
  { name, path }: { name: string; path: Path },
): Generator<Place & { readonly name: string }> {
  if (value === null || value === UNKNOWN) return;
  if (isList(value)) {
    for (const [index, item] of value.entries()) yield* below(item, { name, path: [...path, index] });
  } else if (isObject(value)) {
    yield* attributes(value, path);
  } else {
    yield { name, path, value };
  }
}

interface Anywhere {
  readonly path: Path;
  readonly value: Value;
}

function items({ path, value }: Anywhere): Anywhere[] {
  return isList(value) ? value.map((item, index) => ({ path: [...path, index], value: item })) : [];
}

function member({ path, value }: Anywhere, name: string): Anywhere[] {
  return isObject(value) ? [{ path: [...path, name], value: value[name] ?? null }] : [];
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}
