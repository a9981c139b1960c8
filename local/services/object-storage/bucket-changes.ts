// Making, changing and deleting buckets.

import { invalidParameter } from '../../http/errors.ts';
import { type Fields, fieldsOf } from '../../http/json-body.ts';
import { type Call, type Principal, type Reply, ServiceError } from '../../types.ts';
import { bucketReply } from './bucket-reply.ts';
import { versioningOf } from './bucket-rows.ts';
import type { Bucket, BucketChange, Versioning } from './buckets.ts';
import { checkRead, conditionsOf } from './conditions.ts';
import { bucketNotFound, notOffered } from './errors.ts';
import { checkBucketName } from './names.ts';
import { publishBucket } from './object-events.ts';
import { bucketOf, callerOf, type Storage } from './storage.ts';

export async function createBucket(storage: Storage, call: Call): Promise<Reply> {
  const { region, buckets } = storage;
  const fields = await fieldsOf(call);
  const [name, compartmentId] = [fields.required('name'), fields.required('compartmentId')];
  checkBucketName(name);
  const principal: Principal = callerOf(call);
  const target = { compartmentId, variables: { 'target.bucket.name': name } };
  const isHere = call.params.namespace === region.namespace;
  if (!isHere || !region.wiring.isAllowed(principal, 'CreateBucket', target)) {
    throw bucketNotFound(call.params.namespace ?? '', name);
  }
  if (buckets.find(name)) {
    const message = `Either the bucket '${name}' in namespace '${region.namespace}' already exists or you are not authorized to create it`;
    throw new ServiceError(409, 'BucketAlreadyExists', message);
  }
  const bucket = buckets.create({
    name,
    compartmentId,
    versioning: firstVersioning(fields.text('versioning')),
    objectEventsEnabled: fields.flag('objectEventsEnabled') ?? false,
    createdBy: principal.id,
    details: detailsIn(fields),
  });
  publishBucket(region, 'createbucket', bucket);
  return bucketReply(storage, bucket);
}

function firstVersioning(wanted = 'Disabled'): Versioning {
  const versioning = versioningOf(wanted);
  if (versioning !== undefined && versioning !== 'Suspended') return versioning;
  throw invalidParameter('versioning must be Enabled or Disabled');
}

function detailsIn({ all, text }: Fields): Bucket['details'] {
  if ((text('publicAccessType') ?? 'NoPublicAccess') !== 'NoPublicAccess') {
    throw notOffered('public buckets', 'Leave publicAccessType at NoPublicAccess.');
  }
  if ((text('storageTier') ?? 'Standard') !== 'Standard') {
    throw notOffered('archive buckets', 'Leave storageTier at Standard.');
  }
  const named = ['metadata', 'freeformTags', 'definedTags', 'kmsKeyId', 'autoTiering'];
  return Object.fromEntries(
    named.filter((name) => all[name] !== undefined && all[name] !== null).map((name) => [name, all[name]]),
  );
}

export async function updateBucket(storage: Storage, call: Call): Promise<Reply> {
  const fields = await fieldsOf(call);
  const bucket = bucketOf(storage, call);
  checkRead(bucket, { ifMatch: conditionsOf(call.header).ifMatch });
  const versioning = fields.text('versioning');
  if (versioning !== undefined) checkVersioning(bucket, versioning);
  if ((fields.text('name') ?? bucket.name) !== bucket.name) {
    throw notOffered('renaming of buckets', 'Create another one and copy the objects.');
  }
  const change: BucketChange = {
    versioning: versioningOf(versioning) ?? bucket.versioning,
    objectEventsEnabled: fields.flag('objectEventsEnabled') ?? bucket.objectEventsEnabled,
    compartmentId: fields.text('compartmentId') ?? bucket.compartmentId,
    details: { ...bucket.details, ...detailsIn(fields) },
  };
  const changed = storage.buckets.change(bucket, change);
  publishBucket(storage.region, 'updatebucket', changed);
  return bucketReply(storage, changed);
}

/** Once on, versioning can only be suspended (facts A.4). */
function checkVersioning(bucket: Bucket, wanted: string): void {
  const isPossible = wanted === 'Enabled' || (wanted === 'Suspended' && bucket.versioning !== 'Disabled');
  if (isPossible || wanted === bucket.versioning) return;
  throw invalidParameter(`versioning of a bucket that is ${bucket.versioning} cannot become ${wanted}`);
}

export function deleteBucket(storage: Storage, call: Call): Reply {
  const bucket = bucketOf(storage, call);
  checkRead(bucket, { ifMatch: conditionsOf(call.header).ifMatch });
  if (!storage.objects.isEmpty(bucket.name) || storage.uploads.of(bucket.name).length > 0) {
    const message = `Bucket named '${bucket.name}' is not empty. Delete all object versions and multipart uploads first.`;
    throw new ServiceError(409, 'BucketNotEmpty', message);
  }
  storage.buckets.remove(bucket);
  publishBucket(storage.region, 'deletebucket', bucket);
  return { status: 204 };
}
