// The entries of a tarball, one after the other as they come, with their names as stored.
import { extract } from 'tar-stream';
import { decompressed } from './decompress.ts';
import { framing } from './framing.ts';
import { LIMITS, type Limits } from './limits.ts';
import { TarballRefused } from './rules.ts';

export interface Entry {
  /** As stored; see inventory.ts for what is made of it. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'link';
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Target of a symlink (text) or link (name of an earlier entry); empty for others. */
  readonly target: string;
  /** The content: read whole, before the next entry is asked for, or not at all. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** What tar-stream gives; its published types miss some of it (facts libraries §1). */
interface Stored extends AsyncIterable<Buffer> {
  readonly header: {
    readonly name: string;
    readonly type?: string | null | undefined;
    readonly size?: number | undefined;
    readonly mode?: number | undefined;
    readonly linkname?: string | null | undefined;
  };
  resume(): unknown;
}

const KINDS: Readonly<Record<string, Entry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'link',
};
const DEVICES = ['character-device', 'block-device', 'fifo'];

/**
 * Reads `source` once, in pieces; leaving the loop early ends the source.
 * Throws TarballRefused for what is wrong with the archive, and what `source` throws as it is.
 */
export async function* entries(
  source: AsyncIterable<Uint8Array>,
  limits: Limits = LIMITS,
): AsyncGenerator<Entry> {
  // The option is missing from the package's types.
  const options: object = { allowUnknownFormat: true };
  const reader = extract(options);
  const feeding = feed(source, { reader, limits });
  try {
    for await (const stored of reader as AsyncIterable<Stored>) {
      const entry = entryOf(stored);
      yield entry;
      if (entry.size > 0) stored.resume();
    }
  } catch (error) {
    throw (await feeding.failure) ?? damaged(error);
  } finally {
    reader.destroy(null);
    await feeding.done;
  }
  const failure = await feeding.failure;
  if (failure !== undefined) throw failure;
}

type Reader = ReturnType<typeof extract>;

/** Writes the archive into the reader. `failure` is what went wrong on this side, and so the cause of all else. */
function feed(source: AsyncIterable<Uint8Array>, { reader, limits }: { reader: Reader; limits: Limits }) {
  const write = async (): Promise<unknown> => {
    const guard = framing(limits);
    try {
      for await (const chunk of decompressed(source, limits)) {
        // The reader of entries has had enough.
        if (reader.destroying) return undefined;
        guard.push(chunk);
        if (!reader.write(chunk) && !reader.destroying) await drained(reader);
      }
      guard.end();
      reader.end(null);
      return undefined;
    } catch (error) {
      reader.destroy(error instanceof Error ? error : new Error(String(error)));
      return error;
    }
  };
  const failure = write();
  return { failure, done: failure.then(() => undefined) };
}

function drained(reader: Reader): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      reader.off('drain', done).off('close', done);
      resolve();
    };
    reader.on('drain', done).on('close', done);
  });
}

function entryOf(stored: Stored): Entry {
  const { name, type, size = 0, mode = 0, linkname } = stored.header;
  // How tar wrote directories before there was a type for them.
  const kind = type === 'file' && name.endsWith('/') ? 'directory' : KINDS[type ?? ''];
  if (kind === undefined) {
    const isDevice = DEVICES.includes(type ?? '');
    const detail = isDevice ? `It is a ${type}.` : 'It is neither a file nor a directory nor a link.';
    throw new TarballRefused(isDevice ? 'device' : 'unsupported-entry', { path: name, detail });
  }
  if (kind !== 'file' && size > 0) {
    throw new TarballRefused('unsupported-entry', { path: name, detail: `A ${kind} has no content.` });
  }
  return { name, kind, size, mode, target: linkname ?? '', body: stored };
}

function damaged(error: unknown): unknown {
  if (error instanceof TarballRefused || !(error instanceof Error)) return error;
  if (error.message === 'Unexpected end of data') {
    const detail = 'The archive is cut off. Upload it again.';
    return new TarballRefused('truncated', { detail, cause: error });
  }
  if (!/tar header|Invalid header|Header exceeds/.test(error.message)) return error;
  return new TarballRefused('corrupt', { detail: `The archive is damaged: ${error.message}`, cause: error });
}
