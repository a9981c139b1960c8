// What would be packed, and what not.
import { listSource } from '../shared/tarball/listing.ts';
import { counted, size, type Terminal } from './terminal.ts';

/** Enough to see a rule that takes too much; a build directory may hold thousands. */
const SHOWN_LEFT_OUT = 50;

/** What `galley push --list` says: each file with its size, then what the ignore rules left out. */
export function listFiles(root: string, terminal: Terminal): number {
  const { items, leftOut, ignoreFile } = listSource(root);
  const files = items.filter(({ kind }) => kind !== 'directory');
  for (const { path, kind, size: bytes, target } of files)
    terminal.print(`${size(bytes).padStart(9)}  ${path}${kind === 'symlink' ? ` -> ${target}` : ''}`);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const rules = ignoreFile === undefined ? 'no ignore file' : `by ${ignoreFile}`;
  terminal.note(
    `${counted(files.length, 'file')}, ${size(total)} before compression; left out: ${leftOut.length} (${rules})`,
  );
  for (const path of leftOut.slice(0, SHOWN_LEFT_OUT)) terminal.note(`  left out  ${path}`);
  if (leftOut.length > SHOWN_LEFT_OUT)
    terminal.note(`  … and ${leftOut.length - SHOWN_LEFT_OUT} more; --json names all`);
  terminal.json({ files: files.map(({ path, size: bytes }) => ({ path, bytes })), leftOut, ignoreFile });
  return 0;
}
