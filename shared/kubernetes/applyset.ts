// The ApplySet of an app, byte for byte as kubectl writes it (facts oke-apply §3.7: pkg/cmd/apply/applyset.go), so that
// `kubectl apply --prune --applyset=configmap/galley-<app>` can take over, and we from it.
import { createHash } from 'node:crypto';
import { groupKind, type KubeObject } from './objects.ts';

export const PART_OF = 'applyset.kubernetes.io/part-of';
export const ID_LABEL = 'applyset.kubernetes.io/id';
export const TOOLING = 'applyset.kubernetes.io/tooling';
export const GROUP_KINDS = 'applyset.kubernetes.io/contains-group-kinds';
export const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces';
/** The build that applied last: the fence against older ones. */
export const SEQUENCE = 'galley.dev/sequence';
/** One text per run of an apply: the fence against a second applier of the same build. */
export const HOLDER = 'galley.dev/holder';
/** What became of the sequence: JSON of a `Standing`. */
export const STANDING = 'galley.dev/standing';

/**
 * kubectl takes over only a parent whose tooling is named kubectl, and keeps its own fields apart by field manager.
 * The rules we follow are those of this version.
 */
export const TOOLING_VALUE = 'kubectl/v1.34.0';

/** Name of the ConfigMap that is the parent. A ConfigMap, so that no right on Secrets is needed. */
export function parentName(app: string): string {
  return `galley-${app}`;
}

/** `applyset-…-v1`: what members carry in their `part-of` label. */
export function applySetId(parent: { name: string; namespace: string }): string {
  const hash = createHash('sha256')
    .update(`${parent.name}.${parent.namespace}.ConfigMap.`)
    .digest('base64url');
  return `applyset-${hash}-v1`;
}

/** Kinds and namespaces a set spreads over. */
export interface Extent {
  /** `Kind` or `Kind.group`, sorted. */
  readonly kinds: readonly string[];
  /** Beside the parent's own, sorted. */
  readonly namespaces: readonly string[];
}

export function extentOf(objects: readonly KubeObject[], home: string): Extent {
  const namespaces = objects.map(({ metadata }) => metadata.namespace ?? home);
  return {
    kinds: sorted(objects.map(groupKind)),
    namespaces: sorted(namespaces).filter((namespace) => namespace !== home),
  };
}

export function union(one: Extent, other: Extent): Extent {
  return {
    kinds: sorted([...one.kinds, ...other.kinds]),
    namespaces: sorted([...one.namespaces, ...other.namespaces]),
  };
}

const sorted = (words: readonly string[]): string[] =>
  [...new Set(words)].filter((word) => word !== '').sort();

const words = (text: string | undefined): string[] => sorted((text ?? '').split(','));

/** The extent written on a parent. */
export function extentOn(annotations: Readonly<Record<string, string>>): Extent {
  return { kinds: words(annotations[GROUP_KINDS]), namespaces: words(annotations[NAMESPACES]) };
}

/** Annotations that describe an extent; kubectl wants the kinds to be there even when empty. */
export function extentAnnotations({ kinds, namespaces }: Extent): Record<string, string> {
  const beside = namespaces.length > 0 ? { [NAMESPACES]: namespaces.join(',') } : {};
  return { [TOOLING]: TOOLING_VALUE, [GROUP_KINDS]: kinds.join(','), ...beside };
}
