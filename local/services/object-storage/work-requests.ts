// Work requests: what became of a copy.
import type { DatabaseSync } from 'node:sqlite';
import type { Region } from '../../types.ts';
import type { Copy } from './copies.ts';

export type WorkStatus = 'ACCEPTED' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

export interface WorkRequest {
  readonly id: string;
  readonly compartmentId: string;
  readonly status: WorkStatus;
  readonly copy: Copy;
  readonly error: string | undefined;
  readonly timeAccepted: string;
  readonly timeFinished: string | undefined;
}

export interface WorkRequests {
  accept(request: { id: string; compartmentId: string; copy: Copy }): void;
  find(id: string): WorkRequest | undefined;
  list(compartmentId: string): WorkRequest[];
  start(id: string): void;
  /** FAILED with an error, else COMPLETED. */
  finish(id: string, error: string | undefined): void;
  /** Ids of those that were accepted and not begun. */
  unfinished(): string[];
}

export function workRequestsOf({ database, now }: Region): WorkRequests {
  const sql = statements(database);
  return {
    accept({ id, compartmentId, copy }) {
      sql.insert.run(id, compartmentId, JSON.stringify(copy), now().toISOString());
    },
    find(id) {
      const row = sql.find.get(id);
      return row && requestOf(row);
    },
    list: (compartmentId) => sql.list.all(compartmentId).map(requestOf),
    start: (id) => void sql.start.run(id),
    finish(id, error) {
      sql.finish.run(error === undefined ? 'COMPLETED' : 'FAILED', error ?? null, now().toISOString(), id);
    },
    unfinished: () => sql.waiting.all().map((row) => String(row.id)),
  };
}

function statements(database: DatabaseSync) {
  return {
    insert: database.prepare(
      `INSERT INTO storage_work_request (id, seq, compartment_id, status, copy, time_accepted)
       VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM storage_work_request), ?, 'ACCEPTED', ?, ?)`,
    ),
    find: database.prepare('SELECT * FROM storage_work_request WHERE id = ?'),
    list: database.prepare('SELECT * FROM storage_work_request WHERE compartment_id = ? ORDER BY seq DESC'),
    start: database.prepare(`UPDATE storage_work_request SET status = 'IN_PROGRESS' WHERE id = ?`),
    finish: database.prepare(
      'UPDATE storage_work_request SET status = ?, error = ?, time_finished = ? WHERE id = ?',
    ),
    waiting: database.prepare(`SELECT id FROM storage_work_request WHERE status = 'ACCEPTED' ORDER BY seq`),
  };
}

function requestOf(row: Readonly<Record<string, unknown>>): WorkRequest {
  const text = (column: string): string | undefined => {
    const value = row[column];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    id: String(row.id),
    compartmentId: String(row.compartment_id),
    status: statusOf(row.status),
    copy: JSON.parse(String(row.copy)),
    error: text('error'),
    timeAccepted: String(row.time_accepted),
    timeFinished: text('time_finished'),
  };
}

function statusOf(value: unknown): WorkStatus {
  return value === 'ACCEPTED' || value === 'IN_PROGRESS' || value === 'COMPLETED' ? value : 'FAILED';
}
