// Multipart uploads that are under way: their description, and the parts that have come.
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { afterCommit } from '../../transaction.ts';
import type { Region } from '../../types.ts';
import type { Bodies, Segment } from './bodies.ts';
import type { Description } from './description.ts';
import { uploadNotFound } from './errors.ts';

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly object: string;
  readonly description: Description;
  readonly timeCreated: string;
}

export interface Part {
  readonly number: number;
  readonly eTag: string;
  /** Base64. */
  readonly md5: string;
  readonly size: number;
  readonly segments: readonly Segment[];
}

export interface Uploads {
  create(upload: { bucket: string; object: string; description: Description }): Upload;
  /** Throws 404 `NoSuchUpload`; the id must belong to this bucket and name. */
  require(of: { id: string; bucket: string; object: string }): Upload;
  of(bucket: string): Upload[];
  parts(id: string): Part[];
  /** A part that comes again replaces the one before. */
  putPart(id: string, part: Omit<Part, 'eTag'>): Part;
  /** Forgets the upload, and the bytes of its parts unless they have become an object's. */
  end(id: string, used: readonly Part[]): void;
}

type Row = Readonly<Record<string, unknown>>;

export function uploadsOf({ database, now }: Region, bodies: Bodies): Uploads {
  const sql = statements(database);
  const partsOf = (id: string): Part[] => sql.parts.all(id).map(partOf);
  return {
    create(upload) {
      const made = { ...upload, id: randomUUID(), timeCreated: now().toISOString() };
      sql.insert.run(made.id, made.bucket, made.object, JSON.stringify(made.description), made.timeCreated);
      return made;
    },
    require({ id, bucket, object }) {
      const row = sql.find.get(id, bucket, object);
      if (!row) throw uploadNotFound(id);
      return uploadOf(row);
    },
    of: (bucket) => sql.list.all(bucket).map(uploadOf),
    parts: partsOf,
    putPart(id, { number, md5, size, segments }) {
      const before = sql.part.get(id, number);
      const eTag = randomUUID();
      sql.putPart.run(id, number, eTag, md5, size, JSON.stringify(segments));
      if (before) bodies.remove(partOf(before).segments);
      return { number, eTag, md5, size, segments };
    },
    end(id, used) {
      const unused = partsOf(id).filter(({ number }) => !used.some((one) => one.number === number));
      sql.remove.run(id);
      afterCommit(database, () => bodies.remove(unused.flatMap(({ segments }) => segments)));
    },
  };
}

function statements(database: DatabaseSync) {
  return {
    insert: database.prepare('INSERT INTO storage_upload VALUES (?, ?, ?, ?, ?)'),
    find: database.prepare('SELECT * FROM storage_upload WHERE id = ? AND bucket = ? AND object = ?'),
    list: database.prepare('SELECT * FROM storage_upload WHERE bucket = ? ORDER BY object, time_created'),
    parts: database.prepare('SELECT * FROM storage_part WHERE upload_id = ? ORDER BY part'),
    part: database.prepare('SELECT * FROM storage_part WHERE upload_id = ? AND part = ?'),
    putPart: database.prepare('INSERT OR REPLACE INTO storage_part VALUES (?, ?, ?, ?, ?, ?)'),
    remove: database.prepare('DELETE FROM storage_upload WHERE id = ?'),
  };
}

function uploadOf(row: Row): Upload {
  return {
    id: String(row.id),
    bucket: String(row.bucket),
    object: String(row.object),
    description: JSON.parse(String(row.description)),
    timeCreated: String(row.time_created),
  };
}

function partOf(row: Row): Part {
  return {
    number: Number(row.part),
    eTag: String(row.e_tag),
    md5: String(row.md5),
    size: Number(row.size),
    segments: JSON.parse(String(row.segments)),
  };
}
