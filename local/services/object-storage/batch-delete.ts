// BatchDeleteObjects: many objects in one call, each with its own outcome.

import { invalidParameter } from '../../http/errors.ts';
import { fields, fieldsOf } from '../../http/json-body.ts';
import { type Call, type Reply, ServiceError } from '../../types.ts';
import type { Bucket } from './buckets.ts';
import { bucketOf, bucketTarget, callerOf, denied, type Storage } from './storage.ts';

/** As many as a page of a listing. */
const MAX_OBJECTS = 1000;

export async function batchDelete(storage: Storage, call: Call): Promise<Reply> {
  const body = await fieldsOf(call);
  const bucket = bucketOf(storage, call);
  if (!storage.region.wiring.isAllowed(callerOf(call), 'BatchDeleteObjects', bucketTarget(bucket))) {
    throw denied(call);
  }
  const list = body.all.objects;
  if (!Array.isArray(list) || list.length > MAX_OBJECTS) {
    throw invalidParameter(`objects must be a list of up to ${MAX_OBJECTS}`);
  }
  const outcomes = list.map((entry) => removeOne(storage, bucket, entry));
  const deleted = body.flag('isSkipDeletedResult') ? [] : outcomes.filter((one) => !('errorMessage' in one));
  return { status: 200, body: { deleted, failed: outcomes.filter((one) => 'errorMessage' in one) } };
}

function removeOne({ objects }: Storage, bucket: Bucket, entry: unknown): object {
  const { required, text } = fields(entry, 'Every entry of objects');
  const objectName = required('objectName');
  try {
    const { removed } = objects.remove(bucket, {
      name: objectName,
      versionId: undefined,
      ifMatch: text('ifMatch'),
    });
    return { objectName, timeLastModified: removed.timeModified };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { objectName, statusCode: error.status, errorMessage: `${error.code}: ${error.message}` };
  }
}
