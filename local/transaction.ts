// Several writes that live or die together.
import type { DatabaseSync } from 'node:sqlite';

/** What waits for the commit of the running transaction, by database. */
const waiting = new WeakMap<DatabaseSync, (() => void)[]>();

/**
 * Runs `work` in one transaction and rolls it back when `work` throws. Called inside another one it joins that,
 * so an object and the deliveries of its event are committed by the same COMMIT.
 */
export function atomically<Result>(database: DatabaseSync, work: () => Result): Result {
  if (database.isTransaction) return work();
  database.exec('BEGIN IMMEDIATE');
  waiting.set(database, []);
  let result: Result;
  try {
    result = work();
    database.exec('COMMIT');
  } catch (error) {
    waiting.delete(database);
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  const effects = waiting.get(database) ?? [];
  waiting.delete(database);
  for (const effect of effects) effect();
  return result;
}

/** Runs `effect` once what was written so far can no longer be lost: now, or after the running transaction. */
export function afterCommit(database: DatabaseSync, effect: () => void): void {
  const effects = database.isTransaction ? waiting.get(database) : undefined;
  if (effects) effects.push(effect);
  else effect();
}
