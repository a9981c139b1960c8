// PUT, GET, HEAD and DELETE of one object.
import type { Call, Reply, Route, Target } from '../../types.ts';
import type { Received } from './bodies.ts';
import type { Bucket } from './buckets.ts';
import { checkRead, checkWrite, conditionsOf } from './conditions.ts';
import { describedBy } from './description.ts';
import { checkDigests, digestsWanted } from './digests.ts';
import { objectNotFound } from './errors.ts';
import { bodyReply, readHeaders, versionHeader, writtenHeaders } from './object-replies.ts';
import { routing } from './routing.ts';
import { bucketOf, bucketTarget, callerOf, denied, objectNameOf, type Storage } from './storage.ts';
import type { StoredObject } from './stored-object.ts';

const PATH = '/n/:namespace/b/:bucket/o/*';

export function objectRoutes(storage: Storage): Route[] {
  const on = routing(storage);
  return [
    on.object('PutObject', `PUT ${PATH}`, { handle: putObject, target: putTarget }),
    on.object('GetObject', `GET ${PATH}`, getObject),
    on.object('HeadObject', `HEAD ${PATH}`, headObject),
    on.object('DeleteObject', `DELETE ${PATH}`, { handle: deleteObject, target: deleteTarget }),
  ];
}

/** Writing onto a name that exists needs another permission than writing a new one. */
function putTarget(storage: Storage, call: Call): Target {
  const [bucket, name] = [bucketOf(storage, call), objectNameOf(call)];
  const target = bucketTarget(bucket, name);
  return storage.objects.find(bucket.name, name) ? { ...target, variant: 'overwrite' } : target;
}

function deleteTarget(storage: Storage, call: Call): Target {
  const target = bucketTarget(bucketOf(storage, call), objectNameOf(call));
  return call.query.has('versionId') ? { ...target, variant: 'version' } : target;
}

async function putObject(storage: Storage, call: Call): Promise<Reply> {
  const { objects, bodies } = storage;
  const [bucketName, name] = [bucketOf(storage, call).name, objectNameOf(call)];
  const conditions = conditionsOf(call.header);
  const description = describedBy(call.request.headers);
  const isNew = objects.find(bucketName, name) === undefined;
  // A write that cannot win is refused before its body is read, as OCI does (facts A.3.13).
  checkWrite(objects.find(bucketName, name), conditions);
  const body = await bodies.receive(call.request, digestsWanted(call.header));
  try {
    checkDigests(call.header, body);
    // The bucket and the name may have changed while the bytes came in.
    const bucket = bucketOf(storage, call);
    if (isNew) mayStillWrite(storage, call);
    const object = objects.put(bucket, { name, ...description, ...contentOf(body) }, conditions);
    return { status: 200, headers: writtenHeaders(bucket, object) };
  } catch (error) {
    bodies.remove(body.segments);
    throw error;
  }
}

export function contentOf({ size, digests, segments }: Received) {
  return { size, md5: digests.md5 ?? '', multipartMd5: undefined, segments };
}

/** A name that was new when the call came may need the permission to overwrite by now. */
function mayStillWrite(storage: Storage, call: Call): void {
  const target = putTarget(storage, call);
  if (target.variant === undefined) return;
  if (!storage.region.wiring.isAllowed(callerOf(call), 'PutObject', target)) throw denied(call);
}

function findObject({ objects }: Storage, call: Call, bucket: Bucket): StoredObject {
  const [name, versionId] = [objectNameOf(call), call.query.get('versionId')];
  const object =
    versionId === null ? objects.find(bucket.name, name) : objects.findVersion(bucket.name, name, versionId);
  if (!object || object.isMarker) throw objectNotFound(bucket.name, name);
  return object;
}

function getObject(storage: Storage, call: Call): Reply {
  const bucket = bucketOf(storage, call);
  const object = findObject(storage, call, bucket);
  if (checkRead(object, conditionsOf(call.header)) === 'unchanged') return unchanged(bucket, object);
  return bodyReply(storage, call, { bucket, object });
}

function headObject(storage: Storage, call: Call): Reply {
  const bucket = bucketOf(storage, call);
  const object = findObject(storage, call, bucket);
  if (checkRead(object, conditionsOf(call.header)) === 'unchanged') return unchanged(bucket, object);
  return { status: 200, headers: readHeaders(bucket, object) };
}

function unchanged(bucket: Bucket, object: StoredObject): Reply {
  return { status: 304, headers: { etag: object.eTag, ...versionHeader(bucket, object) } };
}

function deleteObject(storage: Storage, call: Call): Reply {
  const bucket = bucketOf(storage, call);
  const { ifMatch } = conditionsOf(call.header);
  const versionId = call.query.get('versionId') ?? undefined;
  const { removed, marker } = storage.objects.remove(bucket, {
    name: objectNameOf(call),
    versionId,
    ifMatch,
  });
  const version = versionHeader(bucket, marker ?? removed);
  const isMarker = marker !== undefined || removed.isMarker;
  const date = new Date((marker ?? removed).timeModified).toUTCString();
  return {
    status: 204,
    headers: { 'last-modified': date, ...version, ...(isMarker ? { 'is-delete-marker': 'true' } : {}) },
  };
}
