// A zip archive of a few texts, the same bytes for the same texts: no times, no owners. Format: APPNOTE 6.3.3, no zip64.
import { crc32, deflateRawSync } from 'node:zlib';

/** 2.0: the first version with deflate. */
const VERSION = 20;
const DEFLATE = 8;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980, the first day there is, at midnight. */
const [TIME, DATE] = [0, 0x21];

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly packed: Buffer;
}

/** @param files content by path inside the archive */
export function zipOf(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of files) {
    const entry = {
      name: Buffer.from(path),
      crc: crc32(content),
      size: content.length,
      packed: deflateRawSync(content),
    };
    const header = Buffer.concat([numbers([[4, 0x04034b50]]), common(entry), entry.name]);
    parts.push(header, entry.packed);
    directory.push(listed(entry, offset));
    offset += header.length + entry.packed.length;
  }
  const list = Buffer.concat(directory);
  const count = files.size;
  const end = numbers([
    [4, 0x06054b50],
    [4, 0],
    [2, count],
    [2, count],
    [4, list.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...parts, list, end]);
}

/** What stands before an entry's content, and again in the directory. */
function common({ name, crc, size, packed }: Entry): Buffer {
  return numbers([
    [2, VERSION],
    [2, FLAGS],
    [2, DEFLATE],
    [2, TIME],
    [2, DATE],
    [4, crc],
    [4, packed.length],
    [4, size],
    [2, name.length],
    [2, 0],
  ]);
}

function listed(entry: Entry, offset: number): Buffer {
  // Comment, disk, kinds of attributes, and where it begins.
  const rest = numbers([
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, offset],
  ]);
  const head = numbers([
    [4, 0x02014b50],
    [2, VERSION],
  ]);
  return Buffer.concat([head, common(entry), rest, entry.name]);
}

/** Little-endian numbers of 2 or 4 bytes. */
function numbers(values: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const buffers = values.map(([bytes, value]) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntLE(value, 0, bytes);
    return buffer;
  });
  return Buffer.concat(buffers);
}
