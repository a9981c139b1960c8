// From a name as stored in an archive to a path below its root.
import { TarballRefused } from './rules.ts';

/** ext4 and XFS hold 255 bytes a part; PATH_MAX is 4,096. */
const PART_BYTES = 255;
const PATH_BYTES = 4096;
/** Has an empty, `.` or `..` part. */
const UNTIDY = /(?:^|\/)\.{0,2}(?:\/|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const CONTROL = /[\u0000-\u001f\u007f\ufffd]/;

/**
 * `./a//b/` → `a/b`; the root itself is ''. Throws TarballRefused for names that leave the root or cannot be
 * written to a disk. U+FFFD stands where the name was no UTF-8.
 */
export function normalise(name: string): string {
  if (name === '' || CONTROL.test(name)) {
    const detail = name === '' ? 'An entry has no name.' : 'A name has control characters or is no UTF-8.';
    throw new TarballRefused('bad-name', { path: printable(name), detail });
  }
  if (name.startsWith('/')) {
    const detail = 'The name begins with "/". Pack it relative to the source directory.';
    throw new TarballRefused('absolute-path', { path: name, detail });
  }
  const path = UNTIDY.test(name) ? tidy(name) : name;
  const isLong = path.length > PART_BYTES / 4 && path.split('/').some((part) => bytesOf(part) > PART_BYTES);
  if (isLong || bytesOf(path) > PATH_BYTES) {
    const detail = `A name is over ${PART_BYTES} bytes a part, or ${PATH_BYTES} in all.`;
    throw new TarballRefused('bad-name', { path: `${path.slice(0, 80)}…`, detail });
  }
  return path;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

function tidy(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new TarballRefused('path-traversal', { path: name, detail: 'The name has a ".." in it.' });
  }
  return parts.join('/');
}

/** The directory a path lies in; '' for the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return name.replace(/[\u0000-\u001f\u007f]/g, '�').slice(0, 200);
}
