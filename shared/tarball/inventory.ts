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

export function createInventory(limits: Limits): Inventory {
  const kinds = new Map<string, Entry['kind']>();
  /** Lower-case name → name, for names that are not lower case themselves. */
  const folded = new Map<string, string>();
  const symlinks = new Map<string, string>();
  const top = { name: undefined as string | undefined, isOnly: true };
  let count = 0;

  const claim = (path: string, kind: Entry['kind']): void => {
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
  };
  const claimParents = (path: string): void => {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
      const kind = kinds.get(parent);
      if (kind === 'directory') return;
      if (kind === 'symlink') throw below('link-escapes', { path, parent: `the link "${parent}"` });
      if (kind !== undefined) throw below('path-conflict', { path, parent: `the file "${parent}"` });
      claim(parent, 'directory');
    }
  };
  const noteTop = (path: string, kind: Entry['kind']): void => {
    const slash = path.indexOf('/');
    const name = slash < 0 ? path : path.slice(0, slash);
    // macOS puts the attributes of `app/` beside it, as `._app`.
    if (slash < 0 && kind === 'file' && name.startsWith('._')) return;
    top.isOnly &&= (slash > 0 || kind === 'directory') && (top.name ?? name) === name;
    top.name ??= name;
  };
  const checkLink = (path: string, target: string): void => {
    const earlier = linkedPath(target);
    if (earlier !== undefined && ['file', 'link'].includes(kinds.get(earlier) ?? '')) return;
    const detail = `It is a hard link to "${target}", which is no earlier file of the archive.`;
    throw new TarballRefused('link-escapes', { path, detail });
  };

  return {
    add({ name, kind, target }) {
      count += 1;
      if (count > limits.entries) {
        const detail = `It has over ${limits.entries} entries.`;
        throw new TarballRefused('too-many-entries', { detail });
      }
      const path = normalise(name);
      if (path === '') return path;
      claimParents(path);
      if (kind === 'link') checkLink(path, target);
      claim(path, kind);
      if (kind === 'symlink') symlinks.set(path, target);
      noteTop(path, kind);
      return path;
    },
    kindOf: (path) => kinds.get(path),
    finish() {
      const strip = top.isOnly && top.name !== undefined && top.name !== NEVER_STRIPPED ? `${top.name}/` : '';
      const links = [...symlinks].map(([path, target]) => [path.slice(strip.length), target] as const);
      followLinks(new Map(links), limits.linkSteps);
      return strip;
    },
    get count() {
      return count;
    },
  };
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
