// The files of a source directory that go into its upload.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PipelineError } from '../errors.ts';
import { DESCRIPTOR_NAME, type Descriptor, parseDescriptor } from './descriptor.ts';
import { type IgnoreRules, ignoreRules } from './ignore.ts';
import { createInventory } from './inventory.ts';
import { LIMITS } from './limits.ts';
import { normalise } from './paths.ts';
import { DEFAULT_PLACE } from './places.ts';
import { TarballRefused } from './rules.ts';

export interface Item {
  /** Below the source's root. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly size: number;
  readonly isExecutable: boolean;
  /** Of a symlink. */
  readonly target: string;
}

export interface Listing {
  /** galley.yaml and Dockerfile first, then by path, so that the same source gives the same bytes. */
  readonly items: readonly Item[];
  /** Files and directories (with a `/`) the rules leave out; one that is not looked into stands for all in it. */
  readonly leftOut: readonly string[];
  /** The file whose rules did it. */
  readonly ignoreFile: IgnoreRules['file'];
}

/**
 * Lists what `galley push` sends. Synchronous: 100,000 awaits would take longer than the work itself.
 * Throws TarballRefused for what admission would refuse by name or kind, PipelineError for what cannot be read.
 */
export function listSource(root: string): Listing {
  const text = (path: string): string | undefined => readIfThere(join(root, path));
  const descriptor = parseDescriptor(text(DESCRIPTOR_NAME) ?? '');
  const rules = ignoreRules(text, needed(descriptor));
  const items: Item[] = [];
  const leftOut: string[] = [];
  walk('', { root, rules, items, leftOut });
  const inventory = createInventory(LIMITS);
  for (const { path, kind, target } of items) inventory.add({ name: path, kind, target });
  inventory.finish();
  const first = [DESCRIPTOR_NAME, dockerfileOf(descriptor)];
  const rank = ({ path }: Item): number => (first.indexOf(path) + 3) % 3;
  items.sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  return { items, leftOut, ignoreFile: rules.file };
}

const dockerfileOf = ({ build }: Descriptor): string => normalise(`${build.context}/${build.dockerfile}`);

function needed(descriptor: Descriptor): string[] {
  const manifests = descriptor.manifests?.map(normalise) ?? [DEFAULT_PLACE];
  return [DESCRIPTOR_NAME, '.dockerignore', dockerfileOf(descriptor), ...manifests];
}

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly items: Item[];
  readonly leftOut: string[];
}

/** What Node reads in place of bytes that are no UTF-8; a name may have it in earnest. */
const NOT_UTF8 = '\ufffd';

/** @returns whether anything of the directory came in */
function walk(directory: string, { root, rules, items, leftOut }: Walk): boolean {
  rules.enter(directory);
  const before = items.length;
  for (const found of reading(join(root, directory), (path) => readdirSync(path, { withFileTypes: true }))) {
    const path = directory === '' ? found.name : `${directory}/${found.name}`;
    if (found.name.includes(NOT_UTF8) && !existsSync(join(root, path)))
      throw new TarballRefused('bad-name', { path, detail: 'Its name is no UTF-8.' });
    const isOut = rules.isLeftOut(path, found.isDirectory());
    if (isOut && !(found.isDirectory() && rules.mayHoldKept(path)))
      leftOut.push(found.isDirectory() ? `${path}/` : path);
    else if (!found.isDirectory()) items.push(itemOf(root, path));
    else if (!walk(path, { root, rules, items, leftOut }) && !isOut) items.push(directoryItem(path));
  }
  return items.length > before;
}

/** Only empty directories need an entry of their own. */
const directoryItem = (path: string): Item => ({
  path,
  kind: 'directory',
  size: 0,
  isExecutable: true,
  target: '',
});

function itemOf(root: string, path: string): Item {
  const file = join(root, path);
  const found = reading(file, (path) => lstatSync(path));
  if (found.isSymbolicLink()) {
    return {
      path,
      kind: 'symlink',
      size: 0,
      isExecutable: true,
      target: reading(file, (link) => readlinkSync(link)),
    };
  }
  if (found.isFile()) {
    return { path, kind: 'file', size: found.size, isExecutable: (found.mode & 0o100) !== 0, target: '' };
  }
  const detail = 'It is a socket, a pipe or a device. Remove it, or name it in .galleyignore.';
  throw new TarballRefused('device', { path, detail });
}

function reading<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError(`Could not read ${path}: ${why}`, {
      retry: 'never',
      reason: 'SourceUnreadable',
      cause,
    });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    return reading(path, (file) => readFileSync(file, 'utf8'));
  }
}
