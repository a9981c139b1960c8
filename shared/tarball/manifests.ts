// The manifests of a source: which they are, and their text when they are plain.
import { parseAllDocuments } from 'yaml';
import { DESCRIPTOR_NAME, type Descriptor } from './descriptor.ts';
import type { Limits } from './limits.ts';
import { DEFAULT_PLACE, isIn, type KindOf, type Place, placeOf, placePaths } from './places.ts';
import { TarballRefused } from './rules.ts';

export interface Manifest {
  /** Below the root of the source. */
  readonly path: string;
  readonly text: string;
}

export interface Manifests {
  /** `none`: a Deployment is generated. `kustomize`, `helm`: rendered on the Build Instance. */
  readonly source: 'plain' | 'kustomize' | 'helm' | 'none';
  readonly places: readonly Place[];
  /** Every plain one, in the order of `places` and of names; none when anything has to be rendered. */
  readonly manifests: readonly Manifest[];
}

export interface Searched {
  /** The stripped directory, with its `/`, in front of every path of `texts` and `sizes`. */
  readonly strip: string;
  readonly texts: ReadonlyMap<string, Buffer>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly kindOf: KindOf;
  readonly limits: Limits;
}

/** Throws TarballRefused when what is named is not there, too large, or no YAML. */
export function findManifests(descriptor: Descriptor, searched: Searched): Manifests {
  const paths = placePaths(descriptor, searched.kindOf);
  for (const path of paths) {
    if (searched.kindOf(path) !== undefined) continue;
    const detail = `galley.yaml names "${path}" as manifests, and it is not there.`;
    throw new TarballRefused('no-manifests', { path, detail });
  }
  const places = paths.map((path) => placeOf(path, searched.kindOf));
  const rendered = places.find(({ kind }) => kind !== 'plain');
  if (rendered === undefined) {
    return { source: places.length === 0 ? 'none' : 'plain', places, manifests: plain(places, searched) };
  }
  if (descriptor.image === undefined) return { source: rendered.kind, places, manifests: [] };
  const detail = `With an image of its own nothing is built, so ${rendered.kind} cannot run. Commit the rendered YAML.`;
  throw new TarballRefused('image-and-templates', { path: rendered.path, detail });
}

function plain(places: readonly Place[], searched: Searched): Manifest[] {
  const paths = [...new Set(places.flatMap(({ path }) => filesOf(path, searched)))];
  const bytes = paths.reduce((sum, path) => sum + (searched.sizes.get(searched.strip + path) ?? 0), 0);
  if (bytes > searched.limits.manifestBytes) {
    const detail = `The manifests are ${bytes} bytes together; ${searched.limits.manifestBytes} are allowed.`;
    throw new TarballRefused('manifests-too-large', { path: places[0]?.path ?? '', detail });
  }
  return paths.map((path) => checked(path, searched));
}

function filesOf(place: string, { strip, sizes, kindOf }: Searched): string[] {
  const files = [...sizes.keys()]
    .filter((name) => name.startsWith(strip))
    .map((name) => name.slice(strip.length))
    .filter((name) => name !== DESCRIPTOR_NAME && isIn(place, name))
    .sort();
  if (files.length > 0) return files;
  const below = [...sizes.keys()].some((name) => name.startsWith(`${strip}${place}/`));
  const isFile = kindOf(place) !== 'directory';
  const advice = below ? ' Those in directories below it are not looked for: name them in galley.yaml.' : '';
  const what = isFile ? 'is no YAML or JSON file' : 'has no YAML or JSON files';
  const detail = `"${place || DEFAULT_PLACE}" ${what}.${advice}`;
  throw new TarballRefused('no-manifests', { path: place, detail });
}

function checked(path: string, { strip, texts }: Searched): Manifest {
  const content = texts.get(strip + path);
  if (content === undefined) {
    const detail =
      'There was too much YAML and JSON before galley.yaml came. Put it first, as `galley push` does.';
    throw new TarballRefused('manifests-too-late', { path, detail });
  }
  const text = content.toString();
  const [problem] = parseAllDocuments(text, { version: '1.1', merge: true, uniqueKeys: false }).flatMap(
    ({ errors }) => errors,
  );
  if (problem === undefined) return { path, text };
  const line = problem.linePos?.[0].line ?? 1;
  const reason = problem.message.replace(/ at line \d+, column \d+:[\s\S]*$/, '');
  throw new TarballRefused('bad-yaml', { path, detail: `Line ${line}: ${reason}.` });
}
