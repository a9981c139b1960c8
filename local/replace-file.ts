// Files that others may be reading at this moment, or find after a kill -9: whole, old or new, never half.
import { renameSync, writeFileSync } from 'node:fs';

/** Only the region writes in its directory, so one name for what is not yet whole is enough. */
export function replaceFile(path: string, content: string | Buffer, mode = 0o644): void {
  writeFileSync(`${path}.new`, content, { mode });
  renameSync(`${path}.new`, path);
}
