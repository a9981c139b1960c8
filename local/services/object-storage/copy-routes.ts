// CopyObject, RenameObject, and the work requests of copies.

import { invalidParameter } from '../../http/errors.ts';
import { type Fields, fieldsOf } from '../../http/json-body.ts';
import { type Call, type Principal, type Reply, type Route, ServiceError, type Target } from '../../types.ts';
import { batchDelete } from './batch-delete.ts';
import type { Bucket } from './buckets.ts';
import { checkWrite } from './conditions.ts';
import { type Copy, sourceOf } from './copies.ts';
import { describedIn } from './description.ts';
import { bucketNotFound, notOffered } from './errors.ts';
import { checkObjectName } from './names.ts';
import { writtenHeaders } from './object-replies.ts';
import { routing } from './routing.ts';
import { bucketOf, bucketTarget, callerOf, requireBucket, type Storage } from './storage.ts';

export function copyRoutes(storage: Storage): Route[] {
  const on = routing(storage);
  return [
    on.body('CopyObject', 'POST /n/:namespace/b/:bucket/actions/copyObject', copyObject),
    on.body('RenameObject', 'POST /n/:namespace/b/:bucket/actions/renameObject', renameObject),
    on.body('BatchDeleteObjects', 'POST /n/:namespace/b/:bucket/actions/batchDeleteObjects', batchDelete),
  ];
}

/** Needs the operation's permissions on every object it touches (facts iam 7.15). */
function allow(
  storage: Storage,
  call: Call,
  { operation, objects }: { operation: string; objects: [Bucket, string][] },
): void {
  const { wiring, namespace } = storage.region;
  for (const [bucket, name] of objects) {
    if (wiring.isAllowed(callerOf(call), operation, bucketTarget(bucket, name))) continue;
    throw bucketNotFound(namespace, bucket.name);
  }
}

async function copyObject(storage: Storage, call: Call): Promise<Reply> {
  const body = await fieldsOf(call);
  const { region } = storage;
  const bucket = bucketOf(storage, call);
  if (body.required('destinationRegion') !== region.name) {
    throw notOffered('copies to another region', `Its name is ${region.name}.`);
  }
  const destination = requireBucket(
    storage,
    body.required('destinationNamespace'),
    body.required('destinationBucket'),
  );
  const copy = copyIn(body, bucket, destination);
  const objects: [Bucket, string][] = [
    [bucket, copy.source.name],
    [destination, copy.destination.name],
  ];
  allow(storage, call, { operation: 'CopyObject', objects });
  const source = sourceOf(storage, copy.source);
  checkWrite(source, { ifMatch: copy.sourceIfMatch });
  checkWrite(storage.objects.find(destination.name, copy.destination.name), copy.conditions);
  serviceMayCopy(storage, [
    bucketTarget(bucket, copy.source.name),
    bucketTarget(destination, copy.destination.name),
  ]);
  const id = storage.copies.accept(copy, bucket.compartmentId);
  return { status: 202, headers: { 'opc-work-request-id': id } };
}

function copyIn(body: Fields, source: Bucket, destination: Bucket): Copy {
  const [name, newName] = [body.required('sourceObjectName'), body.required('destinationObjectName')];
  checkObjectName(newName);
  const metadata = body.all.destinationObjectMetadata;
  // An empty map means the source's metadata (facts A.5).
  const isOwn = typeof metadata === 'object' && metadata !== null && Object.keys(metadata).length > 0;
  return {
    source: { bucket: source.name, name, versionId: body.text('sourceVersionId') },
    sourceIfMatch: body.text('sourceObjectIfMatchETag'),
    destination: { bucket: destination.name, name: newName },
    conditions: {
      ifMatch: body.text('destinationObjectIfMatchETag'),
      ifNoneMatch: body.text('destinationObjectIfNoneMatchETag'),
    },
    metadata: isOwn ? describedIn({ headers: {}, metadata }).metadata : undefined,
  };
}

/** The copy itself is done by the service, which needs a policy of its own (facts A.5, iam 6). */
function serviceMayCopy({ region }: Storage, targets: readonly Target[]): void {
  const id = `objectstorage-${region.name}`;
  const { tenancyId } = region;
  const service: Principal = { kind: 'service', id, type: 'service', compartmentId: tenancyId, tenancyId };
  if (targets.every((target) => region.wiring.isAllowed(service, 'CopyObject', target))) return;
  const message = `Permissions granted to the object storage service principal "${id}" to this bucket are insufficient`;
  throw new ServiceError(400, 'InsufficientServicePermissions', message);
}

async function renameObject(storage: Storage, call: Call): Promise<Reply> {
  const body = await fieldsOf(call);
  const bucket = bucketOf(storage, call);
  const [from, to] = [body.required('sourceName'), body.required('newName')];
  checkObjectName(to);
  if (from === to) throw invalidParameter('newName must differ from sourceName');
  allow(storage, call, {
    operation: 'RenameObject',
    objects: [
      [bucket, from],
      [bucket, to],
    ],
  });
  const object = storage.objects.rename(bucket, {
    from,
    to,
    source: { ifMatch: body.text('srcObjIfMatchETag') },
    target: { ifMatch: body.text('newObjIfMatchETag'), ifNoneMatch: body.text('newObjIfNoneMatchETag') },
  });
  return { status: 200, headers: writtenHeaders(bucket, object) };
}
