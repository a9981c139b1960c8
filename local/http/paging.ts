// `limit` and `page` of list operations: the page token is the position, `opc-next-page` the next one.
import { invalidParameter } from './errors.ts';

/** Lists never answer more than this at once. */
const MAX_PAGE = 1000;

/** @throws 400 `InvalidParameter` unless `limit` is a whole number from 1; more than 1000 is 1000 */
export function limitOf(query: URLSearchParams): number {
  const text = query.get('limit');
  if (text === null) return MAX_PAGE;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1)
    throw invalidParameter(`limit must be 1 to ${MAX_PAGE}, not '${text}'`);
  return Math.min(limit, MAX_PAGE);
}

/** One page of a list that is at hand whole. */
export function pageOf<Item>(
  all: readonly Item[],
  query: URLSearchParams,
): { items: Item[]; headers: Record<string, string> } {
  const [limit, start] = [limitOf(query), Number(query.get('page') ?? 0)];
  if (!Number.isInteger(start) || start < 0)
    throw invalidParameter(`page '${query.get('page')}' is not one of this list`);
  const items = all.slice(start, start + limit);
  const isMore = start + limit < all.length;
  return { items, headers: isMore ? { 'opc-next-page': String(start + limit) } : {} };
}
