// ListObjects and ListObjectVersions.

import { invalidParameter } from '../../http/errors.ts';
import { limitOf } from '../../http/paging.ts';
import type { Call, Reply, Route } from '../../types.ts';
import { type ListQuery, objectLister, versionLister } from './listing.ts';
import { routing } from './routing.ts';
import { bucketOf, type Storage } from './storage.ts';
import type { StoredObject } from './stored-object.ts';

export function listRoutes(storage: Storage): Route[] {
  const { database } = storage.region;
  const [objects, versions] = [objectLister(database), versionLister(database)];
  const on = routing(storage);
  return [
    on.bucket('ListObjects', 'GET /n/:namespace/b/:bucket/o', (_, call) =>
      listObjects(storage, call, objects),
    ),
    on.bucket('ListObjectVersions', 'GET /n/:namespace/b/:bucket/objectversions', (_, call) =>
      listVersions(storage, call, versions),
    ),
  ];
}

function listObjects(storage: Storage, call: Call, list: ReturnType<typeof objectLister>): Reply {
  const { objects, prefixes, nextStartWith } = list(queryOf(call, bucketOf(storage, call).name));
  return { status: 200, body: { objects: objects.map(shown(call)), prefixes, nextStartWith } };
}

function listVersions(storage: Storage, call: Call, list: ReturnType<typeof versionLister>): Reply {
  const query = queryOf(call, bucketOf(storage, call).name);
  if (query.isDelimited) throw invalidParameter('The local region lists versions without a delimiter');
  const { versions, next } = list(query, positionOf(call.query.get('page')));
  const show = shown(call);
  const items = versions.map((one) => ({
    ...show(one),
    // Always part of a version's summary, whatever fields are asked for (SDK: required).
    timeModified: one.timeModified,
    versionId: one.versionId,
    isDeleteMarker: one.isMarker,
  }));
  const headers: Record<string, string> = next ? { 'opc-next-page': tokenOf(next) } : {};
  return { status: 200, headers, body: { items, prefixes: [] } };
}

function queryOf({ query }: Call, bucket: string): ListQuery {
  const delimiter = query.get('delimiter') ?? '';
  if (delimiter !== '' && delimiter !== '/')
    throw invalidParameter(`delimiter must be '/', not '${delimiter}'`);
  return {
    bucket,
    prefix: query.get('prefix') ?? '',
    start: query.get('start') ?? '',
    startAfter: query.get('startAfter') ?? '',
    end: query.get('end') ?? '',
    isDelimited: delimiter === '/',
    limit: limitOf(query),
  };
}

const FIELDS: Readonly<Record<string, (object: StoredObject) => unknown>> = {
  name: ({ name }) => name,
  size: ({ size }) => size,
  etag: ({ eTag }) => eTag,
  md5: ({ md5, multipartMd5 }) => multipartMd5 ?? md5,
  timeCreated: ({ timeCreated }) => timeCreated,
  timeModified: ({ timeModified }) => timeModified,
  storageTier: ({ storageTier }) => storageTier,
  // Only archived objects have one.
  archivalState: () => undefined,
};

/** The fields asked for; the name is always one of them. User metadata never is (facts A.2). */
function shown({ query }: Call): (object: StoredObject) => Record<string, unknown> {
  const list = query.get('fields') ?? 'name';
  const names = [...new Set(['name', ...list.split(',').map((name) => name.trim())])].filter(
    (name) => name !== '',
  );
  for (const name of names) {
    if (!Object.hasOwn(FIELDS, name))
      throw invalidParameter(`fields: there is no '${name}'; there are ${Object.keys(FIELDS).join(', ')}`);
  }
  return (object) => Object.fromEntries(names.map((name) => [name, FIELDS[name]?.(object)]));
}

function tokenOf({ name, seq }: { name: string; seq: number }): string {
  return Buffer.from(JSON.stringify([name, seq])).toString('base64url');
}

function positionOf(token: string | null): { name: string; seq: number } | undefined {
  if (token === null) return undefined;
  try {
    const [name, seq] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof name === 'string' && typeof seq === 'number') return { name, seq };
  } catch {
    // Told below.
  }
  throw invalidParameter(`page '${token}' is not one of this list`);
}
