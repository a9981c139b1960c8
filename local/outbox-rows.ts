// The rows of an outbox.
import type { DatabaseSync } from 'node:sqlite';
import type { Delivery } from './outbox.ts';

export interface DeliveryRow<Target> extends Delivery<Target> {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
}

export interface DeliveryRows<Target> {
  insert(row: { id: string; target: Target; body: string; acceptedAt: number; dueAt: number }): void;
  remove(sequence: number): void;
  /** Counts a failed attempt. */
  postpone(sequence: number, dueAt: number): void;
  /** Due rows without those under way, oldest first. */
  due(underway: readonly number[], of: { nowMs: number; limit: number }): DeliveryRow<Target>[];
  /** When the next row without those under way is due, in milliseconds since 1970. */
  nextDue(underway: readonly number[]): number | undefined;
  count(): number;
  clear(): void;
}

const TABLE = `CREATE TABLE IF NOT EXISTS outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  id TEXT NOT NULL,
  target TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  accepted_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (queue, due_at)`;

/** @param queue several outboxes share the table */
export function deliveryRows<Target>(database: DatabaseSync, queue: string): DeliveryRows<Target> {
  database.exec(TABLE);
  const sql = statements(database);
  return {
    insert({ id, target, body, acceptedAt, dueAt }) {
      sql.insert.run(queue, id, JSON.stringify(target), body, acceptedAt, Math.round(dueAt));
    },
    remove: (sequence) => void sql.remove.run(sequence),
    postpone: (sequence, dueAt) => void sql.postpone.run(Math.round(dueAt), sequence),
    due: (underway, { nowMs, limit }) =>
      sql.due.all(queue, JSON.stringify(underway), nowMs, limit).map((row) => rowOf<Target>(row)),
    nextDue(underway) {
      const found = sql.next.get(queue, JSON.stringify(underway))?.next;
      return typeof found === 'number' ? found : undefined;
    },
    count: () => Number(sql.count.get(queue)?.n),
    clear: () => void sql.clear.run(queue),
  };
}

function statements(database: DatabaseSync) {
  const idle = 'queue = ? AND sequence NOT IN (SELECT value FROM json_each(?))';
  return {
    insert: database.prepare(
      'INSERT INTO outbox (queue, id, target, body, accepted_at, due_at) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    remove: database.prepare('DELETE FROM outbox WHERE sequence = ?'),
    postpone: database.prepare('UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE sequence = ?'),
    due: database.prepare(
      `SELECT * FROM outbox WHERE ${idle} AND due_at <= ? ORDER BY due_at, sequence LIMIT ?`,
    ),
    next: database.prepare(`SELECT min(due_at) AS next FROM outbox WHERE ${idle}`),
    count: database.prepare('SELECT count(*) AS n FROM outbox WHERE queue = ?'),
    clear: database.prepare('DELETE FROM outbox WHERE queue = ?'),
  };
}

function rowOf<Target>(row: Readonly<Record<string, unknown>>): DeliveryRow<Target> {
  return {
    sequence: Number(row.sequence),
    id: String(row.id),
    target: JSON.parse(String(row.target)),
    body: String(row.body),
    attempts: Number(row.attempts),
    acceptedAt: Number(row.accepted_at),
  };
}
