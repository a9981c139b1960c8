// Objects as rows of the database: prepared statements, and the one place that knows the columns.
import type { DatabaseSync } from 'node:sqlite';
import type { StoredObject } from './stored-object.ts';

export type ObjectRow = Readonly<Record<string, unknown>>;

export interface ObjectRows {
  /** The newest version, a delete marker too. */
  latest(bucket: string, name: string): StoredObject | undefined;
  version(bucket: string, name: string, versionId: string): StoredObject | undefined;
  /** The versions of a name that versioning does not protect. */
  unkept(bucket: string, name: string): StoredObject[];
  hasVersions(bucket: string, name: string): boolean;
  count(bucket: string): number;
  insert(object: Omit<StoredObject, 'seq'>): StoredObject;
  remove(seq: number): void;
  stepBack(bucket: string, name: string): void;
  promoteNewest(bucket: string, name: string): void;
}

const COLUMNS = `bucket, name, version_id, is_latest, is_marker, is_kept, e_tag, size, md5, multipart_md5,
  storage_tier, headers, metadata, segments, time_created, time_modified`;
const OF_NAME = 'FROM storage_object WHERE bucket = ? AND name = ?';

export function objectRows(database: DatabaseSync): ObjectRows {
  const sql = statements(database);
  const one = (row: ObjectRow | undefined): StoredObject | undefined => row && objectOf(row);
  return {
    latest: (bucket, name) => one(sql.latest.get(bucket, name)),
    version: (bucket, name, versionId) => one(sql.version.get(bucket, name, versionId)),
    unkept: (bucket, name) => sql.unkept.all(bucket, name).map(objectOf),
    hasVersions: (bucket, name) => sql.any.get(bucket, name) !== undefined,
    count: (bucket) => Number(sql.count.get(bucket)?.n),
    insert: (object) => ({ ...object, seq: Number(sql.insert.run(...valuesOf(object)).lastInsertRowid) }),
    remove: (seq) => void sql.remove.run(seq),
    stepBack: (bucket, name) => void sql.stepBack.run(bucket, name),
    promoteNewest: (bucket, name) => void sql.promote.run(bucket, name),
  };
}

function statements(database: DatabaseSync) {
  return {
    latest: database.prepare(`SELECT * ${OF_NAME} AND is_latest = 1`),
    version: database.prepare(`SELECT * ${OF_NAME} AND version_id = ?`),
    unkept: database.prepare(`SELECT * ${OF_NAME} AND is_kept = 0`),
    any: database.prepare(`SELECT 1 ${OF_NAME} LIMIT 1`),
    count: database.prepare('SELECT count(*) AS n FROM storage_object WHERE bucket = ?'),
    insert: database.prepare(
      `INSERT INTO storage_object (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    remove: database.prepare('DELETE FROM storage_object WHERE seq = ?'),
    stepBack: database.prepare(
      'UPDATE storage_object SET is_latest = 0 WHERE bucket = ? AND name = ? AND is_latest = 1',
    ),
    promote: database.prepare(
      `UPDATE storage_object SET is_latest = 1 WHERE seq = (SELECT max(seq) ${OF_NAME})`,
    ),
  };
}

/** In the order of `COLUMNS`. */
function valuesOf(object: Omit<StoredObject, 'seq'>): (string | number | null)[] {
  return [
    object.bucket,
    object.name,
    object.versionId,
    Number(object.isLatest),
    Number(object.isMarker),
    Number(object.isKept),
    object.eTag,
    object.size,
    object.md5,
    object.multipartMd5 ?? null,
    object.storageTier,
    JSON.stringify(object.headers),
    JSON.stringify(object.metadata),
    JSON.stringify(object.segments),
    object.timeCreated,
    object.timeModified,
  ];
}

export function objectOf(row: ObjectRow): StoredObject {
  return {
    seq: Number(row.seq),
    bucket: String(row.bucket),
    name: String(row.name),
    versionId: String(row.version_id),
    isLatest: row.is_latest === 1,
    isMarker: row.is_marker === 1,
    isKept: row.is_kept === 1,
    eTag: String(row.e_tag),
    size: Number(row.size),
    md5: String(row.md5),
    multipartMd5: typeof row.multipart_md5 === 'string' ? row.multipart_md5 : undefined,
    storageTier: String(row.storage_tier),
    headers: JSON.parse(String(row.headers)),
    metadata: JSON.parse(String(row.metadata)),
    segments: JSON.parse(String(row.segments)),
    timeCreated: String(row.time_created),
    timeModified: String(row.time_modified),
  };
}
