// Listings of objects: in the order of UTF-8 bytes, which is how SQLite compares text.
import type { DatabaseSync } from 'node:sqlite';
import { afterPrefix } from './names.ts';
import { type ObjectRow, objectOf } from './object-rows.ts';
import type { StoredObject } from './stored-object.ts';

export interface ListQuery {
  readonly bucket: string;
  readonly prefix: string;
  /** First name, itself included. */
  readonly start: string;
  readonly startAfter: string;
  /** First name not listed; empty: no end. */
  readonly end: string;
  /** Names that have a `/` after the prefix are listed as one prefix. */
  readonly isDelimited: boolean;
  readonly limit: number;
}

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** Name (or prefix) the next page starts with. */
  readonly nextStartWith: string | undefined;
}

/** Rows are read in lots: pages are full of objects, or leap from prefix to prefix. */
const LOT = 1001;

/** Lists live objects; what is listed was there at one moment. */
export function objectLister(database: DatabaseSync): (query: ListQuery) => Listing {
  const lot = database.prepare(
    `SELECT * FROM storage_object WHERE bucket = ? AND name >= ? AND is_latest = 1 AND is_marker = 0
     ORDER BY name LIMIT ?`,
  );
  return (query) => {
    const objects: StoredObject[] = [];
    const prefixes: string[] = [];
    let from: string | undefined = lowest(query);
    while (from !== undefined) {
      const wanted = Math.min(LOT, query.limit - objects.length - prefixes.length + 1);
      const rows: readonly ObjectRow[] = lot.all(query.bucket, from, wanted);
      const taken = take(rows, query, { objects, prefixes });
      if (taken.nextStartWith !== undefined) return { objects, prefixes, nextStartWith: taken.nextStartWith };
      from = taken.from ?? (rows.length === wanted ? `${String(rows.at(-1)?.name)}\0` : undefined);
      if (taken.isEnd) break;
    }
    return { objects, prefixes, nextStartWith: undefined };
  };
}

function lowest({ prefix, start, startAfter }: ListQuery): string {
  // No name lies between `x` and `x\0`.
  const candidates = [prefix, start, startAfter === '' ? '' : `${startAfter}\0`];
  return candidates.reduce((low, name) =>
    Buffer.compare(Buffer.from(name), Buffer.from(low)) > 0 ? name : low,
  );
}

type Taken = { nextStartWith?: string; from?: string | undefined; isEnd?: boolean };

/** Takes rows until the page is full, the range ends, or a prefix is to be leapt over. */
function take(
  rows: readonly ObjectRow[],
  query: ListQuery,
  page: { objects: StoredObject[]; prefixes: string[] },
): Taken {
  const { prefix, end, isDelimited, limit } = query;
  for (const row of rows) {
    const name = String(row.name);
    if (!name.startsWith(prefix) || (end !== '' && Buffer.compare(Buffer.from(name), Buffer.from(end)) >= 0))
      return { isEnd: true };
    const slash = isDelimited ? name.indexOf('/', prefix.length) : -1;
    const shared = slash === -1 ? undefined : name.slice(0, slash + 1);
    if (page.objects.length + page.prefixes.length === limit) return { nextStartWith: shared ?? name };
    if (shared === undefined) page.objects.push(objectOf(row));
    else {
      page.prefixes.push(shared);
      const from = afterPrefix(shared);
      return from === undefined ? { isEnd: true } : { from };
    }
  }
  return {};
}

export interface VersionPage {
  readonly versions: readonly StoredObject[];
  /** Where the next page goes on: after this version. */
  readonly next: { name: string; seq: number } | undefined;
}

/** Lists all versions and delete markers: by name, and newest first within a name. */
export function versionLister(database: DatabaseSync) {
  const lot = database.prepare(
    `SELECT * FROM storage_object WHERE bucket = ? AND (name > ? OR (name = ? AND seq < ?))
     ORDER BY name, seq DESC LIMIT ?`,
  );
  return (query: ListQuery, after: { name: string; seq: number } | undefined): VersionPage => {
    const from = after ?? { name: lowest(query), seq: Number.MAX_SAFE_INTEGER };
    const rows = lot.all(query.bucket, from.name, from.name, from.seq, query.limit + 1);
    const inRange = rows.map(objectOf).filter(({ name }) => isWithin(name, query));
    const versions = inRange.slice(0, query.limit);
    const last = versions.at(-1);
    return {
      versions,
      next: last && inRange.length > query.limit ? { name: last.name, seq: last.seq } : undefined,
    };
  };
}

function isWithin(name: string, { prefix, end }: ListQuery): boolean {
  return name.startsWith(prefix) && (end === '' || Buffer.compare(Buffer.from(name), Buffer.from(end)) < 0);
}
