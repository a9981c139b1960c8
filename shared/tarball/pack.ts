// Packs a source directory for upload: the same source gives the same bytes, on every machine and on every day.
import { createReadStream, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack as packer } from 'tar-stream';
import { messageOf, PipelineError } from '../errors.ts';
import { gzipped } from './gzip.ts';
import { type Item, type Listing, listSource } from './listing.ts';

export interface Packed {
  /** The gzip tarball. An error on the way destroys it with that error. */
  readonly stream: Readable;
  readonly files: number;
  /** Content of all files, before compression. */
  readonly bytes: number;
  /** Files and directories the ignore rules left out. */
  readonly leftOut: number;
  readonly ignoreFile: Listing['ignoreFile'];
}

/**
 * Files up to this size are read at once and synchronously: a read takes microseconds, but each of its steps would wait
 * in the thread pool behind the compressors. Larger ones go through as streams.
 */
const SMALL_BYTES = 256 * 1024;

/** Throws TarballRefused and PipelineError as `listSource` does. */
export function pack(directory: string): Packed {
  const root = resolve(directory);
  const { items, leftOut, ignoreFile } = listSource(root);
  const tar = packer();
  const filled = fill(tar, { root, items });
  filled.catch((error: unknown) => tar.destroy(asError(error)));
  const files = items.filter(({ kind }) => kind === 'file');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return {
    stream: Readable.from(gzipped(read(tar, filled))),
    files: files.length,
    bytes,
    leftOut: leftOut.length,
    ignoreFile,
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(messageOf(error)));

/** What went wrong is told by who filled it; the stream itself knows only that sizes do not match. */
async function* read(tar: Pack, filled: Promise<void>): AsyncGenerator<Uint8Array> {
  try {
    yield* tar as AsyncIterable<Uint8Array>;
  } catch (error) {
    await filled;
    throw error;
  }
}

type Source = { readonly root: string; readonly items: readonly Item[] };

async function fill(tar: Pack, { root, items }: Source): Promise<void> {
  for (const item of items) await add(tar, { root, item });
  tar.finalize();
}

async function add(tar: Pack, { root, item }: { root: string; item: Item }): Promise<void> {
  try {
    if (item.kind !== 'file') await entry(tar, headerOf(item), '');
    else if (item.size <= SMALL_BYTES) await entry(tar, headerOf(item), readFileSync(join(root, item.path)));
    else await large(tar, { root, item });
  } catch (cause) {
    const hint = 'Was it changed while it was packed? Try again.';
    const message = `Could not pack ${item.path}: ${messageOf(cause)}`;
    throw new PipelineError(message, { retry: 'never', reason: 'SourceUnreadable', hint, cause });
  }
}

type Header = Parameters<Pack['entry']>[0];

/** No time, no owner, and of the mode only whether it may be executed. */
function headerOf({ path, kind, size, isExecutable, target }: Item): Header {
  return {
    name: kind === 'directory' ? `${path}/` : path,
    type: kind,
    size,
    mode: isExecutable ? 0o755 : 0o644,
    mtime: new Date(0),
    uid: 0,
    gid: 0,
    ...(kind === 'symlink' ? { linkname: target } : {}),
  };
}

function entry(tar: Pack, header: Header, content: Buffer | string): Promise<void> {
  return new Promise((done, fail) => {
    const size = Buffer.byteLength(content);
    tar.entry({ ...header, size }, content, (error) => (error ? fail(error) : done()));
  });
}

async function large(tar: Pack, { root, item }: { root: string; item: Item }): Promise<void> {
  // Not past the size in the header: a log that grows meanwhile is cut, not refused.
  const content = createReadStream(join(root, item.path), { end: item.size - 1, highWaterMark: SMALL_BYTES });
  await pipeline(content, tar.entry(headerOf(item)) as unknown as NodeJS.WritableStream);
}
