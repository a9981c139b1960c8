// A bucket as the API shows it.
import type { Reply } from '../../types.ts';
import type { Bucket } from './buckets.ts';
import type { Storage } from './storage.ts';

export function tagsOf({ freeformTags = {}, definedTags = {} }: Bucket['details']): object {
  return { freeformTags, definedTags };
}

export function bucketReply({ region }: Storage, bucket: Bucket): Reply {
  const { name, compartmentId, createdBy, timeCreated, eTag, versioning, objectEventsEnabled, id } = bucket;
  const body = {
    namespace: region.namespace,
    name,
    compartmentId,
    metadata: {},
    ...tagsOf(bucket.details),
    ...bucket.details,
    createdBy,
    timeCreated,
    etag: eTag,
    publicAccessType: 'NoPublicAccess',
    storageTier: 'Standard',
    objectEventsEnabled,
    replicationEnabled: false,
    isReadOnly: false,
    versioning,
    id,
  };
  return { status: 200, headers: { etag: eTag }, body };
}
