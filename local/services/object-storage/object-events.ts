// The events of buckets and objects, in the envelope seen on OCI (facts B).
import { randomUUID } from 'node:crypto';
import type { CloudEvent, Region } from '../../types.ts';
import type { Bucket } from './buckets.ts';

export type ObjectChange = 'createobject' | 'updateobject' | 'deleteobject';
export type BucketEvent = 'createbucket' | 'updatebucket' | 'deletebucket';

/** Publishes what happened to an object, where the bucket has its object events on. */
export function publishObject(
  region: Region,
  change: ObjectChange,
  object: { bucket: Bucket; name: string; eTag: string; versionId: string | undefined },
): void {
  const { bucket, name, eTag, versionId } = object;
  if (!bucket.objectEventsEnabled) return;
  const details = { archivalState: 'Available', eTag, ...(versionId === undefined ? {} : { versionId }) };
  const resource = { name, id: `/n/${region.namespace}/b/${bucket.name}/o/${name}`, details };
  region.wiring.publish(envelope(region, bucket, { type: change, resource }));
}

/** Bucket events need no switch: they always happen. */
export function publishBucket(region: Region, type: BucketEvent, bucket: Bucket): void {
  const resource = { name: bucket.name, id: `/n/${region.namespace}/b/${bucket.name}`, details: {} };
  region.wiring.publish(envelope(region, bucket, { type, resource }));
}

interface Subject {
  readonly type: ObjectChange | BucketEvent;
  readonly resource: { readonly name: string; readonly id: string; readonly details: object };
}

function envelope(region: Region, bucket: Bucket, { type, resource }: Subject): CloudEvent {
  return {
    eventType: `com.oraclecloud.objectstorage.${type}`,
    cloudEventsVersion: '0.1',
    eventTypeVersion: '2.0',
    source: 'ObjectStorage',
    eventTime: region.now().toISOString(),
    contentType: 'application/json',
    data: dataOf(region, bucket, resource),
    eventID: randomUUID(),
    extensions: { compartmentId: bucket.compartmentId },
  };
}

function dataOf(
  region: Region,
  bucket: Bucket,
  { name, id, details }: Subject['resource'],
): CloudEvent['data'] {
  const { compartmentId } = bucket;
  const { freeformTags = {}, definedTags = {} } = bucket.details;
  return {
    compartmentId,
    compartmentName: compartmentName(region, compartmentId),
    resourceName: name,
    resourceId: id,
    availabilityDomain: `${region.name.toUpperCase()}-AD-1`,
    ...{ freeformTags, definedTags },
    additionalDetails: {
      bucketName: bucket.name,
      namespace: region.namespace,
      bucketId: bucket.id,
      ...details,
    },
  };
}

function compartmentName({ twin, tenancyId }: Region, id: string): string {
  const declared = twin.of('oci_identity_compartment').find(({ values }) => values.id === id);
  if (typeof declared?.values.name === 'string') return declared.values.name;
  return id === tenancyId ? 'root' : 'compartment';
}
