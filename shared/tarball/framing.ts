// Follows the blocks of a tar archive beside the reader, for what tar-stream passes over in silence (facts
// libraries §1): entries behind the end, a missing end, kinds it has no name for, headers that tools read differently.
import type { Limits } from './limits.ts';
import { TarballRefused } from './rules.ts';

const BLOCK = 512;
const SIZE = { from: 124, to: 136 };
const CHECKSUM = { from: 148, to: 156 };
const TYPE = 156;

/** Kinds with content: files (`0`, NUL, `7`) and the headers of the next entry (pax `x` `g`, GNU `K` `L` `N`). */
const WITH_CONTENT = '\u00007xgKLN0';
const EXTENDED = 'xgKLN';

/**
 * Records of an extended header that change what an entry is: GNU tar obeys a global `path`, tar-stream does not;
 * sparse files hold a map instead of their content; a size that differs from the header's hides an entry.
 */
const GLOBAL_TRAPS = /(?:^|\n)\d+ (path|linkpath|size|GNU\.sparse[^=]*)=/;
const LOCAL_TRAPS = /(?:^|\n)\d+ (size|GNU\.sparse[^=]*)=/;

export interface Framing {
  /** Bytes of the archive, in order. Throws TarballRefused. */
  push(chunk: Uint8Array): void;
  /** Throws when the archive has no end mark. */
  end(): void;
}

interface State {
  readonly limits: Limits;
  /** Bytes of content to pass over. */
  skip: number;
  headers: number;
  hasEnded: boolean;
  /** Gathers a block, or the body of an extended header, across pieces. */
  held: Buffer;
  length: number;
  wanted: number;
  /** Kind of the extended header being gathered; '' for a block. */
  type: string;
}

export function framing(limits: Limits): Framing {
  const held = Buffer.alloc(BLOCK);
  const state = { limits, skip: 0, headers: 0, hasEnded: false, held, length: 0, wanted: BLOCK, type: '' };
  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; ) at = gather(state, { chunk, from: at });
    },
    end() {
      if (state.hasEnded && state.length === 0) return;
      const detail = 'The archive is cut off: its end mark is missing. Upload it again.';
      throw new TarballRefused('truncated', { detail });
    },
  };
}

/** Takes from `chunk` what the state waits for. @returns where the rest begins */
function gather(state: State, { chunk, from }: { chunk: Uint8Array; from: number }): number {
  const skipped = Math.min(state.skip, chunk.length - from);
  state.skip -= skipped;
  const at = from + skipped;
  const taken = Math.min(state.wanted - state.length, chunk.length - at);
  state.held.set(chunk.subarray(at, at + taken), state.length);
  state.length += taken;
  if (state.length === state.wanted) take(state);
  return at + taken;
}

function take(state: State): void {
  const bytes = state.held.subarray(0, state.wanted);
  if (state.type === '') {
    header(state, bytes);
    return;
  }
  checkExtended(bytes, state.type);
  state.skip = padding(bytes.length);
  waitFor(state, BLOCK);
}

function waitFor(state: State, wanted: number, type = ''): void {
  if (state.held.length < wanted) state.held = Buffer.alloc(wanted);
  Object.assign(state, { type, wanted, length: 0 });
}

function header(state: State, block: Buffer): void {
  waitFor(state, BLOCK);
  state.headers += 1;
  if (block.every((byte) => byte === 0)) {
    state.hasEnded = true;
    return;
  }
  if (state.hasEnded) {
    const detail = 'There are entries behind the end of the archive.';
    throw new TarballRefused('trailing-garbage', { detail });
  }
  const { type, size } = readHeader(block, { isFirst: state.headers === 1, limits: state.limits });
  if (EXTENDED.includes(type) && size > 0) waitFor(state, size, type);
  else state.skip = size + padding(size);
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function readHeader(block: Buffer, { isFirst, limits }: { isFirst: boolean; limits: Limits }) {
  if (checksum(block) !== octal(block, CHECKSUM)) {
    if (isFirst) throw new TarballRefused('not-a-tarball', { detail: 'This is no tar archive.' });
    throw new TarballRefused('corrupt', { detail: 'A header of the archive is damaged. Upload it again.' });
  }
  const name = block.subarray(0, 100).toString().replace(/\0.*/s, '');
  const refuse = (detail: string): never => {
    throw new TarballRefused('unsupported-entry', { path: name, detail });
  };
  const type = String.fromCharCode(block[TYPE] ?? 0);
  const size = octal(block, SIZE);
  if (!Number.isSafeInteger(size) || size < 0) refuse('Its size is no number.');
  if (size > 0 && !WITH_CONTENT.includes(type)) refuse(`An entry of kind "${type}" has no content.`);
  if (EXTENDED.includes(type) && size > limits.headerBytes) {
    refuse(`Its extended header is over ${limits.headerBytes} bytes.`);
  }
  return { type, size };
}

/** A numeric field as tar-stream reads it: octal text, or base 256 when the first bit is set. */
function octal(block: Buffer, { from, to }: { from: number; to: number }): number {
  const field = block.subarray(from, to);
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(field.toString('latin1'))?.[1];
    return digits === undefined ? Number.NaN : Number.parseInt(digits || '0', 8);
  }
  if (field[0] !== 0x80) return Number.NaN;
  return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The sum of all bytes, the checksum field itself counting as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 32;
  for (let at = 0; at < CHECKSUM.from; at += 1) sum += block[at] ?? 0;
  for (let at = CHECKSUM.to; at < BLOCK; at += 1) sum += block[at] ?? 0;
  return sum;
}

function checkExtended(body: Buffer, type: string): void {
  if (type !== 'x' && type !== 'g') return;
  const trap = (type === 'g' ? GLOBAL_TRAPS : LOCAL_TRAPS).exec(body.toString('latin1'))?.[1];
  if (trap === undefined) return;
  const detail = `A pax header sets "${trap}", which tools read differently. Pack it with \`galley push\` or GNU tar.`;
  throw new TarballRefused('unsupported-entry', { detail });
}
