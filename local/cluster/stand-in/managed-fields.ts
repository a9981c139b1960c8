// Who owns which field: `metadata.managedFields` under server-side apply and under plain writes.
// The rules are those of sigs.k8s.io/structured-merge-diff (merge/update.go).
import { isFields, isSame, type KubeObject } from '../object.ts';
import { refuseConflicts } from './apply-conflicts.ts';
import { compare, decodePath, fieldSetOf } from './field-set.ts';
import {
  type Entry,
  entriesOf,
  isBy,
  minus,
  newEntry,
  ownable,
  type Writer,
  withEntries,
} from './manager-entries.ts';
import { merge, without } from './merge.ts';
import { topologyOf } from './topology.ts';

/** Ownership after a plain write: what changed is the writer's now, what is gone is nobody's. */
export function ownAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
): KubeObject {
  const topology = topologyOf(writer.resource);
  const { changed, removed } = compare(before && ownable(before, writer), ownable(after, writer), topology);
  const entries = entriesOf(before);
  const mine = entries.find((entry) => isBy(entry, writer, 'Update'));
  const others = entries
    .filter((entry) => entry !== mine)
    .map((entry) => ({ ...entry, set: minus(entry.set, removed, changed) }));
  const set = new Set([...minus(mine?.set ?? new Set(), removed), ...changed]);
  const isQuiet = changed.size === 0 && removed.size === 0;
  if (isQuiet) return withEntries(after, entries);
  return withEntries(after, [...others, newEntry(writer, 'Update', set)]);
}

export interface Application extends Writer {
  readonly force: boolean;
}

/** The live object with a configuration applied. Throws 409 naming each field another manager owns. */
export function applyConfiguration(
  live: KubeObject | undefined,
  config: KubeObject,
  by: Application,
): KubeObject {
  const topology = topologyOf(by.resource);
  const entries = entriesOf(live);
  const mine = entries.find((entry) => isBy(entry, by, 'Apply'));
  const others = entries.filter((entry) => entry !== mine);
  const applied = fieldSetOf(ownable(config, by), topology);
  const merged = merge(live ?? {}, config, topology);
  const abandoned = [...(mine?.set ?? [])].filter(
    (path) => !applied.has(path) && !isKey(path) && !isHeld(path, others),
  );
  const pruned = without(merged, new Set(abandoned), topology);
  if (!isFields(pruned)) throw new Error('merging left no object');
  const result: KubeObject = {
    ...config,
    ...pruned,
    metadata: { ...config.metadata, ...(pruned.metadata as object) },
  };
  const { changed, removed } = compare(live && ownable(live, by), ownable(result, by), topology);
  if (!by.force) refuseConflicts(changed, others);
  const remaining = others.map((entry) => ({ ...entry, set: minus(entry.set, removed, changed) }));
  const isQuiet =
    changed.size === 0 &&
    removed.size === 0 &&
    mine !== undefined &&
    isSame([...mine.set].sort(), [...applied].sort());
  return withEntries(result, [...remaining, isQuiet ? mine : newEntry(by, 'Apply', applied)]);
}

/** A key of a list item goes with its item and never alone. */
function isKey(path: string): boolean {
  const [item, field] = decodePath(path).slice(-2);
  return (
    item?.startsWith('k:') === true && field !== undefined && field.slice(2) in JSON.parse(item.slice(2))
  );
}

/** Does another manager own the path, or anything below it? */
function isHeld(path: string, others: readonly Entry[]): boolean {
  const prefix = path.slice(0, -1);
  return others.some(({ set }) => set.has(path) || [...set].some((held) => held.startsWith(`${prefix},`)));
}
