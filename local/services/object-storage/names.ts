// What a bucket and an object may be called (facts A.4). Pure.
import { ServiceError } from '../../types.ts';

const MAX_NAME_BYTES = 1024;
const BUCKET_NAME = /^[A-Za-z0-9._-]{1,256}$/;

/** Throws 400 `InvalidBucketName`. */
export function checkBucketName(name: string): void {
  if (BUCKET_NAME.test(name)) return;
  const message = `The bucket name '${name}' must be 1 to 256 letters, digits, hyphens, underscores and periods`;
  throw new ServiceError(400, 'InvalidBucketName', message);
}

/** Throws 400 `InvalidObjectName`: 1 to 1024 bytes of UTF-8 without line feed, carriage return and NUL. */
export function checkObjectName(name: string): void {
  const bytes = Buffer.byteLength(name);
  const isAllowed = bytes >= 1 && bytes <= MAX_NAME_BYTES && !/[\n\r\0]/.test(name);
  if (isAllowed) return;
  const message = `The object name must be 1 to ${MAX_NAME_BYTES} bytes of UTF-8 without LF, CR and NUL; it has ${bytes} bytes`;
  throw new ServiceError(400, 'InvalidObjectName', message);
}

/**
 * The first string after every string that begins with `prefix`, in the order of UTF-8 bytes; undefined when
 * there is none. Listings use it to end at a prefix, and to leap over one.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point >= 0x10ffff) continue;
    // The surrogates are no characters: U+D7FF is followed by U+E000.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
