// What lies in one directory of the source.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths below `root` of the files in `place`, or `place` itself when it is a file. */
export async function listFiles(root: string, place: string): Promise<string[]> {
  if ((await stat(join(root, place))).isFile()) return [place];
  const names = await readdir(join(root, place));
  return names.map((name) => (place === '' ? name : `${place}/${name}`));
}
