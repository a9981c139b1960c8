// The smallest program Linux starts: it exits with 0. A build that runs it needs no base image, so no network.

/** `exit(0)` as machine code, by Node's names of architectures; ELF's number of the machine with it. */
const MACHINES: Readonly<Record<string, { readonly id: number; readonly code: readonly number[] }>> = {
  // mov eax, 60; xor edi, edi; syscall
  x64: { id: 0x3e, code: [0xb8, 0x3c, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05] },
  // mov x8, #93; mov x0, #0; svc #0
  arm64: { id: 0xb7, code: [0xa8, 0x0b, 0x80, 0xd2, 0, 0, 0x80, 0xd2, 0x01, 0, 0, 0xd4] },
};

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const BASE = 0x400000n;

/** An ELF executable for this machine; undefined on one that is not known. */
export function smallestProgram(architecture: string = process.arch): Buffer | undefined {
  const machine = MACHINES[architecture];
  if (machine === undefined) return undefined;
  const start = HEADER_BYTES + SEGMENT_BYTES;
  const file = Buffer.alloc(start + machine.code.length);
  // 64 bit, little endian, version 1; executable; entry behind both headers; one segment.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machine.id, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BASE + BigInt(start), 24);
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(SEGMENT_BYTES, 54);
  file.writeUInt16LE(1, 56);
  // The whole file is loaded, readable and executable.
  file.writeUInt32LE(1, HEADER_BYTES);
  file.writeUInt32LE(5, HEADER_BYTES + 4);
  file.writeBigUInt64LE(BASE, HEADER_BYTES + 16);
  file.writeBigUInt64LE(BASE, HEADER_BYTES + 24);
  file.writeBigUInt64LE(BigInt(file.length), HEADER_BYTES + 32);
  file.writeBigUInt64LE(BigInt(file.length), HEADER_BYTES + 40);
  file.writeBigUInt64LE(0x1000n, HEADER_BYTES + 48);
  file.set(machine.code, start);
  return file;
}
