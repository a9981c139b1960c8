// If-Match and If-None-Match as Object Storage decides them (facts A.6). Pure.
import { invalidParameter } from '../../http/errors.ts';
import { ifMatchFailed, ifNoneMatchFailed } from './errors.ts';

export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** What a condition is asked of: the object that is there now, or undefined. */
export type Present = { readonly eTag: string } | undefined;

/** Reads the two headers; clients send the ETag bare or quoted. */
export function conditionsOf(header: (name: string) => string | undefined): Conditions {
  return { ifMatch: unquoted(header('if-match')), ifNoneMatch: unquoted(header('if-none-match')) };
}

function unquoted(value: string | undefined): string | undefined {
  return value?.trim().replace(/^"(.*)"$/, '$1');
}

/**
 * May this write happen? Throws 412 `IfMatchFailed` (also when nothing is there) or `IfNoneMatchFailed`, and
 * 400 for an If-None-Match other than `*`, the only value a write may have.
 */
export function checkWrite(present: Present, { ifMatch, ifNoneMatch }: Conditions): void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw invalidParameter(`If-None-Match of a write must be *, not '${ifNoneMatch}'`);
  }
  if (ifMatch !== undefined && !fits(present, ifMatch)) throw ifMatchFailed();
  if (ifNoneMatch !== undefined && present) throw ifNoneMatchFailed();
}

/** May this read be answered? `unchanged` is 304. Throws 412 `IfMatchFailed`. */
export function checkRead(present: Present, { ifMatch, ifNoneMatch }: Conditions): 'changed' | 'unchanged' {
  if (ifMatch !== undefined && !fits(present, ifMatch)) throw ifMatchFailed();
  return ifNoneMatch !== undefined && fits(present, ifNoneMatch) ? 'unchanged' : 'changed';
}

function fits(present: Present, wanted: string): boolean {
  return present !== undefined && (wanted === '*' || wanted === present.eTag);
}
