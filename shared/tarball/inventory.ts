// What is in an archive, by path: every rule about names and links, the same for reading and for packing.
import type { Entry } from './entries.ts';
import type { Limits } from './limits.ts';
import { followLinks } from './links.ts';
import { normalise, parentOf } from './paths.ts';
import { TarballRefused } from './rules.ts';

export type Named = Pick<Entry, 'name' | 'kind' | 'target'>;

export interface Inventory {
  /** The entry's path below the archive's root ('' for the root itself). Throws TarballRefused. */
  add(entry: Named): string;
  kindOf(path: string): Entry['kind'] | undefined;
  /** Judges links as a whole. @returns the single top-level directory to strip with its `/`, or '' */
  finish(): string;
  readonly count: number;
}

/** Directories of this name hold manifests, and are never taken for a wrapping of the source. */
const NEVER_STRIPPED = 'k8s';

interface Names {
  readonly kinds: Map<string, Entry['kind']>;
  /** Lower-case name → name, for names that are not lower case themselves. */
  readonly folded: Map<string, string>;
  readonly symlinks: Map<string, string>;
  /** The directory everything lies in, as far as that is so. */
  top: string | undefined;
  isOnly: boolean;
  count: number;
}

export function createInventory(limits: Limits): Inventory {
  const names: Names = {
    kinds: new Map(),
    folded: new Map(),
    symlinks: new Map(),
    top: undefined,
    isOnly: true,
    count: 0,
  };
  return {
    add: (entry) => add(names, { entry, limits }),
    kindOf: (path) => names.kinds.get(path),
    finish() {
      const isWrapped = names.isOnly && names.top !== undefined && names.top !== NEVER_STRIPPED;
      const strip = isWrapped ? `${names.top}/` : '';
      const links = [...names.symlinks].map(([path, target]) => [path.slice(strip.length), target] as const);
      followLinks(new Map(links), limits.linkSteps);
      return strip;
    },
    get count() {
      return names.count;
    },
  };
}

function add(names: Names, { entry, limits }: { entry: Named; limits: Limits }): string {
  const { name, kind, target } = entry;
  names.count += 1;
  if (names.count > limits.entries) {
    const detail = `It has over ${limits.entries} entries.`;
    throw new TarballRefused('too-many-entries', { detail });
  }
  const path = normalise(name);
  if (path === '') return path;
  claimParents(names, path);
  if (kind === 'link') checkLink(names, { path, target });
  claim(names, { path, kind });
  if (kind === 'symlink') names.symlinks.set(path, target);
  noteTop(names, { path, kind });
  return path;
}

interface Claim {
  readonly path: string;
  readonly kind: Entry['kind'];
}

function claim({ kinds, folded }: Names, { path, kind }: Claim): void {
  const before = kinds.get(path);
  if (before !== undefined) {
    if (before === 'directory' && kind === 'directory') return;
    const isMixed = before === 'directory' || kind === 'directory';
    const detail = isMixed ? `It is there as a ${before} and as a ${kind}.` : 'It is there twice.';
    throw new TarballRefused(isMixed ? 'path-conflict' : 'duplicate-entry', { path, detail });
  }
  const fold = path.normalize('NFC').toLowerCase();
  const clash = folded.get(fold) ?? (fold !== path && kinds.has(fold) ? fold : undefined);
  if (clash !== undefined) {
    const detail = `It differs from "${clash}" in upper and lower case alone.`;
    throw new TarballRefused('case-clash', { path, detail });
  }
  if (fold !== path) folded.set(fold, path);
  kinds.set(path, kind);
}

function claimParents(names: Names, path: string): void {
  for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
    const kind = names.kinds.get(parent);
    if (kind === 'directory') return;
    if (kind === 'symlink') throw below('link-escapes', { path, parent: `the link "${parent}"` });
    if (kind !== undefined) throw below('path-conflict', { path, parent: `the file "${parent}"` });
    claim(names, { path: parent, kind: 'directory' });
  }
}

function noteTop(names: Names, { path, kind }: Claim): void {
  const slash = path.indexOf('/');
  const name = slash < 0 ? path : path.slice(0, slash);
  // macOS puts the attributes of `app/` beside it, as `._app`.
  if (slash < 0 && kind === 'file' && name.startsWith('._')) return;
  names.isOnly &&= (slash > 0 || kind === 'directory') && (names.top ?? name) === name;
  names.top ??= name;
}

function checkLink({ kinds }: Names, { path, target }: { path: string; target: string }): void {
  const earlier = kinds.get(linkedPath(target) ?? '');
  if (earlier === 'file' || earlier === 'link') return;
  const detail = `It is a hard link to "${target}", which is no earlier file of the archive.`;
  throw new TarballRefused('link-escapes', { path, detail });
}

function below(rule: 'link-escapes' | 'path-conflict', { path, parent }: { path: string; parent: string }) {
  return new TarballRefused(rule, { path, detail: `It lies below ${parent}.` });
}

/** Path of the entry a hard link names, or undefined when it can be none of the archive's. */
export function linkedPath(target: string): string | undefined {
  try {
    return normalise(target);
  } catch {
    return undefined;
  }
}
