// Unpacks a tarball while judging it with the very code that admitted it. Nothing is written outside, links come last.
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Admitted, admit } from './admission.ts';
import type { Entry } from './entries.ts';
import { linkedPath } from './inventory.ts';
import type { Limits } from './limits.ts';

export interface UnpackOptions {
  readonly app: string;
  readonly image?: string | undefined;
  readonly limits?: Limits;
  /** Exists, is empty, and belongs to this process alone. */
  readonly directory: string;
}

export interface Unpacked extends Admitted {
  /** The root of the source: `directory`, or the single directory in it. */
  readonly root: string;
}

/** Up to this size a file is written at once; larger ones as a stream. */
const SMALL_BYTES = 256 * 1024;

/**
 * Modes are kept but for set-id bits, owners are not; a hard link becomes a copy.
 * Throws TarballRefused; what was written until then is the caller's to remove.
 */
export async function unpack(source: AsyncIterable<Uint8Array>, options: UnpackOptions): Promise<Unpacked> {
  const { directory, ...rest } = options;
  const links: [path: string, target: string][] = [];
  const made = new Set<string>([directory]);
  const modes: [path: string, mode: number][] = [];
  const sink = async (path: string, entry: Entry, body: Body): Promise<void> => {
    const target = join(directory, path);
    const parent = entry.kind === 'directory' ? target : dirname(target);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    if (entry.kind === 'symlink') links.push([target, entry.target]);
    else if (entry.kind === 'link') await copyFile(join(directory, linkedPath(entry.target) ?? ''), target);
    else if (entry.kind === 'file') await write(target, { entry, body });
    else if (path !== '') modes.push([target, entry.mode & 0o777]);
  };
  const admitted = await admit(source, { ...rest, sink });
  for (const [path, target] of links) await symlink(target, path);
  // At the end: a directory without the write bit could not be filled.
  for (const [path, mode] of modes) await chmod(path, mode | 0o700);
  return { ...admitted, root: join(directory, admitted.strip.slice(0, -1)) };
}

type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

async function write(path: string, { entry, body }: { entry: Entry; body: Body }): Promise<void> {
  const mode = entry.mode & 0o777;
  if (entry.size === 0) await writeFile(path, '', { flag: 'wx' });
  else if (entry.size <= SMALL_BYTES) await writeFile(path, body, { flag: 'wx' });
  else await pipeline(Readable.from(body), createWriteStream(path, { flags: 'wx' }));
  // Not at opening: the process's umask would take bits away.
  await chmod(path, mode | 0o600);
}
