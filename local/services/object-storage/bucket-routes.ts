// The namespace, and buckets.
import { invalidParameter } from '../../http/errors.ts';
import { pageOf } from '../../http/paging.ts';
import type { Call, Reply, Route } from '../../types.ts';
import { createBucket, deleteBucket, updateBucket } from './bucket-changes.ts';
import { bucketReply, tagsOf } from './bucket-reply.ts';
import { checkRead, conditionsOf } from './conditions.ts';
import { namespaceNotFound } from './errors.ts';
import { routing } from './routing.ts';
import { bucketOf, callerOf, type Storage } from './storage.ts';

const BUCKETS = '/n/:namespace/b';
const BUCKET = '/n/:namespace/b/:bucket';

export function bucketRoutes(storage: Storage): Route[] {
  const on = routing(storage);
  return [
    // Anybody with a key may ask; only the namespace of another compartment needs a permission (facts iam 4.2).
    on.body('GetNamespace', 'GET /n', getNamespace),
    on.body('GetNamespace', 'GET /n/', getNamespace),
    {
      ...on.bucket('ListBuckets', `GET ${BUCKETS}`, listBuckets),
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? '' }),
      denied: namespaceNotFound,
    },
    on.body('CreateBucket', `POST ${BUCKETS}`, createBucket),
    on.bucket('GetBucket', `GET ${BUCKET}`, getBucket),
    on.bucket('HeadBucket', `HEAD ${BUCKET}`, headBucket),
    on.bucket('UpdateBucket', `POST ${BUCKET}`, updateBucket),
    on.bucket('DeleteBucket', `DELETE ${BUCKET}`, deleteBucket),
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

function headBucket(storage: Storage, call: Call): Reply {
  return { ...getBucket(storage, call), body: '' };
}
