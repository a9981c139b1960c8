// Where the manifests of a source are, and of which kind: plain files, or something that has to be rendered.
import type { Descriptor } from './descriptor.ts';
import { normalise } from './paths.ts';

export const DEFAULT_PLACE = 'k8s';

export interface Place {
  /** File or directory below the root of the source. */
  readonly path: string;
  readonly kind: 'plain' | 'kustomize' | 'helm';
}

/** Names by which kustomize knows its directory. */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Looks at what is there. `kindOf` answers for a path below the root; '' is the root itself. */
export type KindOf = (path: string) => string | undefined;

/** The paths galley.yaml names, tidied; or `k8s/` if it is there; or none. */
export function placePaths(descriptor: Descriptor, kindOf: KindOf): string[] {
  if (descriptor.manifests !== undefined) return descriptor.manifests.map(normalise);
  return kindOf(DEFAULT_PLACE) === 'directory' ? [DEFAULT_PLACE] : [];
}

export function placeOf(path: string, kindOf: KindOf): Place {
  const has = (name: string): boolean => kindOf(path === '' ? name : `${path}/${name}`) !== undefined;
  if (has('Chart.yaml')) return { path, kind: 'helm' };
  return { path, kind: KUSTOMIZATIONS.some(has) ? 'kustomize' : 'plain' };
}

/** Is `file` one of a plain place's manifests? Directories are not searched deeper, as `kubectl apply -f` does not. */
export function isIn(place: string, file: string): boolean {
  if (file === place) return true;
  const within =
    place === '' ? file : file.startsWith(`${place}/`) ? file.slice(place.length + 1) : undefined;
  return within !== undefined && !within.includes('/');
}
