// The parts of Object Storage, and what every route asks of a call.
import { join } from 'node:path';
import { type Call, type Principal, type Region, ServiceError, type Target } from '../../types.ts';
import { type Bodies, bodiesIn } from './bodies.ts';
import { type Bucket, type Buckets, bucketsOf } from './buckets.ts';
import { type Copies, copiesOf } from './copies.ts';
import { bucketNotFound } from './errors.ts';
import { checkObjectName } from './names.ts';
import { type Objects, objectsOf } from './objects.ts';
import { createTables } from './schema.ts';
import { type Uploads, uploadsOf } from './uploads.ts';

export interface Storage {
  readonly region: Region;
  readonly bodies: Bodies;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly copies: Copies;
}

export function openStorage(region: Region): Storage {
  createTables(region.database);
  const bodies = bodiesIn(join(region.directory, 'object-storage'));
  const buckets = bucketsOf(region);
  const objects = objectsOf(region, bodies);
  const parts = { region, bodies, buckets, objects, uploads: uploadsOf(region, bodies) };
  return { ...parts, copies: copiesOf(parts) };
}

/** The bucket a call is about. Throws 404 `BucketNotFound`. */
export function bucketOf(storage: Storage, { params }: Call): Bucket {
  return requireBucket(storage, params.namespace ?? '', params.bucket ?? '');
}

export function requireBucket(
  { region, buckets }: Pick<Storage, 'region' | 'buckets'>,
  namespace: string,
  name: string,
): Bucket {
  const bucket = namespace === region.namespace ? buckets.find(name) : undefined;
  if (!bucket) throw bucketNotFound(namespace, name);
  return bucket;
}

/** The object name of a path. Throws 400 `InvalidObjectName`. */
export function objectNameOf({ params }: Call): string {
  const name = params['*'] ?? '';
  checkObjectName(name);
  return name;
}

export function bucketTarget(bucket: Bucket, objectName?: string): Target {
  const names = objectName === undefined ? {} : { 'target.object.name': objectName };
  return { compartmentId: bucket.compartmentId, variables: { 'target.bucket.name': bucket.name, ...names } };
}

/** The answer to a call that IAM denies. */
export function denied({ params }: Call): ServiceError {
  return bucketNotFound(params.namespace ?? '', params.bucket ?? '');
}

/** Who calls; a route behind a signature always knows. */
export function callerOf({ principal }: Call): Principal {
  if (principal) return principal;
  throw new ServiceError(401, 'NotAuthenticated', 'The call is not signed.');
}
