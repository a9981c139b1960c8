// Room on the disks that a build fills.
import { statfs } from 'node:fs/promises';

export interface Space {
  readonly path: string;
  readonly bytes: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

/** A share, but not more than so many bytes: of a big disk a small part is plenty. */
export interface Bound {
  readonly share: number;
  readonly bytes: number;
}

/** Where podman, buildah and docker keep layers. */
export const LAYERS = ['/var/lib/containers', '/var/lib/docker'];

/** The fullest of the places; those that are not there do not count. */
export async function freeSpace(paths: readonly string[]): Promise<Space> {
  const spaces = await Promise.all(paths.map(spaceOf));
  const found = spaces.filter((space) => space !== undefined);
  return found.reduce((least, space) => (space.share < least.share ? space : least), {
    path: paths[0] ?? '',
    bytes: Number.POSITIVE_INFINITY,
    share: 1,
  });
}

export function isBelow(space: Space, bound: Bound): boolean {
  return space.share < bound.share && space.bytes < bound.bytes;
}

async function spaceOf(path: string): Promise<Space | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { path, bytes: bavail * bsize, share: blocks === 0 ? 1 : bavail / blocks };
  } catch {
    return undefined;
  }
}
