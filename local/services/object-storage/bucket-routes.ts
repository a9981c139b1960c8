// The namespace, and buckets.

import { invalidParameter } from '../../http/errors.ts';
import { pageOf } from '../../http/paging.ts';
import type { Call, Reply, Route } from '../../types.ts';
import { createBucket, deleteBucket, updateBucket } from './bucket-changes.ts';
import { bucketReply, tagsOf } from './bucket-reply.ts';
import { checkRead, conditionsOf } from './conditions.ts';
import { namespaceNotFound } from './errors.ts';
import { bucketOf, callerOf, onBucket, type Storage } from './storage.ts';

const BUCKETS = '/n/:namespace/b';
const BUCKET = '/n/:namespace/b/:bucket';

export function bucketRoutes(storage: Storage): Route[] {
  const bucket = onBucket(storage);
  const namespace = (path: string): Route => ({
    operation: 'GetNamespace',
    method: 'GET',
    path,
    // Anybody with a key may ask; only the namespace of another compartment needs a permission (facts iam 4.2).
    auth: 'authenticated',
    handle: (call) => getNamespace(storage, call),
  });
  return [
    namespace('/n'),
    namespace('/n/'),
    {
      operation: 'ListBuckets',
      method: 'GET',
      path: BUCKETS,
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? '' }),
      denied: namespaceNotFound,
      handle: (call) => listBuckets(storage, call),
    },
    {
      operation: 'CreateBucket',
      method: 'POST',
      path: BUCKETS,
      // The compartment is in the body, which only the handler can read.
      auth: 'authenticated',
      handle: (call) => createBucket(storage, call),
    },
    {
      operation: 'GetBucket',
      method: 'GET',
      path: BUCKET,
      ...bucket,
      handle: (call) => getBucket(storage, call),
    },
    {
      operation: 'HeadBucket',
      method: 'HEAD',
      path: BUCKET,
      ...bucket,
      handle: (call) => ({ ...getBucket(storage, call), body: '' }),
    },
    {
      operation: 'UpdateBucket',
      method: 'POST',
      path: BUCKET,
      ...bucket,
      handle: (call) => updateBucket(storage, call),
    },
    {
      operation: 'DeleteBucket',
      method: 'DELETE',
      path: BUCKET,
      ...bucket,
      handle: (call) => deleteBucket(storage, call),
    },
  ];
}

function getNamespace({ region }: Storage, call: Call): Reply {
  const compartmentId = call.query.get('compartmentId');
  if (
    compartmentId !== null &&
    !region.wiring.isAllowed(callerOf(call), 'GetNamespace', { compartmentId, variant: 'compartment' })
  ) {
    throw namespaceNotFound();
  }
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: JSON.stringify(region.namespace) };
}

function listBuckets(storage: Storage, call: Call): Reply {
  const compartmentId = call.query.get('compartmentId');
  if (!compartmentId) throw invalidParameter('compartmentId is missing');
  if (call.params.namespace !== storage.region.namespace) throw namespaceNotFound();
  const { items, headers } = pageOf(storage.buckets.list(compartmentId), call.query);
  const body = items.map(({ name, createdBy, timeCreated, eTag, details }) => ({
    namespace: storage.region.namespace,
    name,
    compartmentId,
    createdBy,
    timeCreated,
    etag: eTag,
    ...(call.query.get('fields')?.includes('tags') ? tagsOf(details) : {}),
  }));
  return { status: 200, headers, body };
}

function getBucket(storage: Storage, call: Call): Reply {
  const bucket = bucketOf(storage, call);
  const isUnchanged = checkRead(bucket, conditionsOf(call.header)) === 'unchanged';
  return isUnchanged ? { status: 304, headers: { etag: bucket.eTag } } : bucketReply(storage, bucket);
}
