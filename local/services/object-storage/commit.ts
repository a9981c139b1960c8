// Which parts make the object of a multipart upload. Pure.
import { createHash } from 'node:crypto';
import { invalidParameter } from '../../http/errors.ts';
import { fields } from '../../http/json-body.ts';
import { ServiceError } from '../../types.ts';
import type { Part } from './uploads.ts';

/**
 * Reads `{partsToCommit: [{partNum, etag}], partsToExclude: [n]}` against the parts that have come. Throws 400
 * for a part that is missing, has another ETag, or is spoken of in neither list.
 */
export function partsToCommit(body: unknown, parts: readonly Part[]): Part[] {
  const { all } = fields(body, 'The body');
  const [wanted, excluded] = [listOf(all, 'partsToCommit'), listOf(all, 'partsToExclude')];
  if (wanted.length === 0) throw invalidParameter('partsToCommit must name at least one part');
  const chosen = wanted.map((entry) => partNamed(entry, parts));
  const numbers = new Set([...chosen.map(({ number }) => number), ...excluded]);
  const forgotten = parts.find(({ number }) => !numbers.has(number));
  if (forgotten) {
    throw new ServiceError(
      400,
      'InvalidUploadPart',
      `Part ${forgotten.number} is neither committed nor excluded`,
    );
  }
  if (new Set(chosen).size < chosen.length) throw invalidParameter('partsToCommit names a part twice');
  return chosen.toSorted((a, b) => a.number - b.number);
}

function listOf(all: Readonly<Record<string, unknown>>, name: string): unknown[] {
  const value = all[name] ?? [];
  if (!Array.isArray(value)) throw invalidParameter(`${name} must be a list`);
  return value;
}

function partNamed(entry: unknown, parts: readonly Part[]): Part {
  const { all, required } = fields(entry, 'Every entry of partsToCommit');
  const part = parts.find(({ number, eTag }) => number === all.partNum && eTag === required('etag'));
  if (part) return part;
  const message = `There is no part ${String(all.partNum)} with the ETag '${required('etag')}'`;
  throw new ServiceError(400, 'InvalidUploadPart', message);
}

/** MD5 over the MD5s of the parts, with their number, as OCI shows it: `<base64>-<n>`. */
export function multipartMd5(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const { md5 } of parts) hash.update(Buffer.from(md5, 'base64'));
  return `${hash.digest('base64')}-${parts.length}`;
}
