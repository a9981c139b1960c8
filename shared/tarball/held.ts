// Texts kept while the archive goes by: galley.yaml, and the YAML and JSON that may turn out to be the manifests.
// Which they are is known only at the end (galley.yaml may come last, a top-level directory may be stripped).
import { DESCRIPTOR_NAME, type Descriptor, parseDescriptor } from './descriptor.ts';
import type { Limits } from './limits.ts';
import { baseOf, normalise } from './paths.ts';
import { DEFAULT_PLACE, isIn } from './places.ts';

export interface Held {
  /** Is the content of this file to be kept? */
  wants(path: string, size: number): boolean;
  keep(path: string, content: Buffer): void;
  /** Size of every YAML and JSON file seen, by path as it stands in the archive. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, Buffer>;
}

export function createHeld(limits: Limits): Held {
  const sizes = new Map<string, number>();
  const texts = new Map<string, Buffer>();
  /** Where manifests are for certain worth keeping; grows by what a galley.yaml says. */
  const places = [DEFAULT_PLACE];
  let bytes = 0;
  let isFull = false;

  const isLikely = (path: string): boolean =>
    baseOf(path) === DESCRIPTOR_NAME ||
    [path, stripped(path)].some((one) => places.some((place) => isIn(place, one)));
  const makeRoom = (): void => {
    isFull = true;
    for (const [path, text] of texts) {
      if (isLikely(path)) continue;
      texts.delete(path);
      bytes -= text.length;
    }
  };
  return {
    wants(path, size) {
      if (!isYamlName(path)) return false;
      sizes.set(path, size);
      if (isDescriptor(path)) return size <= limits.descriptorBytes;
      if (size > limits.manifestBytes) return false;
      if (!isFull && bytes + size > limits.heldBytes) makeRoom();
      return bytes + size <= limits.heldBytes && (!isFull || isLikely(path));
    },
    keep(path, content) {
      texts.set(path, content);
      bytes += content.length;
      if (!isDescriptor(path)) return;
      const said = readEarly(content);
      if (said?.manifests === undefined) return;
      places.push(...said.manifests.map(normalise));
      // At the root it is certain: from here on only what it names is kept.
      if (path === DESCRIPTOR_NAME) makeRoom();
    },
    sizes,
    texts,
  };
}

/** Is it a file that holds YAML or JSON, by its name? Hidden ones are left alone. */
export function isYamlName(path: string): boolean {
  const base = baseOf(path);
  return !base.startsWith('.') && /\.(ya?ml|json)$/.test(base);
}

const stripped = (path: string): string => path.slice(path.indexOf('/') + 1);

/** At the root, or in what may be a top-level directory to strip. */
function isDescriptor(path: string): boolean {
  return path === DESCRIPTOR_NAME || (stripped(path) === DESCRIPTOR_NAME && path.includes('/'));
}

/** A mistake in it is reported at the end, when it is certain that it is the one that counts. */
function readEarly(content: Buffer): Descriptor | undefined {
  try {
    return parseDescriptor(content.toString());
  } catch {
    return undefined;
  }
}
