// Answers of one command and of many, and the query parameters they share.
import { invalidParameter } from '../../http/errors.ts';
import type { Call, Reply } from '../../types.ts';
import type { Command } from './command.ts';

/** One command, with its ETag. */
export function one(command: Command, body: (command: Command) => object): Reply {
  return { status: 200, headers: { etag: command.eTag }, body: body(command) };
}

const DEFAULT_LIMIT = 100;

/** A bare array; `opc-next-page` only when there is more. Newest first unless `sortOrder` says otherwise. */
export function page(
  { query }: Call,
  commands: readonly Command[],
  body: (command: Command) => object,
): Reply {
  const byName = query.get('sortBy') === 'DISPLAYNAME';
  const key = (command: Command): string =>
    byName ? (command.displayName ?? '') : `${command.sequence}`.padStart(16, '0');
  const isAscending = query.get('sortOrder') === 'ASC' || (byName && query.get('sortOrder') !== 'DESC');
  const sorted = commands.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const ordered = isAscending ? sorted : sorted.reverse();
  const start = Number(query.get('page') ?? 0);
  const end = start + Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!(start >= 0) || !(end > start)) throw invalidParameter('page or limit is not valid.');
  return {
    status: 200,
    ...(end < ordered.length ? { headers: { 'opc-next-page': `${end}` } } : {}),
    body: ordered.slice(start, end).map(body),
  };
}

/** A query parameter that must be there. Throws 400 `InvalidParameter`. */
export function required({ query }: Call, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw invalidParameter(`The query parameter ${name} is required.`);
  return value;
}
