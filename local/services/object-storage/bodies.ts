// The bytes of objects: files that are written once, under a name nobody else has, and never changed.
import { createHash, type Hash, randomUUID } from 'node:crypto';
import {
  createReadStream,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pins } from './pins.ts';
import type { ByteRange } from './ranges.ts';

/** A body is the concatenation of its segments: one for a PUT, one per part of a multipart upload. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

export interface Received {
  readonly segments: readonly Segment[];
  readonly size: number;
  /** Digests in base64, by algorithm; `md5` is always there. */
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * A file belongs to an object from the moment the row that names it is committed; so a kill before leaves a
 * file without a row (swept at the next start) and a kill after leaves a whole object. Names are never used
 * twice, hence no rename is needed.
 */
export interface Bodies {
  receive(source: Readable, algorithms: readonly string[]): Promise<Received>;
  /** The bytes of a range. Removing the body while it is read waits for the reader. */
  open(segments: readonly Segment[], range: ByteRange): Buffer | Readable;
  /** The same bytes once more, under names of their own. */
  link(segments: readonly Segment[]): Segment[];
  remove(segments: readonly Segment[]): void;
  /** Removes the files that no row names; only at start, when nobody writes. */
  sweep(isUsed: (file: string) => boolean): void;
}

/** Held in memory before it goes to disk: one system call per MiB instead of one per packet. */
const WRITE_BYTES = 1024 * 1024;
/** Read in one go; larger ones are streamed. */
const SMALL_BYTES = 64 * 1024;

export function bodiesIn(directory: string): Bodies {
  mkdirSync(directory, { recursive: true });
  const path = (file: string): string => join(directory, file);
  const readers = pins((file) => rmSync(path(file), { force: true }));
  return {
    receive: (source, algorithms) => receive(source, { path, algorithms }),
    open(segments, range) {
      const size = range.end - range.start + 1;
      const pieces = piecesOf(segments, range).map((piece) => ({ ...piece, path: path(piece.file) }));
      if (size <= SMALL_BYTES) return readSmall(pieces);
      const stream = Readable.from(readPieces(pieces), { objectMode: false });
      return readers.hold(stream, pieces);
    },
    link(segments) {
      return segments.map(({ file, size }) => {
        const copy = { file: randomUUID(), size };
        linkSync(path(file), path(copy.file));
        return copy;
      });
    },
    remove: (segments) => {
      for (const { file } of segments) readers.remove(file);
    },
    sweep(isUsed) {
      for (const file of readdirSync(directory)) if (!isUsed(file)) rmSync(path(file), { force: true });
    },
  };
}

async function receive(
  source: Readable,
  { path, algorithms }: { path: (file: string) => string; algorithms: readonly string[] },
): Promise<Received> {
  const file = randomUUID();
  const hashes = new Map<string, Hash>(['md5', ...algorithms].map((name) => [name, createHash(name)]));
  let [size, held, waiting]: [number, Buffer[], number] = [0, [], 0];
  let handle: FileHandle | undefined;
  try {
    for await (const chunk of source) {
      for (const hash of hashes.values()) hash.update(chunk);
      size += chunk.length;
      waiting += chunk.length;
      held.push(chunk);
      if (waiting < WRITE_BYTES) continue;
      handle ??= await open(path(file), 'wx');
      await handle.writeFile(Buffer.concat(held));
      [held, waiting] = [[], 0];
    }
    if (handle) await handle.writeFile(Buffer.concat(held));
    else if (size > 0) writeFileSync(path(file), Buffer.concat(held), { flag: 'wx' });
  } catch (error) {
    rmSync(path(file), { force: true });
    throw error;
  } finally {
    await handle?.close();
  }
  const digests = Object.fromEntries([...hashes].map(([name, hash]) => [name, hash.digest('base64')]));
  return { segments: size > 0 ? [{ file, size }] : [], size, digests };
}

export type Piece = ByteRange & { readonly file: string };
type PlacedPiece = Piece & { readonly path: string };

/** Which bytes of which segments make up the range. */
export function piecesOf(segments: readonly Segment[], { start, end }: ByteRange): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const { file, size } of segments) {
    const [first, last] = [Math.max(start, offset), Math.min(end, offset + size - 1)];
    if (first <= last) pieces.push({ file, start: first - offset, end: last - offset });
    offset += size;
  }
  return pieces;
}

function readSmall(pieces: readonly PlacedPiece[]): Buffer {
  return Buffer.concat(pieces.map(({ path, start, end }) => readFileSync(path).subarray(start, end + 1)));
}

async function* readPieces(pieces: readonly PlacedPiece[]): AsyncGenerator<Buffer> {
  for (const { path, start, end } of pieces) {
    yield* createReadStream(path, { start, end, highWaterMark: 4 * SMALL_BYTES });
  }
}
