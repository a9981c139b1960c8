// gzip on all cores: every mebibyte becomes a member of its own, which any gunzip joins again (RFC 1952 §2.2).
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Starting a dictionary anew each mebibyte costs less than 1 % in size. */
const BLOCK_BYTES = 1024 * 1024;
/** gzip's own default. */
const LEVEL = 6;

const compress = promisify(gzip);

/** The bytes depend on the content alone, not on how it comes in pieces, nor on the number of cores. */
export async function* gzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const underWay: Promise<Buffer>[] = [];
  for await (const block of blocks(source)) {
    const member = compress(block, { level: LEVEL });
    // Awaited in its turn; until then a failure must not count as unhandled.
    member.catch(() => undefined);
    underWay.push(member);
    const next = underWay.length > availableParallelism() ? underWay.shift() : undefined;
    if (next !== undefined) yield await next;
  }
  for (const member of underWay) yield await member;
}

async function* blocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let length = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, BLOCK_BYTES - length);
      block.set(chunk.subarray(at, at + taken), length);
      length += taken;
      at += taken;
      if (length < BLOCK_BYTES) continue;
      yield block;
      block = Buffer.allocUnsafe(BLOCK_BYTES);
      length = 0;
    }
  }
  if (length > 0) yield block.subarray(0, length);
}
