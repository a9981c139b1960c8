// Detached invocations: once accepted they run, also when the region is killed before; so at least once.
import type { DatabaseSync } from 'node:sqlite';

export interface Detached {
  readonly callId: string;
  readonly functionId: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DetachedQueue {
  /** Keeps an invocation until `done`. */
  accept(invocation: Detached): void;
  done(callId: string): void;
  /** Accepted and not done, in the order of acceptance. */
  open(): readonly Detached[];
  clear(): void;
}

export function openDetached(database: DatabaseSync): DetachedQueue {
  database.exec(`CREATE TABLE IF NOT EXISTS function_detached (
    sequence INTEGER PRIMARY KEY, call_id TEXT NOT NULL UNIQUE, function_id TEXT NOT NULL,
    headers TEXT NOT NULL, body BLOB NOT NULL) STRICT`);
  return {
    accept({ callId, functionId, headers, body }) {
      database
        .prepare('INSERT INTO function_detached (call_id, function_id, headers, body) VALUES (?, ?, ?, ?)')
        .run(callId, functionId, JSON.stringify(headers), body);
    },
    done(callId) {
      database.prepare('DELETE FROM function_detached WHERE call_id = ?').run(callId);
    },
    open() {
      const rows = database.prepare('SELECT * FROM function_detached ORDER BY sequence').all();
      return rows.map((row) => ({
        callId: String(row.call_id),
        functionId: String(row.function_id),
        headers: JSON.parse(String(row.headers)),
        body: row.body instanceof Uint8Array ? Buffer.from(row.body) : Buffer.alloc(0),
      }));
    },
    clear() {
      database.exec('DELETE FROM function_detached');
    },
  };
}
