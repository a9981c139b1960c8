// Admission: one pass over the tarball, bounded in memory; out come its settings and its manifests, or a refusal.
import { DESCRIPTOR_NAME, type Descriptor, parseDescriptor } from './descriptor.ts';
import { type Entry, entries } from './entries.ts';
import { createHeld, type Held } from './held.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { LIMITS, type Limits } from './limits.ts';
import { findManifests, type Manifests } from './manifests.ts';
import { normalise } from './paths.ts';
import { TarballRefused } from './rules.ts';

export interface AdmitOptions {
  /** DNS-1123 label; decides nothing here but stands in messages. */
  readonly app: string;
  /** Deploy this image instead of what galley.yaml says. */
  readonly image?: string | undefined;
  readonly limits?: Limits;
  /** Gets every entry as it comes, with its tidy path ('' for the root); used to unpack. */
  readonly sink?: Sink;
}

export type Sink = (
  path: string,
  entry: Entry,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
) => Promise<void>;

export interface Admitted extends Manifests {
  readonly descriptor: Descriptor;
  /** Entries in the archive. */
  readonly entries: number;
  /** Content of all files. */
  readonly bytes: number;
  /** The single top-level directory that is stripped, with its `/`; or ''. */
  readonly strip: string;
}

/**
 * Judges an upload. Reads `source` once; a refusal ends it early.
 * Throws TarballRefused (rule, path, detail), and what `source` throws as it is.
 */
export async function admit(source: AsyncIterable<Uint8Array>, options: AdmitOptions): Promise<Admitted> {
  const limits = options.limits ?? LIMITS;
  const inventory = createInventory(limits);
  const held = createHeld(limits);
  let bytes = 0;
  for await (const entry of entries(source, limits)) {
    const path = inventory.add(entry);
    bytes += entry.size;
    const isHeld = entry.kind === 'file' && held.wants(path, entry.size);
    const body = isHeld ? [await contentOf(entry)] : entry.body;
    if (Array.isArray(body)) held.keep(path, Buffer.concat(body));
    await options.sink?.(path, entry, body);
  }
  const strip = inventory.finish();
  return { ...conclude({ inventory, held, strip, limits }, options), entries: inventory.count, bytes, strip };
}

async function contentOf(entry: Entry): Promise<Buffer> {
  if (entry.size === 0) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface Read {
  readonly inventory: Inventory;
  readonly held: Held;
  readonly strip: string;
  readonly limits: Limits;
}

function conclude(read: Read, { app, image }: AdmitOptions) {
  const { inventory, held, strip } = read;
  const kindOf = (path: string): string | undefined =>
    path === '' ? 'directory' : inventory.kindOf(strip + path);
  const said = parseDescriptor(descriptorText(read));
  const descriptor = image === undefined ? said : { ...said, image };
  if (descriptor.image === undefined) requireDockerfile(descriptor, { app, kindOf });
  return {
    descriptor,
    ...findManifests(descriptor, { ...read, texts: held.texts, sizes: held.sizes, kindOf }),
  };
}

function descriptorText({ inventory, held, strip, limits }: Read): string {
  const path = strip + DESCRIPTOR_NAME;
  if (inventory.kindOf(path) === undefined) return '';
  const text = held.texts.get(path);
  if (text !== undefined) return text.toString();
  const isLarge = (held.sizes.get(path) ?? 0) > limits.descriptorBytes;
  const detail = isLarge ? `It is over ${limits.descriptorBytes} bytes.` : 'It is no plain file.';
  throw new TarballRefused('bad-descriptor', { path, detail });
}

function requireDockerfile(
  { build }: Descriptor,
  { app, kindOf }: { app: string; kindOf: (path: string) => string | undefined },
): void {
  const path = normalise(`${build.context}/${build.dockerfile}`);
  const kind = kindOf(path);
  if (kind === 'file' || kind === 'symlink' || kind === 'link') return;
  const advice = `Put one at the root of the source of "${app}", or name it in galley.yaml (build.dockerfile)`;
  const detail = `There is no ${path}. ${advice}; or deploy a ready image (image).`;
  throw new TarballRefused('no-dockerfile', { path, detail });
}
