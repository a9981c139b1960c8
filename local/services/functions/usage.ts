// What the functions would cost: calls, time times memory, cold starts (facts E.1: billed per call and GB-second).
import type { DatabaseSync } from 'node:sqlite';

export interface Usage {
  readonly function: string;
  readonly calls: number;
  readonly failures: number;
  readonly coldStarts: number;
  readonly gbSeconds: number;
}

export interface UsageBook {
  add(name: string, call: { failed: boolean; coldStarts: number; gbSeconds: number }): void;
  list(): readonly Usage[];
  clear(): void;
}

/** The counters of a region, kept over restarts. */
export function openUsage(database: DatabaseSync): UsageBook {
  database.exec(`CREATE TABLE IF NOT EXISTS function_usage (
    name TEXT PRIMARY KEY, calls INTEGER NOT NULL, failures INTEGER NOT NULL, cold_starts INTEGER NOT NULL,
    gb_seconds REAL NOT NULL) STRICT`);
  return {
    add(name, { failed, coldStarts, gbSeconds }) {
      database
        .prepare(
          `INSERT INTO function_usage VALUES (?, 1, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
           calls = calls + 1, failures = failures + excluded.failures,
           cold_starts = cold_starts + excluded.cold_starts, gb_seconds = gb_seconds + excluded.gb_seconds`,
        )
        .run(name, failed ? 1 : 0, coldStarts, gbSeconds);
    },
    list() {
      const rows = database.prepare('SELECT * FROM function_usage ORDER BY name').all();
      return rows.map((row) => ({
        function: String(row.name),
        calls: Number(row.calls),
        failures: Number(row.failures),
        coldStarts: Number(row.cold_starts),
        gbSeconds: Number(row.gb_seconds),
      }));
    },
    clear() {
      database.exec('DELETE FROM function_usage');
    },
  };
}
