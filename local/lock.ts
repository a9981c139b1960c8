// One region per directory: two on one database would both run every command.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process runs a region in this directory. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

/**
 * Holds `<directory>/lock.sqlite` until the returned function is called. SQLite's lock is the kernel's, so it
 * ends with the process, a `kill -9` included. Throws LockError.
 */
export function lockDirectory(directory: string): () => void {
  const database = new DatabaseSync(join(directory, 'lock.sqlite'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new LockError(`Another region runs in ${directory}; stop it, or give another directory.`, {
      cause,
    });
  }
  return () => database.close();
}
