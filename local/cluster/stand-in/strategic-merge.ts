// Strategic merge patch, what kubectl sends for `apply`, `edit`, `set image` and `patch`: a merge patch that knows
// which lists have keys. Directives: `$patch: delete|replace`, `$retainKeys`, `$deleteFromPrimitiveList/…`,
// `$setElementOrder/…` (github.com/kubernetes/community, strategic-merge-patch).
import { type Fields, isFields, textsOf } from '../object.ts';
import { itemElement } from './field-set.ts';
import type { TopologyOf } from './topology.ts';

const DELETE_FROM = '$deleteFromPrimitiveList/';

/** The object with the patch laid over it. */
export function strategicMerge(target: unknown, patch: unknown, topology: TopologyOf): unknown {
  return mergeAt({ target, patch, names: [] }, topology);
}

interface Both {
  readonly target: unknown;
  readonly patch: unknown;
  readonly names: readonly string[];
}

function mergeAt({ target, patch, names }: Both, topology: TopologyOf): unknown {
  if (Array.isArray(patch))
    return mergeLists(Array.isArray(target) ? target : [], patch, { names, topology });
  if (!isFields(patch)) return patch;
  const { $patch, $retainKeys, ...fields } = patch;
  if ($patch === 'delete') return undefined;
  const start = $patch === 'replace' || !isFields(target) ? {} : target;
  const merged: Fields =
    $retainKeys === undefined ? { ...start } : pick(start, new Set(textsOf($retainKeys)));
  for (const [name, value] of Object.entries(fields)) mergeField(merged, { name, value, names }, topology);
  return merged;
}

function pick(fields: Fields, kept: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => kept.has(name)));
}

interface Field {
  readonly name: string;
  readonly value: unknown;
  readonly names: readonly string[];
}

function mergeField(merged: Fields, { name, value, names }: Field, topology: TopologyOf): void {
  if (name.startsWith(DELETE_FROM)) {
    const list = name.slice(DELETE_FROM.length);
    const gone = new Set(Array.isArray(value) ? value : []);
    if (Array.isArray(merged[list])) merged[list] = merged[list].filter((item) => !gone.has(item));
    return;
  }
  // The order of items has no meaning here that anyone looks at.
  if (name.startsWith('$setElementOrder/')) return;
  const next =
    value === null
      ? undefined
      : mergeAt({ target: merged[name], patch: value, names: [...names, name] }, topology);
  if (next === undefined) delete merged[name];
  else merged[name] = next;
}

interface Place {
  readonly names: readonly string[];
  readonly topology: TopologyOf;
}

function mergeLists(
  target: readonly unknown[],
  patch: readonly unknown[],
  { names, topology }: Place,
): unknown[] {
  const plain = patch.filter(
    (item) => !(isFields(item) && item.$patch === 'replace' && Object.keys(item).length === 1),
  );
  const isReplaced = plain.length !== patch.length;
  const how = topology(names, plain.length > 0 ? plain : [...target]);
  if (how.merge === 'set') return [...new Set([...(isReplaced ? [] : target), ...plain])];
  if (how.merge !== 'keyed') return [...plain];
  const merged = new Map((isReplaced ? [] : target).map((item) => [itemElement(item, how.keys), item]));
  for (const item of plain) {
    const element = itemElement(item, how.keys);
    const next = mergeAt({ target: merged.get(element), patch: item, names }, topology);
    if (next === undefined) merged.delete(element);
    else merged.set(element, next);
  }
  return [...merged.values()];
}
