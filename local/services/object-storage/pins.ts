// Which body files somebody reads at the moment.
import type { Readable } from 'node:stream';

/** Keeps files that are being read: an object may be replaced while somebody downloads it. */
export function pins(unlink: (file: string) => void) {
  const readers = new Map<string, number>();
  const removed = new Set<string>();
  const release = (file: string): void => {
    const left = (readers.get(file) ?? 1) - 1;
    if (left > 0) return void readers.set(file, left);
    readers.delete(file);
    if (removed.delete(file)) unlink(file);
  };
  return {
    hold(stream: Readable, pieces: readonly { readonly file: string }[]): Readable {
      for (const { file } of pieces) readers.set(file, (readers.get(file) ?? 0) + 1);
      return stream.once('close', () => {
        for (const { file } of pieces) release(file);
      });
    },
    remove(file: string): void {
      if (readers.has(file)) removed.add(file);
      else unlink(file);
    },
  };
}
