// What can be done with objects: each change decides its conditions and takes effect in one transaction.
import { afterCommit, atomically } from '../../transaction.ts';
import type { Region } from '../../types.ts';
import type { Bodies } from './bodies.ts';
import type { Bucket } from './buckets.ts';
import { type Conditions, checkWrite } from './conditions.ts';
import { objectNotFound } from './errors.ts';
import { type ObjectChange, publishObject } from './object-events.ts';
import { objectRows } from './object-rows.ts';
import type { NewObject, StoredObject } from './stored-object.ts';
import { type Versions, versionsOf } from './versions.ts';

export interface Removal {
  readonly name: string;
  readonly versionId: string | undefined;
  readonly ifMatch: string | undefined;
}

export interface Renaming {
  readonly from: string;
  readonly to: string;
  readonly source: Conditions;
  readonly target: Conditions;
}

export interface Objects {
  /** The latest version; undefined when there is none or it is a delete marker. */
  find(bucket: string, name: string): StoredObject | undefined;
  findVersion(bucket: string, name: string, versionId: string): StoredObject | undefined;
  /** Of racing writers with If-None-Match or the same If-Match exactly one wins. Throws 412. */
  put(bucket: Bucket, object: NewObject, conditions: Conditions): StoredObject;
  /** Deletes a name, or one version for good; answers the version deleted and the marker that stands for it. */
  remove(bucket: Bucket, removal: Removal): { removed: StoredObject; marker: StoredObject | undefined };
  /** Gives an object another name. Metadata, bytes and time of creation stay; the ETag is new. */
  rename(bucket: Bucket, renaming: Renaming): StoredObject;
  isEmpty(bucket: string): boolean;
}

type Shelf = { region: Region; bodies: Bodies; versions: Versions; rows: ReturnType<typeof objectRows> };

export function objectsOf(region: Region, bodies: Bodies): Objects {
  const rows = objectRows(region.database);
  const versions = versionsOf(region, rows);
  const shelf = { region, bodies, rows, versions };
  return {
    find: versions.live,
    findVersion: rows.version,
    put: (bucket, object, conditions) => put(shelf, bucket, { object, conditions }),
    remove: (bucket, removal) => remove(shelf, bucket, removal),
    rename: (bucket, renaming) => rename(shelf, bucket, renaming),
    isEmpty: (bucket) => rows.count(bucket) === 0,
  };
}

function put(
  shelf: Shelf,
  bucket: Bucket,
  { object, conditions }: { object: NewObject; conditions: Conditions },
): StoredObject {
  const { region, versions } = shelf;
  const { stored, gone } = atomically(region.database, () => {
    const present = versions.live(bucket.name, object.name);
    checkWrite(present, conditions);
    const gone = versions.retire(bucket, object.name);
    const stored = versions.append(bucket, object);
    announce(region, present ? 'updateobject' : 'createobject', { bucket, object: stored });
    return { stored, gone };
  });
  discard(shelf, gone);
  return stored;
}

function remove(shelf: Shelf, bucket: Bucket, removal: Removal): ReturnType<Objects['remove']> {
  const { region, rows, versions } = shelf;
  const { name, versionId, ifMatch } = removal;
  const { gone, ...done } = atomically(region.database, () => {
    const removed =
      versionId === undefined ? versions.live(bucket.name, name) : rows.version(bucket.name, name, versionId);
    if (!removed) throw objectNotFound(bucket.name, name);
    checkWrite(removed, { ifMatch });
    announce(region, 'deleteobject', { bucket, object: removed });
    if (versionId === undefined) return { removed, ...versions.takeAway(bucket, name) };
    versions.cut(removed);
    return { removed, marker: undefined, gone: [removed] };
  });
  discard(shelf, gone);
  return done;
}

function rename(shelf: Shelf, bucket: Bucket, { from, to, source, target }: Renaming): StoredObject {
  const { region, bodies, versions } = shelf;
  const { stored, gone } = atomically(region.database, () => {
    const present = versions.live(bucket.name, from);
    if (!present) throw objectNotFound(bucket.name, from);
    checkWrite(present, { ifMatch: source.ifMatch });
    const replaced = versions.live(bucket.name, to);
    checkWrite(replaced, target);
    const moved = { ...present, name: to, segments: bodies.link(present.segments) };
    const gone = [...versions.takeAway(bucket, from).gone, ...versions.retire(bucket, to)];
    const stored = versions.append(bucket, moved, { timeCreated: present.timeCreated });
    announce(region, 'deleteobject', { bucket, object: present });
    announce(region, replaced ? 'updateobject' : 'createobject', { bucket, object: stored });
    return { stored, gone };
  });
  discard(shelf, gone);
  return stored;
}

function announce(
  region: Region,
  change: ObjectChange,
  { bucket, object }: { bucket: Bucket; object: StoredObject },
): void {
  const versionId = bucket.versioning === 'Disabled' ? undefined : object.versionId;
  publishObject(region, change, { bucket, name: object.name, eTag: object.eTag, versionId });
}

/** Only after the commit: until then the old object may yet stay. */
function discard({ region, bodies }: Shelf, gone: readonly StoredObject[]): void {
  afterCommit(region.database, () => {
    for (const { segments } of gone) bodies.remove(segments);
  });
}
