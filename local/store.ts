// The region's database: one SQLite file, so that a kill at any moment loses no answered call.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens (or makes) `<directory>/region.sqlite`. WAL with `synchronous = NORMAL` survives `kill -9` of the
 * process (facts: libraries 13); only a power cut may lose the last writes.
 */
export function openStore(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'region.sqlite'), { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  database.exec(
    'CREATE TABLE IF NOT EXISTS region_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT',
  );
  return database;
}

/** A value made once and kept over restarts, such as a signing key. */
export function keptSetting(database: DatabaseSync, name: string, make: () => string): string {
  const row = database.prepare('SELECT value FROM region_setting WHERE name = ?').get(name);
  if (typeof row?.value === 'string') return row.value;
  const value = make();
  database.prepare('INSERT INTO region_setting (name, value) VALUES (?, ?)').run(name, value);
  return value;
}
