// Who owns which field: `metadata.managedFields` under server-side apply and under plain writes.
// The rules are those of sigs.k8s.io/structured-merge-diff (merge/update.go).
import { type Fields, isFields, isSame, type KubeObject, type ManagedFields } from '../object.ts';
import { ApiError, conflict, type Named } from './api-error.ts';
import { compare, decodePath, type FieldSet, fieldSetOf, fromFieldsV1, toFieldsV1 } from './field-set.ts';
import { merge, showPath, without } from './merge.ts';
import { groupVersionOf, type Resource } from './resources.ts';
import { topologyOf } from './topology.ts';

export interface Writer {
  readonly resource: Resource;
  readonly manager: string;
  readonly now: Date;
  /** `status` or `scale`: owns its fields under an entry of its own. */
  readonly subresource?: string;
}

interface Entry extends Omit<ManagedFields, 'fieldsV1'> {
  readonly set: FieldSet;
}

/** Fields nobody owns: identity, and what the server sets itself. */
const unowned = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
];

function ownable(object: KubeObject, writer: Writer): Fields {
  const { apiVersion, kind, metadata, status, ...rest } = object;
  const hidden = new Set([
    ...unowned,
    'name',
    'namespace',
    'generateName',
    'selfLink',
    'deletionGracePeriodSeconds',
  ]);
  const shown = Object.fromEntries(Object.entries(metadata).filter(([name]) => !hidden.has(name)));
  const kept = { ...rest, ...(Object.keys(shown).length > 0 ? { metadata: shown } : {}) };
  if (writer.subresource === 'status') return status === undefined ? {} : { status };
  const isSplit = writer.resource.subresources.includes('status');
  return isSplit || status === undefined ? kept : { ...kept, status };
}

function entriesOf(object: KubeObject | undefined): Entry[] {
  return (object?.metadata.managedFields ?? []).map(({ fieldsV1, ...entry }) => ({
    ...entry,
    set: fromFieldsV1(fieldsV1),
  }));
}

function isBy(entry: Entry, writer: Writer, operation: Entry['operation']): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === operation &&
    entry.subresource === writer.subresource
  );
}

function newEntry(writer: Writer, operation: Entry['operation'], set: FieldSet): Entry {
  const apiVersion = groupVersionOf(writer.resource);
  const time = writer.now.toISOString().replace(/\.\d+Z$/, 'Z');
  const subresource = writer.subresource === undefined ? {} : { subresource: writer.subresource };
  return {
    manager: writer.manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    set,
    ...subresource,
  };
}

function withEntries(object: KubeObject, entries: readonly Entry[]): KubeObject {
  const managedFields = entries
    .filter((entry) => entry.set.size > 0)
    .map(({ set, ...entry }) => ({ ...entry, fieldsV1: toFieldsV1(set) }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

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
  readonly what: Named;
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
  if (!by.force) refuseConflicts(changed, others, by.what);
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

function refuseConflicts(changed: FieldSet, others: readonly Entry[], what: Named): void {
  const clashes = others.flatMap((entry) =>
    [...entry.set]
      .filter((path) => changed.has(path))
      .map((path) => ({ who: describe(entry), field: showPath(decodePath(path)) })),
  );
  const [first] = clashes;
  if (!first) return;
  const causes = clashes.map(({ who, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${who}`,
    field,
  }));
  const message =
    clashes.length === 1 ? `1 conflict: conflict with ${first.who}: ${first.field}` : manyConflicts(clashes);
  const { details } = conflict('', what);
  throw new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${message}`,
    details: { ...details, causes },
  });
}

function manyConflicts(clashes: readonly { who: string; field: string }[]): string {
  const groups = [...Map.groupBy(clashes, (clash) => clash.who)].sort(([one], [other]) =>
    one.localeCompare(other),
  );
  const lines = groups.flatMap(([who, fields]) => [
    `conflicts with ${who}:`,
    ...fields.map(({ field }) => `- ${field}`),
  ]);
  return `${clashes.length} conflicts: ${lines.join('\n')}`;
}

function describe(entry: Entry): string {
  const name = `${JSON.stringify(entry.manager)}${entry.subresource ? ` with subresource "${entry.subresource}"` : ''}`;
  if (entry.operation === 'Apply') return name;
  return `${name} using ${entry.apiVersion}${entry.time ? ` at ${entry.time}` : ''}`;
}

function minus(set: FieldSet, ...others: readonly FieldSet[]): FieldSet {
  return new Set([...set].filter((path) => !others.some((other) => other.has(path))));
}
