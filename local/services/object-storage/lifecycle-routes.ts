// The lifecycle policy of a bucket; and pre-authenticated requests, which are refused.

import { invalidParameter } from '../../http/errors.ts';
import { fieldsOf } from '../../http/json-body.ts';
import { type Call, type Reply, type Route, ServiceError } from '../../types.ts';
import type { Bucket } from './buckets.ts';
import { checkRead, conditionsOf } from './conditions.ts';
import { notOffered } from './errors.ts';
import { parseRule } from './lifecycle.ts';
import { serviceMayDelete, serviceOf } from './lifecycle-play.ts';
import { routing } from './routing.ts';
import { bucketOf, type Storage } from './storage.ts';

const LIFECYCLE = '/n/:namespace/b/:bucket/l';

export function lifecycleRoutes(storage: Storage): Route[] {
  const on = routing(storage);
  return [
    on.bucket('GetObjectLifecyclePolicy', `GET ${LIFECYCLE}`, getPolicy),
    on.bucket('PutObjectLifecyclePolicy', `PUT ${LIFECYCLE}`, putPolicy),
    on.bucket('DeleteObjectLifecyclePolicy', `DELETE ${LIFECYCLE}`, deletePolicy),
    on.bucket('CreatePreauthenticatedRequest', 'POST /n/:namespace/b/:bucket/p', () => {
      throw notOffered('pre-authenticated requests', 'Sign the requests to the object instead.');
    }),
  ];
}

function getPolicy(storage: Storage, call: Call): Reply {
  return policyReply(policyOf(bucketOf(storage, call)));
}

function deletePolicy(storage: Storage, call: Call): Reply {
  const bucket = bucketOf(storage, call);
  checkRead(policyOf(bucket), { ifMatch: conditionsOf(call.header).ifMatch });
  storage.buckets.change(bucket, { lifecycle: undefined });
  return { status: 204 };
}

type Policy = { readonly eTag: string; readonly timeCreated: string; readonly items: readonly object[] };

function policyOf({ lifecycle, name, eTag, timeCreated }: Bucket): Policy {
  if (lifecycle !== undefined) return { timeCreated, ...JSON.parse(lifecycle), eTag };
  const message = `The bucket '${name}' does not have a defined lifecycle policy.`;
  throw new ServiceError(404, 'LifecyclePolicyNotFound', message);
}

function policyReply({ eTag, timeCreated, items }: Policy): Reply {
  return { status: 200, headers: { etag: eTag }, body: { timeCreated, items } };
}

/** Replaces the whole policy. Throws 400 `InsufficientServicePermissions` when the service may not delete. */
async function putPolicy(storage: Storage, call: Call): Promise<Reply> {
  const { all } = await fieldsOf(call);
  const { region, buckets } = storage;
  const items = all.items ?? [];
  if (!Array.isArray(items)) throw invalidParameter('items must be a list of rules');
  for (const item of items) parseRule(item);
  const bucket = bucketOf(storage, call);
  if (!serviceMayDelete(region, bucket)) {
    const message = `Permissions granted to the object storage service principal "${serviceOf(region).id}" to this bucket are insufficient`;
    throw new ServiceError(400, 'InsufficientServicePermissions', message);
  }
  const policy = { timeCreated: region.now().toISOString(), items };
  const changed = buckets.change(bucket, { lifecycle: JSON.stringify(policy) });
  return policyReply(policyOf(changed));
}
