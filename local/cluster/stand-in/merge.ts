// Merging an applied configuration into the live object, and taking fields out of an object again.
import { type Fields, isFields } from '../object.ts';
import { childrenOf, decodePath, encodePath, type FieldSet, itemElement, type Path } from './field-set.ts';
import type { Topology, TopologyOf } from './topology.ts';

/** Live with the configuration laid over it: leaves and atomic values are replaced, keyed lists merge item by item. */
export function merge(live: unknown, config: unknown, topology: TopologyOf): unknown {
  return mergeAt({ live, config, names: [] }, topology);
}

interface Both {
  readonly live: unknown;
  readonly config: unknown;
  readonly names: readonly string[];
}

function mergeAt({ live, config, names }: Both, topology: TopologyOf): unknown {
  if (live === undefined || config === null) return config;
  if (isFields(config) && isFields(live) && topology(names, config).merge === 'fields') {
    const merged: Fields = { ...live };
    for (const [name, value] of Object.entries(config)) {
      merged[name] = mergeAt({ live: live[name], config: value, names: [...names, name] }, topology);
    }
    return merged;
  }
  if (Array.isArray(config) && Array.isArray(live)) {
    return mergeLists({ live, config, names }, topology);
  }
  return config;
}

function mergeLists(
  both: { live: unknown[]; config: unknown[]; names: readonly string[] },
  topology: TopologyOf,
): unknown[] {
  const { live, config, names } = both;
  const how = topology(names, config);
  if (how.merge === 'atomic' || how.merge === 'fields') return config;
  const element = elementOf(how);
  const applied = new Map(config.map((item) => [element(item), item]));
  const kept = live.map((item) => {
    const over = applied.get(element(item));
    applied.delete(element(item));
    return over === undefined ? item : mergeAt({ live: item, config: over, names }, topology);
  });
  return [...kept, ...applied.values()];
}

function elementOf(how: Topology): (item: unknown) => string {
  if (how.merge === 'keyed') return (item) => itemElement(item, how.keys);
  return (item) => `v:${JSON.stringify(item)}`;
}

/**
 * The object without the given paths. A list item goes whole, with what Kubernetes' defaults put into it;
 * a map that becomes empty goes as well.
 */
export function without(object: unknown, paths: FieldSet, topology: TopologyOf): unknown {
  const removed = [...paths].map(decodePath);
  const prefixes = new Set(
    removed.flatMap((path) => path.map((_, end) => encodePath(path.slice(0, end + 1)))),
  );
  const walk = (value: unknown, path: Path, names: readonly string[]): unknown => {
    const children = childrenOf(value, names, topology);
    if (children === undefined || !(path.length === 0 || prefixes.has(encodePath(path)))) return value;
    const kept = children
      .filter((child) => !paths.has(encodePath([...path, child.element])))
      .map((child) => ({ ...child, value: walk(child.value, [...path, child.element], child.names) }))
      .filter((child) => child.value !== undefined);
    if (kept.length === 0 && children.length > 0 && path.length > 0) return undefined;
    if (Array.isArray(value)) return kept.map((child) => child.value);
    return Object.fromEntries(kept.map((child) => [child.element.slice(2), child.value]));
  };
  return walk(object, [], []);
}

/** Keys given twice in a keyed list, worded as the API server does; undefined when there are none. */
export function findDuplicate(object: unknown, topology: TopologyOf): string | undefined {
  const walk = (value: unknown, path: Path, names: readonly string[]): string | undefined => {
    const seen = new Set<string>();
    for (const child of childrenOf(value, names, topology) ?? []) {
      if (seen.has(child.element))
        return `${showPath(path)}: duplicate entries for key ${showElement(child.element)}`;
      seen.add(child.element);
      const inside = walk(child.value, [...path, child.element], child.names);
      if (inside !== undefined) return inside;
    }
    return undefined;
  };
  return walk(object, [], []);
}

/** `.spec.template.spec.containers[name="web"].image`, as conflicts name a field. */
export function showPath(path: Path): string {
  return path
    .map((element) => (element.startsWith('f:') ? `.${element.slice(2)}` : showElement(element)))
    .join('');
}

function showElement(element: string): string {
  if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
  const keys: Fields = JSON.parse(element.slice(2));
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`;
}
