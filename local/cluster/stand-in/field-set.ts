// Sets of field paths, the currency of server-side apply, and their wire form FieldsV1.
// A path element is `f:<field>`, `k:{"key":value}` (item of a keyed list) or `v:<json>` (member of a set).
import { type Fields, isFields, isSame } from '../object.ts';
import type { TopologyOf } from './topology.ts';

export type Path = readonly string[];

/** Paths, each as JSON text, so that set operations are those of the language. */
export type FieldSet = ReadonlySet<string>;

export const encodePath = (path: Path): string => JSON.stringify(path);
export const decodePath = (text: string): Path => JSON.parse(text);

/** The element naming one item of a keyed list; a port without protocol is a TCP port, as in Kubernetes' defaults. */
export function itemElement(item: unknown, keys: readonly string[]): string {
  const fields = isFields(item) ? item : {};
  const defaults: Fields = { protocol: 'TCP' };
  const pairs = [...keys].sort().map((key) => [key, fields[key] ?? defaults[key]]);
  return `k:${JSON.stringify(Object.fromEntries(pairs))}`;
}

export interface Child {
  readonly element: string;
  readonly names: readonly string[];
  readonly value: unknown;
}

/** The parts of a value that merge one by one; undefined when it is a leaf. */
export function childrenOf(
  value: unknown,
  names: readonly string[],
  topology: TopologyOf,
): Child[] | undefined {
  if (!Array.isArray(value) && !isFields(value)) return undefined;
  const how = topology(names, value);
  if (how.merge === 'atomic') return undefined;
  if (Array.isArray(value)) {
    if (how.merge === 'keyed') {
      return value.map((item) => ({ element: itemElement(item, how.keys), names, value: item }));
    }
    return value.map((item) => ({ element: `v:${JSON.stringify(item)}`, names, value: item }));
  }
  return Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .map(([name, child]) => ({ element: `f:${name}`, names: [...names, name], value: child }));
}

/** Every leaf and every list item of an object, as paths. */
export function fieldSetOf(value: unknown, topology: TopologyOf): Set<string> {
  const found = new Set<string>();
  const walk = (here: unknown, path: Path, names: readonly string[]): void => {
    const children = childrenOf(here, names, topology);
    const isItem = path.at(-1)?.startsWith('f:') === false;
    if ((children === undefined || children.length === 0 || isItem) && path.length > 0)
      found.add(encodePath(path));
    for (const child of children ?? []) walk(child.value, [...path, child.element], child.names);
  };
  walk(value, [], []);
  return found;
}

/** The value at every path of an object that has one, leaf or not. */
export function valuesByPath(value: unknown, topology: TopologyOf): Map<string, unknown> {
  const values = new Map<string, unknown>();
  const walk = (here: unknown, path: Path, names: readonly string[]): void => {
    values.set(encodePath(path), here);
    for (const child of childrenOf(here, names, topology) ?? [])
      walk(child.value, [...path, child.element], child.names);
  };
  walk(value, [], []);
  return values;
}

export interface Comparison {
  /** Leaves and items that are new or different. */
  readonly changed: FieldSet;
  /** Paths that are gone. */
  readonly removed: FieldSet;
}

/** What changed from one object to another, in paths. */
export function compare(before: unknown, after: unknown, topology: TopologyOf): Comparison {
  const old = valuesByPath(before, topology);
  const now = valuesByPath(after, topology);
  const leaves = fieldSetOf(after, topology);
  const isItem = (path: string): boolean => decodePath(path).at(-1)?.startsWith('f:') === false;
  const isChanged = (path: string): boolean =>
    isItem(path) ? !old.has(path) : !old.has(path) || !isSame(old.get(path), now.get(path));
  return {
    changed: new Set([...leaves].filter(isChanged)),
    removed: new Set([...old.keys()].filter((path) => !now.has(path))),
  };
}

export function toFieldsV1(set: FieldSet): Fields {
  const tree: Fields = {};
  for (const path of [...set].map(decodePath)) {
    let here = tree;
    for (const element of path) {
      const next = here[element];
      const branch = isFields(next) ? next : {};
      here[element] = branch;
      here = branch;
    }
  }
  return markMembers(tree, set, []);
}

/** A path that is a member itself and has children carries `.`. */
function markMembers(tree: Fields, set: FieldSet, path: Path): Fields {
  const entries = Object.entries(tree).map(([element, child]) => {
    const here = [...path, element];
    const branch = markMembers(isFields(child) ? child : {}, set, here);
    const isBranch = Object.keys(branch).length > 0;
    return [element, isBranch && set.has(encodePath(here)) ? { '.': {}, ...branch } : branch];
  });
  return Object.fromEntries(entries);
}

export function fromFieldsV1(fields: Fields): Set<string> {
  const found = new Set<string>();
  const walk = (here: Fields, path: Path): void => {
    const children = Object.entries(here).filter(([element]) => element !== '.');
    if (path.length > 0 && ('.' in here || children.length === 0)) found.add(encodePath(path));
    for (const [element, child] of children) walk(isFields(child) ? child : {}, [...path, element]);
  };
  walk(fields, []);
  return found;
}
