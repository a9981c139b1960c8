// Object Storage's own error codes (facts A.6); the texts are those seen live where one is known.
import { invalidParameter } from '../../http/errors.ts';
import { ServiceError } from '../../types.ts';

/** 404 for a bucket that is absent and for every call that IAM denies: Oracle does not say which. */
export function bucketNotFound(namespace: string, bucket: string): ServiceError {
  const message = `Either the bucket named '${bucket}' does not exist in the namespace '${namespace}' or you are not authorized to access it`;
  return new ServiceError(404, 'BucketNotFound', message);
}

/** 404 of calls on the namespace itself, such as ListBuckets without any right. */
export function namespaceNotFound(): ServiceError {
  const message =
    'You do not have authorization to perform this request, or the requested resource could not be found.';
  return new ServiceError(404, 'NamespaceNotFound', message);
}

export function objectNotFound(bucket: string, name: string): ServiceError {
  return new ServiceError(
    404,
    'ObjectNotFound',
    `The object '${name}' was not found in the bucket '${bucket}'`,
  );
}

export function uploadNotFound(id: string): ServiceError {
  return new ServiceError(404, 'NoSuchUpload', `The multipart upload '${id}' does not exist`);
}

export function ifMatchFailed(): ServiceError {
  return new ServiceError(412, 'IfMatchFailed', 'The If-Match header does not match the ETag of the object');
}

export function ifNoneMatchFailed(): ServiceError {
  return new ServiceError(412, 'IfNoneMatchFailed', 'The If-None-Match header matches an existing object');
}

/** 400 for what OCI offers and the local region does not play; says what to use instead. */
export function notOffered(what: string, instead: string): ServiceError {
  return invalidParameter(`The local region does not offer ${what}. ${instead}`);
}
