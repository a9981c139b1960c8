// The entries of `metadata.managedFields`: who wrote, by which operation, and which fields are theirs.
import type { Fields, KubeObject, ManagedFields } from '../object.ts';
import { type FieldSet, fromFieldsV1, toFieldsV1 } from './field-set.ts';
import { groupVersionOf, type Resource } from './resources.ts';

export interface Writer {
  readonly resource: Resource;
  readonly manager: string;
  readonly now: Date;
  /** `status` or `scale`: owns its fields under an entry of its own. */
  readonly subresource?: string;
}

export interface Entry extends Omit<ManagedFields, 'fieldsV1'> {
  readonly set: FieldSet;
}

/** Fields nobody owns: identity, and what the server sets itself. */
const unowned: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
]);

/** What can be owned: of a write to `status` the status, else all but that. */
export function ownable(object: KubeObject, writer: Writer): Fields {
  const { apiVersion, kind, metadata, status, ...rest } = object;
  const shown = Object.fromEntries(Object.entries(metadata).filter(([name]) => !unowned.has(name)));
  const kept = { ...rest, ...(Object.keys(shown).length > 0 ? { metadata: shown } : {}) };
  if (writer.subresource === 'status') return status === undefined ? {} : { status };
  const isSplit = writer.resource.subresources.includes('status');
  return isSplit || status === undefined ? kept : { ...kept, status };
}

export function entriesOf(object: KubeObject | undefined): Entry[] {
  return (object?.metadata.managedFields ?? []).map(({ fieldsV1, ...entry }) => ({
    ...entry,
    set: fromFieldsV1(fieldsV1),
  }));
}

/** Is it the entry this writer would write to? */
export function isBy(entry: Entry, writer: Writer, operation: Entry['operation']): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === operation &&
    entry.subresource === writer.subresource
  );
}

export function newEntry(writer: Writer, operation: Entry['operation'], set: FieldSet): Entry {
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

/** The object with these entries; those that own nothing are left out. */
export function withEntries(object: KubeObject, entries: readonly Entry[]): KubeObject {
  const managedFields = entries
    .filter((entry) => entry.set.size > 0)
    .map(({ set, ...entry }) => ({ ...entry, fieldsV1: toFieldsV1(set) }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** A set without the members of others. */
export function minus(set: FieldSet, ...others: readonly FieldSet[]): FieldSet {
  return new Set([...set].filter((path) => !others.some((other) => other.has(path))));
}
