// What the answers about an object say in their headers (facts A.2).
import type { Readable } from 'node:stream';
import type { Call, Reply } from '../../types.ts';
import type { Bucket } from './buckets.ts';
import { rangeOf } from './ranges.ts';
import type { Storage } from './storage.ts';
import type { StoredObject } from './stored-object.ts';

/** HTTP dates have whole seconds. */
const httpDate = (iso: string): string => new Date(iso).toUTCString();

export function versionHeader({ versioning }: Bucket, { versionId }: StoredObject): Record<string, string> {
  return versioning === 'Disabled' ? {} : { 'version-id': versionId };
}

/** After a write: PUT, commit of a multipart upload, rename. */
export function writtenHeaders(bucket: Bucket, object: StoredObject): Record<string, string> {
  const { eTag, timeModified, md5, multipartMd5 } = object;
  const digest =
    multipartMd5 === undefined ? { 'opc-content-md5': md5 } : { 'opc-multipart-md5': multipartMd5 };
  return { etag: eTag, 'last-modified': httpDate(timeModified), ...digest, ...versionHeader(bucket, object) };
}

/** Of GET and HEAD. */
export function readHeaders(bucket: Bucket, object: StoredObject): Record<string, string> {
  const { eTag, timeModified, md5, multipartMd5, size, headers, metadata, storageTier } = object;
  const digest = multipartMd5 === undefined ? { 'content-md5': md5 } : { 'opc-multipart-md5': multipartMd5 };
  return {
    ...headers,
    ...metadata,
    ...digest,
    ...versionHeader(bucket, object),
    etag: eTag,
    'last-modified': httpDate(timeModified),
    'content-length': String(size),
    'accept-ranges': 'bytes',
    'storage-tier': storageTier,
  };
}

const OVERRIDES = {
  httpResponseContentDisposition: 'content-disposition',
  httpResponseCacheControl: 'cache-control',
  httpResponseContentType: 'content-type',
  httpResponseContentLanguage: 'content-language',
  httpResponseContentEncoding: 'content-encoding',
  httpResponseExpires: 'expires',
} as const;

/** The bytes asked for: 200, or 206 with the range. */
export function bodyReply(
  { bodies }: Storage,
  call: Call,
  { bucket, object }: { bucket: Bucket; object: StoredObject },
): Reply {
  const headers = readHeaders(bucket, object);
  for (const [parameter, name] of Object.entries(OVERRIDES)) {
    const value = call.query.get(parameter);
    if (value !== null) headers[name] = value;
  }
  const part = rangeOf(call.header('range'), object.size);
  const range = part ?? { start: 0, end: object.size - 1 };
  const body: Buffer | Readable = bodies.open(object.segments, range);
  if (!part) return { status: 200, headers, body };
  // The digest is that of the whole object, which the reader of a range cannot check.
  delete headers['content-md5'];
  headers['content-length'] = String(part.end - part.start + 1);
  headers['content-range'] = `bytes ${part.start}-${part.end}/${object.size}`;
  return { status: 206, headers, body };
}
