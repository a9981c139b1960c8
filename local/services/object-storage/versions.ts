// The versions of a name as a stack: the latest on top, and what versioning keeps below it.
import { randomUUID } from 'node:crypto';
import type { Region } from '../../types.ts';
import type { Bucket } from './buckets.ts';
import type { ObjectRows } from './object-rows.ts';
import type { NewObject, StoredObject } from './stored-object.ts';

/** All of these belong into a transaction of the caller. */
export interface Versions {
  /** The object a name stands for now; undefined when there is none, or a delete marker on top. */
  live(bucket: string, name: string): StoredObject | undefined;
  /** Makes room for a new latest version; answers the versions that are gone by that. */
  retire(bucket: Bucket, name: string): StoredObject[];
  append(bucket: Bucket, object: NewObject, kept?: { timeCreated: string }): StoredObject;
  /** Retires the latest version and, where older ones are kept, marks the name as deleted. */
  takeAway(bucket: Bucket, name: string): { gone: StoredObject[]; marker: StoredObject | undefined };
  /** Deletes one version for good; the next older one becomes the latest. */
  cut(version: StoredObject): void;
}

export function versionsOf(region: Region, rows: ObjectRows): Versions {
  const append = (bucket: Bucket, object: NewObject, more: Partial<StoredObject>): StoredObject =>
    rows.insert({ ...object, ...newVersion(bucket, region.now()), ...more });
  return {
    live(bucket, name) {
      const latest = rows.latest(bucket, name);
      return latest?.isMarker ? undefined : latest;
    },
    retire: (bucket, name) => retire(rows, bucket, name),
    append: (bucket, object, kept) => append(bucket, object, kept ?? {}),
    takeAway(bucket, name) {
      const gone = retire(rows, bucket, name);
      const isMarked = rows.hasVersions(bucket.name, name);
      return { gone, marker: isMarked ? append(bucket, markerOf(name), { isMarker: true }) : undefined };
    },
    cut(version) {
      rows.remove(version.seq);
      if (version.isLatest) rows.promoteNewest(version.bucket, version.name);
    },
  };
}

function newVersion(bucket: Bucket, now: Date) {
  const time = now.toISOString();
  return {
    bucket: bucket.name,
    versionId: randomUUID(),
    isLatest: true,
    isMarker: false,
    isKept: bucket.versioning === 'Enabled',
    eTag: randomUUID(),
    timeCreated: time,
    timeModified: time,
  };
}

function retire(rows: ObjectRows, bucket: Bucket, name: string): StoredObject[] {
  const unkept = bucket.versioning === 'Enabled' ? [] : rows.unkept(bucket.name, name);
  for (const { seq } of unkept) rows.remove(seq);
  rows.stepBack(bucket.name, name);
  return unkept;
}

function markerOf(name: string): NewObject {
  const nothing = { headers: {}, metadata: {}, storageTier: 'Standard', segments: [] };
  return { name, size: 0, md5: '', multipartMd5: undefined, ...nothing };
}
