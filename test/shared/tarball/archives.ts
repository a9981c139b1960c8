// Tar archives byte by byte, for what no packing tool would write.
import { gzipSync } from 'node:zlib';

export interface RawEntry {
  readonly name: string;
  /** Type flag: `0` file, `1` link, `2` symlink, `3` character device, `5` directory, `x` and `g` pax, `L` GNU name. */
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  /** In the header, where it is not the content's. */
  readonly size?: number | Buffer;
  readonly magic?: string;
  /** Added to the right checksum. */
  readonly checksumOff?: number;
}

const BLOCK = 512;
export const END = Buffer.alloc(2 * BLOCK);

export function entry(raw: RawEntry): Buffer {
  const content = Buffer.from(raw.content ?? '');
  const header = Buffer.alloc(BLOCK);
  header.write(raw.name, 0, 100);
  header.write(`${(raw.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  const size = raw.size ?? content.length;
  if (Buffer.isBuffer(size)) size.copy(header, 124);
  else header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(raw.type ?? '0', 156);
  header.write(raw.link ?? '', 157, 100);
  header.write(raw.magic ?? 'ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0) + (raw.checksumOff ?? 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** A pax header in front of the next entry, or (`g`) of all that follow. */
export function pax(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const text = ` ${key}=${value}\n`;
    const bytes = Buffer.byteLength(text);
    const digits = String(bytes + String(bytes + 2).length).length;
    return `${bytes + digits}${text}`;
  });
  return entry({ name: 'pax_header', type, content: lines.join('') });
}

export const DOCKERFILE = entry({ name: 'Dockerfile', content: 'FROM scratch\n' });

/** A plain archive with its end mark. */
export function tar(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, END]);
}

export const tgz = (...parts: readonly Buffer[]): Buffer => gzipSync(tar(...parts));

/** As it comes from the network: in pieces that respect no boundary. */
export async function* pieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
