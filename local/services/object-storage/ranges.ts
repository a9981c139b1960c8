// The Range header of GetObject (RFC 9110, one range). Pure.
import { ServiceError } from '../../types.ts';

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes asked for of a body of `size` bytes; undefined means all of them: no header, or one that is not a
 * single byte range. Throws 416 `InvalidRange` when nothing of the body is in it.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size - 1 }
      : { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (range.start > range.end) {
    throw new ServiceError(
      416,
      'InvalidRange',
      `The range '${header}' is not within the ${size} bytes of the object`,
    );
  }
  return range;
}
