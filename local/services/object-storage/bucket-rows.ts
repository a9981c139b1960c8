// Buckets as rows of the database.
import type { DatabaseSync } from 'node:sqlite';
import type { Bucket, Versioning } from './buckets.ts';

export interface BucketRows {
  find(name: string): Bucket | undefined;
  list(compartmentId: string): Bucket[];
  all(): Bucket[];
  write(bucket: Bucket, of: { isFromTwin: boolean }): Bucket;
  isFromTwin(name: string): boolean;
  remove(name: string): void;
}

const COLUMNS = `name, id, compartment_id, e_tag, versioning, object_events, from_twin, created_by, time_created,
  details, lifecycle`;

export function bucketRows(database: DatabaseSync): BucketRows {
  const find = database.prepare('SELECT * FROM storage_bucket WHERE name = ?');
  const list = database.prepare('SELECT * FROM storage_bucket WHERE compartment_id = ? ORDER BY name');
  const all = database.prepare('SELECT * FROM storage_bucket ORDER BY name');
  const remove = database.prepare('DELETE FROM storage_bucket WHERE name = ?');
  const write = database.prepare(
    `INSERT OR REPLACE INTO storage_bucket (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    find(name) {
      const row = find.get(name);
      return row && bucketOf(row);
    },
    list: (compartmentId) => list.all(compartmentId).map(bucketOf),
    all: () => all.all().map(bucketOf),
    write(bucket, { isFromTwin }) {
      const { name, id, compartmentId, eTag, versioning, createdBy, timeCreated } = bucket;
      const flags = [Number(bucket.objectEventsEnabled), Number(isFromTwin)];
      const more = [createdBy, timeCreated, JSON.stringify(bucket.details), bucket.lifecycle ?? null];
      write.run(name, id, compartmentId, eTag, versioning, ...flags, ...more);
      return bucket;
    },
    isFromTwin: (name) => find.get(name)?.from_twin === 1,
    remove: (name) => void remove.run(name),
  };
}

export function versioningOf(value: unknown): Versioning | undefined {
  return value === 'Disabled' || value === 'Enabled' || value === 'Suspended' ? value : undefined;
}

function bucketOf(row: Readonly<Record<string, unknown>>): Bucket {
  return {
    name: String(row.name),
    id: String(row.id),
    compartmentId: String(row.compartment_id),
    eTag: String(row.e_tag),
    versioning: versioningOf(row.versioning) ?? 'Disabled',
    objectEventsEnabled: row.object_events === 1,
    createdBy: String(row.created_by),
    timeCreated: String(row.time_created),
    details: JSON.parse(String(row.details)),
    lifecycle: typeof row.lifecycle === 'string' ? row.lifecycle : undefined,
  };
}
