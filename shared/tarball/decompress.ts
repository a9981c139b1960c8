// From the bytes of the object to the bytes of the tar archive, gzip or not, with a bound on both.
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Limits } from './limits.ts';
import { TarballRefused } from './rules.ts';

/** 64 KiB a piece is 1.6 times as fast as the default of 16 KiB, and 256 KiB would cost 40 MB (facts libraries §1). */
const CHUNK_BYTES = 64 * 1024;

/** How other archives begin: their users learn what to do instead. */
const OTHERS: readonly [name: string, magic: readonly number[]][] = [
  ['zip', [0x50, 0x4b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

/** @returns the archive in pieces; throws TarballRefused, and what `source` throws as it is */
export async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(source);
  const other = OTHERS.find(([, magic]) => magic.every((byte, index) => head[index] === byte));
  if (other !== undefined) {
    const detail = `This is a ${other[0]} file. Upload a tar archive, plain or gzip.`;
    throw new TarballRefused('not-a-tarball', { detail });
  }
  if (head.length === 0) throw new TarballRefused('not-a-tarball', { detail: 'The object is empty.' });
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  let bytes = 0;
  for await (const chunk of isGzip ? gunzipped(all, limits) : all) {
    bytes += chunk.length;
    if (bytes > limits.unpackedBytes) {
      const detail = `Unpacked it is over ${limits.unpackedBytes} bytes.`;
      throw new TarballRefused('too-large', { detail });
    }
    yield chunk;
  }
}

/** The first bytes (as many as there are, up to 6), and the whole again. */
async function peek(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < 6) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  return { head: Buffer.concat(first).subarray(0, 6), all: replay(first, iterator) };
}

async function* replay(
  first: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function* gunzipped(source: AsyncIterable<Uint8Array>, limits: Limits): AsyncGenerator<Uint8Array> {
  const meter = { read: 0, lastNonZero: 0 };
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  pipeline(Readable.from(metered(source, meter)), gunzip, () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.ratioFromBytes && bytes > limits.ratio * meter.read) {
        const detail = `It unpacks to over ${limits.ratio} times its size.`;
        throw new TarballRefused('compression-ratio', { detail });
      }
      yield chunk;
    }
  } catch (error) {
    throw zlibRefusal(error);
  }
  // Node's gunzip stops at a zero byte behind a member; padding is harmless, anything else is hidden data.
  if (gunzip.bytesWritten < meter.lastNonZero) throw garbage();
}

async function* metered(
  source: AsyncIterable<Uint8Array>,
  meter: { read: number; lastNonZero: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    let end = chunk.length;
    while (end > 0 && chunk[end - 1] === 0) end -= 1;
    if (end > 0) meter.lastNonZero = meter.read + end;
    meter.read += chunk.length;
    yield chunk;
  }
}

function garbage(cause?: unknown): TarballRefused {
  const detail = 'There is data behind the end of the gzip file.';
  return new TarballRefused('trailing-garbage', { detail, cause });
}

function zlibRefusal(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') {
    const detail = 'The gzip file is cut off. Upload it again.';
    return new TarballRefused('truncated', { detail, cause: error });
  }
  if (!code.startsWith('Z_')) return error;
  const message = error instanceof Error ? error.message : '';
  // The first header was looked at already, so this is of something behind the first member.
  if (message === 'incorrect header check') return garbage(error);
  const detail = `The gzip file is damaged: ${message}.`;
  return new TarballRefused('corrupt', { detail, cause: error });
}
